//! Whether a request names this server, and comes from a page that may ask it: against names that are made to point at
//! us (DNS rebinding). The MCP endpoint checks the same by itself.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, StatusCode, Uri, header, uri::Authority};

use super::{cors::is_allowed, envelope::error};

/// The names and origins that are served.
#[derive(Clone, Debug)]
pub struct Addressed {
    /// Values of `Host`: `host`, which stands for every port, or `host:port`.
    pub hosts: Vec<String>,
    /// Values of `Origin`: `scheme://host:port` with `*` for any port.
    pub origins: Vec<String>,
}

/// Lets a request through that names this server, and no origin or one that is served.
pub async fn addressed(
    State(served): State<Arc<Addressed>>,
    request: Request,
    next: Next,
) -> Response {
    if !names_us(&served.hosts, request.uri(), request.headers()) {
        return error(
            StatusCode::FORBIDDEN,
            "forbidden_host",
            "the Host header does not name this server",
        );
    }
    // There is one at most: a second one was refused before.
    let origin = request.headers().get(header::ORIGIN);
    if origin.is_some_and(|origin| !is_allowed(&served.origins, origin)) {
        return error(
            StatusCode::FORBIDDEN,
            "forbidden_origin",
            "pages of this origin may not use this server",
        );
    }
    next.run(request).await
}

fn names_us(hosts: &[String], uri: &Uri, headers: &HeaderMap) -> bool {
    let named = match headers.get(header::HOST) {
        Some(host) => host.to_str().ok().and_then(|host| host.parse().ok()),
        None => uri.authority().cloned(),
    };
    let Some(named) = named else { return false };
    let serves = |host: &String| {
        let Ok(host) = host.parse::<Authority>() else {
            return false;
        };
        let port = host.port_u16();
        host.host().eq_ignore_ascii_case(named.host())
            && (port.is_none() || port == named.port_u16())
    };
    hosts.iter().any(serves)
}
