//! From a request's credential to its `Caller`, or to a challenge.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, StatusCode};

use super::{
    challenge::{self, Resource},
    envelope::error,
};
use crate::{
    auth::{BearerFault, Caller, KeyKind, Keys, Refusal, bearer, holds_token, link_key},
    store::StoreError,
};

/// What the edge needs to know for checking credentials.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Checks keys and access tokens.
    pub keys: Keys,
    /// Where the MCP endpoint is, for people who pasted another address.
    pub mcp_url: String,
    /// The resource that access tokens must be for; where there is none, only API keys count.
    pub resource: Option<Resource>,
}

impl Edge {
    /// The same for a route that is `resource`.
    #[must_use]
    pub fn at(&self, resource: Resource) -> Self {
        Self {
            resource: Some(resource),
            ..self.clone()
        }
    }
}

/// Lets a request through with the caller that its `Authorization: Bearer` names.
pub async fn require_bearer(
    State(edge): State<Arc<Edge>>,
    mut request: Request,
    next: Next,
) -> Response {
    match by_bearer(&edge, request.headers(), request.uri().query()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refused) => refused,
    }
}

/// The caller that the request's `Authorization: Bearer` names: an API key or, where the route is a resource, an
/// access token for it. Else the refusal.
pub(super) async fn by_bearer(
    edge: &Edge,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Caller, Response> {
    let credential = match bearer(headers) {
        Ok(_) if holds_token(query) => Err(BearerFault::Several),
        found => found,
    };
    let resource = edge.resource.as_ref();
    let checked = match credential {
        Ok(text) => {
            let audience = resource.map(|resource| resource.url.as_str());
            edge.keys.check_bearer(text, audience).await
        }
        Err(BearerFault::Missing) => {
            let description = format!(
                "the MCP endpoint is {} and takes an API key or an access token as `Authorization: Bearer`; clients that know OAuth get one by themselves, for others connect Spotify on this server's page",
                edge.mcp_url
            );
            return Err(challenge::unauthorized(resource, &description));
        }
        Err(BearerFault::Several) => return Err(several()),
        Err(BearerFault::Malformed) => Err(Refusal::Invalid),
    };
    checked.map_err(|refusal| match refusal {
        Refusal::Invalid => {
            let tokens = if resource.is_some() {
                ", or an access token for this very address"
            } else {
                ""
            };
            let description = format!(
                "the key is wrong, expired or revoked, or of another kind; {} takes a key that begins with aux_{tokens}",
                edge.mcp_url
            );
            challenge::invalid_token(resource, &description)
        }
        Refusal::Unavailable(fault) => unavailable(&fault),
    })
}

/// The caller that the link key in the URL names, for clients that can only take a URL. Else the refusal.
pub(super) async fn by_link_key(edge: &Edge, query: Option<&str>) -> Result<Caller, Response> {
    let checked = match link_key(query) {
        Ok(text) => edge.keys.check(KeyKind::Link, text).await,
        Err(BearerFault::Missing) => {
            return Err(challenge::unauthorized(
                None,
                "the connector URL ends in ?token= and a link key; connect Spotify on this server's page to get one",
            ));
        }
        Err(BearerFault::Several) => return Err(several()),
        Err(BearerFault::Malformed) => Err(Refusal::Invalid),
    };
    checked.map_err(|refusal| match refusal {
        Refusal::Invalid => challenge::invalid_token(
            None,
            "the link key is wrong, expired or revoked, or of another kind; this URL takes a key that begins with auxl_",
        ),
        Refusal::Unavailable(fault) => unavailable(&fault),
    })
}

fn several() -> Response {
    challenge::several("there is more than one credential; send one")
}

/// Never 401: clients would throw a good credential away.
fn unavailable(fault: &StoreError) -> Response {
    tracing::error!(error = %fault, "a credential could not be checked");
    error(
        StatusCode::SERVICE_UNAVAILABLE,
        "temporarily_unavailable",
        "the credential could not be checked just now; try again in a moment",
    )
}
