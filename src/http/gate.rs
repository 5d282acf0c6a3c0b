//! What a request passes on its way to the MCP endpoint: who asks, how often, and with which scopes. One layer for all
//! of it, because each layer copies what lies behind it for every request.

use std::{fmt, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::{
    credential::{Edge, by_bearer, by_link_key},
    limited::keep_pace,
    narrow::{ToolNames, narrow},
    step_up::{StepUp, step_up},
};
use crate::auth::{Pace, ReadingAddress};

/// The way to the endpoint at one address.
#[derive(Clone)]
pub struct Gate {
    /// Checks credentials.
    pub edge: Edge,
    /// Counts requests.
    pub pace: Pace,
    /// Whether everything but reading is taken away from whoever comes this way.
    pub reading_only: bool,
    /// What to ask a client for that holds too little.
    pub step_up: StepUp,
    /// The names that a request's headers may say.
    pub tools: ToolNames,
}

/// The way to the endpoint for those who can only take a URL; keys need not step up.
#[derive(Clone)]
pub struct LinkGate {
    /// Checks credentials.
    pub edge: Edge,
    /// Counts requests.
    pub pace: Pace,
    /// The names that a request's headers may say.
    pub tools: ToolNames,
    /// The longest body that is looked into, in bytes.
    pub max_body_bytes: usize,
}

/// Lets a request through with the caller that its `Authorization: Bearer` names.
pub async fn enter(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let mut caller = match by_bearer(&gate.edge, request.headers(), request.uri().query()).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    if let Some(refused) = keep_pace(&gate.pace, &caller) {
        return refused;
    }
    // First what the request does without: what it hides is not to be asked for.
    let limit = gate.step_up.max_body_bytes;
    let mut request = match narrow(&gate.tools, &mut caller, request, limit).await {
        Ok(request) => request,
        Err(refused) => return refused,
    };
    if gate.reading_only {
        caller.asked.read_only = true;
        request.extensions_mut().insert(ReadingAddress);
    }
    match step_up(&gate.step_up, &caller, request).await {
        Ok(mut request) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refused) => refused,
    }
}

/// Lets a request through with the caller that the link key in its URL names.
pub async fn enter_by_link_key(
    State(gate): State<Arc<LinkGate>>,
    request: Request,
    next: Next,
) -> Response {
    let mut caller = match by_link_key(&gate.edge, request.uri().query()).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    if let Some(refused) = keep_pace(&gate.pace, &caller) {
        return refused;
    }
    match narrow(&gate.tools, &mut caller, request, gate.max_body_bytes).await {
        Ok(mut request) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refused) => refused,
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("reading_only", &self.reading_only)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for LinkGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkGate").finish_non_exhaustive()
    }
}
