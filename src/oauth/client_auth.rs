//! Which client sends a form, and whether it showed that it is (RFC 6749 section 2.3). Fetches nothing: a client that
//! holds a code or a token is kept in the database.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use subtle::ConstantTimeEq;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::{Client, Door, form::Form, wire::Refused};
use crate::crypto::{HashKey, Token, TokenKind};

/// What a request shows of its client.
struct Shown {
    client_id: String,
    secret: Option<Zeroizing<String>>,
    /// By the `Authorization` header, which is answered with a challenge.
    by_header: bool,
}

/// The client that sends `form`.
///
/// # Errors
/// [`Refused`]; a request that names no client is refused as one of an unknown client.
pub(super) async fn authenticate(
    door: &Door,
    headers: &HeaderMap,
    form: &Form,
) -> Result<Client, Refused> {
    authenticate_if_named(door, headers, form)
        .await?
        .ok_or(Refused::Client {
            reason: "client.unnamed",
            by_header: false,
        })
}

/// The client that sends `form`, if it says which.
///
/// # Errors
/// [`Refused`].
pub(super) async fn authenticate_if_named(
    door: &Door,
    headers: &HeaderMap,
    form: &Form,
) -> Result<Option<Client>, Refused> {
    let Some(shown) = shown(headers, form)? else {
        return Ok(None);
    };
    let refused = |reason| Refused::Client {
        reason,
        by_header: shown.by_header,
    };
    let client = door
        .clients
        .known(&shown.client_id)
        .await?
        .ok_or_else(|| refused("client.unknown"))?;
    let reason = fault(
        &client,
        shown.secret.as_ref().map(|secret| secret.as_str()),
        door.keys.hash_key(),
    );
    match reason {
        Some(reason) => Err(refused(reason)),
        None => Ok(Some(client)),
    }
}

/// What is wrong with how `client` showed itself.
fn fault(client: &Client, secret: Option<&str>, key: &HashKey) -> Option<&'static str> {
    match (&client.secret_hash, secret) {
        (None, None) => None,
        (None, Some(_)) => Some("client.public_with_secret"),
        (Some(_), None) => Some("client.no_secret"),
        (Some(kept), Some(secret)) => {
            let hash = Token::parse(secret)
                .filter(|secret| secret.kind() == TokenKind::ClientSecret)
                .map(|secret| secret.hash(key));
            let fits = hash.is_some_and(|hash| kept.as_bytes().ct_eq(hash.as_bytes()).into());
            (!fits).then_some("client.wrong_secret")
        }
    }
}

fn shown(headers: &HeaderMap, form: &Form) -> Result<Option<Shown>, Refused> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let in_form = form.get("client_secret");
    let Some(value) = values.next() else {
        return Ok(form.get("client_id").map(|client_id| Shown {
            client_id: client_id.to_owned(),
            secret: in_form.map(|secret| Zeroizing::new(secret.to_owned())),
            by_header: false,
        }));
    };
    let (client_id, secret) =
        basic(value)
            .filter(|_| values.next().is_none())
            .ok_or(Refused::Client {
                reason: "client.malformed_basic",
                by_header: true,
            })?;
    if in_form.is_some() {
        return Err(Refused::Request(
            "the client shows its secret in two ways; one is enough",
        ));
    }
    if form
        .get("client_id")
        .is_some_and(|named| named != client_id)
    {
        return Err(Refused::Request("the client says two different client ids"));
    }
    Ok(Some(Shown {
        client_id,
        secret: Some(secret).filter(|secret| !secret.is_empty()),
        by_header: true,
    }))
}

/// Client id and secret of an `Authorization: Basic` header (RFC 6749 section 2.3.1, RFC 7617).
fn basic(value: &HeaderValue) -> Option<(String, Zeroizing<String>)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = Zeroizing::new(STANDARD.decode(encoded.trim_matches(' ')).ok()?);
    let (client_id, secret) = std::str::from_utf8(&plain).ok()?.split_once(':')?;
    let client_id = decoded(client_id)?;
    Some((client_id, Zeroizing::new(decoded(secret)?)))
        .filter(|(client_id, _)| !client_id.is_empty())
}

/// Both halves are encoded as values of a form are.
fn decoded(half: &str) -> Option<String> {
    if half.contains(['&', '=']) {
        return None;
    }
    let text: String = form_urlencoded::parse(half.as_bytes())
        .map(|(text, _)| text.into_owned())
        .collect();
    (!text.chars().any(char::is_control)).then_some(text)
}
