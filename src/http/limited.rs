//! Where requests are counted before a handler sees them.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{Method, StatusCode};

use super::envelope::{error, too_many};
use crate::auth::{Allowance, Bucket, Caller, Limits, Pace, Source};

/// What begins a login at Spotify. A client's authorization counts itself, when it has read what it is asked.
const LOGINS: [&str; 3] = ["/auth/login", "/account/login", "/account/reconnect"];

/// Counts one request of `caller` at the MCP endpoint; the refusal if it was one too many.
pub(super) fn keep_pace(pace: &Pace, caller: &Caller) -> Option<Response> {
    let seconds = pace.take(caller).err()?;
    Some(too_many(
        seconds,
        &format!("you ask more often than this server lets one person; try again in {seconds} s"),
    ))
}

/// Counts the logins that each source begins: every one is a row until it ends.
pub async fn limit_logins(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let begins = request.method() == Method::POST && LOGINS.contains(&request.uri().path());
    let source = request.extensions().get::<Source>().filter(|_| begins);
    let Some(source) = source.map(Source::to_string) else {
        return next.run(request).await;
    };
    match limits.take(Bucket::Login, &source).await {
        Ok(Allowance::Granted) => next.run(request).await,
        Ok(Allowance::Exhausted {
            retry_after_seconds: seconds,
        }) => too_many(
            seconds,
            &format!("too many logins were begun from your address; try again in {seconds} s"),
        ),
        Err(fault) => {
            tracing::error!(error = %fault, "a login could not be counted");
            error(
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "the login could not be begun just now; try again in a moment",
            )
        }
    }
}
