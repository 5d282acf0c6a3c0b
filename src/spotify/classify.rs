//! Turns a refusal of the Web API into a [`SpotifyError`]: status, body and endpoint together say what it means.
//!
//! Bodies are read leniently: JSON of two shapes, plain text, HTML or nothing. Makes no request.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use serde_json::Value;

use super::{
    call::{Call, Forbidden, Group},
    error::{Context, SpotifyError},
};

/// The longest message that is kept, in characters.
const MAX_MESSAGE: usize = 200;
/// A word this long is taken for a token: Spotify's are far longer, its ids and user names shorter.
const TOKEN_LENGTH: usize = 40;
/// The longest wait that is believed: a mistaken header must not close a quota for ever.
const MAX_WAIT: Duration = Duration::from_hours(7 * 24);

/// What the refusal means. `secret` is the token that was sent; a message that repeats it is dropped.
pub(super) fn refusal<T>(
    call: &Call<T>,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    secret: &str,
) -> SpotifyError {
    let said = Said::read(body, secret);
    let context = Box::new(Context {
        status: Some(status.as_u16()),
        message: said.message,
        reason: said.reason,
        retry_after: retry_after(headers),
        group: call.group(),
        write: !call.is_read(),
    });
    match status {
        StatusCode::ACCEPTED => SpotifyError::DeviceUnavailable(context),
        StatusCode::UNAUTHORIZED => SpotifyError::Unauthorized(context),
        StatusCode::FORBIDDEN => forbidden(call, context),
        StatusCode::NOT_FOUND => missing(context),
        StatusCode::TOO_MANY_REQUESTS if context.reason_is("QUOTA_EXCEEDED") => {
            SpotifyError::QuotaExceeded(context)
        }
        StatusCode::TOO_MANY_REQUESTS => SpotifyError::RateLimited(context),
        status if status.is_client_error() => SpotifyError::InvalidRequest(context),
        _ => SpotifyError::Upstream(context),
    }
}

/// Seconds of `Retry-After`; Spotify sends no dates.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse();
    Some(Duration::from_secs(seconds.ok()?).min(MAX_WAIT))
}

/// One line of printable characters, at most `MAX_MESSAGE` of them; `None` when nothing is left, when one of `secrets`
/// is in it, or what looks like another secret.
pub(super) fn sanitised(text: &str, secrets: &[&str]) -> Option<Box<str>> {
    if secrets
        .iter()
        .any(|secret| !secret.is_empty() && text.contains(secret))
        || text
            .split(|char| !is_of_token(char))
            .any(|word| word.len() >= TOKEN_LENGTH)
    {
        return None;
    }
    let line: String = text
        .trim()
        .chars()
        .filter(|char| !is_invisible(*char))
        .map(|char| if char.is_control() { ' ' } else { char })
        .take(MAX_MESSAGE)
        .collect();
    (!line.trim().is_empty()).then(|| line.into())
}

/// The characters of base64url, of which Spotify's tokens and codes are made.
fn is_of_token(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '-' || char == '_'
}

fn forbidden<T>(call: &Call<T>, context: Box<Context>) -> SpotifyError {
    let message = context
        .message
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if context.reason_is("PREMIUM_REQUIRED") {
        SpotifyError::PremiumRequired(context)
    } else if message.contains("insufficient client scope") {
        SpotifyError::InsufficientScope(context)
    } else if message.starts_with("active premium subscription required") {
        SpotifyError::AppOwnerPremium(context)
    } else if is_not_allow_listed(&message) {
        SpotifyError::NotAllowListed(context)
    } else if context.reason.is_some() || message.contains("restriction violated") {
        SpotifyError::Restricted(context)
    } else if context.group == Group::Player {
        // No player endpoint was ever removed; devices refuse in many words.
        SpotifyError::Restricted(context)
    } else {
        match call.forbidden() {
            Forbidden::EndpointGone => SpotifyError::EndpointGone(context),
            Forbidden::NotReadable => SpotifyError::NotReadable(context),
        }
    }
}

/// The wording varies; all of them point to registration or to the dashboard.
fn is_not_allow_listed(message: &str) -> bool {
    message.contains("not registered")
        || message.contains("not be registered")
        || message.contains("developer dashboard")
        || message.contains("developer.spotify.com/dashboard")
}

fn missing(context: Box<Context>) -> SpotifyError {
    let about_device = context.group == Group::Player
        && context
            .message
            .as_deref()
            .is_some_and(|message| message.to_ascii_lowercase().contains("device"));
    if context.reason_is("NO_ACTIVE_DEVICE") || about_device {
        SpotifyError::NoActiveDevice(context)
    } else {
        SpotifyError::NotFound(context)
    }
}

/// What a body says.
#[derive(Default)]
struct Said {
    message: Option<Box<str>>,
    reason: Option<Box<str>>,
}

impl Said {
    fn read(body: &[u8], secret: &str) -> Self {
        if let Ok(body) = serde_json::from_slice::<Value>(body) {
            return Self::read_json(&body, secret);
        }
        let text = std::str::from_utf8(body).unwrap_or_default().trim_start();
        // A page for people says nothing that a program could use.
        let message = (!text.starts_with('<')).then_some(text);
        Self {
            message: message.and_then(|text| sanitised(text, &[secret])),
            reason: None,
        }
    }

    /// `{"error":{"message":..,"reason":..}}`, or OAuth's `{"error":..,"error_description":..}`.
    fn read_json(body: &Value, secret: &str) -> Self {
        let error = &body["error"];
        let message = [&error["message"], &body["error_description"], error]
            .into_iter()
            .find_map(Value::as_str);
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let reason = error["reason"]
            .as_str()
            .filter(|reason| (1..TOKEN_LENGTH).contains(&reason.len()) && reason.bytes().all(word));
        Self {
            message: message.and_then(|text| sanitised(text, &[secret])),
            reason: reason.map(Into::into),
        }
    }
}

/// Marks that turn or hide text on a terminal or in front of a model.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
