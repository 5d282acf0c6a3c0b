//! Every route of the service on one screen.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post_service},
};

use crate::{
    http::{
        Edge, Readiness, deadline, framed, health, narrow_to_reading, readyz, require_api_key,
        require_link_key,
    },
    mcp::Endpoint,
    oauth::{self, Door},
    web::{self, Web},
};

/// What the routes lead to.
#[derive(Clone, Debug)]
pub struct Doors {
    /// Checks credentials.
    pub edge: Edge,
    /// Whether the public origin is https.
    pub https: bool,
    /// Path of the MCP endpoint.
    pub mcp_path: String,
    /// The MCP endpoint.
    pub mcp: Endpoint,
    /// How long one request may take.
    pub request_deadline: Duration,
    /// The pages.
    pub web: Web,
    /// The door for OAuth clients.
    pub door: Arc<Door>,
}

/// The public listener.
pub fn public(doors: Doors) -> Router {
    let Doors {
        edge,
        https,
        mcp_path,
        mcp,
        request_deadline,
        web,
        door,
    } = doors;
    let api_key = from_fn_with_state(edge.clone(), require_api_key);
    let link_key = from_fn_with_state(edge, require_link_key);

    let readonly = Router::new()
        .route_service(&format!("{mcp_path}/readonly"), mcp.clone())
        .layer(from_fn(narrow_to_reading));
    let by_api_key = Router::new()
        .route_service(&mcp_path, mcp.clone())
        // People paste the origin alone; what is a page for browsers is the endpoint for clients.
        .route("/", post_service(mcp.clone()))
        .merge(readonly)
        .merge(web::account_routes(web.clone()))
        .layer(api_key);
    let by_link_key = Router::new()
        .route_service("/claude-mcp", mcp)
        .layer(link_key);

    let callback =
        web::callback_route(web.clone()).layer(from_fn_with_state(Arc::clone(&door), oauth::claim));

    let routes = Router::new()
        .route("/health", get(health))
        .merge(by_api_key)
        .merge(by_link_key)
        .merge(callback)
        .merge(web::routes(web))
        .merge(oauth::routes(&door))
        .layer(from_fn_with_state(request_deadline, deadline));
    framed(routes, https)
}

/// The listener for operators.
pub fn admin(readiness: Readiness) -> Router {
    let routes = Router::new()
        .route("/readyz", get(readyz))
        .with_state(readiness);
    framed(routes, false)
}
