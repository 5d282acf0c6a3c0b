//! `/authorize`: checks the request as Spotify does, asks the person, and sends the browser back with a code.
//!
//! A script drives it without reading the page: `POST /authorize`, form encoded, with every parameter of the
//! original request and
//!
//! - `person`: Spotify's `id` of a person, as `GET /_sandbox/people` lists them;
//! - `decision`: `approve` or `cancel`;
//! - `grant` (optional): permissions separated by spaces; only those asked for and named here are granted.
//!
//! The answer is 303 to the redirect URI with `code` and `state`, or with `error=access_denied` and `state`. It
//! knows nothing of tokens.

use axum::{
    extract::{Form, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use url::Url;

use super::{grants::Approval, page, redirect};
use crate::sandbox::{Shared, calls::Secret, scope::Scopes};

/// The parameters of `/authorize` (Spotify: Authorization Code with PKCE Flow).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) client_id: String,
    pub(super) response_type: String,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) scope: String,
    pub(super) show_dialog: String,
    pub(super) code_challenge_method: Option<String>,
    pub(super) code_challenge: Option<String>,
}

/// What the person answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    person: String,
    decision: String,
    grant: Option<String>,
}

/// Shows the page, or sends a browser that has already approved straight back.
pub(super) async fn show(
    State(sandbox): State<Shared>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let scopes = match check(&sandbox, &asked) {
        Ok(scopes) => scopes,
        Err(fault) => return fault.answer(&asked),
    };
    let signed_in = session(&headers).and_then(|session| sandbox.grants.signed_in(session));
    if let Some(person) = signed_in
        && asked.show_dialog != "true"
        && sandbox
            .grants
            .has_approved(person, &asked.client_id, scopes)
    {
        return send_back(&sandbox, &asked, person, scopes);
    }
    page::consent(&sandbox, &asked, scopes, signed_in).into_response()
}

/// Takes the person's answer.
pub(super) async fn decide(
    State(sandbox): State<Shared>,
    Query(in_query): Query<Asked>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let (asked, answer) = match read(&fields, in_query) {
        Ok(read) => read,
        Err(reason) => return page::refusal(&reason).into_response(),
    };
    let scopes = match check(&sandbox, &asked) {
        Ok(scopes) => scopes,
        Err(fault) => return fault.answer(&asked),
    };
    if answer.decision != "approve" {
        return back(&asked, &[("error", "access_denied")]);
    }
    let Some(person) = sandbox.world.person_by_id(&answer.person) else {
        return page::refusal("there is no such person in the sandbox").into_response();
    };
    let granted = match answer.grant.as_deref().map(Scopes::parse) {
        None => scopes,
        Some(Ok(fewer)) => scopes.both(fewer),
        Some(Err(name)) => {
            return page::refusal(&format!("there is no scope {name}")).into_response();
        }
    };
    let cookie = format!(
        "{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax",
        sandbox.grants.session(person.owner)
    );
    let mut response = send_back(&sandbox, &asked, person.owner, granted);
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Signs the browser out, so that the next page asks again who is there.
pub(super) async fn forget(State(sandbox): State<Shared>, headers: HeaderMap) -> Response {
    if let Some(session) = session(&headers) {
        sandbox.grants.sign_out(session);
    }
    page::signed_out().into_response()
}

const COOKIE: &str = "sandbox_session";

/// Form fields win; what they lack is taken from the query.
fn read(fields: &[(String, String)], in_query: Asked) -> Result<(Asked, Answer), String> {
    let form = serde_json::Value::Object(
        fields
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect(),
    );
    let fault = |fault: serde_json::Error| format!("unreadable form: {fault}");
    let answer = Answer::deserialize(&form).map_err(fault)?;
    let asked = Asked::deserialize(&form).map_err(fault)?;
    Ok(if asked.client_id.is_empty() {
        (in_query, answer)
    } else {
        (asked, answer)
    })
}

/// What is wrong with a request.
#[derive(Debug)]
enum Fault {
    /// Shown here: nobody knows that the redirect URI is the client's.
    Here(&'static str),
    /// Sent back to the client: `error` and, for some, `error_description`.
    Back(&'static str, Option<&'static str>),
}

impl Fault {
    fn answer(self, asked: &Asked) -> Response {
        match self {
            Self::Here(reason) => page::refusal(reason).into_response(),
            Self::Back(error, None) => back(asked, &[("error", error)]),
            Self::Back(error, Some(text)) => {
                back(asked, &[("error", error), ("error_description", text)])
            }
        }
    }
}

/// Checks a request. Until the redirect URI is known to be good, nothing is sent on.
fn check(sandbox: &Shared, asked: &Asked) -> Result<Scopes, Fault> {
    if asked.client_id.is_empty() {
        return Err(Fault::Here("Missing required parameter: client_id"));
    }
    let registered = sandbox
        .redirect_uris(&asked.client_id)
        .ok_or(Fault::Here("INVALID_CLIENT: Invalid client"))?;
    if asked.redirect_uri.is_empty() {
        return Err(Fault::Here("Missing required parameter: redirect_uri"));
    }
    if !redirect::allowed(&asked.redirect_uri, registered) {
        return Err(Fault::Here("INVALID_CLIENT: Invalid redirect URI"));
    }
    if let Some(state) = &asked.state {
        sandbox.grants.issued().note(Secret::State, state);
    }
    if asked.response_type != "code" {
        return Err(Fault::Back("unsupported_response_type", None));
    }
    let challenged = asked.code_challenge.is_some();
    let method = asked.code_challenge_method.as_deref();
    if challenged && method != Some("S256") || !challenged && method.is_some() {
        let text = "code_challenge_method must be S256";
        return Err(Fault::Back("invalid_request", Some(text)));
    }
    Scopes::parse(&asked.scope).map_err(|_| Fault::Back("invalid_scope", None))
}

fn send_back(sandbox: &Shared, asked: &Asked, person: u32, scopes: Scopes) -> Response {
    let approval = Approval {
        person,
        client_id: asked.client_id.clone(),
        redirect_uri: asked.redirect_uri.clone(),
        scopes,
        challenge: asked.code_challenge.clone(),
    };
    let code = sandbox.grants.code(approval, sandbox.now());
    back(asked, &[("code", &code)])
}

/// Back to the client, with the state that it sent.
fn back(asked: &Asked, answer: &[(&str, &str)]) -> Response {
    let Ok(mut url) = Url::parse(&asked.redirect_uri) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(answer);
        if let Some(state) = &asked.state {
            query.append_pair("state", state);
        }
    }
    Redirect::to(url.as_str()).into_response()
}

fn session(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}
