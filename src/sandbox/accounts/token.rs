//! `POST /api/token`: codes and refresh tokens for access tokens, with the errors that Spotify documents
//! (reference: Spotify, Refreshing tokens; RFC 6749, sections 4.1.3, 5.2 and 6). It knows no page.

use std::collections::HashMap;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;

use super::grants::{Refused, Tokens};
use crate::sandbox::{Proof, Shared, calls::Secret};

/// The token endpoint.
pub(super) async fn exchange(
    State(sandbox): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_form(&headers) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    match answer(&sandbox, &headers, &form) {
        Ok(tokens) => respond(&sandbox, tokens),
        Err(fault) => fault.into_response(),
    }
}

/// An error of the token endpoint: `error` and `error_description`, always 400.
#[derive(Debug)]
struct Fault(&'static str, String);

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        Self("invalid_grant", refused.to_string())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let body = json!({"error": self.0, "error_description": self.1});
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

type Form = HashMap<String, String>;

fn answer(sandbox: &Shared, headers: &HeaderMap, form: &Form) -> Result<Tokens, Fault> {
    let grant_type = field(form, "grant_type");
    if !matches!(grant_type, Some("authorization_code" | "refresh_token")) {
        let known = "grant_type must be client_credentials, authorization_code or refresh_token";
        let text = grant_type.map_or("grant_type parameter is missing", |_| known);
        return Err(Fault("unsupported_grant_type", text.to_owned()));
    }
    let (client_id, proved) = client(sandbox, headers, form)?;
    let times = (sandbox.now(), sandbox.access_life());
    if grant_type == Some("refresh_token") {
        let token = required(form, "refresh_token")?;
        if !proved && sandbox.grants.wants_secret(token) {
            return Err(Fault("invalid_client", "Invalid client secret".to_owned()));
        }
        let rotate = sandbox.rotates(&client_id);
        return Ok(sandbox.grants.refresh(token, &client_id, rotate, times)?);
    }
    let code = required(form, "code")?;
    let redirect_uri = required(form, "redirect_uri")?;
    let verifier = field(form, "code_verifier");
    if let Some(verifier) = verifier {
        sandbox.grants.issued().note(Secret::Verifier, verifier);
    } else if !proved {
        return Err(Fault("invalid_client", "Invalid client secret".to_owned()));
    }
    Ok(sandbox
        .grants
        .redeem(code, &client_id, redirect_uri, verifier, times)?)
}

/// Which app asks, and whether it proved itself with its secret; without one the code's proof key must do.
fn client(sandbox: &Shared, headers: &HeaderMap, form: &Form) -> Result<(String, bool), Fault> {
    let invalid = |text: &str| Fault("invalid_client", text.to_owned());
    let (client_id, secret) = if let Some(header) = headers.get(header::AUTHORIZATION) {
        let (id, secret) = basic(header).ok_or_else(|| invalid("Invalid client"))?;
        (id, Some(secret))
    } else {
        let id = field(form, "client_id").ok_or_else(|| invalid("Invalid client"))?;
        (
            id.to_owned(),
            field(form, "client_secret").map(str::to_owned),
        )
    };
    match sandbox.prove(&client_id, secret.as_deref()) {
        Proof::Unknown => Err(invalid("Invalid client")),
        Proof::Wrong => Err(invalid("Invalid client secret")),
        Proof::None => Ok((client_id, false)),
        Proof::Right => Ok((client_id, true)),
    }
}

fn respond(sandbox: &Shared, tokens: Tokens) -> Response {
    let mut body = json!({
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": sandbox.access_life() / 1_000,
        "scope": tokens.scopes.to_string(),
    });
    if let Some(refresh) = tokens.refresh {
        body["refresh_token"] = refresh.into();
    }
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded")
}

fn basic(header: &HeaderValue) -> Option<(String, String)> {
    let encoded = header.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn field<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
    form.get(name)
        .map(|value| &**value)
        .filter(|value| !value.is_empty())
}

fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, Fault> {
    field(form, name).ok_or_else(|| Fault("invalid_request", format!("{name} must be supplied")))
}
