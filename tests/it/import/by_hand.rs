//! `users link`: a Spotify token from standard input becomes the link of whoever it belongs to.

use auxcord::sandbox::{Action, Fault, Rotation};
use serde_json::json;

use super::{Stage, opened_by_key};
use crate::harness::{Setup, app::CLIENT_ID, program::Ended};

impl Stage {
    async fn link(&self, flags: &[&str], token: &str) -> Ended {
        let arguments = [&["users", "link"], flags].concat();
        self.program().run_reading(&arguments, token).await
    }
}

#[tokio::test]
async fn a_refresh_token_becomes_a_lasting_link_and_prints_one_key() {
    let stage = Stage::with(Setup::default().rotating(Rotation::Always)).await;
    let card = stage.person(0);
    let tokens = stage
        .ground
        .spotify
        .grant(&card.id, CLIENT_ID, None)
        .unwrap();
    let flags = ["--label", "kitchen radio", "--read-only"];
    let made = stage
        .link(&flags, &format!("{}\n", tokens.refresh_token))
        .await;
    let key = made.printed().strip_suffix('\n').unwrap();
    assert!(key.starts_with("aux_") && !key.contains('\n'), "{made:?}");
    assert!(
        !made.err.contains(key) && !made.err.contains(&tokens.refresh_token),
        "{made:?}"
    );
    assert!(!made.err.contains("note:"), "{made:?}");
    let server = stage.serve().await;
    assert_eq!(opened_by_key(&server, key).await, card.id);
    let listed = stage.program().run(&["keys", "list"]).await;
    assert!(
        listed.printed().contains("kitchen radio") && listed.out.contains("read-only"),
        "{listed:?}"
    );
    stage.ground.spotify.expire(Some(&card.id));
    let found = server
        .client(key)
        .done("search", json!({ "query": "night" }))
        .await;
    assert!(
        found.to_string().contains("open.spotify.com"),
        "it is renewed: {found}"
    );
    let again = stage.link(&[], &tokens.refresh_token).await;
    again.failed_saying(&["does not accept", "SPOTIFY_CLIENT_ID"]);
}

#[tokio::test]
async fn a_lasting_link_is_not_given_up_for_a_lesser_token() {
    let stage = Stage::new().await;
    let card = stage.person(0);
    let grant = |scopes| {
        let spotify = &stage.ground.spotify;
        spotify.grant(&card.id, CLIENT_ID, scopes).unwrap()
    };
    let whole = grant(None);
    stage.link(&[], &whole.refresh_token).await.printed();
    let passing = stage.link(&[], &grant(None).access_token).await;
    let narrow = grant(Some("user-read-private"));
    let narrower = stage.link(&[], &narrow.refresh_token).await;
    let server = stage.serve().await;
    for made in [passing, narrower] {
        assert!(made.err.contains("stays as it is"), "{made:?}");
        let key = made.printed().trim();
        stage.ground.spotify.expire(Some(&card.id));
        let status = server.client(key).done("get_status", json!({})).await;
        assert!(
            status.to_string().contains("playlist-modify-private"),
            "it can still do all: {status}"
        );
        let found = server.client(key).done("list_playlists", json!({})).await;
        assert!(found["total"].is_number(), "it is still renewed: {found}");
    }
}

#[tokio::test]
async fn an_access_token_becomes_a_link_that_ends_with_it_and_says_so() {
    let stage = Stage::new().await;
    let card = stage.person(0);
    let tokens = stage
        .ground
        .spotify
        .grant(&card.id, CLIENT_ID, None)
        .unwrap();
    let made = stage.link(&[], &tokens.access_token).await;
    let key = made.printed().trim().to_owned();
    assert!(
        made.err
            .contains("cannot be renewed: the link ends with it"),
        "{made:?}"
    );
    let server = stage.serve().await;
    let client = server.client(&key);
    client.done("search", json!({ "query": "night" })).await;
    stage.ground.spotify.expire(Some(&card.id));
    let call = json!({ "name": "search", "arguments": { "query": "other" } });
    let ended = client.rpc(1, "tools/call", call).await;
    assert_eq!(ended.body["result"]["isError"], true, "{}", ended.body);
    assert!(
        ended.body.to_string().contains("/auth/login"),
        "{}",
        ended.body
    );
    assert_eq!(
        stage.ground.spotify.count("POST /api/token"),
        0,
        "there is nothing to renew it with"
    );
    let shown = stage.program().run(&["users", "show", &card.id]).await;
    assert!(shown.printed().contains("suspended"), "{shown:?}");
}

#[tokio::test]
async fn a_person_who_is_here_gets_the_link_replaced_and_keeps_the_keys() {
    let stage = Stage::new().await;
    let card = stage.person(0);
    let server = stage.serve().await;
    let connected = stage.ground.connect(&server, &card.id).await;
    let tokens = stage
        .ground
        .spotify
        .grant(&card.id, CLIENT_ID, None)
        .unwrap();
    let links = "select id from spotify_links";
    let before = stage.ground.database.texts(links).await;
    for fault in [
        Action::Html { status: 503 },
        Action::QuotaExceeded { retry_after: 60 },
    ] {
        stage
            .ground
            .spotify
            .add_fault(Fault::new(fault).on("GET", "/v1/me"));
        let ended = stage.link(&[], &tokens.refresh_token).await;
        ended.failed_saying(&[
            "the token was not accepted",
            "nothing of the person was changed",
        ]);
        stage.ground.spotify.clear_faults();
    }
    assert_eq!(stage.ground.database.texts(links).await, before);
    let made = stage.link(&[], &tokens.refresh_token).await;
    assert_ne!(stage.ground.database.texts(links).await, before);
    for key in [made.printed().trim(), &connected.key] {
        assert_eq!(opened_by_key(&server, key).await, card.id);
    }
    assert_eq!(stage.ground.database.count("people").await, 1);
}

#[tokio::test]
async fn what_is_no_token_changes_nothing() {
    let stage = Stage::new().await;
    let long = "A".repeat(5_000);
    for input in [
        "",
        "\n",
        "two words",
        "first\nsecond",
        "\u{7}bell",
        "töken",
        &long,
    ] {
        let ended = stage.link(&[], input).await;
        ended.failed_saying(&[
            "standard input holds no Spotify token",
            "users link < token.txt",
        ]);
    }
    for stranger in ["AQnothing-of-ours", "BQnothing-of-ours"] {
        let ended = stage.link(&[], stranger).await;
        ended.failed_saying(&["does not accept", "nothing was stored"]);
        assert!(!ended.err.contains(stranger), "{ended:?}");
    }
    let misused = stage
        .program()
        .run(&["users", "link", "AQtoken-as-an-argument"])
        .await;
    assert_eq!(misused.code, Some(2), "a token is no argument: {misused:?}");
    assert_eq!(stage.ground.database.count("people").await, 0);
}
