//! What a request passes on its way to the MCP endpoint: who asks, how often, and with which scopes. One layer for all
//! of it, because each layer copies what lies behind it for every request.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::{
    credential::{Edge, by_bearer, by_link_key},
    limited::keep_pace,
    step_up::{StepUp, step_up},
};
use crate::auth::Pace;

/// The way to the endpoint at one address.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Checks credentials.
    pub edge: Edge,
    /// Counts requests.
    pub pace: Pace,
    /// Whether everything but reading is taken away from whoever comes this way.
    pub reading_only: bool,
    /// What to ask a client for that holds too little.
    pub step_up: StepUp,
}

/// Lets a request through with the caller that its `Authorization: Bearer` names.
pub async fn enter(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let mut caller = match by_bearer(&gate.edge, request.headers(), request.uri().query()).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    caller.limits.read_only |= gate.reading_only;
    if let Some(refused) = keep_pace(&gate.pace, &caller) {
        return refused;
    }
    match step_up(&gate.step_up, &caller, request).await {
        Ok(mut request) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refused) => refused,
    }
}

/// Lets a request through with the caller that the link key in its URL names; keys need not step up.
pub async fn enter_by_link_key(
    State((edge, pace)): State<(Arc<Edge>, Pace)>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match by_link_key(&edge, request.uri().query()).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    if let Some(refused) = keep_pace(&pace, &caller) {
        return refused;
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}
