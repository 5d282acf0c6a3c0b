//! Coming back from Spotify: which login it is, whether this browser began it, and how it ended.

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header::ALLOW};

use super::{
    Shared, Web,
    login::leave,
    pages,
    problem::{Problem, Start},
    visit::to_account,
};
use crate::{
    auth::{IssuedKey, KeyLimits, KeyOptions},
    crypto::{KeyKind, Opaque},
    link::{Completed, ConnectFault, Connection, Given, Login, Returned, SpotifyAnswer},
    page::{FlowCookies, Kind, SessionCookie, date, is_prefetch},
    store::LoginPurpose,
};

/// `GET` of the callback: the page with the keys, the account page, or one that says what happened and what to do.
pub(super) async fn come_back(
    State(web): Shared,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if is_prefetch(&headers) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let Some(back) = Returned::parse(query.as_deref().unwrap_or_default()) else {
        return Problem::BadCallback.page(&web);
    };
    let login = match find_login(&web, &back).await {
        Ok(login) => login,
        Err(problem) => return problem.page(&web),
    };
    let flow = login.map(|login| login.flow);
    let cookies = FlowCookies::new(web.secure, Kind::Spotify);
    let browser = flow.and_then(|flow| cookies.read(&headers, flow));
    let (mut response, over) = finish(
        &web,
        &headers,
        &back,
        login,
        browser.as_deref().unwrap_or_default(),
    )
    .await;
    if let (Some(flow), Some(_), true) = (flow, browser, over) {
        cookies.expire(&mut response, flow);
    }
    response
}

/// `HEAD` of the callback, which must not spend the login.
pub(super) async fn no_effect() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")]).into_response()
}

async fn find_login(web: &Web, back: &Returned) -> Result<Option<Login>, Problem> {
    web.links
        .find_login(web.keys.hash_key(), back.state.expose())
        .await
        .map_err(|fault| told(&fault))
}

/// The page, and whether the login is over, so that its cookie can go.
async fn finish(
    web: &Web,
    headers: &HeaderMap,
    back: &Returned,
    login: Option<Login>,
    browser: &str,
) -> (Response, bool) {
    let purpose = login.map_or(LoginPurpose::Keys, |login| login.purpose);
    let start = match purpose {
        LoginPurpose::Session => Start::Account,
        LoginPurpose::Keys | LoginPurpose::Machine | LoginPurpose::Authorization(_) => Start::Login,
    };
    let state = back.state.expose();
    let outcome = match (&back.answer, purpose) {
        // Whoever mounts this route takes those of clients before they come here.
        (None, _) | (_, LoginPurpose::Authorization(_)) => Err(Problem::BadCallback),
        // Only the machine that began it can end it, and it stays open for that.
        (_, LoginPurpose::Machine) => Err(Problem::OtherBrowser),
        (Some(SpotifyAnswer::Refused { error }), _) => {
            let refused = web.links.refuse(web.keys.hash_key(), state, browser).await;
            Err(refused.map_or_else(|fault| told(&fault), |()| Problem::of_spotify(error)))
        }
        (Some(SpotifyAnswer::Agreed { code }), LoginPurpose::Keys) => {
            let comeback = Comeback {
                state,
                browser,
                code,
            };
            hand_out_keys(web, headers, &comeback).await
        }
        (Some(SpotifyAnswer::Agreed { code }), LoginPurpose::Session) => {
            let comeback = Comeback {
                state,
                browser,
                code,
            };
            sign_in(web, headers, &comeback).await
        }
    };
    match outcome {
        Ok(response) => (response, true),
        Err(problem) => (problem.page_from(web, start), problem.is_final()),
    }
}

/// What it takes to complete a login.
struct Comeback<'a> {
    state: &'a str,
    browser: &'a str,
    code: &'a Opaque,
}

impl Comeback<'_> {
    async fn complete(&self, web: &Web, given: Given) -> Result<Completed, Problem> {
        web.links
            .complete(
                web.keys.hash_key(),
                self.state,
                self.browser,
                self.code.expose(),
                given,
            )
            .await
            .map_err(|fault| told(&fault))
    }
}

async fn hand_out_keys(
    web: &Web,
    headers: &HeaderMap,
    comeback: &Comeback<'_>,
) -> Result<Response, Problem> {
    let label = format!("login {}", date(web.clock.now(), "%F"));
    let issued = [KeyKind::Api, KeyKind::Link].map(|kind| {
        web.keys.issue(KeyOptions {
            kind,
            label: label.clone(),
            limits: KeyLimits::default(),
            expires_at: None,
        })
    });
    let keys = issued.each_ref().map(|key| key.stored.clone());
    match comeback.complete(web, Given::Keys(Box::new(keys))).await? {
        Completed::Connected(connection) => Ok(connected(web, &connection, &issued).await),
        Completed::AskAgain(outbound) => Ok(leave(web, headers, &outbound)),
    }
}

/// The browser's earlier session, if it has one, ends with this.
async fn sign_in(
    web: &Web,
    headers: &HeaderMap,
    comeback: &Comeback<'_>,
) -> Result<Response, Problem> {
    let issued = web.sessions.issue();
    let given = Given::Session(issued.stored);
    if let Completed::AskAgain(outbound) = comeback.complete(web, given).await? {
        return Ok(leave(web, headers, &outbound));
    }
    let cookie = SessionCookie::new(web.secure);
    if let Some(earlier) = cookie.read(headers)
        && let Err(fault) = web.sessions.end(&earlier).await
    {
        tracing::warn!(error = %fault, "an earlier session could not be ended");
    }
    let mut response = to_account();
    cookie.set(&mut response, issued.cookie.expose());
    Ok(response)
}

async fn connected(web: &Web, connection: &Connection, issued: &[IssuedKey; 2]) -> Response {
    for key in &connection.dropped {
        web.keys.forget_key(*key);
    }
    // The date is a courtesy: the keys are shown even if it cannot be had.
    let asks_again = web
        .links
        .standing(connection.person)
        .await
        .ok()
        .and_then(|standing| standing.reauthorize_by);
    pages::connected(web, connection, issued, asks_again)
}

fn told(fault: &ConnectFault) -> Problem {
    let problem = Problem::from(fault);
    if let ConnectFault::Store(cause) = fault {
        tracing::error!(error = %cause, "a login could not be kept");
    } else {
        tracing::info!(error = %fault, "a login did not lead to a link");
    }
    problem
}
