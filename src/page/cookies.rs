//! Cookies that tie something to the browser that began it: one for each consent page and each round at Spotify,
//! and one for a session. Each is `HttpOnly` and `SameSite=Lax`, and on https bears the prefix that keeps sibling
//! domains from setting it.

use std::fmt;

use axum::response::Response;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, HeaderValue, header::SET_COOKIE};
use uuid::Uuid;

/// Cookies of one kind that a browser may have at a time; another one ends the oldest.
const MOST: usize = 10;
/// How long a browser keeps the cookie of a flow, in seconds; the flow itself ends then too.
const FLOW_SECONDS: u64 = 600;
/// How long a browser keeps the cookie of a session after it was last set, in seconds: 30 days.
const SESSION_SECONDS: u64 = 30 * 24 * 60 * 60;
/// The length of a UUID as text.
const ID_LENGTH: usize = 36;

/// What a flow's cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A consent page of ours: `__Host-f_ID`.
    Consent,
    /// A round at Spotify: `__Host-s_ID`.
    Spotify,
}

/// The cookies of one kind of flow at one public origin: one for each tab, ten minutes, ten at most.
///
/// A flow is named by a UUID of version 7, whose text sorts by time.
#[derive(Clone, Copy, Debug)]
pub struct FlowCookies {
    secure: bool,
    kind: Kind,
}

impl FlowCookies {
    /// `secure`: whether the public origin is https.
    pub fn new(secure: bool, kind: Kind) -> Self {
        Self { secure, kind }
    }

    /// What the browser keeps for `flow`.
    pub fn read(self, headers: &HeaderMap, flow: impl fmt::Display) -> Option<String> {
        read(headers, &self.name(flow))
    }

    /// The flows whose cookies have to go before another one is set, oldest first.
    pub fn surplus(self, headers: &HeaderMap) -> Vec<String> {
        let mut flows: Vec<String> = CookieJar::from_headers(headers)
            .iter()
            .filter_map(|cookie| cookie.name().strip_prefix(self.prefix()))
            .filter(|id| id.len() == ID_LENGTH && Uuid::try_parse(id).is_ok())
            .map(str::to_owned)
            .collect();
        flows.sort_unstable();
        flows.truncate((flows.len() + 1).saturating_sub(MOST));
        flows
    }

    /// Tells the browser to keep `value` for `flow`.
    pub fn set(self, response: &mut Response, flow: impl fmt::Display, value: &str) {
        send(response, self.secure, self.name(flow), value, FLOW_SECONDS);
    }

    /// Tells the browser to forget `flow`.
    pub fn expire(self, response: &mut Response, flow: impl fmt::Display) {
        send(response, self.secure, self.name(flow), "", 0);
    }

    fn name(self, flow: impl fmt::Display) -> String {
        format!("{}{flow}", self.prefix())
    }

    fn prefix(self) -> &'static str {
        match (self.kind, self.secure) {
            (Kind::Consent, true) => "__Host-f_",
            (Kind::Consent, false) => "f_",
            (Kind::Spotify, true) => "__Host-s_",
            (Kind::Spotify, false) => "s_",
        }
    }
}

/// The cookie of a signed-in browser: `__Host-session`, 30 days from when it was last set.
#[derive(Clone, Copy, Debug)]
pub struct SessionCookie {
    secure: bool,
}

impl SessionCookie {
    /// `secure`: whether the public origin is https.
    pub fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// What the browser keeps.
    pub fn read(self, headers: &HeaderMap) -> Option<String> {
        read(headers, self.name())
    }

    /// Tells the browser to keep `value`, for 30 days from now.
    pub fn set(self, response: &mut Response, value: &str) {
        send(
            response,
            self.secure,
            self.name().to_owned(),
            value,
            SESSION_SECONDS,
        );
    }

    /// Tells the browser to forget it.
    pub fn expire(self, response: &mut Response) {
        send(response, self.secure, self.name().to_owned(), "", 0);
    }

    fn name(self) -> &'static str {
        if self.secure {
            "__Host-session"
        } else {
            "session"
        }
    }
}

fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    CookieJar::from_headers(headers)
        .get(name)
        .map(|cookie| cookie.value().to_owned())
}

/// Sets a cookie as RFC 6265bis section 4.1.3.2 wants those with the prefix `__Host-`.
fn send(response: &mut Response, secure: bool, name: String, value: &str, seconds: u64) {
    let cookie = Cookie::build((name, value))
        .path("/")
        .secure(secure)
        .http_only(true)
        .same_site(SameSite::Lax);
    let text = format!("{cookie}; Max-Age={seconds}");
    if let Ok(mut header) = HeaderValue::try_from(text) {
        header.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, header);
    }
}
