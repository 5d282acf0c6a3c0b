//! Discovery: protected resource metadata (RFC 9728) and authorization server metadata (RFC 8414). Every address in
//! them comes from the configuration, none from a request.

use std::sync::Arc;

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use bytes::Bytes;
use http::{
    HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use serde::Serialize;

use super::Door;
use crate::auth::Scope;

const RESOURCE: &str = "/.well-known/oauth-protected-resource";
const SERVER: &str = "/.well-known/oauth-authorization-server";

/// How long anybody may keep a document: it changes with the operator's settings only.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// How clients may authenticate (RFC 7591 section 2).
const AUTH_METHODS: [&str; 3] = ["none", "client_secret_basic", "client_secret_post"];

/// RFC 9728 section 2.
#[derive(Serialize)]
struct ProtectedResource<'a> {
    resource: String,
    authorization_servers: [&'a str; 1],
    /// The baseline alone: clients ask for everything that is listed here.
    scopes_supported: [&'a str; 1],
    bearer_methods_supported: [&'a str; 1],
    resource_name: &'a str,
    resource_documentation: String,
    resource_policy_uri: String,
    resource_tos_uri: String,
}

/// RFC 8414 section 2, with RFC 7591, RFC 7009, RFC 9207 and client id metadata documents.
#[derive(Serialize)]
struct AuthorizationServer<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    token_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    revocation_endpoint: String,
    scopes_supported: [&'a str; 4],
    response_types_supported: [&'a str; 1],
    response_modes_supported: [&'a str; 1],
    grant_types_supported: [&'a str; 2],
    code_challenge_methods_supported: [&'a str; 1],
    token_endpoint_auth_methods_supported: [&'a str; 3],
    revocation_endpoint_auth_methods_supported: [&'a str; 3],
    client_id_metadata_document_supported: bool,
    authorization_response_iss_parameter_supported: bool,
    service_documentation: String,
    op_policy_uri: String,
    op_tos_uri: String,
}

impl Door {
    /// Where the metadata of the MCP endpoint is.
    pub fn resource_metadata(&self) -> String {
        format!("{}{RESOURCE}{}", self.issuer, self.mcp_path)
    }

    /// Where the metadata of the MCP endpoint without writes is.
    pub fn readonly_resource_metadata(&self) -> String {
        format!("{}/readonly", self.resource_metadata())
    }

    /// Where the metadata of the stream of the old transport is, if it is served.
    pub fn sse_resource_metadata(&self) -> Option<String> {
        let path = self.sse_path?;
        Some(format!("{}{RESOURCE}{path}", self.issuer))
    }
}

/// Every discovery document.
pub(super) fn routes(door: &Door) -> Router<Arc<Door>> {
    let path = &door.mcp_path;
    let resource = document(&protected_resource(door, door.resource()));
    let readonly = document(&protected_resource(door, door.readonly_resource()));
    let server = document(&authorization_server(door));
    let mut routes = Router::new();
    if let (Some(path), Some(resource)) = (door.sse_path, door.sse_resource()) {
        let resource = document(&protected_resource(door, resource));
        routes = routes
            .route(&format!("{RESOURCE}{path}"), resource)
            .route(&format!("{SERVER}{path}"), server.clone());
    }
    routes
        .route(RESOURCE, resource.clone())
        .route(&format!("{RESOURCE}{path}"), resource)
        .route(&format!("{RESOURCE}{path}/readonly"), readonly)
        .route(SERVER, server.clone())
        // Clients of older revisions look for it at the resource's path.
        .route(&format!("{SERVER}{path}"), server.clone())
        .route(&format!("{SERVER}{path}/readonly"), server)
}

fn protected_resource(door: &Door, resource: String) -> ProtectedResource<'_> {
    let issuer = &door.issuer;
    ProtectedResource {
        resource,
        authorization_servers: [issuer],
        scopes_supported: [Scope::MusicRead.as_str()],
        bearer_methods_supported: ["header"],
        resource_name: "auxcord for Spotify",
        resource_documentation: format!("{issuer}/"),
        resource_policy_uri: format!("{issuer}/privacy"),
        resource_tos_uri: format!("{issuer}/terms"),
    }
}

fn authorization_server(door: &Door) -> AuthorizationServer<'_> {
    let issuer = &door.issuer;
    AuthorizationServer {
        issuer,
        authorization_endpoint: format!("{issuer}/authorize"),
        token_endpoint: format!("{issuer}/token"),
        registration_endpoint: door.registration.then(|| format!("{issuer}/register")),
        revocation_endpoint: format!("{issuer}/revoke"),
        scopes_supported: Scope::ALL.map(Scope::as_str),
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: ["authorization_code", "refresh_token"],
        code_challenge_methods_supported: ["S256"],
        token_endpoint_auth_methods_supported: AUTH_METHODS,
        revocation_endpoint_auth_methods_supported: AUTH_METHODS,
        client_id_metadata_document_supported: true,
        authorization_response_iss_parameter_supported: true,
        service_documentation: format!("{issuer}/"),
        op_policy_uri: format!("{issuer}/privacy"),
        op_tos_uri: format!("{issuer}/terms"),
    }
}

/// A route that answers the same bytes to everybody; written once.
fn document(document: &impl Serialize) -> MethodRouter<Arc<Door>> {
    let bytes = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    get(move || async move { answer(bytes) })
}

fn answer(document: Bytes) -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(CONTENT_TYPE, json), (CACHE_CONTROL, KEPT)], document).into_response()
}
