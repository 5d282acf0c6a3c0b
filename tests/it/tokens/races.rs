//! Many requests at the same instant, at one server and at two on one database.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::{INVALID_GRANT, Story, audited, error, grants, seconds};
use crate::harness::{
    TestApp,
    app::Replica,
    mcp::Answer,
    oauth::{Tokens, redeem, refresh, revoke, stage_client, stage_code},
};

/// Requests at once.
const MANY: usize = 20;

/// A story with a second server, and the origins of both by turns.
async fn doubled() -> (Story, Replica, Vec<String>) {
    let story = Story::begin().await;
    let second = story.app.second().await;
    let origins = turns(&[&story.app.origin, &second.origin]);
    (story, second, origins)
}

fn turns(origins: &[&String]) -> Vec<String> {
    let turn = |at: usize| origins[at % origins.len()].clone();
    (0..MANY).map(turn).collect()
}

async fn refreshed_at_once(story: &Story, origins: &[String], token: &str) -> Vec<Answer> {
    let all = origins
        .iter()
        .map(|origin| refresh(origin, &story.client, token));
    join_all(all).await
}

/// The one answer that all are.
fn the_same(answers: &[Answer]) -> Tokens {
    let bodies: BTreeSet<String> = answers
        .iter()
        .map(|answer| answer.body.to_string())
        .collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    Tokens::of(&answers[0])
}

async fn one_redemption_wins(app: &TestApp, origins: &[String]) {
    let person = app.connect_first().await;
    let client = stage_client(app).await;
    let code = stage_code(app, &person, &client).await;
    let answers = join_all(origins.iter().map(|origin| redeem(origin, &code))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(won.len(), 1, "{answers:?}");
    assert!(lost.iter().all(|answer| error(answer) == INVALID_GRANT));
    // Nobody can tell who of them stole the code, so nobody keeps what it gave.
    assert_eq!(grants(app).await, ["revoked code_replayed"]);
    assert_eq!(audited(app, "oauth.code_replayed").await.len(), 1);
    let tokens = Tokens::of(won[0]);
    let answer = refresh(&app.origin, &client, &tokens.refresh).await;
    assert_eq!(error(&answer), INVALID_GRANT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g5_of_twenty_redemptions_at_once_exactly_one_gets_tokens() {
    let app = TestApp::start().await;
    one_redemption_wins(&app, &turns(&[&app.origin])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g5_of_twenty_redemptions_at_two_servers_exactly_one_gets_tokens() {
    let app = TestApp::start().await;
    let second = app.second().await;
    one_redemption_wins(&app, &turns(&[&app.origin, &second.origin])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_refreshes_at_once_are_one_rotation_and_twenty_identical_answers() {
    let story = Story::begin().await;
    let origins = turns(&[&story.app.origin]);
    let answers = refreshed_at_once(&story, &origins, &story.tokens.refresh).await;
    let tokens = the_same(&answers);
    assert_eq!(story.app.database.count("tokens").await, 5);
    assert_eq!(story.bearer(&tokens.access).await, 200);
    let answers = refreshed_at_once(&story, &origins, &tokens.refresh).await;
    the_same(&answers);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_refreshes_at_two_servers_are_one_rotation_and_twenty_identical_answers() {
    let (story, _second, origins) = doubled().await;
    let mut token = story.tokens.refresh.clone();
    for round in 1..=4 {
        let answers = refreshed_at_once(&story, &origins, &token).await;
        token = the_same(&answers).refresh;
        assert_eq!(story.app.database.count("tokens").await, 3 + 2 * round);
    }
    assert_eq!(grants(&story.app).await, ["active"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_over_is_renewed_once_for_twenty_who_ask_for_it() {
    let (story, _second, origins) = doubled().await;
    let second = story.refreshed(&story.tokens.refresh).await;
    story.refreshed(&second.refresh).await;
    story.app.advance(seconds(100));
    let answers = refreshed_at_once(&story, &origins, &story.tokens.refresh).await;
    let tokens = the_same(&answers);
    assert_eq!(tokens.refresh, second.refresh);
    assert_eq!(story.bearer(&tokens.access).await, 200);
    assert_eq!(story.app.database.count("tokens").await, 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_found_once_for_twenty_who_ask_for_it() {
    let (story, _second, origins) = doubled().await;
    let lost = story.refreshed(&story.tokens.refresh).await;
    story.app.advance(seconds(3_600));
    let answers = refreshed_at_once(&story, &origins, &story.tokens.refresh).await;
    assert_eq!(the_same(&answers).refresh, lost.refresh);
    assert_eq!(story.app.database.count("tokens").await, 6);
    assert_eq!(grants(&story.app).await, ["active"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_token_that_is_shown_twenty_times_at_once_ends_the_grant_once() {
    let (story, _second, origins) = doubled().await;
    let second = story.refreshed(&story.tokens.refresh).await;
    story.refreshed(&second.refresh).await;
    story.app.advance(seconds(121));
    let answers = refreshed_at_once(&story, &origins, &story.tokens.refresh).await;
    assert!(answers.iter().all(|answer| error(answer) == INVALID_GRANT));
    assert_eq!(audited(&story.app, "oauth.refresh_reused").await.len(), 1);
    assert_eq!(grants(&story.app).await, ["revoked refresh_reused"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_among_refreshes_leaves_nothing_that_works() {
    let (story, _second, origins) = doubled().await;
    let token = story.refreshed(&story.tokens.refresh).await.refresh;
    let all = origins.iter().enumerate().map(async |(at, origin)| {
        if at == MANY / 2 {
            revoke(origin, &token).await
        } else {
            refresh(origin, &story.client, &token).await
        }
    });
    let answers = join_all(all).await;
    assert_eq!(answers[MANY / 2].status, 200);
    assert_eq!(grants(&story.app).await, ["revoked client"]);
    for answer in answers.iter().filter(|answer| answer.body.is_object()) {
        if answer.status == 200 {
            let tokens = Tokens::of(answer);
            assert_eq!(error(&story.refresh(&tokens.refresh).await), INVALID_GRANT);
        } else {
            assert_eq!(error(answer), INVALID_GRANT);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_deleted_while_their_clients_refresh() {
    let (story, _second, origins) = doubled().await;
    let operator = auxcord::app::Admin::open(&story.app.config, story.app.clock.clone())
        .await
        .unwrap();
    let refreshing = refreshed_at_once(&story, &origins, &story.tokens.refresh);
    let (answers, deleted) =
        tokio::join!(refreshing, operator.delete_person(&story.person.spotify_id));
    deleted.unwrap();
    for answer in &answers {
        assert!([200, 400].contains(&answer.status), "{answer:?}");
    }
    for table in ["tokens", "grants"] {
        assert_eq!(story.app.database.count(table).await, 0, "{table}");
    }
}
