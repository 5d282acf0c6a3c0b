//! Every route of the service on one screen.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{get, post_service},
};
use ipnet::IpNet;

use crate::{
    auth::{Limits, Pace},
    http::{
        Addressed, Edge, Gate, LinkGate, Readiness, Resource, StepUp, ToolNames, addressed,
        deadline, enter, enter_by_link_key, framed, health, limit_logins, note_source, open_to,
        open_to_all, readyz, require_bearer,
    },
    mcp::{self, Endpoint},
    oauth::{self, Door},
    sse::Streams,
    web::{self, Web},
};

/// What the routes lead to.
#[derive(Clone, Debug)]
pub struct Doors {
    /// Checks credentials.
    pub edge: Edge,
    /// Counts requests.
    pub counts: Counts,
    /// Whether the public origin is https.
    pub https: bool,
    /// Path of the MCP endpoint.
    pub mcp_path: String,
    /// The MCP endpoint.
    pub mcp: Endpoint,
    /// Origins whose pages may ask there, each `scheme://host:port` with `*` for any port.
    pub allowed_origins: Vec<String>,
    /// The longest body there, in bytes.
    pub max_body_bytes: usize,
    /// How long one request may take.
    pub request_deadline: Duration,
    /// The streams of the old transport, if they are served.
    pub sse: Option<Streams>,
    /// Values of `Host` that are served there, `host` or `host:port`.
    pub allowed_hosts: Vec<String>,
    /// The pages.
    pub web: Web,
    /// The door for OAuth clients.
    pub door: Arc<Door>,
}

/// Who counts, and for whom.
#[derive(Clone, Debug)]
pub struct Counts {
    /// What is shared by all replicas.
    pub limits: Limits,
    /// Requests at the MCP endpoint.
    pub pace: Pace,
    /// The networks of our own proxies.
    pub trusted_proxies: Arc<[IpNet]>,
}

/// The public listener.
pub fn public(doors: Doors) -> Router {
    let endpoints = endpoints(&doors);
    let Doors {
        edge,
        counts,
        https,
        request_deadline,
        web,
        door,
        ..
    } = doors;
    let api_key = from_fn_with_state(Arc::new(edge), require_bearer);
    let callback =
        web::callback_route(web.clone()).layer(from_fn_with_state(Arc::clone(&door), oauth::claim));
    let pages = web::routes(web.clone()).layer(from_fn_with_state(counts.limits, limit_logins));

    // Whoever is counted by where they come from. Callers of the endpoint are counted by who they are.
    let by_source = Router::new()
        .merge(callback)
        .merge(pages)
        .merge(open_to_all(oauth::open_routes(&door)))
        .merge(oauth::routes(&door))
        .layer(from_fn_with_state(counts.trusted_proxies, note_source));
    let routes = Router::new()
        .route("/health", get(health))
        .merge(endpoints)
        .merge(web::account_routes(web).layer(api_key))
        .merge(by_source)
        .layer(from_fn_with_state(request_deadline, deadline));
    framed(routes, https)
}

/// The MCP endpoint under its addresses.
fn endpoints(doors: &Doors) -> Router {
    let Doors {
        edge,
        counts,
        mcp_path,
        mcp,
        door,
        ..
    } = doors;
    let gate = |resource: Resource, reading_only| {
        let gate = Gate {
            edge: edge.at(resource.clone()),
            pace: counts.pace.clone(),
            reading_only,
            step_up: step_up_at(doors, &resource),
            tools: tools(),
        };
        from_fn_with_state(Arc::new(gate), enter)
    };
    let whole = Resource {
        url: door.resource(),
        metadata: door.resource_metadata(),
    };
    let readonly = Resource {
        url: door.readonly_resource(),
        metadata: door.readonly_resource_metadata(),
    };
    let whole = Router::new()
        .route_service(mcp_path, mcp.clone())
        // People paste the origin alone; what is a page for browsers is the endpoint for clients.
        .route("/", post_service(mcp.clone()))
        .layer(gate(whole, false));
    let readonly = Router::new()
        .route_service(&format!("{mcp_path}/readonly"), mcp.clone())
        .layer(gate(readonly, true));
    let link_key = Arc::new(LinkGate {
        edge: edge.clone(),
        pace: counts.pace.clone(),
        tools: tools(),
        max_body_bytes: doors.max_body_bytes,
    });
    let by_link_key = Router::new()
        .route_service("/claude-mcp", mcp.clone())
        .layer(from_fn_with_state(link_key, enter_by_link_key));
    // Browsers ask before they send a credential, and are answered before one is looked for.
    let mut for_clients = whole.merge(readonly);
    if let Some((streams, resource)) = doors.sse.as_ref().zip(sse_resource(door)) {
        let addressed_to = Arc::new(Addressed {
            hosts: doors.allowed_hosts.clone(),
            origins: doors.allowed_origins.clone(),
        });
        let routes = streams
            .routes()
            .layer(from_fn_with_state(addressed_to, addressed))
            .layer(gate(resource, false));
        for_clients = for_clients.merge(routes);
    }
    open_to(&doors.allowed_origins, for_clients).merge(by_link_key)
}

fn sse_resource(door: &Door) -> Option<Resource> {
    Some(Resource {
        url: door.sse_resource()?,
        metadata: door.sse_resource_metadata()?,
    })
}

fn step_up_at(doors: &Doors, resource: &Resource) -> StepUp {
    let mcp = doors.mcp.clone();
    StepUp {
        needs: Arc::new(move |caller, method, name| mcp.needed(caller, method, name)),
        max_body_bytes: doors.max_body_bytes,
        resource: resource.clone(),
    }
}

fn tools() -> ToolNames {
    Arc::new(mcp::tool_named)
}

/// The listener for operators.
pub fn admin(readiness: Readiness) -> Router {
    let routes = Router::new()
        .route("/readyz", get(readyz))
        .with_state(readiness);
    framed(routes, false)
}
