//! Where a credential may stand in a request (RFC 6750), and nowhere else.

use http::{HeaderMap, header::AUTHORIZATION};

/// The longest credential looked at, in bytes; ours are far shorter.
const LONGEST: usize = 512;

/// Why a request carries no usable credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BearerFault {
    /// There is none.
    #[error("no credential")]
    Missing,
    /// There is more than one, so which counts is anybody's guess.
    #[error("more than one credential")]
    Several,
    /// It is too long or not text.
    #[error("malformed credential")]
    Malformed,
}

/// The token of the request's only `Authorization: Bearer` header (RFC 6750 section 2.1).
///
/// # Errors
/// [`BearerFault`]; another scheme than `Bearer` is [`BearerFault::Missing`].
pub fn bearer(headers: &HeaderMap) -> Result<&str, BearerFault> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(BearerFault::Missing)?;
    if values.next().is_some() {
        return Err(BearerFault::Several);
    }
    let value = value.to_str().map_err(|_| BearerFault::Malformed)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(BearerFault::Missing);
    }
    bounded(token.trim_matches(' '))
}

/// Whether the query string holds what looks like a credential, which belongs into the header.
pub fn holds_token(query: Option<&str>) -> bool {
    query
        .unwrap_or_default()
        .split('&')
        .any(|pair| pair.starts_with("token=") || pair.starts_with("access_token="))
}

/// The link key of the connector route: the only `token` in the query string.
///
/// # Errors
/// [`BearerFault`].
pub fn link_key(query: Option<&str>) -> Result<&str, BearerFault> {
    let mut tokens = query
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.strip_prefix("token="));
    let token = tokens.next().ok_or(BearerFault::Missing)?;
    if tokens.next().is_some() {
        return Err(BearerFault::Several);
    }
    bounded(token)
}

fn bounded(token: &str) -> Result<&str, BearerFault> {
    if token.is_empty() || token.len() > LONGEST {
        Err(BearerFault::Malformed)
    } else {
        Ok(token)
    }
}
