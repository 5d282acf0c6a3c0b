//! A call whose access token was seen a moment ago asks the database for no credential, and ends with its grant all the
//! same.

use std::time::Duration;

use serde_json::json;

use super::Story;
use crate::harness::{
    Client, Setup,
    oauth::{Tokens, redeem, revoke, stage_client, stage_code},
    sql::Hand,
    until,
};

/// The tables in which a caller and their token at Spotify would be looked up.
const CREDENTIALS: [&str; 4] = ["tokens", "grants", "api_keys", "spotify_links"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_was_just_seen_is_not_looked_up_again_and_ends_when_it_is_revoked() {
    let remembering = Setup::default().with("CALLER_CACHE_SECONDS", "60");
    let story = Story::begin_with(remembering).await;
    let other = stage_client(&story.app).await;
    let other = stage_code(&story.app, &story.person, &other).await;
    let unseen = Tokens::of(&redeem(&story.app.origin, &other).await);
    let client = story.app.client(&story.tokens.access);
    story.use_up(&story.tokens.access).await;
    client.done("list_playlists", json!({})).await;

    let mut hand = Hand::on(&story.app.database).await;
    for table in CREDENTIALS {
        hand.execute(&format!("alter table {table} rename to hidden_{table}"))
            .await;
    }
    for turn in 0..20 {
        served(&client, turn).await;
    }
    assert_eq!(
        story.bearer(&unseen.access).await,
        503,
        "the tables are away"
    );
    for table in CREDENTIALS {
        hand.execute(&format!("alter table hidden_{table} rename to {table}"))
            .await;
    }

    assert_eq!(story.bearer(&unseen.access).await, 200);
    let replica = story.app.second().await;
    assert_eq!(
        revoke(&replica.origin, &story.tokens.refresh).await.status,
        200
    );
    let refused = until("the token is refused", async || {
        story.bearer(&story.tokens.access).await == 401
    });
    let soon = tokio::time::timeout(Duration::from_secs(10), refused).await;
    assert!(soon.is_ok(), "the token is still remembered");
    assert_eq!(story.bearer(&unseen.access).await, 200);
}

/// Calls by turns what needs Spotify and what needs nobody. Trust in what is remembered may lapse for an instant on a
/// busy machine, and comes back with the next reading of the revocations; what was not remembered never does.
async fn served(client: &Client, turn: i64) {
    let (method, params) = if turn % 2 == 0 {
        let params = json!({ "name": "list_playlists", "arguments": {} });
        ("tools/call", params)
    } else {
        ("tools/list", json!({}))
    };
    until("the call is served", async || {
        let answer = client.rpc(turn, method, params.clone()).await;
        assert!([200, 503].contains(&answer.status), "{}", answer.body);
        answer.status == 200 && answer.body["result"]["isError"] != true
    })
    .await;
}
