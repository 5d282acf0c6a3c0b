//! PAGES: what people see in a browser, from the first visit to the page with their key, and the two account
//! routes for programs. Knows logins, keys and links; nothing of MCP, tools or configuration.
//!
//! ```text
//!   GET /  ->  GET /auth/login  ->  POST /auth/login     ->  (Spotify)  ->  GET callback  ->  the page with the key
//!              GET /account     ->  POST /account/login  ->  (Spotify)  ->  GET callback  ->  the account page
//! ```
//!
//! Only the POST begins anything, only the callback with its browser's cookie ends it, and no page has a script.

mod account;
mod account_acts;
mod account_keys;
mod account_page;
mod callback;
mod leaving;
mod login;
mod pages;
mod problem;
mod problem_texts;
mod prose;
mod settings;
mod visit;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::map_response,
    routing::{get, post},
};

pub use prose::{Notices, Prose};

use crate::{
    auth::{KeyLimits, Keys, Sessions, Toolset},
    clock::Clock,
    link::Links,
    page,
    store::Db,
};

/// What the pages are made from.
#[derive(Clone, Debug)]
pub struct Web {
    /// Makes the keys of a login, and forgets those of somebody who leaves.
    pub keys: Keys,
    /// Knows which browsers are signed in.
    pub sessions: Sessions,
    /// Carries logins out to Spotify and back.
    pub links: Links,
    /// The database, for what the account page shows and ends.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The public origin, without a trailing slash.
    pub origin: String,
    /// Whether the public origin is https.
    pub secure: bool,
    /// Path of the route to which Spotify sends people back.
    pub callback_path: String,
    /// Address of the MCP endpoint.
    pub mcp_url: String,
    /// What the operator wrote instead of our own texts.
    pub notices: Notices,
    /// The tools that a new key can be limited to, as they are listed.
    pub tools: Arc<[ToolChoice]>,
}

/// A tool that a key can be limited to. What it does is somebody else's matter.
#[derive(Clone, Copy, Debug)]
pub struct ToolChoice {
    /// Its name.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The group that it is switched with.
    pub toolset: Toolset,
    /// Whether it changes anything.
    pub writes: bool,
}

impl ToolChoice {
    /// Whether a key with these limits has it.
    fn is_left_by(&self, limits: &KeyLimits) -> bool {
        limits.leave(|name| name == self.name, self.toolset, self.writes)
    }
}

use visit::ACCOUNT;

type Shared = axum::extract::State<Arc<Web>>;

/// Everything that is for browsers, but the callback.
pub fn routes(state: Web) -> Router {
    let secure = state.secure;
    Router::new()
        .route("/", get(pages::home))
        .route("/privacy", get(pages::privacy))
        .route("/terms", get(pages::terms))
        .route("/auth/login", get(pages::login).post(login::begin))
        .route(ACCOUNT, get(account_page::look))
        .route("/account/login", post(account_acts::sign_in))
        .route("/account/sign-out", post(account_acts::sign_out))
        .route("/account/reconnect", post(account_acts::reconnect))
        .route("/account/grants/{id}/end", post(account_acts::end_grant))
        .route(
            "/account/keys",
            post(account_keys::make).layer(DefaultBodyLimit::max(account_keys::MOST_FORM)),
        )
        .route("/account/keys/{id}/end", post(account_acts::end_key))
        .route(
            "/account/delete",
            get(account_page::ask_to_delete).post(account_acts::delete),
        )
        .merge(page::routes())
        .layer(map_response(move |response| async move {
            page::dress(response, secure)
        }))
        .with_state(Arc::new(state))
}

/// Where Spotify sends browsers back to. Whoever mounts it may put a layer around it that takes the logins of
/// clients.
pub fn callback_route(state: Web) -> Router {
    let callback_path = state.callback_path.clone();
    let secure = state.secure;
    Router::new()
        .route(
            &callback_path,
            get(callback::come_back).head(callback::no_effect),
        )
        .layer(map_response(move |response| async move {
            page::dress(response, secure)
        }))
        .with_state(Arc::new(state))
}

/// `/auth/status` and `/auth/revoke`, for programs. Whoever mounts them puts a layer around them that checks the
/// bearer and leaves the `auth::Caller` in the request's extensions.
pub fn account_routes(state: Web) -> Router {
    Router::new()
        .route("/auth/status", get(account::status))
        .route(
            "/auth/revoke",
            post(account::revoke).delete(account::revoke),
        )
        .with_state(Arc::new(state))
}
