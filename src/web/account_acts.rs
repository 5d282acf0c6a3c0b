//! What the buttons of the account page do. Each is a POST from our own page, by who is signed in, about what is theirs.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::HeaderMap;

use super::{
    Shared, Web, account_page, leaving,
    login::leave,
    problem::Problem,
    visit::{Stop, acting, from_here, to_account},
};
use crate::{
    clock::Millis,
    crypto::random_bytes,
    page::SessionCookie,
    store::{AuditEvent, GrantId, KeyId, LoginPurpose, Outcome},
};

/// All that a sign-in asks of Spotify; a link that there is stays as it is.
const TO_SIGN_IN: &str = "user-read-private";

/// `POST /account/login`: 303 to Spotify, to see who it is.
pub(super) async fn sign_in(State(web): Shared, headers: HeaderMap) -> Response {
    let outcome = match from_here(&web, &headers) {
        Ok(()) => begin(&web, &headers, &[TO_SIGN_IN]).await,
        Err(stop) => Err(stop),
    };
    answer(&web, outcome)
}

/// `POST /account/reconnect`: 303 to Spotify, for all that the link could do.
pub(super) async fn reconnect(State(web): Shared, headers: HeaderMap) -> Response {
    answer(&web, renew_link(&web, &headers).await)
}

/// `POST /account/sign-out`.
pub(super) async fn sign_out(State(web): Shared, headers: HeaderMap) -> Response {
    answer(&web, end_session(&web, &headers).await)
}

/// `POST /account/grants/{id}/end`: shuts one client out.
pub(super) async fn end_grant(
    State(web): Shared,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    answer(&web, revoke_grant(&web, &headers, &id).await)
}

/// `POST /account/keys/{id}/end`.
pub(super) async fn end_key(
    State(web): Shared,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    answer(&web, revoke_key(&web, &headers, &id).await)
}

/// `POST /account/delete`: the person is gone, with everything of theirs.
pub(super) async fn delete(State(web): Shared, headers: HeaderMap) -> Response {
    answer(&web, delete_all(&web, &headers).await)
}

async fn begin(web: &Web, headers: &HeaderMap, scopes: &[&str]) -> Result<Response, Stop> {
    match web
        .links
        .begin(web.keys.hash_key(), scopes, LoginPurpose::Session)
        .await
    {
        Ok(outbound) => Ok(leave(web, headers, &outbound)),
        Err(fault) => {
            tracing::error!(error = %fault, "a sign-in could not be begun");
            Err(Stop::Problem(Problem::AccountUnavailable))
        }
    }
}

async fn renew_link(web: &Web, headers: &HeaderMap) -> Result<Response, Stop> {
    let session = acting(web, headers).await?;
    let standing = web.links.standing(session.person).await?;
    let mut scopes: Vec<&str> = standing.scopes.iter().map(|scope| &**scope).collect();
    if !scopes.contains(&TO_SIGN_IN) {
        scopes.push(TO_SIGN_IN);
    }
    begin(web, headers, &scopes).await
}

async fn end_session(web: &Web, headers: &HeaderMap) -> Result<Response, Stop> {
    from_here(web, headers)?;
    let cookie = SessionCookie::new(web.secure);
    if let Some(value) = cookie.read(headers) {
        web.sessions.end(&value).await?;
    }
    let mut response = to_account();
    cookie.expire(&mut response);
    Ok(response)
}

async fn revoke_grant(web: &Web, headers: &HeaderMap, id: &str) -> Result<Response, Stop> {
    let session = acting(web, headers).await?;
    let grant = GrantId::parse(id).ok_or(Stop::Problem(Problem::NotYours))?;
    let now = web.clock.now();
    let event = event("oauth.grant_revoked", now);
    let ended = web
        .db
        .update_grant_revoked(grant, Some(session.person), "person", &event, now)
        .await?;
    web.keys.forget_grant(grant);
    ended_or_not_yours(ended)
}

async fn revoke_key(web: &Web, headers: &HeaderMap, id: &str) -> Result<Response, Stop> {
    let session = acting(web, headers).await?;
    let key = KeyId::parse(id).ok_or(Stop::Problem(Problem::NotYours))?;
    let now = web.clock.now();
    let event = event("key.revoked", now).with_key(key).because("person");
    let ended = web
        .db
        .delete_key(key, Some(session.person), &event, now)
        .await?;
    web.keys.forget_key(key);
    ended_or_not_yours(ended)
}

async fn delete_all(web: &Web, headers: &HeaderMap) -> Result<Response, Stop> {
    let session = acting(web, headers).await?;
    leaving::delete(web, session.person).await?;
    Ok(account_page::farewell(web))
}

fn event(slug: &'static str, now: Millis) -> AuditEvent {
    AuditEvent::new(now, random_bytes(), slug, Outcome::Success)
}

/// What is another's is told apart from nothing by nobody.
fn ended_or_not_yours(ended: bool) -> Result<Response, Stop> {
    if ended {
        Ok(to_account())
    } else {
        Err(Stop::Problem(Problem::NotYours))
    }
}

fn answer(web: &Web, outcome: Result<Response, Stop>) -> Response {
    outcome.unwrap_or_else(|stop| stop.answer(web))
}
