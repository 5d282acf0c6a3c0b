//! An authorization code and what it gives, once, to its client alone.

use super::{
    INSTANT, INVALID_GRANT, INVALID_REQUEST, Story, almost, audited, error, grants, seconds,
};
use crate::harness::{
    TestApp,
    oauth::{StagedCode, Tokens, Wish, bearer, redeem, stage_client, stage_code, stage_wish},
    sql::Hand,
};

/// What another verifier looks like.
const WRONG: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

async fn staged() -> (TestApp, StagedCode) {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = stage_client(&app).await;
    let code = stage_code(&app, &person, &client).await;
    (app, code)
}

async fn try_wrong(app: &TestApp, code: &StagedCode) {
    let form = code.redemption().with("code_verifier", WRONG);
    let answer = form.post(&format!("{}/token", app.origin)).await;
    assert_eq!(error(&answer), INVALID_GRANT);
}

#[tokio::test]
async fn g1_after_a_wrong_verifier_the_right_one_works_once() {
    let (app, code) = staged().await;
    try_wrong(&app, &code).await;
    try_wrong(&app, &code).await;
    let tokens = Tokens::of(&redeem(&app.origin, &code).await);
    assert_eq!(bearer(&app.origin, &tokens.access).await, 200);
    assert_eq!(error(&redeem(&app.origin, &code).await), INVALID_GRANT);
}

#[tokio::test]
async fn g1_a_code_is_dead_after_three_wrong_verifiers() {
    let (app, code) = staged().await;
    for _ in 0..3 {
        try_wrong(&app, &code).await;
    }
    assert_eq!(error(&redeem(&app.origin, &code).await), INVALID_GRANT);
    assert_eq!(grants(&app).await, ["active"]);
}

#[tokio::test]
async fn g1_what_is_no_verifier_is_a_wrong_one() {
    let (app, code) = staged().await;
    let url = format!("{}/token", app.origin);
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let spaced = format!("{} ", code.verifier);
    for verifier in [short, long, spaced, code.verifier.to_uppercase()] {
        let code = stage_code(&app, &app.connect_first().await, &code.client).await;
        let form = code.redemption().with("code_verifier", &verifier);
        assert_eq!(error(&form.post(&url).await), INVALID_GRANT, "{verifier}");
    }
}

#[tokio::test]
async fn g2_without_its_verifier_a_code_gives_nothing_and_is_not_spent() {
    let (app, code) = staged().await;
    let url = format!("{}/token", app.origin);
    for form in [
        code.redemption().without("code_verifier"),
        code.redemption().with("code_verifier", ""),
        code.redemption().without("redirect_uri"),
        code.redemption().without("code"),
    ] {
        assert_eq!(error(&form.post(&url).await), INVALID_REQUEST, "{form:?}");
    }
    Tokens::of(&redeem(&app.origin, &code).await);
}

#[tokio::test]
async fn g4_another_redirect_uri_is_refused_and_the_code_lives_on() {
    let (app, code) = staged().await;
    for uri in [
        "http://127.0.0.1/callback/",
        "http://127.0.0.1/CALLBACK",
        "http://127.0.0.1:80/callback",
        "http://localhost/callback",
    ] {
        let form = code.redemption().with("redirect_uri", uri);
        let answer = form.post(&format!("{}/token", app.origin)).await;
        assert_eq!(error(&answer), INVALID_GRANT, "{uri}");
    }
    Tokens::of(&redeem(&app.origin, &code).await);
}

#[tokio::test]
async fn g7_a_code_lasts_a_minute() {
    let (app, code) = staged().await;
    let other = stage_code(&app, &app.connect_first().await, &code.client).await;
    app.advance(almost(seconds(60)));
    Tokens::of(&redeem(&app.origin, &code).await);
    app.advance(INSTANT);
    assert_eq!(error(&redeem(&app.origin, &other).await), INVALID_GRANT);
}

#[tokio::test]
async fn g8_another_resource_is_refused_and_the_code_is_not_spent() {
    let (app, code) = staged().await;
    let url = format!("{}/token", app.origin);
    for resource in [
        "https://elsewhere.example/mcp",
        "mcp",
        &format!("{}/mcp/readonly", app.origin),
        &format!("{}/mcp#fragment", app.origin),
        &format!("{}/MCP", app.origin),
    ] {
        let form = code.redemption().with("resource", resource);
        let answer = form.post(&url).await;
        assert_eq!(error(&answer), (400, "invalid_target"), "{resource}");
    }
    let ours = format!("{}/mcp/", app.origin.replace("http", "HTTP"));
    let form = code.redemption().with("resource", &ours);
    Tokens::of(&form.post(&url).await);
}

#[tokio::test]
async fn g8_the_bare_origin_names_the_whole_resource_and_never_the_one_without_writes() {
    let (app, code) = staged().await;
    let url = format!("{}/token", app.origin);
    let wish = Wish {
        resource: format!("{}/mcp/readonly", app.origin),
        ..Wish::at(&app.origin)
    };
    let reading = stage_wish(&app, &app.connect_first().await, &code.client, wish).await;
    for bare in [app.origin.clone(), format!("{}/", app.origin)] {
        let form = reading.redemption().with("resource", &bare);
        assert_eq!(error(&form.post(&url).await), (400, "invalid_target"));
    }
    let form = code.redemption().with("resource", &app.origin);
    let tokens = Tokens::of(&form.post(&url).await);
    assert_eq!(bearer(&app.origin, &tokens.access).await, 200);
    let form = code.client.refreshing(&tokens.refresh);
    let form = form.with("resource", &format!("{}/", app.origin));
    Tokens::of(&form.post(&url).await);
}

#[tokio::test]
async fn g13_the_answer_is_a_bearer_token_with_what_was_granted_and_is_kept_by_nobody() {
    let (app, code) = staged().await;
    let answer = redeem(&app.origin, &code).await;
    let tokens = Tokens::of(&answer);
    assert_eq!(tokens.scope, "music:read playlists:write");
    assert_eq!(tokens.expires_in, 3_600);
    assert!(tokens.access.starts_with("auxa_"), "{answer:?}");
    assert!(tokens.refresh.starts_with("auxr_"), "{answer:?}");
    let mut members: Vec<&String> = answer.body.as_object().unwrap().keys().collect();
    members.sort();
    let expected = [
        "access_token",
        "expires_in",
        "refresh_token",
        "scope",
        "token_type",
    ];
    assert_eq!(members, expected);
}

#[tokio::test]
async fn a_token_is_good_only_for_the_resource_that_was_granted() {
    let (app, code) = staged().await;
    let wish = Wish {
        resource: format!("{}/mcp/readonly", app.origin),
        ..Wish::at(&app.origin)
    };
    let reading = stage_wish(&app, &app.connect_first().await, &code.client, wish).await;
    let whole = Tokens::of(&redeem(&app.origin, &code).await);
    let reading = Tokens::of(&redeem(&app.origin, &reading).await);
    let readonly = format!("{}/mcp/readonly", app.origin);
    for (access, url, expected) in [
        (&whole.access, format!("{}/mcp", app.origin), 200),
        (&whole.access, readonly.clone(), 401),
        (&reading.access, format!("{}/mcp", app.origin), 401),
        (&reading.access, readonly, 200),
    ] {
        let client = crate::harness::Client::new(&url, access);
        let answer = client.rpc(1, "tools/list", serde_json::json!({})).await;
        assert_eq!(answer.status, expected, "{url}");
    }
}

#[tokio::test]
async fn a_spent_code_that_is_shown_again_ends_all_that_it_gave() {
    let (app, code) = staged().await;
    let first = Tokens::of(&redeem(&app.origin, &code).await);
    assert_eq!(bearer(&app.origin, &first.access).await, 200);
    let second = crate::harness::oauth::refresh(&app.origin, &code.client, &first.refresh).await;
    let second = Tokens::of(&second);
    app.advance(seconds(3_600));
    assert_eq!(error(&redeem(&app.origin, &code).await), INVALID_GRANT);
    for access in [&first.access, &second.access] {
        assert_eq!(bearer(&app.origin, access).await, 401);
    }
    for token in [&first.refresh, &second.refresh] {
        let answer = crate::harness::oauth::refresh(&app.origin, &code.client, token).await;
        assert_eq!(error(&answer), INVALID_GRANT);
    }
    assert_eq!(grants(&app).await, ["revoked code_replayed"]);
    assert_eq!(error(&redeem(&app.origin, &code).await), INVALID_GRANT);
    let events = audited(&app, "oauth.code_replayed").await;
    assert_eq!(events, ["code_replayed"]);
}

#[tokio::test]
async fn whoever_could_not_have_redeemed_a_spent_code_ends_nothing() {
    let (app, code) = staged().await;
    let tokens = Tokens::of(&redeem(&app.origin, &code).await);
    let other = stage_client(&app).await;
    let url = format!("{}/token", app.origin);
    for form in [
        code.redemption().with("code_verifier", WRONG),
        code.redemption().with("client_id", &other.client_id),
    ] {
        assert_eq!(error(&form.post(&url).await), INVALID_GRANT);
    }
    assert_eq!(bearer(&app.origin, &tokens.access).await, 200);
    assert_eq!(grants(&app).await, ["active"]);
}

#[tokio::test]
async fn another_client_cannot_redeem_a_code_nor_use_up_its_tries() {
    let (app, code) = staged().await;
    let other = stage_client(&app).await;
    let form = code.redemption().with("client_id", &other.client_id);
    for verifier in [WRONG, WRONG, WRONG, &code.verifier] {
        let form = form.clone().with("code_verifier", verifier);
        let answer = form.post(&format!("{}/token", app.origin)).await;
        assert_eq!(error(&answer), INVALID_GRANT);
    }
    Tokens::of(&redeem(&app.origin, &code).await);
}

#[tokio::test]
async fn a_code_waits_for_a_suspended_grant_and_dies_with_a_revoked_one() {
    let (app, code) = staged().await;
    let mut hand = Hand::on(&app.database).await;
    hand.execute("update grants set status = 'suspended'").await;
    assert_eq!(error(&redeem(&app.origin, &code).await), INVALID_GRANT);
    hand.execute("update grants set status = 'active'").await;
    Tokens::of(&redeem(&app.origin, &code).await);

    let other = stage_code(&app, &app.connect_first().await, &code.client).await;
    hand.execute("update grants set status = 'revoked'").await;
    assert_eq!(error(&redeem(&app.origin, &other).await), INVALID_GRANT);
}

#[tokio::test]
async fn what_was_never_issued_is_refused() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    let code = stage_code(&story.app, &story.person, &story.client).await;
    for text in [
        "auxc_wrong",
        &story.tokens.access,
        &story.tokens.refresh,
        &story.person.key,
        &code.code[..code.code.len() - 1],
    ] {
        let form = code.redemption().with("code", text);
        assert_eq!(error(&form.post(&url).await), INVALID_GRANT);
    }
    assert_eq!(grants(&story.app).await, ["active", "active"]);
}
