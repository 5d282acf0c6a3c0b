//! The cookie that ties a login to the browser that began it: one for each tab, ten minutes, ten at most.

use axum::response::Response;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, HeaderValue, header::SET_COOKIE};

use crate::store::FlowId;

/// Logins that a browser may have under way; beginning another one ends the oldest.
const MOST: usize = 10;
/// How long a browser keeps the cookie, in seconds; the login itself ends then too.
const KEPT_SECONDS: u64 = 600;

/// The login cookies of one public origin.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoginCookies {
    secure: bool,
}

impl LoginCookies {
    /// On https the names have the prefix that keeps sibling domains from setting them (RFC 6265bis section 4.1.3.2).
    pub(super) fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// What the browser keeps for the login `flow`.
    pub(super) fn read(self, headers: &HeaderMap, flow: FlowId) -> Option<String> {
        CookieJar::from_headers(headers)
            .get(&self.name(flow))
            .map(|cookie| cookie.value().to_owned())
    }

    /// The logins whose cookies have to go before another one is set, oldest first.
    pub(super) fn surplus(self, headers: &HeaderMap) -> Vec<FlowId> {
        let mut flows: Vec<FlowId> = CookieJar::from_headers(headers)
            .iter()
            .filter_map(|cookie| cookie.name().strip_prefix(self.prefix()))
            .filter_map(FlowId::parse)
            .collect();
        flows.sort_unstable();
        flows.truncate((flows.len() + 1).saturating_sub(MOST));
        flows
    }

    /// Tells the browser to keep `value` for the login `flow`.
    pub(super) fn set(self, response: &mut Response, flow: FlowId, value: &str) {
        self.send(response, flow, value, KEPT_SECONDS);
    }

    /// Tells the browser to forget the login `flow`.
    pub(super) fn expire(self, response: &mut Response, flow: FlowId) {
        self.send(response, flow, "", 0);
    }

    fn send(self, response: &mut Response, flow: FlowId, value: &str, seconds: u64) {
        let cookie = Cookie::build((self.name(flow), value))
            .path("/")
            .secure(self.secure)
            .http_only(true)
            .same_site(SameSite::Lax);
        let text = format!("{cookie}; Max-Age={seconds}");
        if let Ok(mut header) = HeaderValue::try_from(text) {
            header.set_sensitive(true);
            response.headers_mut().append(SET_COOKIE, header);
        }
    }

    fn name(self, flow: FlowId) -> String {
        format!("{}{flow}", self.prefix())
    }

    fn prefix(self) -> &'static str {
        if self.secure { "__Host-s_" } else { "s_" }
    }
}
