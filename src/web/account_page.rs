//! `/account`: what the person connected, each with a button that ends it. For who is not signed in, one button.

use askama::Template;
use axum::{extract::State, response::Response};
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use super::{
    Shared, ToolChoice, Web, account_keys,
    visit::{Stop, looking},
};
use crate::{
    auth::{KeyKind, Scope, Session},
    crypto::ImportedKey,
    link::{LinkState, Standing},
    page::{SessionCookie, is_prefetch, long_date, show},
    store::{ClientKind, GrantRow, KeyRow},
};

/// `GET /account`: the page of who is signed in, else the button. A visit gives the session another 30 days.
pub(super) async fn look(State(web): Shared, method: Method, headers: HeaderMap) -> Response {
    let visits = method != Method::HEAD && !is_prefetch(&headers);
    match page(&web, &headers, visits).await {
        Ok(response) => response,
        Err(Stop::SignedOut { stale }) => signed_out(&web, stale),
        Err(stop @ Stop::Problem(_)) => stop.answer(&web),
    }
}

/// `GET /account/delete`: asks once more.
pub(super) async fn ask_to_delete(State(web): Shared, headers: HeaderMap) -> Response {
    match everything(&web, &headers).await {
        Ok((_, everything)) => show(
            StatusCode::OK,
            &AskToDelete {
                name: name(&everything.standing),
                clients: everything.grants.len(),
                keys: everything.keys.len(),
            },
        ),
        Err(stop) => stop.answer(&web),
    }
}

/// The page after everything was deleted.
pub(super) fn farewell(web: &Web) -> Response {
    let mut response = show(StatusCode::OK, &Farewell);
    SessionCookie::new(web.secure).expire(&mut response);
    response
}

/// All that the page tells of one person.
struct Everything {
    standing: Standing,
    grants: Vec<GrantRow>,
    keys: Vec<KeyRow>,
}

async fn page(web: &Web, headers: &HeaderMap, visits: bool) -> Result<Response, Stop> {
    let (session, everything) = everything(web, headers).await?;
    let renewed = visits && web.sessions.renew(&session).await?;
    let mut response = show(StatusCode::OK, &account(web, &everything));
    let cookie = SessionCookie::new(web.secure);
    if let (true, Some(value)) = (renewed, cookie.read(headers)) {
        cookie.set(&mut response, &value);
    }
    Ok(response)
}

async fn everything(web: &Web, headers: &HeaderMap) -> Result<(Session, Everything), Stop> {
    let session = looking(web, headers).await?;
    let person = session.person;
    let standing = web.links.standing(person).await?;
    let now = web.clock.now();
    let mut grants = web.db.list_grants(person).await?;
    grants.retain(|grant| now < grant.expires_at);
    let mut keys = web.db.list_keys(Some(person)).await?;
    keys.retain(|key| key.expires_at.is_none_or(|end| now < end));
    let everything = Everything {
        standing,
        grants,
        keys,
    };
    Ok((session, everything))
}

fn signed_out(web: &Web, stale: bool) -> Response {
    let mut response = show(StatusCode::OK, &SignedOut);
    if stale {
        SessionCookie::new(web.secure).expire(&mut response);
    }
    response
}

fn account<'a>(web: &'a Web, everything: &'a Everything) -> Account<'a> {
    let standing = &everything.standing;
    Account {
        name: name(standing),
        spotify_id: &standing.spotify_id,
        suspended: standing.state == LinkState::Suspended,
        connected: standing.authorized_at.map(long_date),
        reconnect_by: standing.reauthorize_by.map(long_date),
        clients: everything.grants.iter().map(client).collect(),
        keys: everything.keys.iter().map(key).collect(),
        ends: &account_keys::ENDS,
        toolsets: toolsets(&web.tools),
        tools: &web.tools,
    }
}

/// The groups of `tools`, each once.
fn toolsets(tools: &[ToolChoice]) -> Vec<&'static str> {
    let mut groups: Vec<_> = tools.iter().map(|tool| tool.toolset.as_str()).collect();
    groups.dedup();
    groups
}

fn name(standing: &Standing) -> &str {
    standing
        .display_name
        .as_deref()
        .filter(|name| !name.trim().is_empty())
        .unwrap_or(&standing.spotify_id)
}

fn client(grant: &GrantRow) -> Client<'_> {
    Client {
        id: grant.id.to_string(),
        name: &grant.client_name,
        known: known(grant),
        host: &grant.redirect_host,
        may: words(&grant.scopes),
        may_not: words(&grant.withheld),
        reads_only: grant.resource.ends_with("/readonly"),
        suspended: grant.status == "suspended",
        connected: long_date(grant.created_at),
        used: grant.last_used_at.map(long_date),
        ends: long_date(grant.expires_at),
    }
}

/// How well a client is known, in words; its name proves nothing.
fn known(grant: &GrantRow) -> String {
    match grant.client_kind {
        ClientKind::Document => format!("verified by {}", host_of(&grant.client_id)),
        ClientKind::Static => "set up by whoever runs this server".to_owned(),
        ClientKind::Registered => "unverified: its name is what it calls itself".to_owned(),
    }
}

/// The host of a client document's address, with its port where that is not https's own.
fn host_of(client_id: &str) -> String {
    Url::parse(client_id)
        .ok()
        .and_then(|url| {
            let host = url.host_str()?;
            Some(
                url.port()
                    .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            )
        })
        .unwrap_or_else(|| "its own address".to_owned())
}

fn words(scopes: &str) -> Vec<&'static str> {
    scopes
        .split_whitespace()
        .filter_map(Scope::parse)
        .map(Scope::words)
        .collect()
}

fn key(row: &KeyRow) -> Key<'_> {
    Key {
        id: row.id.to_string(),
        label: &row.label,
        kind: match KeyKind::parse(&row.kind) {
            Some(KeyKind::Link) => "connector URL",
            Some(KeyKind::Api) => "API key",
            // What an earlier server issued opens both doors.
            None => "API key and connector URL",
        },
        replace_me: row.kind == ImportedKey::KIND,
        reads_only: row.read_only,
        // Single tools stand in the place of toolsets.
        only: row.tools.as_deref().or(row.toolsets.as_deref()).map(listed),
        without: row.exclude_tools.as_deref().map(listed),
        made: long_date(row.created_at),
        used: row.last_used_at.map(long_date),
        ends: row.expires_at.map(long_date),
    }
}

/// Names as they are kept, as people read them.
fn listed(names: &str) -> String {
    names.replace(',', ", ")
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut;

#[derive(Template)]
#[template(path = "farewell.html")]
struct Farewell;

#[derive(Template)]
#[template(path = "delete.html")]
struct AskToDelete<'a> {
    name: &'a str,
    clients: usize,
    keys: usize,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    name: &'a str,
    spotify_id: &'a str,
    suspended: bool,
    connected: Option<String>,
    reconnect_by: Option<String>,
    clients: Vec<Client<'a>>,
    keys: Vec<Key<'a>>,
    ends: &'static [(i64, &'static str)],
    toolsets: Vec<&'static str>,
    tools: &'a [ToolChoice],
}

struct Client<'a> {
    id: String,
    name: &'a str,
    known: String,
    host: &'a str,
    may: Vec<&'static str>,
    may_not: Vec<&'static str>,
    reads_only: bool,
    suspended: bool,
    connected: String,
    used: Option<String>,
    ends: String,
}

struct Key<'a> {
    id: String,
    label: &'a str,
    kind: &'static str,
    replace_me: bool,
    reads_only: bool,
    only: Option<String>,
    without: Option<String>,
    made: String,
    used: Option<String>,
    ends: Option<String>,
}
