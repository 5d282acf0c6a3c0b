//! The pages as types over `templates/`; askama escapes what they are given.

use askama::Template;
use axum::{extract::State, response::Response};
use http::StatusCode;

use super::{
    Shared, Web,
    problem::{Button, Problem, Start},
    prose::{Block, Prose},
    settings::{self, Setting},
    words::lost_without,
};
use crate::{
    auth::{IssuedKey, Scope, Scopes},
    clock::Millis,
    link::Connection,
    page::{long_date, show},
};

/// `GET /`: what this is.
pub(super) async fn home(State(web): Shared) -> Response {
    show(StatusCode::OK, &Home { web: &web })
}

/// `GET /auth/login`: what will be asked, what is kept, and the button.
pub(super) async fn login() -> Response {
    let permissions = Scopes::all().iter().map(Scope::words).collect();
    show(StatusCode::OK, &Login { permissions })
}

/// The page after a login, with the keys in plain for the only time.
pub(super) fn connected(
    web: &Web,
    connection: &Connection,
    issued: &[IssuedKey; 2],
    asks_again: Option<Millis>,
) -> Response {
    let [api, link] = issued.each_ref().map(|issued| issued.key.expose());
    let connector_url = connector_url(web, link);
    let page = Connected {
        web,
        name: connection.display_name.as_deref(),
        api_key: api,
        settings: settings::all(&web.mcp_url, api, &connector_url),
        connector_url,
        missing: connection
            .missing
            .iter()
            .map(|name| Missing {
                name,
                lost: lost_without(name),
            })
            .collect(),
        asks_again: asks_again.map(long_date),
        dropped: connection.dropped.len(),
    };
    show(StatusCode::OK, &page)
}

/// `GET /privacy`: what is kept, for how long, who sees it, and how to leave.
pub(super) async fn privacy(State(web): Shared) -> Response {
    match &web.notices.privacy {
        Some(prose) => notice("Privacy", prose),
        None => show(StatusCode::OK, &Privacy { web: &web }),
    }
}

/// `GET /terms`: what who connects agrees to.
pub(super) async fn terms(State(web): Shared) -> Response {
    match &web.notices.terms {
        Some(prose) => notice("Terms", prose),
        None => show(StatusCode::OK, &Terms),
    }
}

fn notice(title: &'static str, prose: &Prose) -> Response {
    show(StatusCode::OK, &Notice { title, prose })
}

/// The page of something that led nowhere and began at `start`.
pub(super) fn problem(web: &Web, problem: Problem, start: Start) -> Response {
    let text = problem.text();
    let page = Trouble {
        title: text.title,
        happened: text.happened,
        todo: text.todo,
        wait: problem.retry_after(),
        reload: problem.button() == Button::Reload,
        start: match problem.button() {
            Button::RightAddress => format!("{}{}", web.origin, start.path()),
            Button::StartAgain | Button::Reload => start.path().to_owned(),
        },
        start_words: start.words(),
    };
    show(problem.status(), &page)
}

/// The address that holds the link key `key`.
pub(super) fn connector_url(web: &Web, key: &str) -> String {
    format!("{}/claude-mcp?token={key}", web.origin)
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    web: &'a Web,
}

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    permissions: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "privacy.html")]
struct Privacy<'a> {
    web: &'a Web,
}

#[derive(Template)]
#[template(path = "terms.html")]
struct Terms;

#[derive(Template)]
#[template(path = "prose.html")]
struct Notice<'a> {
    title: &'static str,
    prose: &'a Prose,
}

#[derive(Template)]
#[template(path = "connected.html")]
struct Connected<'a> {
    web: &'a Web,
    name: Option<&'a str>,
    api_key: &'a str,
    connector_url: String,
    settings: Vec<Setting>,
    missing: Vec<Missing<'a>>,
    asks_again: Option<String>,
    dropped: usize,
}

struct Missing<'a> {
    name: &'a str,
    lost: &'static str,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Trouble {
    title: &'static str,
    happened: &'static str,
    todo: &'static [&'static str],
    wait: Option<u64>,
    reload: bool,
    start: String,
    start_words: &'static str,
}
