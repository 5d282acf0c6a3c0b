//! What the account page shows: the link, each client as it is known, each key, and nothing of anybody else's.

use std::time::Duration;

use auxcord::{
    auth::{KeyKind, KeyLimits, KeyOptions, Scope, Toolset},
    crypto::random_bytes,
    store::{AuditEvent, ClientKind, KeyKept, Outcome},
};

use super::{CLAUDE, Guest, plant, resident};
use crate::web::stage::Stage;

const READ_AND_PLAY: &str = "music:read playback:control";

#[tokio::test]
async fn the_page_shows_each_client_with_what_it_may_and_how_it_is_known() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let guests = [
        CLAUDE,
        Guest {
            name: "Some Editor",
            kind: ClientKind::Registered,
            client_id: "auxcord-1",
            host: "127.0.0.1",
        },
        Guest {
            name: "House Bot",
            kind: ClientKind::Static,
            client_id: "auxcord-2",
            host: "bot.example",
        },
    ];
    for guest in &guests {
        plant(
            &stage,
            ann.person,
            guest,
            [READ_AND_PLAY, "playlists:write"],
        )
        .await;
        stage.clock.advance(Duration::from_millis(1));
    }
    let page = ann.visitor.get("/account").await;
    assert_eq!(
        page.texts_of(".client h3"),
        ["Claude", "Some Editor", "House Bot"]
    );
    let facts = page.texts_of(".client > dl > dd");
    let known: Vec<&str> = facts.iter().step_by(7).map(String::as_str).collect();
    assert_eq!(
        known,
        [
            "verified by claude.example",
            "unverified: its name is what it calls itself",
            "set up by whoever runs this server"
        ]
    );
    assert_eq!(facts[1], "claude.example");
    assert_eq!(facts[4], "20 November 2026");
    assert_eq!(facts[5], "not yet");
    assert_eq!(facts[6], "19 May 2027, or after 30 days without use");
    let may = [Scope::MusicRead.words(), Scope::PlaybackControl.words()];
    assert_eq!(page.texts_of(".client .may li")[..2], may);
    assert_eq!(
        page.texts_of(".client .may-not li")[0],
        Scope::PlaylistsWrite.words()
    );
}

#[tokio::test]
async fn a_clients_name_is_shown_and_not_run() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let guest = Guest {
        name: "<script>alert(1)</script>\"><b>x</b>",
        kind: ClientKind::Registered,
        client_id: "auxcord-1",
        host: "127.0.0.1",
    };
    plant(&stage, ann.person, &guest, ["music:read", ""]).await;
    let page = ann.visitor.get("/account").await;
    assert_eq!(page.text_of(".client h3"), guest.name);
    assert!(page.texts_of("script, .client b").is_empty());
    let labels = page.attributes_of(".client button", "aria-label");
    assert_eq!(labels, [format!("End {}", guest.name)]);
}

#[tokio::test]
async fn the_page_shows_each_key_with_its_limits_and_never_the_key() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let now = stage.clock.now();
    let issued = stage.web.keys.issue(KeyOptions {
        kind: KeyKind::Api,
        label: "the <kitchen>".to_owned(),
        limits: KeyLimits {
            read_only: true,
            toolsets: Some(vec![Toolset::Core]),
            ..KeyLimits::default()
        },
        expires_at: Some(now + 86_400_000),
    });
    let event = AuditEvent::new(now, random_bytes(), "key.created", Outcome::Success);
    let kept = stage
        .web
        .db
        .insert_key(ann.person, &issued.stored, &event, now);
    assert_eq!(kept.await.unwrap(), KeyKept::Kept);

    let page = ann.visitor.get("/account").await;
    let mut titles = page.texts_of(".key h3");
    titles.sort();
    assert_eq!(
        titles,
        [
            "login 2026-11-20 (API key)",
            "login 2026-11-20 (connector URL)",
            "the <kitchen> (API key)",
        ]
    );
    let facts = page.texts_of(".key dd");
    let limited = facts
        .iter()
        .position(|fact| fact == "only read, with these tools: core")
        .unwrap();
    assert_eq!(
        facts[limited + 1..limited + 4],
        ["20 November 2026", "not yet", "21 November 2026"]
    );
    assert!(!page.text.contains(issued.key.expose()) && !page.text.contains(&ann.key));

    stage.clock.advance(Duration::from_hours(24));
    let page = ann.visitor.get("/account").await;
    assert_eq!(
        page.texts_of(".key h3").len(),
        2,
        "what is over is not shown"
    );
}

#[tokio::test]
async fn a_key_that_was_used_tells_when() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    stage.clock.advance(Duration::from_hours(24));
    let now = stage.clock.now();
    for row in stage.web.db.list_keys(Some(ann.person)).await.unwrap() {
        stage.web.db.update_key_used(row.id, now).await.unwrap();
    }
    let facts = ann.visitor.get("/account").await.texts_of(".key dd");
    assert_eq!(facts[2], "21 November 2026");
}

#[tokio::test]
async fn the_page_says_until_when_the_link_holds() {
    let stage = Stage::on_https().await;
    let ann = resident(&stage, "Ann").await;
    let link = ann.page.text_of("section[aria-labelledby=link]");
    assert!(link.contains("Connected on 20 November 2026"), "{link}");
    assert!(link.contains("Spotify ends this on 20 May 2027"), "{link}");
}

#[tokio::test]
async fn nobody_sees_anything_of_anybody_elses() {
    let stage = Stage::on_https().await;
    let ann = resident(&stage, "Quenta").await;
    plant(&stage, ann.person, &CLAUDE, ["music:read", ""]).await;
    let bea = resident(&stage, "Bea").await;
    assert_eq!(bea.page.text_of("#account"), "Bea");
    assert!(bea.page.texts_of(".client").is_empty());
    assert_eq!(bea.page.texts_of(".key").len(), 2);
    for theirs in [
        ann.person.to_string(),
        "Quenta".to_owned(),
        "quenta".to_owned(),
        ann.key.clone(),
    ] {
        assert!(!bea.page.text.contains(&theirs), "{theirs}");
    }
}

#[tokio::test]
async fn who_has_connected_nothing_yet_can_sign_in_and_sees_that() {
    let stage = Stage::on_https().await;
    let page = stage
        .sign_in(&mut stage.visitor(), &Stage::account("ann", "Ann"))
        .await;
    assert_eq!(page.text_of("#account"), "Ann");
    assert!(page.texts_of(".client, .key").is_empty());
    assert_eq!(
        stage.count("spotify_links").await,
        0,
        "nothing of Spotify's is kept"
    );
}
