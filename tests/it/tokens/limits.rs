//! How often a client may fail and how often a grant may rotate; who shows what is valid is served.

use super::{INVALID_CLIENT, INVALID_GRANT, Story, error, grants, seconds};
use crate::harness::{
    Setup,
    mcp::Answer,
    oauth::{Form, Tokens, redeem, revoke, stage_client, stage_code},
};

const EXHAUSTED: (u16, &str) = (429, "temporarily_unavailable");

/// Who connects is a proxy that tells for whom, so that there are several sources.
fn behind_a_proxy() -> Setup {
    Setup::default()
        .with("LIMIT_TOKEN", "5/min")
        .with("TRUSTED_PROXIES", "127.0.0.0/8")
}

async fn from(source: &str, form: &Form, url: &str) -> Answer {
    Answer::read(form.request(url).header("x-forwarded-for", source)).await
}

fn retry_after(answer: &Answer) -> u64 {
    answer.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn m1_beyond_the_limit_a_failure_is_told_to_wait_and_a_valid_grant_is_served() {
    let story = Story::begin_with(behind_a_proxy()).await;
    let url = format!("{}/token", story.app.origin);
    let wrong = story.client.refreshing("auxr_wrong");
    for _ in 0..5 {
        let answer = from("192.0.2.1", &wrong, &url).await;
        assert_eq!(error(&answer), INVALID_GRANT);
    }
    story.app.advance(seconds(20));
    let answer = from("192.0.2.1", &wrong, &url).await;
    assert_eq!(error(&answer), EXHAUSTED);
    assert_eq!(retry_after(&answer), 40);
    let valid = story.client.refreshing(&story.tokens.refresh);
    Tokens::of(&from("192.0.2.1", &valid, &url).await);
    let answer = from("192.0.2.2", &wrong, &url).await;
    assert_eq!(error(&answer), INVALID_GRANT, "another source");
    let other = stage_client(&story.app).await.refreshing("auxr_wrong");
    let answer = from("192.0.2.1", &other, &url).await;
    assert_eq!(error(&answer), INVALID_GRANT, "another client");
    story.app.advance(seconds(40));
    let answer = from("192.0.2.1", &wrong, &url).await;
    assert_eq!(error(&answer), INVALID_GRANT);
}

#[tokio::test]
async fn m1_client_ids_that_are_made_up_count_as_one_client() {
    let story = Story::begin_with(behind_a_proxy()).await;
    let url = format!("{}/token", story.app.origin);
    let form = story.client.refreshing("auxr_wrong");
    for number in 0..7 {
        let form = form.clone().with("client_id", &format!("auxcord-{number}"));
        let answer = from("192.0.2.1", &form, &url).await;
        let expected = if number < 5 {
            INVALID_CLIENT
        } else {
            EXHAUSTED
        };
        assert_eq!(error(&answer), expected);
    }
    assert_eq!(
        story.app.database.count("allowances").await,
        1 + 1,
        "and the login's"
    );
}

#[tokio::test]
async fn a_stolen_token_ends_its_grant_even_beyond_the_limit() {
    let story = Story::begin_with(behind_a_proxy()).await;
    let url = format!("{}/token", story.app.origin);
    let second = story.refreshed(&story.tokens.refresh).await;
    story.refreshed(&second.refresh).await;
    story.app.advance(seconds(121));
    let wrong = story.client.refreshing("auxr_wrong");
    for _ in 0..5 {
        from("192.0.2.1", &wrong, &url).await;
    }
    let stolen = story.client.refreshing(&story.tokens.refresh);
    let answer = from("192.0.2.1", &stolen, &url).await;
    assert_eq!(error(&answer), EXHAUSTED);
    assert_eq!(grants(&story.app).await, ["revoked refresh_reused"]);
}

#[tokio::test]
async fn a_grant_rotates_ten_times_a_minute_and_others_do_not_wait_for_it() {
    let story = Story::begin().await;
    let code = stage_code(&story.app, &story.person, &story.client).await;
    let other = Tokens::of(&redeem(&story.app.origin, &code).await);
    let mut token = story.tokens.refresh.clone();
    for _ in 0..10 {
        token = story.refreshed(&token).await.refresh;
        story.app.advance(seconds(2));
    }
    let answer = story.refresh(&token).await;
    assert_eq!(error(&answer), EXHAUSTED);
    assert_eq!(retry_after(&answer), 40);
    story.refreshed(&other.refresh).await;
    story.app.advance(seconds(39));
    assert_eq!(error(&story.refresh(&token).await), EXHAUSTED);
    story.app.advance(seconds(1));
    let next = story.refreshed(&token).await;
    assert_eq!(error(&story.refresh(&next.refresh).await), EXHAUSTED);
    story.app.advance(seconds(2));
    story.refreshed(&next.refresh).await;
}

#[tokio::test]
async fn a_source_shows_unknown_tokens_so_often_and_no_more() {
    let setup = behind_a_proxy().with("LIMIT_REVOKE", "2/min");
    let story = Story::begin_with(setup).await;
    for _ in 0..2 {
        assert_eq!(revoke(&story.app.origin, "x").await.status, 200);
    }
    story.app.advance(seconds(20));
    let answer = revoke(&story.app.origin, "x").await;
    assert_eq!(error(&answer), EXHAUSTED);
    assert_eq!(retry_after(&answer), 40);
    let url = format!("{}/revoke", story.app.origin);
    assert_eq!(error(&Form::default().post(&url).await), EXHAUSTED);
    let known = stage_client(&story.app).await.client_id;
    let other = Form::default().with("token", &story.tokens.refresh);
    let other = other.with("client_id", &known);
    assert_eq!(error(&other.post(&url).await), EXHAUSTED);
    assert_eq!(story.bearer(&story.tokens.access).await, 200);
    let answer = revoke(&story.app.origin, &story.tokens.refresh).await;
    assert_eq!(answer.status, 200, "what is valid is served");
    assert_eq!(story.bearer(&story.tokens.access).await, 401);
    story.app.advance(seconds(40));
    assert_eq!(revoke(&story.app.origin, "x").await.status, 200);
}

#[tokio::test]
async fn ending_grants_uses_up_nothing() {
    let setup = behind_a_proxy().with("LIMIT_REVOKE", "2/min");
    let story = Story::begin_with(setup).await;
    let mut tokens = vec![story.tokens.refresh.clone()];
    for _ in 0..3 {
        let code = stage_code(&story.app, &story.person, &story.client).await;
        tokens.push(Tokens::of(&redeem(&story.app.origin, &code).await).refresh);
    }
    for token in &tokens {
        // Twice, as by a client that did not hear the answer.
        for _ in 0..2 {
            assert_eq!(revoke(&story.app.origin, token).await.status, 200);
        }
    }
    assert_eq!(grants(&story.app).await, ["revoked client"; 4]);
}
