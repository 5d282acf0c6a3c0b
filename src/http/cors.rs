//! Which pages of other origins may read our answers (Fetch, CORS protocol). Never with credentials of the browser:
//! a client in a page brings its own token.

use std::time::Duration;

use axum::Router;
use http::{HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};
use url::Url;

use super::envelope::method_not_allowed;

/// How long a browser may remember what it was allowed; Chrome's highest.
const REMEMBERED: Duration = Duration::from_hours(2);

/// `routes` for pages of any origin: what is the same for everybody, and endpoints whose only credentials are in the
/// request.
pub fn open_to_all(routes: Router) -> Router {
    let layer = layer()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .vary([]);
    shared(routes, layer)
}

/// `routes` for pages of the origins in `allowed`, each `scheme://host:port` with `*` for any port.
pub fn open_to(allowed: &[String], routes: Router) -> Router {
    let allowed = allowed.to_vec();
    let layer = layer()
        .allow_origin(AllowOrigin::predicate(move |origin, _| {
            is_allowed(&allowed, origin)
        }))
        .allow_methods([Method::POST]);
    shared(routes, layer)
}

/// A browser's question comes with a method that no route has, so the answer for these must lie inside the layer.
fn shared(routes: Router, layer: CorsLayer) -> Router {
    routes
        .method_not_allowed_fallback(method_not_allowed)
        .layer(layer)
}

/// Clients send headers of the protocol, of its parameters (`Mcp-Param-*`) and of tracing; none of them has a power of
/// its own, so whatever a page asks for is allowed.
fn layer() -> CorsLayer {
    CorsLayer::new()
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::WWW_AUTHENTICATE, header::RETRY_AFTER])
        .max_age(REMEMBERED)
}

pub(super) fn is_allowed(allowed: &[String], origin: &HeaderValue) -> bool {
    let Some(url) = origin.to_str().ok().and_then(|text| {
        let url = Url::parse(text).ok()?;
        // Only what browsers send, which is an origin in its normal form.
        (url.origin().ascii_serialization() == text).then_some(url)
    }) else {
        return false;
    };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return false;
    };
    let scheme = url.scheme();
    let any_port = format!("{scheme}://{host}:*");
    let its_port = format!("{scheme}://{host}:{port}");
    allowed
        .iter()
        .any(|entry| *entry == any_port || *entry == its_port)
}
