//! What the stories about clients share: servers that come and go behind one public name, and a client that they let
//! in.

use std::time::Duration;

use auxcord::sandbox::Rotation;
use reqwest::RequestBuilder;
use serde_json::Value;
use tokio::task::JoinHandle;

use super::tokens_are_whole;
use crate::harness::{
    Browser, Ground, Process, Setup,
    browser::Page,
    consent::{Guest, answer},
    mcp::Answer,
    oauth::Tokens,
};

/// The name of every server, whatever address it listens on. Nobody goes there.
pub(super) const BASE: &str = "http://127.0.0.1:8888";
/// Where the client listens.
const REDIRECT: &str = "http://127.0.0.1/callback";

/// For servers that are one to the outside, and that let one client ask as often as it likes.
pub(super) async fn ground() -> Ground {
    let setup = Setup::default()
        .rotating(Rotation::Always)
        .with("BASE_URL", BASE)
        .with("SPOTIFY_CALL_TIMEOUT_MS", "2000")
        .with("LIMIT_REGISTER", "100000/min")
        .with("LIMIT_AUTHORIZE", "100000/min")
        .with("LIMIT_TOKEN", "100000/min");
    Ground::new(setup).await
}

/// A client of that name.
pub(super) async fn register(server: &Process, name: &str) -> Guest {
    Guest::register(&server.origin, name, REDIRECT).await
}

/// Somebody at Spotify.
pub(super) fn somebody(ground: &Ground) -> String {
    ground.spotify.people().remove(0).id
}

/// Approves; the answer that sends `browser` to Spotify.
pub(super) async fn leave(browser: &Browser, guest: &Guest) -> Page {
    let page = browser.asked(&guest.request()).await;
    browser.approve(&page).await
}

/// Agrees at Spotify; path and query of the callback.
pub(super) async fn agree(ground: &Ground, browser: &Browser, away: &Page) -> String {
    let back = browser.agree(away, &somebody(ground)).await;
    back.strip_prefix(BASE).unwrap().to_owned()
}

/// The whole way in a new browser; the code.
pub(super) async fn code(ground: &Ground, server: &Process, guest: &Guest) -> String {
    let browser = server.browser();
    let away = leave(&browser, guest).await;
    let back = agree(ground, &browser, &away).await;
    answer(&browser.get(&back).await)["code"].clone()
}

/// What `server` gives for a code.
pub(super) async fn redeemed(server: &Process, guest: &Guest, code: &str) -> Tokens {
    Tokens::of(&guest.redemption(code).post(&token(server)).await)
}

/// What `server` gives for a refresh token.
pub(super) async fn refreshed(server: &Process, guest: &Guest, refresh: &str) -> Tokens {
    Tokens::of(&guest.refreshing(refresh).post(&token(server)).await)
}

/// The token endpoint.
pub(super) fn token(server: &Process) -> String {
    format!("{}/token", server.origin)
}

/// A client is let in anew, and what it gets works up to Spotify.
pub(super) async fn begins_again(ground: &Ground, server: &Process, guest: &Guest) -> Tokens {
    let tokens = redeemed(server, guest, &code(ground, server, guest).await).await;
    works(server, &tokens).await;
    tokens
}

/// An access token opens the endpoint and reaches Spotify.
pub(super) async fn works(server: &Process, tokens: &Tokens) {
    super::list(&server.client(&tokens.access)).await;
}

/// Nothing is there by halves: a grant has its person, link, client, request and code; a code or refresh token is used
/// and has successors, or neither; and everything is as the audit says.
pub(super) async fn grants_are_whole(ground: &Ground) {
    for (what, halves) in [
        (
            "a grant without a person, link or client",
            "select g.id from grants g left join people p on p.id = g.person_id \
             left join spotify_links l on l.person_id = g.person_id and l.app_id = g.app_id \
             left join clients c on c.id = g.client_ref \
             where p.id is null or l.id is null or c.id is null",
        ),
        (
            "a person without a link",
            "select p.id from people p left join spotify_links l on l.person_id = p.id where l.id is null",
        ),
        (
            "a grant without its one code",
            "select g.id from grants g where (select count(*) from tokens t \
             where t.grant_id = g.id and t.kind = 'code') <> 1",
        ),
        (
            "a code or refresh token that is half used",
            "select t.grant_id from tokens t where t.kind <> 'access' and \
             (select count(*) from tokens s where s.grant_id = t.grant_id and s.kind = 'refresh' \
             and s.generation = t.generation + 1) <> case when t.rotated_at is null then 0 else 1 end",
        ),
        (
            "a refresh token without an access token",
            "select t.grant_id from tokens t where t.kind = 'refresh' and not exists \
             (select 1 from tokens a where a.grant_id = t.grant_id and a.kind = 'access' \
             and a.generation = t.generation)",
        ),
        (
            "an access token without a refresh token",
            "select t.grant_id from tokens t where t.kind = 'access' and not exists \
             (select 1 from tokens r where r.grant_id = t.grant_id and r.kind = 'refresh' \
             and r.generation = t.generation)",
        ),
        (
            "a used refresh token without its answer",
            "select grant_id from tokens where kind = 'refresh' \
             and (rotated_at is null) <> (answer_sealed is null)",
        ),
    ] {
        assert!(ground.database.texts(halves).await.is_empty(), "{what}");
    }
    let rows = async |rows: &str| ground.database.texts(rows).await.len();
    let grants = ground.database.count("grants").await;
    let noted = rows("select event from audit where event = 'oauth.granted'").await;
    let answered = rows("select id from authorizations where status = 'coded'").await;
    assert_eq!((noted, answered), (grants, grants));
    tokens_are_whole(ground).await;
}

/// A request that is under way.
pub(super) struct Asked(JoinHandle<Option<Answer>>);

impl Asked {
    /// Sends it.
    pub(super) fn of(request: RequestBuilder) -> Self {
        Self(tokio::spawn(async move {
            let response = request.send().await.ok()?;
            Some(Answer {
                status: response.status().as_u16(),
                headers: response.headers().clone(),
                body: serde_json::from_str(&response.text().await.ok()?).unwrap_or(Value::Null),
            })
        }))
    }

    /// Kills the server that it was sent to, with the answer or at the latest after that time; the answer, if there
    /// was one.
    pub(super) async fn cut_off(mut self, server: Process, after: Duration) -> Option<Answer> {
        let answered = tokio::time::timeout(after, &mut self.0).await;
        server.kill();
        match answered {
            Ok(answer) => answer.unwrap(),
            Err(_) => self.0.await.unwrap(),
        }
    }

    /// Waits for the answer.
    pub(super) async fn answer(self) -> Answer {
        self.0.await.unwrap().unwrap()
    }
}
