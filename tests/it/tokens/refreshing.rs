//! A refresh token and the next pair of tokens.

use auxcord::clock::DAY;
use serde_json::json;

use super::{INVALID_GRANT, Story, almost, days, error, grants, seconds};
use crate::harness::{
    Setup,
    oauth::{Tokens, Wish, redeem, stage_client, stage_wish},
    sql::Hand,
    until,
};

/// What is remembered of tokens lasts a minute, so that only news of their end can end them in time.
fn remembering() -> Setup {
    Setup::default().with("CALLER_CACHE_SECONDS", "60")
}

#[tokio::test]
async fn h1_a_refresh_gives_new_tokens_and_the_old_access_token_lives_a_minute_more() {
    let story = Story::begin_with(remembering()).await;
    let old = &story.tokens;
    assert_eq!(story.bearer(&old.access).await, 200);
    let new = story.refreshed(&old.refresh).await;
    assert_ne!(new.refresh, old.refresh);
    assert_ne!(new.access, old.access);
    assert_eq!(new.expires_in, 3_600);
    assert_eq!(new.scope, old.scope);
    story.app.advance(seconds(59));
    assert_eq!(story.bearer(&old.access).await, 200);
    assert_eq!(story.bearer(&new.access).await, 200);
    story.app.advance(seconds(1));
    assert_eq!(story.bearer(&old.access).await, 401);
    assert_eq!(story.bearer(&new.access).await, 200);
}

#[tokio::test]
async fn h1_every_older_access_token_ends_with_a_refresh() {
    let story = Story::begin().await;
    let second = story.refreshed(&story.tokens.refresh).await;
    let third = story.refreshed(&second.refresh).await;
    story.app.advance(seconds(60));
    assert_eq!(story.bearer(&story.tokens.access).await, 401);
    assert_eq!(story.bearer(&second.access).await, 401);
    assert_eq!(story.bearer(&third.access).await, 200);
}

#[tokio::test]
async fn h7_another_client_cannot_use_a_refresh_token_and_does_it_no_harm() {
    let story = Story::begin().await;
    let other = stage_client(&story.app).await;
    let form = other.refreshing(&story.tokens.refresh);
    let url = format!("{}/token", story.app.origin);
    assert_eq!(error(&form.post(&url).await), INVALID_GRANT);
    let new = story.refreshed(&story.tokens.refresh).await;
    story.use_up(&new.access).await;
    story.app.advance(seconds(600));
    assert_eq!(error(&form.post(&url).await), INVALID_GRANT);
    assert_eq!(story.bearer(&new.access).await, 200);
    assert_eq!(grants(&story.app).await, ["active"]);
}

#[tokio::test]
async fn h8_a_wider_scope_is_refused_and_a_narrower_one_is_of_the_access_token_alone() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    let form = story.client.refreshing(&story.tokens.refresh);
    for wider in [
        "music:read library:write",
        "library:write",
        "music:read unheard:of",
    ] {
        let answer = form.clone().with("scope", wider).post(&url).await;
        assert_eq!(error(&answer), (400, "invalid_scope"), "{wider}");
    }
    let narrow = form.with("scope", "music:read offline_access");
    let narrow = Tokens::of(&narrow.post(&url).await);
    assert_eq!(narrow.scope, "music:read");
    let client = story.app.client(&narrow.access);
    let call = json!({ "name": "create_playlist", "arguments": { "name": "x" } });
    let answer = client.rpc(1, "tools/call", call).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    let whole = story.refreshed(&narrow.refresh).await;
    assert_eq!(whole.scope, "music:read playlists:write");
}

#[tokio::test]
async fn h10_no_token_passes_for_another_kind() {
    let story = Story::begin().await;
    assert_eq!(story.bearer(&story.tokens.refresh).await, 401);
    for text in [&story.tokens.access, &story.person.key, "auxr_x"] {
        assert_eq!(error(&story.refresh(text).await), INVALID_GRANT);
    }
    assert_eq!(grants(&story.app).await, ["active"]);
}

#[tokio::test]
async fn h12_tokens_are_refreshed_without_a_word_to_spotify() {
    let story = Story::begin().await;
    story.app.spotify.revoke(&story.person.spotify_id);
    story.app.spotify.reset_calls();
    let mut tokens = story.tokens.clone();
    for _ in 0..3 {
        story.app.advance(seconds(3_600));
        tokens = story.refreshed(&tokens.refresh).await;
    }
    assert!(story.app.spotify.calls().values().all(|calls| *calls == 0));
}

#[tokio::test]
async fn another_resource_is_refused_and_the_token_is_not_spent() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    let form = story.client.refreshing(&story.tokens.refresh);
    let readonly = format!("{}/mcp/readonly", story.app.origin);
    let answer = form.clone().with("resource", &readonly).post(&url).await;
    assert_eq!(error(&answer), (400, "invalid_target"));
    let ours = format!("{}/mcp", story.app.origin);
    Tokens::of(&form.with("resource", &ours).post(&url).await);
    assert_eq!(story.app.database.count("tokens").await, 5, "one rotation");
}

#[tokio::test]
async fn a_refresh_token_lasts_thirty_days_from_its_issue() {
    let story = Story::begin().await;
    story.app.advance(almost(days(30)));
    let next = story.refreshed(&story.tokens.refresh).await;
    story.app.advance(days(30));
    assert_eq!(error(&story.refresh(&next.refresh).await), INVALID_GRANT);
}

#[tokio::test]
async fn nothing_outlives_the_grant() {
    let story = Story::begin().await;
    let wish = Wish {
        lasts: DAY,
        ..Wish::at(&story.app.origin)
    };
    let code = stage_wish(&story.app, &story.person, &story.client, wish).await;
    let first = Tokens::of(&redeem(&story.app.origin, &code).await);
    story.app.advance(seconds(86_400 - 600));
    let last = story.refreshed(&first.refresh).await;
    assert_eq!(last.expires_in, 600);
    assert_eq!(story.refreshed(&first.refresh).await, last);
    story.app.advance(seconds(599));
    assert_eq!(story.bearer(&last.access).await, 200);
    let very_last = story.refreshed(&last.refresh).await;
    assert_eq!(very_last.expires_in, 1);
    story.app.advance(seconds(1));
    assert_eq!(story.bearer(&very_last.access).await, 401);
    let answer = story.refresh(&very_last.refresh).await;
    assert_eq!(error(&answer), INVALID_GRANT);
}

#[tokio::test]
async fn a_suspended_grant_keeps_its_tokens_until_the_person_reconnects() {
    let story = Story::begin().await;
    story.app.spotify.revoke(&story.person.spotify_id);
    story.app.spotify.expire(Some(&story.person.spotify_id));
    let list = json!({ "name": "list_playlists", "arguments": {} });
    let client = story.app.client(&story.tokens.access);
    let answer = client.rpc(1, "tools/call", list.clone()).await;
    assert_eq!(answer.body["result"]["isError"], true, "{}", answer.body);
    assert_eq!(grants(&story.app).await, ["suspended"]);
    until("the token is refused", async || {
        story.bearer(&story.tokens.access).await == 401
    })
    .await;
    for _ in 0..2 {
        let answer = story.refresh(&story.tokens.refresh).await;
        assert_eq!(error(&answer), INVALID_GRANT);
        story.app.advance(seconds(300));
    }
    story.app.connect(&story.person.spotify_id).await;
    assert_eq!(story.bearer(&story.tokens.access).await, 200);
    let next = story.refreshed(&story.tokens.refresh).await;
    assert_eq!(story.bearer(&next.access).await, 200);
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_never_a_refused_token() {
    let story = Story::begin().await;
    let mut hand = Hand::on(&story.app.database).await;
    hand.execute("alter table tokens rename to hidden").await;
    let answer = story.refresh(&story.tokens.refresh).await;
    assert_eq!(error(&answer), (503, "temporarily_unavailable"));
    assert!(
        !answer.body.to_string().contains("tokens"),
        "{}",
        answer.body
    );
    hand.execute("alter table hidden rename to tokens").await;
    story.refreshed(&story.tokens.refresh).await;
}
