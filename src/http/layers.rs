//! Around every request: a name for it in the logs, refusal of ambiguous headers, headers that browsers heed.

use std::{
    any::Any,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

use super::envelope::{error, method_not_allowed, not_found};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A year in seconds, as browsers are told to keep to https.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What every listener puts around its routes: answers for paths and methods that there are not and for a handler
/// that panicked, and `guard`. `https` says whether the public origin is.
pub fn framed(routes: Router, https: bool) -> Router {
    routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(https, guard))
}

/// Names the request, refuses doubled `Host` and `Origin` headers, logs how it ended, and adds the headers that
/// every answer has. `https` says whether the public origin is.
///
/// Neither query strings nor header values are logged: a connector URL holds a key.
async fn guard(State(https): State<bool>, request: Request, next: Next) -> Response {
    let id = request_id();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(none)", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", id = %id, method = %request.method(), route = %route);
    let begun = Instant::now();
    let answer = async {
        let mut response = match ambiguous(&request) {
            Some(refused) => refused,
            None => next.run(request).await,
        };
        report(&response, begun.elapsed());
        decorate(&mut response, &id, https);
        response
    };
    answer.instrument(span).await
}

/// Ends a request that takes longer than `limit`; what it had begun at Spotify may have been done.
pub async fn deadline(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        tracing::warn!("a request ran out of time");
        error(
            StatusCode::GATEWAY_TIMEOUT,
            "timeout",
            "the request took too long; a change may have been made, so look before you repeat it",
        )
    })
}

/// The panic itself is logged where it happens; its message may quote anything and is not told.
fn panicked(_payload: Box<dyn Any + Send>) -> Response {
    error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal_error",
        "the server failed at this request; the operator finds why in the logs, under the x-request-id of this answer",
    )
}

/// Names a request in the logs and for the person who reports it; it guards nothing.
fn request_id() -> String {
    format!("{:016x}", fastrand::u64(..))
}

/// Later checks read only the first value, so a second one would slip by.
fn ambiguous(request: &Request) -> Option<Response> {
    let doubled = |name| request.headers().get_all(name).iter().nth(1).is_some();
    if doubled(header::HOST) {
        Some(error(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "there is more than one Host header",
        ))
    } else if doubled(header::ORIGIN) {
        Some(error(
            StatusCode::FORBIDDEN,
            "forbidden_origin",
            "there is more than one Origin header",
        ))
    } else {
        None
    }
}

fn report(response: &Response, took: Duration) {
    let status = response.status().as_u16();
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if response.status().is_server_error() {
        tracing::warn!(status, millis, "answered");
    } else {
        tracing::debug!(status, millis, "answered");
    }
}

fn decorate(response: &mut Response, id: &str, https: bool) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID.clone(), id);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
}
