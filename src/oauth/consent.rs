//! The consent page: who asks, where the browser goes afterwards, and each permission in plain words. Stores nothing.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::{Client, Door, Standing, permissions, redirect::ReturnAddress};
use crate::{
    auth::{Scope, Scopes},
    link,
    page::show,
    store::AuthorizationId,
};

/// What a person is asked.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) id: AuthorizationId,
    pub(super) client: &'a Client,
    pub(super) address: &'a ReturnAddress,
    pub(super) asked: Scopes,
    /// Who is signed in in this browser.
    pub(super) signed_in: Option<&'a link::Standing>,
}

/// The page with everything ticked.
pub(super) fn page(door: &Door, question: &Question<'_>) -> Response {
    show(
        StatusCode::OK,
        &Consent::new(door, question, question.asked),
    )
}

/// The page once more, because somebody approved of nothing.
pub(super) fn page_again(door: &Door, question: &Question<'_>) -> Response {
    let page = Consent {
        untouched: true,
        ..Consent::new(door, question, Scopes::default())
    };
    show(StatusCode::BAD_REQUEST, &page)
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    client: &'a Client,
    service: &'a str,
    account: Option<&'a str>,
    return_host: String,
    loopback: bool,
    authorization: AuthorizationId,
    choices: Vec<Choice>,
    untouched: bool,
}

struct Choice {
    scope: Scope,
    words: &'static str,
    ticked: bool,
    permissions: Vec<Permission>,
}

struct Permission {
    name: &'static str,
    words: &'static str,
}

impl<'a> Consent<'a> {
    fn new(door: &'a Door, question: &Question<'a>, ticked: Scopes) -> Self {
        Self {
            client: question.client,
            service: host_of(&door.issuer),
            account: question
                .signed_in
                .map(|known| known.display_name.as_deref().unwrap_or(&known.spotify_id)),
            return_host: question.address.host_and_port(),
            loopback: question.address.is_loopback(),
            authorization: question.id,
            choices: question
                .asked
                .iter()
                .map(|scope| Choice::new(scope, ticked.contains(scope)))
                .collect(),
            untouched: false,
        }
    }
}

impl Choice {
    fn new(scope: Scope, ticked: bool) -> Self {
        let permissions = scope.spotify().iter().map(|name| Permission {
            name,
            words: permissions::words(name),
        });
        Self {
            scope,
            words: scope.words(),
            ticked,
            permissions: permissions.collect(),
        }
    }
}

fn host_of(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}
