//! What is kept of codes, tokens and grants that are over, and for how long.

use super::{INSTANT, INVALID_GRANT, Story, almost, audited, days, error, grants, seconds};
use crate::harness::{
    TestApp,
    oauth::{Tokens, behind, redeem, refresh, stage_client, stage_code},
    sql::Hand,
};

async fn sweep(app: &TestApp) {
    let opened = behind(app).await;
    opened.db.delete_expired(app.clock.now()).await.unwrap();
    opened.db.close().await;
}

async fn kinds(app: &TestApp) -> Vec<String> {
    let kinds = "select kind || ' ' || generation from tokens order by generation, kind";
    app.database.texts(kinds).await
}

#[tokio::test]
async fn m10_a_spent_code_is_remembered_as_long_as_its_grant_lives() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = stage_client(&app).await;
    let code = stage_code(&app, &person, &client).await;
    let mut tokens = Tokens::of(&redeem(&app.origin, &code).await);
    for _ in 0..5 {
        app.advance(days(29));
        sweep(&app).await;
        tokens = Tokens::of(&refresh(&app.origin, &client, &tokens.refresh).await);
    }
    assert_eq!(app.database.count("authorizations").await, 0);
    assert_eq!(error(&redeem(&app.origin, &code).await), INVALID_GRANT);
    assert_eq!(grants(&app).await, ["revoked code_replayed"]);
}

#[tokio::test]
async fn m10_a_replaced_refresh_token_is_remembered_for_thirty_days_from_its_issue() {
    let story = Story::begin().await;
    let second = story.refreshed(&story.tokens.refresh).await;
    story.refreshed(&second.refresh).await;
    story.app.advance(almost(days(30)));
    sweep(&story.app).await;
    let kept = ["code 0", "refresh 1", "refresh 2", "refresh 3"];
    assert_eq!(kinds(&story.app).await, kept);
    let answer = story.refresh(&story.tokens.refresh).await;
    assert_eq!(error(&answer), INVALID_GRANT);
    assert_eq!(grants(&story.app).await, ["revoked refresh_reused"]);
}

#[tokio::test]
async fn m10_what_no_one_can_use_any_more_goes() {
    let story = Story::begin().await;
    story.app.advance(days(20));
    let second = story.refreshed(&story.tokens.refresh).await;
    story.app.advance(days(10));
    sweep(&story.app).await;
    assert_eq!(kinds(&story.app).await, ["code 0", "refresh 2"]);
    assert_eq!(grants(&story.app).await, ["active"]);
    story.app.advance(days(20));
    sweep(&story.app).await;
    assert_eq!(grants(&story.app).await, ["revoked idle"]);
    assert_eq!(error(&story.refresh(&second.refresh).await), INVALID_GRANT);
    story.app.advance(almost(days(30)));
    sweep(&story.app).await;
    assert_eq!(story.app.database.count("grants").await, 1);
    story.app.advance(INSTANT);
    sweep(&story.app).await;
    for table in ["grants", "tokens"] {
        assert_eq!(story.app.database.count(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_grant_whose_code_nobody_redeemed_ends_with_it() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = stage_client(&app).await;
    let code = stage_code(&app, &person, &client).await;
    app.advance(seconds(59));
    sweep(&app).await;
    assert_eq!(grants(&app).await, ["active"]);
    app.advance(seconds(1));
    sweep(&app).await;
    assert_eq!(grants(&app).await, ["revoked idle"]);
    assert_eq!(error(&redeem(&app.origin, &code).await), INVALID_GRANT);
}

#[tokio::test]
async fn the_longest_unused_grant_goes_for_the_fifty_first() {
    let story = Story::begin().await;
    let mut first = Vec::new();
    for number in 0..49 {
        story.app.advance(seconds(1));
        let code = stage_code(&story.app, &story.person, &story.client).await;
        if number < 2 {
            first.push(Tokens::of(&redeem(&story.app.origin, &code).await));
        }
    }
    story.app.advance(seconds(3_600));
    let kept = story.refreshed(&story.tokens.refresh).await;
    assert!(audited(&story.app, "oauth.grant_revoked").await.is_empty());
    stage_code(&story.app, &story.person, &story.client).await;
    assert_eq!(
        audited(&story.app, "oauth.grant_revoked").await,
        ["too_many"]
    );
    let answers = [
        story.refresh(&first[0].refresh).await,
        story.refresh(&first[1].refresh).await,
        story.refresh(&kept.refresh).await,
    ];
    assert_eq!(answers.map(|answer| answer.status), [400, 200, 200]);
    let mut hand = Hand::on(&story.app.database).await;
    let about = "select 'it' from audit a join grants g on g.id = a.grant_id and g.person_id = a.person_id \
                 and g.client_ref = a.client_ref where g.ended_reason = 'too_many'";
    assert_eq!(hand.texts(about).await.len(), 1);
}
