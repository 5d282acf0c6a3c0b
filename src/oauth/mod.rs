//! THE DOOR WE SERVE: an OAuth 2.1 authorization server for MCP clients, in front of Spotify, which knows none of
//! them. Knows grants, links and pages; nothing of MCP, tools or configuration.
//!
//! ```text
//!   client -> metadata -> register (or a client document) -> GET /authorize -> the consent page -> POST /authorize
//!          -> (Spotify) -> callback -> the client with a code -> POST /token -> POST /token ... -> POST /revoke
//! ```
//!
//! Every one-shot step is one conditional update in the store; every answer to a client is made of RFC words.
//!
//! | step | files |
//! |---|---|
//! | discovery | `metadata`, `resource` |
//! | who the client is | `register`, `clients`, `client`, `document`, `redirects`, `name`, `json` |
//! | what it asks, and the person's answer | `authorize`, `request`, `consent`, `permissions`, `known`, `asker`, `decide`, `trouble` |
//! | back from Spotify | `callback`, `redirect` |
//! | codes and tokens | `token`, `form`, `client_auth`, `grant_code`, `refresh`, `usable`, `issue`, `wire`, `revoke` |

mod asker;
mod authorize;
mod callback;
pub mod client;
mod client_auth;
pub mod clients;
mod consent;
mod decide;
pub mod document;
mod form;
mod grant_code;
mod issue;
mod json;
mod known;
mod metadata;
mod name;
mod permissions;
mod redirect;
pub mod redirects;
mod refresh;
mod register;
mod request;
mod resource;
mod revoke;
mod token;
mod trouble;
mod trouble_texts;
mod usable;
mod wire;

use std::{sync::Arc, time::Duration};

use axum::Router;

pub use callback::claim;
pub use client::{Client, Standing};
pub use clients::{ClientFault, Clients, ClientsParts};
pub use name::cleaned;

use crate::{
    auth::{Keys, Limits},
    clock::Clock,
    crypto::Keyring,
    link::Links,
    store::Db,
};

/// What the door is made from.
#[derive(Clone, Debug)]
pub struct Door {
    /// The hash key, and what is remembered of tokens.
    pub keys: Keys,
    /// Carries people to Spotify and back.
    pub links: Links,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Looks clients up.
    pub clients: Clients,
    /// Whether clients may register themselves (RFC 7591).
    pub registration: bool,
    /// Counts how often clients ask.
    pub limits: Limits,
    /// Seals what a client gave us to give back.
    pub keyring: Keyring,
    /// The issuer: the public origin, without a trailing slash.
    pub issuer: String,
    /// Whether the public origin is https.
    pub secure: bool,
    /// Path of the MCP endpoint; the resource is `{issuer}{mcp_path}`.
    pub mcp_path: String,
    /// Path of the stream for clients of the old transport, if it is served; the resource is `{issuer}{sse_path}`.
    pub sse_path: Option<&'static str>,
    /// For how long a refresh token that was just used gets the same answer again.
    pub replay_window: Duration,
}

impl Door {
    /// The resource that the MCP endpoint is (RFC 8707).
    pub fn resource(&self) -> String {
        format!("{}{}", self.issuer, self.mcp_path)
    }

    /// The resource that the MCP endpoint without writes is.
    pub fn readonly_resource(&self) -> String {
        format!("{}{}/readonly", self.issuer, self.mcp_path)
    }

    /// The resource that the stream of the old transport is, if it is served.
    pub fn sse_resource(&self) -> Option<String> {
        self.sse_path.map(|path| format!("{}{path}", self.issuer))
    }
}

/// What programs ask, from any page: discovery, registration and tokens.
pub fn open_routes(door: &Arc<Door>) -> Router {
    Router::new()
        .merge(metadata::routes(door))
        .merge(register::routes(door))
        .merge(token::routes(door))
        .with_state(Arc::clone(door))
}

/// Everything else that the door answers, but the callback.
pub fn routes(door: &Arc<Door>) -> Router {
    Router::new()
        .merge(authorize::routes(door))
        .merge(revoke::routes(door))
        .with_state(Arc::clone(door))
}
