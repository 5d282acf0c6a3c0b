//! The endpoint as HTTP sees it: the protocol library's service, with its plain-text refusals put into JSON-RPC.
//!
//! Clients parse the body of every answer; a refusal that is not JSON reads to them like a broken server. Knows
//! status codes and JSON-RPC envelopes, no tool and no caller.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use rmcp::{
    ServerHandler,
    model::{ErrorCode, ErrorData, JsonRpcError, RequestId},
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use tower::{
    Service,
    util::{BoxCloneSyncService, MapResponse},
};

use crate::auth::{Caller, Needed};

use super::{
    handler::Handler,
    message,
    replies::Replies,
    server::Settings,
    strict::{self, Ambiguity},
};

/// The code of refusals that belong to HTTP rather than to a method; the one that the official TypeScript server
/// uses, from the range that is free for servers.
pub const REFUSED: ErrorCode = ErrorCode(-32_000);

/// The most bytes of the library's plain-text refusal that are read.
const REFUSAL_BYTES: usize = 4_096;

/// The scopes of an operation, by JSON-RPC method and by the name or address of what it is about. `None` for one that
/// needs none, or that is not offered to the caller.
pub type Needs = Arc<dyn Fn(&Caller, &str, Option<&str>) -> Option<Needed> + Send + Sync>;

/// The protocol library's service, whichever handler answers.
type Inner = BoxCloneSyncService<Request<Full<Bytes>>, Response, Infallible>;

/// The MCP endpoint as a service for a route.
#[derive(Clone)]
pub struct Endpoint {
    needs: Needs,
    handler: Handler,
    inner: Inner,
    replies: Option<Arc<Replies>>,
    max_body_bytes: usize,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("max_body_bytes", &self.max_body_bytes)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// `handler` behind the endpoint, for both eras and without sessions. A clone of it answers each request, so it must
    /// be cheap to copy.
    pub fn new(handler: impl ServerHandler + Clone, settings: &Settings, needs: Needs) -> Self {
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_allowed_hosts(settings.allowed_hosts.iter().cloned())
            .with_allowed_origins(settings.allowed_origins.iter().cloned())
            .with_max_request_body_bytes(settings.max_body_bytes)
            .enforce_origin_validation();
        let sessions = Arc::new(NeverSessionManager::default());
        let by_message = Handler::new(handler.clone());
        let service = StreamableHttpService::new(move || Ok(handler.clone()), sessions, config);
        let inner = MapResponse::new(service, |response: http::Response<_>| {
            response.map(Body::new)
        });
        Self {
            needs,
            handler: by_message,
            inner: BoxCloneSyncService::new(inner),
            replies: None,
            max_body_bytes: settings.max_body_bytes,
        }
    }

    /// The same, which answers what it was just asked from memory.
    pub(super) fn remembering(self, replies: Replies) -> Self {
        Self {
            replies: Some(Arc::new(replies)),
            ..self
        }
    }

    /// What answers behind the endpoint, for transports that bring messages another way.
    pub fn handler(&self) -> Handler {
        self.handler.clone()
    }

    /// What the operation `method` on `name` needs of `caller`.
    pub fn needed(&self, caller: &Caller, method: &str, name: Option<&str>) -> Option<Needed> {
        (self.needs)(caller, method, name)
    }

    async fn answer(mut self, request: Request<Body>) -> Response {
        let (mut parts, body) = request.into_parts();
        let body = if parts.method == Method::POST {
            match Limited::new(body, self.max_body_bytes).collect().await {
                Ok(collected) => collected.to_bytes(),
                Err(fault) => return self.unreadable(fault.as_ref()),
            }
        } else {
            Bytes::new()
        };
        if strict::check(&body) == Err(Ambiguity::Doubled) {
            let ErrorData { code, message, .. } = message::why_unread(&body);
            return refusal(StatusCode::BAD_REQUEST, None, code, message.into_owned());
        }
        let asked = self
            .replies
            .as_ref()
            .and_then(|replies| Some((replies, Replies::read(&mut parts, &body)?)));
        if let Some((replies, asked)) = &asked
            && let Some(response) = replies.recall(asked).await
        {
            return response;
        }
        let request = Request::from_parts(parts, Full::new(body.clone()));
        let mut response = match self.inner.call(request).await {
            Ok(response) => response,
            Err(impossible) => match impossible {},
        };
        if let Some((replies, asked)) = asked {
            response = replies.keep(asked, response).await;
        }
        let spoken = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
        if spoken || !(response.status().is_client_error() || response.status().is_server_error()) {
            return response;
        }
        translate(response, &body).await
    }

    fn unreadable(&self, fault: &(dyn std::error::Error + 'static)) -> Response {
        if fault.is::<LengthLimitError>() {
            let limit = self.max_body_bytes;
            let message = format!("Payload Too Large: the body exceeds {limit} bytes");
            return refusal(StatusCode::PAYLOAD_TOO_LARGE, None, REFUSED, message);
        }
        let message = "Bad Request: the body ended early".to_owned();
        refusal(
            StatusCode::BAD_REQUEST,
            None,
            ErrorCode::PARSE_ERROR,
            message,
        )
    }
}

impl Service<Request<Body>> for Endpoint {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let endpoint = self.clone();
        Box::pin(async move { Ok(endpoint.answer(request).await) })
    }
}

/// The library's plain-text refusal of `sent` as JSON-RPC: same headers, same meaning, a body that clients can read.
async fn translate(response: Response, sent: &[u8]) -> Response {
    let (parts, body) = response.into_parts();
    let said = match Limited::new(body, REFUSAL_BYTES).collect().await {
        Ok(said) => String::from_utf8_lossy(&said.to_bytes()).into_owned(),
        Err(_) => String::new(),
    };
    let unread = parts.status == StatusCode::UNSUPPORTED_MEDIA_TYPE && said.starts_with("fail to");
    let (status, code, message) = if unread {
        let ErrorData { code, message, .. } = message::why_unread(sent);
        (StatusCode::BAD_REQUEST, code, message.into_owned())
    } else if parts.status.is_server_error() {
        tracing::error!(answer = said, "the protocol library failed");
        (
            parts.status,
            ErrorCode::INTERNAL_ERROR,
            "Internal error".to_owned(),
        )
    } else {
        (parts.status, REFUSED, said)
    };
    let mut translated = refusal(status, message::id_of(sent), code, message);
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            translated.headers_mut().append(name, value.clone());
        }
    }
    translated
}

/// An HTTP answer with a JSON-RPC error, which clients can read.
pub fn refusal(
    status: StatusCode,
    id: Option<RequestId>,
    code: ErrorCode,
    message: String,
) -> Response {
    let error = JsonRpcError::new(id, ErrorData::new(code, message, None));
    let body = serde_json::to_vec(&error).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
