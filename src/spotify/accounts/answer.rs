//! Reads the answers of the token endpoint. Nothing of an answer gets into a failure but a checked description.

use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::{AccountsError, OauthCode, TokenSet};
use crate::spotify::{
    classify::sanitised,
    token::{AccessToken, RefreshToken},
};

/// How long a token is good when Spotify does not say.
const USUAL_LIFE: Duration = Duration::from_hours(1);
/// The longest life that is believed; a token that lives longer is only renewed too early.
const LONGEST_LIFE: Duration = Duration::from_hours(24);

/// Only the access token can spoil an answer: a rotated refresh token exists nowhere else, so an odd field beside it
/// must not lose it.
#[derive(Deserialize)]
#[serde(default)]
struct Granted {
    access_token: String,
    token_type: Value,
    scope: Value,
    expires_in: Value,
    refresh_token: Value,
}

impl Default for Granted {
    fn default() -> Self {
        Self {
            access_token: String::new(),
            token_type: Value::Null,
            scope: Value::Null,
            expires_in: Value::Null,
            refresh_token: Value::Null,
        }
    }
}

/// The tokens, if there are any. The decoder's words are dropped, for they may repeat a token.
pub(super) fn tokens(body: &[u8]) -> Option<TokenSet> {
    let granted: Granted = serde_json::from_slice(body).ok()?;
    let bearer = granted
        .token_type
        .as_str()
        .is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    if granted.access_token.is_empty() || !bearer {
        return None;
    }
    let scope = granted.scope.as_str().unwrap_or_default();
    Some(TokenSet {
        access: AccessToken::new(granted.access_token),
        refresh: granted
            .refresh_token
            .as_str()
            .filter(|token| !token.is_empty())
            .map(|token| RefreshToken::new(token.to_owned())),
        expires_in: life(&granted.expires_in),
        scopes: scope.split_ascii_whitespace().map(Into::into).collect(),
    })
}

/// Seconds as a whole number, a fraction or text.
fn life(expires_in: &Value) -> Duration {
    let seconds = expires_in
        .as_f64()
        .or_else(|| expires_in.as_str()?.trim().parse().ok());
    seconds
        .map(|seconds| seconds.min(LONGEST_LIFE.as_secs_f64()))
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .unwrap_or(USUAL_LIFE)
}

#[derive(Deserialize)]
struct Refused {
    error: String,
    error_description: Option<String>,
}

/// Only an OAuth error in JSON with a 4xx status speaks about the grant. An outage once looked like revocation.
pub(super) fn refusal(status: StatusCode, body: &[u8], secrets: &[&str]) -> AccountsError {
    let unavailable = AccountsError::Unavailable {
        status: status.as_u16(),
    };
    let refused = serde_json::from_slice::<Refused>(body).ok();
    let Some(refused) = refused.filter(|_| status.is_client_error()) else {
        return unavailable;
    };
    match refused.error.as_str() {
        "invalid_grant" => AccountsError::InvalidGrant {
            description: refused
                .error_description
                .and_then(|text| sanitised(&text, secrets))
                .map(Into::into),
        },
        "invalid_client" => AccountsError::InvalidClient,
        "invalid_request" => AccountsError::OtherOauth(OauthCode::InvalidRequest),
        "invalid_scope" => AccountsError::OtherOauth(OauthCode::InvalidScope),
        "unauthorized_client" => AccountsError::OtherOauth(OauthCode::UnauthorizedClient),
        "unsupported_grant_type" => AccountsError::OtherOauth(OauthCode::UnsupportedGrantType),
        "server_error" | "temporarily_unavailable" => unavailable,
        _ => AccountsError::OtherOauth(OauthCode::Unknown),
    }
}
