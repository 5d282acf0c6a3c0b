//! One call of the Web API: who makes it, with which permissions, and with which parameters. It knows no endpoint.

use axum::extract::{FromRequestParts, Request};
use http::{HeaderMap, StatusCode, header, request::Parts};

use super::{refusal::Refusal, shapes::Shapes};
use crate::sandbox::{
    Shared,
    accounts::Dead,
    calls::Write,
    scope::Scopes,
    seed::{Person, Plan},
    world::{Key, Kind, Moment, decode_as, well_formed},
};

/// A call with a good token of somebody who may use the app.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) sandbox: Shared,
    /// The caller's number.
    pub(super) me: u32,
    scopes: Scopes,
    endpoint: String,
    /// The path with the prefix that the router has taken off.
    path: String,
    params: Vec<(String, String)>,
}

impl FromRequestParts<Shared> for Call {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Shared) -> Result<Self, Refusal> {
        let token = token(&parts.headers)?;
        let bearer = sandbox
            .grants
            .bearer(token, sandbox.now())
            .map_err(|dead| match dead {
                Dead::Unknown => Refusal::bad_token("Invalid access token"),
                Dead::Expired => Refusal::bad_token("The access token expired"),
            })?;
        if !sandbox.may_use(bearer.person, &bearer.client_id) {
            let message = "User not registered in the Developer Dashboard";
            return Err(Refusal::new(StatusCode::FORBIDDEN, message));
        }
        sandbox
            .limits
            .take(&bearer.client_id, parts.uri.path(), sandbox.now())
            .map_err(Refusal::too_many)?;
        let route = parts.extensions.get::<axum::extract::MatchedPath>();
        let route = route.map_or_else(|| parts.uri.path(), |route| route.as_str());
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self {
            sandbox: Shared::clone(sandbox),
            me: bearer.person,
            scopes: bearer.scopes,
            endpoint: format!("{} {route}", parts.method),
            path: format!("/v1{}", parts.uri.path()),
            params: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        })
    }
}

impl Call {
    /// Refuses without the permission of that name.
    pub(super) fn need(&self, scope: &str) -> Result<(), Refusal> {
        if self.has(scope) {
            Ok(())
        } else {
            Err(Refusal::scope())
        }
    }

    /// Whether the token carries the permission.
    pub(super) fn has(&self, scope: &str) -> bool {
        self.scopes.has(scope)
    }

    /// A query parameter that is there and not empty.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// `limit`, `default` unless given; outside of 1 to `most` it is refused.
    pub(super) fn limit(&self, default: usize, most: usize) -> Result<usize, Refusal> {
        match self.param("limit").map(str::parse) {
            None => Ok(default),
            Some(Ok(limit)) if (1..=most).contains(&limit) => Ok(limit),
            Some(_) => Err(Refusal::bad("Invalid limit")),
        }
    }

    /// `offset`, 0 unless given; above `most` it is refused.
    pub(super) fn offset(&self, most: usize) -> Result<usize, Refusal> {
        match self.param("offset").map(str::parse) {
            None => Ok(0),
            Some(Ok(offset)) if offset <= most => Ok(offset),
            Some(_) => Err(Refusal::bad("Invalid offset")),
        }
    }

    /// Whether a market is named; a wrong one is refused, as is `from_token` without the permission it needs.
    pub(super) fn market(&self) -> Result<bool, Refusal> {
        match self.param("market") {
            None => Ok(false),
            Some("from_token") => self.need("user-read-private").map(|()| true),
            Some(code) if code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic()) => {
                Ok(true)
            }
            Some(_) => Err(Refusal::bad("Invalid market code")),
        }
    }

    /// Whether `additional_types` names episodes.
    pub(super) fn wants_episodes(&self) -> bool {
        self.param("additional_types")
            .is_some_and(|types| types.split(',').any(|kind| kind.trim() == "episode"))
    }

    /// The address of this call with other parameters in place of its own of those names.
    pub(super) fn address(&self, changed: &[(&str, String)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.params {
            if !changed.iter().any(|(other, _)| other == name) {
                query.append_pair(name, value);
            }
        }
        query.extend_pairs(changed);
        format!("{}{}?{}", self.sandbox.origin, self.path, query.finish())
    }

    /// How things are written.
    pub(super) fn shapes(&self) -> Shapes<'_> {
        Shapes::new(&self.sandbox.world, &self.sandbox.origin)
    }

    /// Now, on the sandbox's clock and on the machine's.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            sandbox: self.sandbox.now(),
            real: tokio::time::Instant::now(),
        }
    }

    /// The caller.
    pub(super) fn person(&self) -> Option<&Person> {
        self.sandbox.world.person(self.me)
    }

    /// Whether the caller pays.
    pub(super) fn is_premium(&self) -> bool {
        self.sandbox.plan(self.me) == Some(Plan::Premium)
    }

    /// Records what this call changed.
    pub(super) fn wrote(&self, what: String) {
        self.sandbox.calls.wrote(Write {
            person: self
                .person()
                .map(|person| person.id.clone())
                .unwrap_or_default(),
            endpoint: self.endpoint.clone(),
            what,
        });
    }
}

/// The thing of that kind that an id in a path names.
pub(super) fn key(kind: Kind, id: &str) -> Result<Key, Refusal> {
    if !well_formed(id) {
        return Err(Refusal::bad("Invalid base62 id"));
    }
    decode_as(kind, id).ok_or_else(Refusal::not_found)
}

/// Whose token the request carries, if it carries a good one.
pub(crate) fn caller_of(sandbox: &Shared, request: &Request) -> Option<u32> {
    let token = token(request.headers()).ok()?;
    let bearer = sandbox.grants.bearer(token, sandbox.now()).ok()?;
    Some(bearer.person)
}

fn token(headers: &HeaderMap) -> Result<&str, Refusal> {
    let header = headers
        .get(header::AUTHORIZATION)
        .ok_or_else(Refusal::no_token)?;
    let unsupported = || Refusal::bad("Only valid bearer authentication supported");
    let text = header.to_str().map_err(|_| unsupported())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(unsupported)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(unsupported());
    }
    Ok(token.trim())
}
