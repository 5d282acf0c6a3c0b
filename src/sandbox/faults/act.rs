//! Carrying out a fault on one call. It knows HTTP and no endpoint.

use std::{io, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use futures::StreamExt as _;
use http::{HeaderMap, StatusCode, header};

use super::Action;
use crate::sandbox::{
    Shared,
    api::{Refusal, caller_of},
    limits::Over,
};

/// Stands before every call of both services.
pub(crate) async fn meddle(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    if !shared.faults.any() {
        return next.run(request).await;
    }
    let (request, person) = if shared.faults.by_person() {
        whose(&shared, request).await
    } else {
        (request, None)
    };
    let path = request.uri().path();
    let struck = shared
        .faults
        .strike(request.method().as_str(), path, person.as_deref());
    match struck {
        None => next.run(request).await,
        Some(action) => act(&shared, action, request, next).await,
    }
}

async fn act(shared: &Shared, action: Action, request: Request, next: Next) -> Response {
    match action {
        Action::Status {
            status,
            message,
            reason,
            retry_after,
        } => {
            let mut refusal = Refusal::new(code(status), message);
            refusal.reason = reason.map(Into::into);
            refusal.retry_after = retry_after;
            refusal.into_response()
        }
        Action::RateLimited { retry_after } => {
            Refusal::too_many(Over::Window(retry_after)).into_response()
        }
        Action::QuotaExceeded { retry_after } => {
            Refusal::too_many(Over::Quota(retry_after)).into_response()
        }
        Action::Unauthorized => Refusal::bad_token("The access token expired").into_response(),
        Action::Latency { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Action::Hang => {
            shared.stop.cancelled().await;
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Action::Cut => cut(next.run(request).await).await,
        Action::MalformedJson => malformed(next.run(request).await).await,
        Action::Html { status } => {
            let page = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Upstream error</h1></body></html>";
            (code(status), Html(page)).into_response()
        }
        Action::Empty { status } => code(status).into_response(),
        Action::Hold => {
            let answer = next.run(request).await;
            tokio::select! {
                () = shared.faults.hold() => {}
                () = shared.stop.cancelled() => {}
            }
            answer
        }
    }
}

/// Whose call it is, by its bearer token, or on the token endpoint by what is exchanged.
async fn whose(shared: &Shared, request: Request) -> (Request, Option<String>) {
    let id = |owner| shared.world.person(owner).map(|person| person.id.clone());
    if request.uri().path() != "/api/token" {
        let person = caller_of(shared, &request).and_then(id);
        return (request, person);
    }
    let (parts, body) = request.into_parts();
    // A body that cannot be read is nobody's, and the endpoint will say so of the empty one.
    let body = to_bytes(body, MOST_FORM).await.unwrap_or_default();
    let person = url::form_urlencoded::parse(&body)
        .filter(|(name, _)| name == "refresh_token" || name == "code")
        .find_map(|(_, secret)| shared.grants.person_behind(&secret))
        .and_then(id);
    (Request::from_parts(parts, Body::from(body)), person)
}

/// The longest form that is looked into, in bytes.
const MOST_FORM: usize = 64 * 1024;

/// Promises the whole body, sends half of it and breaks off.
async fn cut(answer: Response) -> Response {
    let (status, mut headers, body) = taken_apart(answer).await;
    headers.insert(header::CONTENT_LENGTH, body.len().max(2).into());
    let half = body.slice(..body.len() / 2);
    let rest = async {
        // Gives way once, so that what is there is sent before the connection breaks.
        tokio::task::yield_now().await;
        Err(io::Error::new(
            io::ErrorKind::ConnectionAborted,
            "cut on purpose",
        ))
    };
    let stream =
        futures::stream::iter([Ok::<Bytes, io::Error>(half)]).chain(futures::stream::once(rest));
    (status, headers, Body::from_stream(stream)).into_response()
}

/// Sends half of the body as if that were all.
async fn malformed(answer: Response) -> Response {
    let (status, mut headers, body) = taken_apart(answer).await;
    headers.remove(header::CONTENT_LENGTH);
    let half = if body.is_empty() {
        Bytes::from_static(b"{\"cut")
    } else {
        body.slice(..body.len() / 2)
    };
    (status, headers, half).into_response()
}

async fn taken_apart(answer: Response) -> (StatusCode, HeaderMap, Bytes) {
    let (parts, body) = answer.into_parts();
    // The answer was made here and is whole.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    (parts.status, parts.headers, body)
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
