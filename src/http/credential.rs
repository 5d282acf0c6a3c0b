//! From a request's credential to its `Caller`, or to a challenge (RFC 6750 section 3).

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, StatusCode, header};

use super::envelope::error;
use crate::auth::{BearerFault, Caller, KeyKind, Keys, Refusal, bearer, holds_token, link_key};

/// What the edge needs to know for checking credentials.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The keys.
    pub keys: Keys,
    /// Where the MCP endpoint is, for people who pasted another address.
    pub mcp_url: String,
}

/// Lets a request through with the caller that its `Authorization: Bearer` names.
pub async fn require_api_key(
    State(edge): State<Edge>,
    mut request: Request,
    next: Next,
) -> Response {
    let credential = match bearer(request.headers()) {
        Ok(_) if holds_token(request.uri().query()) => Err(BearerFault::Several),
        found => found,
    };
    match admit(&edge, KeyKind::Api, credential).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refused) => refused,
    }
}

/// Lets a request through with the caller that the link key in its URL names, for clients that can only take a URL.
pub async fn require_link_key(
    State(edge): State<Edge>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(&edge, KeyKind::Link, link_key(request.uri().query())).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refused) => refused,
    }
}

/// Takes everything but reading away from the caller of this request.
pub async fn narrow_to_reading(mut request: Request, next: Next) -> Response {
    if let Some(caller) = request.extensions_mut().get_mut::<Caller>() {
        caller.limits.read_only = true;
    }
    next.run(request).await
}

async fn admit(
    edge: &Edge,
    kind: KeyKind,
    credential: Result<&str, BearerFault>,
) -> Result<Caller, Response> {
    let text = credential.map_err(|fault| challenge(edge, kind, fault))?;
    edge.keys
        .check(kind, text)
        .await
        .map_err(|refusal| match refusal {
            Refusal::Invalid => invalid(edge, kind),
            Refusal::Unavailable(fault) => {
                tracing::error!(error = %fault, "a key could not be checked");
                error(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "temporarily_unavailable",
                    "the key could not be checked just now; try again in a moment",
                )
            }
        })
}

fn challenge(edge: &Edge, kind: KeyKind, fault: BearerFault) -> Response {
    match fault {
        BearerFault::Missing => {
            let description = match kind {
                KeyKind::Api => format!(
                    "the MCP endpoint is {} and takes an API key as `Authorization: Bearer`; connect Spotify on this server's page to get one",
                    edge.mcp_url
                ),
                KeyKind::Link => "the connector URL ends in ?token= and a link key; connect Spotify on this server's page to get one".to_owned(),
            };
            let mut response = error(StatusCode::UNAUTHORIZED, "unauthorized", &description);
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        BearerFault::Several => {
            let mut response = error(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "there is more than one credential; send one",
            );
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(r#"Bearer error="invalid_request""#),
            );
            response
        }
        BearerFault::Malformed => invalid(edge, kind),
    }
}

fn invalid(edge: &Edge, kind: KeyKind) -> Response {
    let description = match kind {
        KeyKind::Api => format!(
            "the key is wrong, expired or revoked, or of another kind; {} takes a key that begins with aux_",
            edge.mcp_url
        ),
        KeyKind::Link => {
            "the link key is wrong, expired or revoked, or of another kind; this URL takes a key that begins with auxl_".to_owned()
        }
    };
    let mut response = error(StatusCode::UNAUTHORIZED, "invalid_token", &description);
    response.headers_mut().insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static(r#"Bearer error="invalid_token""#),
    );
    response
}
