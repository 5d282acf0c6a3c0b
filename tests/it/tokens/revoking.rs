//! Revocation: any token of a grant ends all of it, soon everywhere, and nobody ends another's.

use std::time::{Duration, Instant};

use super::{INVALID_CLIENT, INVALID_GRANT, INVALID_REQUEST, Story, audited, error, grants};
use crate::harness::{
    Setup, TestApp,
    oauth::{
        Form, Tokens, Wish, bearer, redeem, refresh, revoke, stage_client, stage_code,
        stage_confidential_client, stage_wish,
    },
    until,
};

/// Tokens are remembered for a minute, so that only the news of their end can end them in time.
fn remembering() -> Setup {
    Setup::default().with("CALLER_CACHE_SECONDS", "60")
}

#[tokio::test]
async fn i1_revoking_a_refresh_token_ends_the_access_token_at_once_here() {
    let story = Story::begin_with(remembering()).await;
    assert_eq!(story.bearer(&story.tokens.access).await, 200);
    let answer = revoke(&story.app.origin, &story.tokens.refresh).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(story.bearer(&story.tokens.access).await, 401);
    let answer = story.refresh(&story.tokens.refresh).await;
    assert_eq!(error(&answer), INVALID_GRANT);
    assert_eq!(grants(&story.app).await, ["revoked client"]);
    assert_eq!(audited(&story.app, "oauth.grant_revoked").await, ["client"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i1_revoking_a_refresh_token_ends_the_access_token_within_a_second_on_another_replica() {
    let story = Story::begin_with(remembering()).await;
    let replica = story.app.second().await;
    let wish = Wish::at(&replica.origin);
    let code = stage_wish(&story.app, &story.person, &story.client, wish).await;
    let tokens = Tokens::of(&redeem(&story.app.origin, &code).await);
    assert_eq!(bearer(&replica.origin, &tokens.access).await, 200);
    let revoked = Instant::now();
    assert_eq!(revoke(&story.app.origin, &tokens.refresh).await.status, 200);
    until("the token is refused", async || {
        bearer(&replica.origin, &tokens.access).await == 401
    })
    .await;
    // A second as promised, and another one for a busy machine.
    assert!(revoked.elapsed() < Duration::from_secs(2));
    assert_eq!(
        story.bearer(&story.tokens.access).await,
        200,
        "another grant"
    );
}

#[tokio::test]
async fn revoking_an_access_token_ends_its_refresh_token_too() {
    let story = Story::begin().await;
    let answer = revoke(&story.app.origin, &story.tokens.access).await;
    assert_eq!(answer.status, 200);
    let answer = story.refresh(&story.tokens.refresh).await;
    assert_eq!(error(&answer), INVALID_GRANT);
}

#[tokio::test]
async fn i3_revoking_what_is_unknown_or_over_is_done() {
    let story = Story::begin().await;
    let code = stage_code(&story.app, &story.person, &story.client).await;
    for token in ["x", "auxr_x", &story.person.key, &code.code] {
        assert_eq!(revoke(&story.app.origin, token).await.status, 200);
    }
    assert_eq!(grants(&story.app).await, ["active", "active"]);
    assert_eq!(
        story
            .app
            .client(&story.person.key)
            .done("get_status", serde_json::json!({}))
            .await["connected"],
        true
    );
    for _ in 0..2 {
        let answer = revoke(&story.app.origin, &story.tokens.refresh).await;
        assert_eq!(answer.status, 200);
    }
    assert_eq!(audited(&story.app, "oauth.grant_revoked").await.len(), 1);
}

#[tokio::test]
async fn i4_without_a_token_nothing_can_be_revoked() {
    let story = Story::begin().await;
    let url = format!("{}/revoke", story.app.origin);
    let form = Form::default().with("client_id", &story.client.client_id);
    for form in [form.clone(), form.clone().with("token", "")] {
        assert_eq!(error(&form.post(&url).await), INVALID_REQUEST);
    }
    let doubled = form
        .with("token", &story.tokens.access)
        .also("token", &story.tokens.refresh);
    assert_eq!(error(&doubled.post(&url).await), INVALID_REQUEST);
    let in_address = format!("{url}?token={}", story.tokens.access);
    let answer = Form::default().post(&in_address).await;
    assert_eq!(error(&answer), INVALID_REQUEST);
    assert_eq!(story.bearer(&story.tokens.access).await, 200);
}

#[tokio::test]
async fn i5_a_wrong_hint_does_not_matter() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = stage_client(&app).await;
    for hint in ["access_token", "refresh_token", "something_else", ""] {
        for refresh_token in [true, false] {
            let code = stage_code(&app, &person, &client).await;
            let tokens = Tokens::of(&redeem(&app.origin, &code).await);
            let token = if refresh_token {
                &tokens.refresh
            } else {
                &tokens.access
            };
            let form = Form::default().with("token", token);
            let form = form.with("token_type_hint", hint);
            let answer = form.post(&format!("{}/revoke", app.origin)).await;
            assert_eq!(answer.status, 200, "{hint}");
            assert_eq!(bearer(&app.origin, &tokens.access).await, 401, "{hint}");
        }
    }
}

#[tokio::test]
async fn a_client_that_says_who_it_is_ends_only_its_own() {
    let story = Story::begin().await;
    let url = format!("{}/revoke", story.app.origin);
    let other = stage_client(&story.app).await;
    let form = Form::default().with("token", &story.tokens.refresh);
    let answer = form
        .clone()
        .with("client_id", &other.client_id)
        .post(&url)
        .await;
    assert_eq!(error(&answer), INVALID_GRANT);
    let answer = form
        .clone()
        .with("client_id", "auxcord-unknown")
        .post(&url)
        .await;
    assert_eq!(error(&answer), INVALID_CLIENT);
    assert_eq!(story.bearer(&story.tokens.access).await, 200);
    let own = form.with("client_id", &story.client.client_id);
    assert_eq!(own.post(&url).await.status, 200);
    assert_eq!(story.bearer(&story.tokens.access).await, 401);
}

#[tokio::test]
async fn a_confidential_client_has_to_show_its_secret_to_end_its_own() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = stage_confidential_client(&app).await;
    let code = stage_code(&app, &person, &client).await;
    let tokens = Tokens::of(&redeem(&app.origin, &code).await);
    let url = format!("{}/revoke", app.origin);
    let form = Form::default().with("token", &tokens.access);
    for form in [
        form.clone(),
        form.clone().with("client_id", &client.client_id),
    ] {
        assert_eq!(error(&form.post(&url).await), INVALID_CLIENT);
    }
    assert_eq!(bearer(&app.origin, &tokens.access).await, 200);
    let secret = client.secret.as_deref().unwrap();
    let answer = form.post_as(&url, &client.client_id, secret).await;
    assert_eq!(answer.status, 200);
    let answer = refresh(&app.origin, &client, &tokens.refresh).await;
    assert_eq!(error(&answer), INVALID_GRANT);
}

#[tokio::test]
async fn one_grant_ends_and_the_persons_others_do_not() {
    let story = Story::begin().await;
    let code = stage_code(&story.app, &story.person, &story.client).await;
    let other = Tokens::of(&redeem(&story.app.origin, &code).await);
    revoke(&story.app.origin, &other.refresh).await;
    assert_eq!(story.bearer(&other.access).await, 401);
    assert_eq!(story.bearer(&story.tokens.access).await, 200);
    story.refreshed(&story.tokens.refresh).await;
}
