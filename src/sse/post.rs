//! `POST /messages`: one message for the stream that the query names. Its answer comes on the stream; here it is only
//! said whether it was taken.

use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Request, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use rmcp::model::{ClientJsonRpcMessage, ErrorCode, JsonRpcMessage, RequestId};
use secrecy::SecretString;

use super::{
    Streams,
    stream::{Bringer, NotTaken, StreamId},
};
use crate::{
    auth::{Caller, bearer},
    mcp::{REFUSED, message, refusal},
};

/// Seconds after which a stream may take more.
const SOON: HeaderValue = HeaderValue::from_static("1");

/// Takes a message.
pub(super) async fn post(
    State(streams): State<Streams>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    request: Request<Body>,
) -> Response {
    let taken = take(&streams, caller, query.as_deref(), request).await;
    taken
        .err()
        .unwrap_or_else(|| StatusCode::ACCEPTED.into_response())
}

async fn take(
    streams: &Streams,
    caller: Caller,
    query: Option<&str>,
    request: Request<Body>,
) -> Result<(), Response> {
    let named = named(query).ok_or_else(|| {
        refused(
            StatusCode::BAD_REQUEST,
            "Bad Request: post to the address that the stream's first event names, which has one sessionId",
        )
    })?;
    let parts = &streams.inner.parts;
    // Before anything is read, and the same whether there is none or it is somebody else's.
    let stream = StreamId::parse(named)
        .and_then(|id| streams.inner.table.find(id))
        .filter(|stream| stream.is_of(&caller))
        .ok_or_else(|| not_taken(NotTaken::NoStream, None))?;
    let (head, body) = request.into_parts();
    if !is_json(&head.headers) {
        let message = "Unsupported Media Type: Content-Type must be application/json";
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let body = read(body, parts.max_body_bytes).await?;
    let message = message::read(&body).map_err(|unread| {
        let (id, error) = (unread.id.clone(), unread.error.clone());
        refusal(
            StatusCode::BAD_REQUEST,
            id,
            error.code,
            error.message.into_owned(),
        )
    })?;
    let id = id_of(&message);
    let bringer = Bringer {
        caller,
        // The room WHO let the request through by it.
        bearer: SecretString::from(bearer(&head.headers).unwrap_or_default()),
    };
    stream
        .take(message, bringer)
        .map_err(|fault| not_taken(fault, id))
}

/// What the query says of the stream, if it says one thing.
fn named(query: Option<&str>) -> Option<&str> {
    let mut named = query
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.strip_prefix("sessionId="));
    named.next().filter(|_| named.next().is_none())
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Response> {
    match Limited::new(body, limit).collect().await {
        Ok(read) => Ok(read.to_bytes()),
        Err(fault) if fault.is::<LengthLimitError>() => Err(refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            &format!("Payload Too Large: the body exceeds {limit} bytes"),
        )),
        Err(_) => Err(refusal(
            StatusCode::BAD_REQUEST,
            None,
            ErrorCode::PARSE_ERROR,
            "Bad Request: the body ended early".to_owned(),
        )),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next();
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn id_of(message: &ClientJsonRpcMessage) -> Option<RequestId> {
    match message {
        JsonRpcMessage::Request(request) => Some(request.id.clone()),
        JsonRpcMessage::Notification(_)
        | JsonRpcMessage::Response(_)
        | JsonRpcMessage::Error(_) => None,
    }
}

fn not_taken(fault: NotTaken, id: Option<RequestId>) -> Response {
    let (status, code, message) = match fault {
        NotTaken::NoStream => (
            StatusCode::NOT_FOUND,
            REFUSED,
            "Not Found: you have no such stream at this server. It has ended, or it is at another replica: streams live in one process and need sticky routing. Open a new one, or use /mcp, which needs none",
        ),
        NotTaken::Full => (
            StatusCode::TOO_MANY_REQUESTS,
            REFUSED,
            "Too Many Requests: too many calls of this stream wait for an answer; read it, and then send more",
        ),
        NotTaken::Doubled => (
            StatusCode::BAD_REQUEST,
            ErrorCode::INVALID_REQUEST,
            "Invalid Request: a call with this id waits for an answer",
        ),
        NotTaken::Closing => (
            StatusCode::SERVICE_UNAVAILABLE,
            REFUSED,
            "Service Unavailable: the server is stopping; open a new stream in a moment",
        ),
    };
    let mut response = refusal(status, id, code, message.to_owned());
    if matches!(fault, NotTaken::Full | NotTaken::Closing) {
        response.headers_mut().insert(RETRY_AFTER, SOON);
    }
    response
}

fn refused(status: StatusCode, message: &str) -> Response {
    refusal(status, None, REFUSED, message.to_owned())
}
