//! The one page of the loopback listener: how the login ended. It stands alone, because nothing else is served there.

use std::sync::LazyLock;

use askama::Template;
use axum::response::Response;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, StatusCode, header::CONTENT_SECURITY_POLICY};
use sha2::{Digest, Sha256};

use super::{
    desk::Linked,
    fault::{Fault, Told},
};
use crate::{link::ConnectFault, page};

/// How somebody who reads the page begins again.
const AGAIN: &str =
    "go back to your assistant and ask it to connect Spotify again, or run `auxcord login`";

/// Only the page's own style is let in.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(page::style()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
    )
});

#[derive(Template)]
#[template(path = "local.html")]
struct Local<'a> {
    title: &'a str,
    lead: &'a str,
    todo: &'a str,
    name: Option<&'a str>,
    missing: &'a [String],
}

/// The account is connected.
pub(super) fn linked(linked: &Linked) -> Response {
    let page = Local {
        title: "Connected",
        lead: "Your assistant can now use the Spotify account",
        todo: "You can close this page and go back to your assistant.",
        name: Some(linked.name.as_deref().unwrap_or("that you signed in with")),
        missing: &linked.missing,
    };
    dressed(StatusCode::OK, &page)
}

/// It is not.
pub(super) fn failed(fault: &Fault) -> Response {
    let Told { happened, todo, .. } = fault.told(AGAIN);
    let page = Local {
        title: "Not connected",
        lead: &happened,
        todo: &todo,
        name: None,
        missing: &[],
    };
    let status = match fault {
        Fault::Connect(ConnectFault::Unavailable { .. } | ConnectFault::Store(_)) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        _ => StatusCode::BAD_REQUEST,
    };
    dressed(status, &page)
}

fn dressed(status: StatusCode, page: &Local<'_>) -> Response {
    let mut response = page::dress(page::show(status, page), false);
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
