//! Sending a browser back to its client: the redirect URI with exactly one answer in its query, rebuilt from its
//! parts (RFC 6749 section 4.1.2, RFC 9207). Knows no request and no page.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::LOCATION};
use url::{Host, Url, form_urlencoded};

use super::redirects::{self, OUR_PARAMETERS};

/// Errors of the authorization endpoint (RFC 6749 section 4.1.2.1, RFC 8707 section 2, OIDC Core
/// section 3.1.2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorCode {
    InvalidRequest,
    UnsupportedResponseType,
    InvalidScope,
    InvalidTarget,
    AccessDenied,
    ServerError,
    TemporarilyUnavailable,
    RequestNotSupported,
    RequestUriNotSupported,
    RegistrationNotSupported,
}

impl ErrorCode {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
        }
    }
}

/// Why a client gets no code. The description is fixed text; nothing from outside is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) description: &'static str,
}

/// Where the answer to a client goes.
#[derive(Clone, Debug)]
pub(super) struct ReturnAddress(Url);

impl ReturnAddress {
    /// The address that a redirect URI is, once it has been found to be the client's.
    pub(super) fn parse(redirect_uri: &str) -> Option<Self> {
        let url = Url::parse(redirect_uri).ok()?;
        url.host_str()?;
        Some(Self(url))
    }

    /// The host, with its port where one is named.
    pub(super) fn host_and_port(&self) -> String {
        redirects::host_and_port(&self.0)
    }

    /// The host alone: on loopback the port is another each time.
    pub(super) fn host(&self) -> &str {
        self.0
            .host_str()
            .expect("an address without a host does not become one of these")
    }

    /// Whether it is a program on the person's own computer.
    pub(super) fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// The address with a code.
    pub(super) fn with_code(&self, code: &str, state: Option<&str>, issuer: &str) -> Url {
        self.with(&[
            ("code", Some(code)),
            ("state", state),
            ("iss", Some(issuer)),
        ])
    }

    /// The address with an error.
    pub(super) fn with_refusal(&self, refusal: Refusal, state: Option<&str>, issuer: &str) -> Url {
        self.with(&[
            ("error", Some(refusal.code.as_str())),
            ("error_description", Some(refusal.description)),
            ("state", state),
            ("iss", Some(issuer)),
        ])
    }

    /// The registered query stays as it is written (RFC 6749 section 3.1.2), but for what only the answer may say.
    fn with(&self, answer: &[(&str, Option<&str>)]) -> Url {
        let mut query = String::new();
        for pair in self.0.query().unwrap_or_default().split('&') {
            if !pair.is_empty() && !is_ours(pair) {
                query.push_str(pair);
                query.push('&');
            }
        }
        let kept = query.len();
        let mut query = form_urlencoded::Serializer::for_suffix(query, kept);
        for (name, value) in answer {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let mut url = self.0.clone();
        url.set_query(Some(&query.finish()));
        url
    }
}

/// 303, so that the browser comes with GET whatever it came with here.
pub(super) fn see_other(url: &Url) -> Response {
    let Ok(mut location) = HeaderValue::try_from(url.as_str()) else {
        tracing::error!("an address cannot be written in a header");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // It may hold a code or a state.
    location.set_sensitive(true);
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

fn is_ours(pair: &str) -> bool {
    form_urlencoded::parse(pair.as_bytes()).any(|(name, _)| OUR_PARAMETERS.contains(&name.as_ref()))
}
