//! `GET /sse`: a stream for the caller, whose first event says where messages go.

use std::sync::Arc;

use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
};
use rmcp::model::ErrorCode;
use secrecy::SecretString;

use super::{
    MESSAGES_PATH, Streams,
    attend::attend,
    events::{body, event},
    outbox::Outbox,
    stream::{Bringer, Stream, StreamId},
    table::{MOST_OF_A_PERSON, NoPlace},
};
use crate::{
    auth::{Caller, bearer},
    mcp::{REFUSED, refusal},
};

const EVENTS: &str = "text/event-stream";
/// Tells nginx and those who do as it does to pass each event on at once.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// Seconds after which there may be a place.
const LATER: HeaderValue = HeaderValue::from_static("10");

/// Opens a stream.
pub(super) async fn open(
    State(streams): State<Streams>,
    Extension(caller): Extension<Caller>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if method != Method::GET {
        // Asking for the headers alone would take a place for nothing.
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")]).into_response();
    }
    if !wants_events(&headers) {
        let message = format!("Not Acceptable: the stream is {EVENTS}");
        return refused(StatusCode::NOT_ACCEPTABLE, REFUSED, message);
    }
    if streams.inner.parts.stop.is_cancelled() {
        return later(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping");
    }
    // The room WHO let the request through by it.
    let shown = SecretString::from(bearer(&headers).unwrap_or_default());
    match begin(&streams, caller, shown) {
        Ok(response) => response,
        Err(NoPlace::OfThePerson) => later(
            StatusCode::TOO_MANY_REQUESTS,
            &format!(
                "you have {MOST_OF_A_PERSON} streams, which is all that one person may have, and each was used within the last minute; end one, or try again in a minute"
            ),
        ),
        Err(NoPlace::OfEverybody) => {
            tracing::warn!("there are too many streams");
            later(
                StatusCode::SERVICE_UNAVAILABLE,
                "this server has as many streams as it can have; /mcp needs none",
            )
        }
    }
}

fn begin(streams: &Streams, caller: Caller, bearer: SecretString) -> Result<Response, NoPlace> {
    let parts = &streams.inner.parts;
    let id = StreamId::of((parts.new_id)());
    let opener = Bringer { caller, bearer };
    let (stream, incoming) = Stream::new(id, opener, parts.clock.clone());
    let stream = Arc::new(stream);
    let now = streams.inner.parts.clock.now();
    streams.inner.table.insert(&stream, now)?;
    let (outbox, queue) = Outbox::new(parts.unread);
    let address = format!("{MESSAGES_PATH}?sessionId={}", id.text());
    let body = body(event("endpoint", address.as_bytes()), queue, stream.gone());
    tokio::spawn(attend(Arc::clone(&streams.inner), stream, incoming, outbox));
    let mut response = Response::new(body);
    for (name, value) in [
        (CONTENT_TYPE, HeaderValue::from_static(EVENTS)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (BUFFERING, HeaderValue::from_static("no")),
    ] {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// Whether the client takes a stream of events, or takes everything.
fn wants_events(headers: &HeaderMap) -> bool {
    let mut wanted = headers.get_all(ACCEPT).iter().peekable();
    let takes = |value: &HeaderValue| {
        let value = value.to_str().unwrap_or_default().to_ascii_lowercase();
        value.split(',').any(|range| {
            let kind = range.split(';').next().unwrap_or_default().trim();
            matches!(kind, EVENTS | "text/*" | "*/*")
        })
    };
    wanted.peek().is_none() || wanted.any(takes)
}

fn later(status: StatusCode, message: &str) -> Response {
    let mut response = refused(status, REFUSED, message.to_owned());
    response.headers_mut().insert(RETRY_AFTER, LATER);
    response
}

fn refused(status: StatusCode, code: ErrorCode, message: String) -> Response {
    refusal(status, None, code, message)
}
