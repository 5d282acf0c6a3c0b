//! What browsers are told with every page, and what they tell about where a form was sent from.

use axum::response::Response;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
        X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};

/// Without `form-action`: browsers apply it to the redirect that follows a form, and ours leads to Spotify.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
);
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const FETCH_SITE: &str = "sec-fetch-site";

/// Adds the headers that every page has. What may be cached says so itself.
pub fn dress(mut response: Response, secure: bool) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if secure {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    response
}

/// Where a form was sent from, as far as the browser says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentFrom {
    /// From our own page, by the person's own hand, or by something that is no browser.
    Here,
    /// From our own page, opened at an address that is not the public origin.
    OtherAddress,
    /// From another site.
    Elsewhere,
}

/// Reads `Sec-Fetch-Site` and `Origin` (Fetch Metadata; RFC 6454 section 7); without either there is no browser to protect.
pub fn sent_from(headers: &HeaderMap, origin: &str) -> SentFrom {
    let site = headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
    let named = headers.get(ORIGIN).map(HeaderValue::as_bytes);
    let ours = named == Some(origin.as_bytes());
    match (site, named) {
        (Some(b"same-origin"), Some(b"null") | None) | (Some(b"none") | None, None) => {
            SentFrom::Here
        }
        (Some(b"same-origin" | b"none") | None, Some(_)) if ours => SentFrom::Here,
        (Some(b"same-origin"), Some(_)) => SentFrom::OtherAddress,
        _ => SentFrom::Elsewhere,
    }
}

/// Whether a browser fetches ahead of a visit that may never come.
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"].into_iter().any(|name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains("prefetch"))
    })
}

/// Whether a browser says that it opens the address as a page (Fetch Metadata); one that says nothing is believed to.
pub fn is_navigation(headers: &HeaderMap) -> bool {
    headers
        .get_all("sec-fetch-mode")
        .iter()
        .all(|mode| mode == "navigate")
}
