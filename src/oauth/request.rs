//! A client's request for authorization as it stands in the query (RFC 6749 section 4.1.1, RFC 7636, RFC 8707):
//! read, and judged. Looks no client up, stores nothing and answers nobody.
//!
//! What is wrong with the client or its redirect URI is told to the person, for nobody knows whose address it is;
//! what is wrong with the rest is told to the client.

use std::borrow::Cow;

use url::form_urlencoded;

use super::{
    redirect::{ErrorCode, Refusal},
    resource::Resources,
};
use crate::auth::{Scope, Scopes};

/// The longest `state` that is given back, in bytes.
const LONGEST_STATE: usize = 2_048;
/// Accepted, because clients of other servers ask for it, and without effect: every grant can be refreshed.
const OFFLINE_ACCESS: &str = "offline_access";
/// Parameters that mean something here, each of which may be there once (RFC 6749 section 3.1).
const ONCE: [&str; 9] = [
    "response_type",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
    "scope",
    "state",
    "request",
    "request_uri",
    "registration",
];
/// Ways to ask that are not offered (OIDC Core sections 6 and 7.2.1).
const NOT_OFFERED: [(&str, ErrorCode, &str); 3] = [
    (
        "request",
        ErrorCode::RequestNotSupported,
        "request objects are not supported",
    ),
    (
        "request_uri",
        ErrorCode::RequestUriNotSupported,
        "request_uri is not supported",
    ),
    (
        "registration",
        ErrorCode::RegistrationNotSupported,
        "registration within the request is not supported",
    ),
];

/// The parameters of a request. A parameter without a value counts as left out (RFC 6749 section 3.1).
#[derive(Debug)]
pub(super) struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

/// Why a request has no answer but a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nameless {
    /// `client_id` or `redirect_uri` is missing.
    Missing,
    /// One of them is there twice.
    Doubled,
}

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) scopes: Scopes,
    pub(super) resource: String,
    pub(super) code_challenge: String,
}

impl<'a> Parameters<'a> {
    pub(super) fn parse(query: &'a str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }

    /// Who asks, and where the answer is to go.
    pub(super) fn names(&self) -> Result<(&str, &str), Nameless> {
        let [client_id, redirect_uri] = ["client_id", "redirect_uri"].map(|name| self.all(name));
        match (client_id.as_slice(), redirect_uri.as_slice()) {
            ([client_id], [redirect_uri]) => Ok((client_id, redirect_uri)),
            ([], _) | (_, []) => Err(Nameless::Missing),
            _ => Err(Nameless::Doubled),
        }
    }

    /// What the client wants to have back: nothing where it is doubled or too long, which [`Parameters::judge`]
    /// refuses.
    pub(super) fn state(&self) -> Option<&str> {
        self.one("state").filter(|state| is_short(state))
    }

    /// Judges all but who asks and where the answer goes.
    pub(super) fn judge(&self, resources: &Resources) -> Result<Wish, Refusal> {
        if ONCE.iter().any(|name| self.all(name).len() > 1) {
            return Err(invalid("a parameter is there more than once"));
        }
        if self.one("state").is_some_and(|state| !is_short(state)) {
            return Err(invalid("state is longer than 2048 bytes"));
        }
        for (name, code, description) in NOT_OFFERED {
            if self.one(name).is_some() {
                return Err(Refusal { code, description });
            }
        }
        if self.one("response_type") != Some("code") {
            return Err(Refusal {
                code: ErrorCode::UnsupportedResponseType,
                description: "response_type must be code",
            });
        }
        if self
            .one("response_mode")
            .is_some_and(|mode| mode != "query")
        {
            return Err(invalid("response_mode can only be query"));
        }
        let code_challenge = self.code_challenge()?;
        let resource = self.resource(resources)?;
        let scopes = self.scopes(resource == resources.readonly)?;
        Ok(Wish {
            scopes,
            resource: resource.to_owned(),
            code_challenge: code_challenge.to_owned(),
        })
    }

    /// PKCE is never optional, and never `plain` (RFC 9700 section 2.1.1).
    fn code_challenge(&self) -> Result<&str, Refusal> {
        let challenge = self
            .one("code_challenge")
            .ok_or(invalid("code_challenge is missing: PKCE is required"))?;
        if self.one("code_challenge_method") != Some("S256") {
            return Err(invalid("code_challenge_method must be S256"));
        }
        let in_alphabet = |one: u8| one.is_ascii_alphanumeric() || one == b'-' || one == b'_';
        if !(43..=128).contains(&challenge.len()) || !challenge.bytes().all(in_alphabet) {
            return Err(invalid(
                "code_challenge must be 43 to 128 characters of base64url",
            ));
        }
        Ok(challenge)
    }

    /// The one of our resources that is named; the whole one where none is (RFC 8707 section 2).
    fn resource<'r>(&self, resources: &'r Resources) -> Result<&'r str, Refusal> {
        match self.all("resource").as_slice() {
            [] => Ok(&resources.whole),
            [named] => resources
                .find(named)
                .ok_or(foreign("resource is not one of this server's")),
            _ => Err(foreign("only one resource can be asked for at a time")),
        }
    }

    /// The scopes that are named; the baseline where none is. A resource without writes has no scopes for them.
    fn scopes(&self, readonly: bool) -> Result<Scopes, Refusal> {
        let mut scopes = Scopes::default();
        for name in self.one("scope").unwrap_or_default().split(' ') {
            if name.is_empty() || name == OFFLINE_ACCESS {
                continue;
            }
            let scope = Scope::parse(name).ok_or(Refusal {
                code: ErrorCode::InvalidScope,
                description: "scope names something that this server does not know",
            })?;
            scopes = scopes.union([scope].into_iter().collect());
        }
        if readonly {
            scopes = scopes.intersection(Scopes::read_only());
        }
        Ok(if scopes.is_empty() {
            Scopes::read_only()
        } else {
            scopes
        })
    }

    fn one(&self, name: &str) -> Option<&str> {
        match self.all(name).as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    fn all(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(one, _)| one == name)
            .map(|(_, value)| value.as_ref())
            .collect()
    }
}

fn is_short(state: &str) -> bool {
    state.len() <= LONGEST_STATE
}

fn invalid(description: &'static str) -> Refusal {
    Refusal {
        code: ErrorCode::InvalidRequest,
        description,
    }
}

fn foreign(description: &'static str) -> Refusal {
    Refusal {
        code: ErrorCode::InvalidTarget,
        description,
    }
}
