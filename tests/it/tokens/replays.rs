//! A refresh token that is shown again: the same answer for a while, a lost answer once more, and else the end.

use super::{INSTANT, INVALID_GRANT, Story, audited, days, error, grants, seconds};
use crate::harness::{Setup, oauth::Tokens};

#[tokio::test]
async fn within_the_window_a_refresh_gives_the_same_answer_again() {
    let story = Story::begin().await;
    let first = story.refreshed(&story.tokens.refresh).await;
    for later in [0, 60, 60] {
        story.app.advance(seconds(later));
        let again = story.refreshed(&story.tokens.refresh).await;
        assert_eq!(again.access, first.access);
        assert_eq!(again.refresh, first.refresh);
        assert_eq!(again.scope, first.scope);
    }
    let again = story.refreshed(&story.tokens.refresh).await;
    assert_eq!(again.expires_in, first.expires_in - 120);
    assert_eq!(story.bearer(&again.access).await, 200);
    assert_eq!(story.app.database.count("tokens").await, 5, "one rotation");
}

#[tokio::test]
async fn within_the_window_a_used_answer_is_given_again_too() {
    let story = Story::begin().await;
    let first = story.refreshed(&story.tokens.refresh).await;
    story.use_up(&first.access).await;
    story.app.advance(seconds(119));
    let again = story.refreshed(&story.tokens.refresh).await;
    assert_eq!(
        (&again.access, &again.refresh),
        (&first.access, &first.refresh)
    );
}

#[tokio::test]
async fn two_rotations_in_one_window_leave_the_first_token_a_way_on() {
    let story = Story::begin().await;
    let second = story.refreshed(&story.tokens.refresh).await;
    let third = story.refreshed(&second.refresh).await;
    story.app.advance(seconds(90));
    let late = story.refreshed(&story.tokens.refresh).await;
    assert_eq!(late.refresh, second.refresh);
    assert_ne!(late.access, second.access, "that one is over");
    assert_eq!(story.bearer(&second.access).await, 401);
    assert_eq!(story.bearer(&late.access).await, 200);
    assert_eq!(story.refreshed(&story.tokens.refresh).await, late);
    let joined = story.refreshed(&late.refresh).await;
    assert_eq!(joined.refresh, third.refresh);
    assert_eq!(grants(&story.app).await, ["active"]);
}

#[tokio::test]
async fn a_lost_answer_is_given_once_more_long_after_the_window() {
    let story = Story::begin().await;
    let lost = story.refreshed(&story.tokens.refresh).await;
    story.app.advance(days(2));
    let found = story.refreshed(&story.tokens.refresh).await;
    assert_eq!(found.refresh, lost.refresh);
    assert_ne!(found.access, lost.access);
    assert_eq!(story.bearer(&found.access).await, 200);
    story.app.advance(seconds(120));
    assert_eq!(
        story.refreshed(&story.tokens.refresh).await.access,
        found.access,
        "it has a window of its own"
    );
    let next = story.refreshed(&found.refresh).await;
    assert_eq!(story.bearer(&next.access).await, 200);
    assert!(audited(&story.app, "oauth.refresh_reused").await.is_empty());
}

#[tokio::test]
async fn an_answer_is_not_lost_twice() {
    let story = Story::begin().await;
    let lost = story.refreshed(&story.tokens.refresh).await;
    story.app.advance(seconds(121));
    let found = story.refreshed(&story.tokens.refresh).await;
    story.app.advance(seconds(121));
    ended(&story, &story.tokens, &[&lost, &found]).await;
}

#[tokio::test]
async fn a_token_whose_successor_was_replaced_ends_the_grant_after_the_window() {
    let story = Story::begin().await;
    let second = story.refreshed(&story.tokens.refresh).await;
    let third = story.refreshed(&second.refresh).await;
    story.app.advance(seconds(121));
    ended(&story, &story.tokens, &[&second, &third]).await;
}

#[tokio::test]
async fn a_token_whose_successor_was_used_ends_the_grant_after_the_window() {
    let story = Story::begin().await;
    let second = story.refreshed(&story.tokens.refresh).await;
    story.use_up(&second.access).await;
    story.app.advance(seconds(120));
    let again = story.refreshed(&story.tokens.refresh).await;
    assert_eq!(again.refresh, second.refresh, "the window is still open");
    story.app.advance(INSTANT);
    ended(&story, &story.tokens, &[&second]).await;
}

/// Shows the refresh token of `stolen`, which ends everything, once.
async fn ended(story: &Story, stolen: &Tokens, others: &[&Tokens]) {
    for _ in 0..2 {
        let answer = story.refresh(&stolen.refresh).await;
        assert_eq!(error(&answer), INVALID_GRANT);
    }
    for tokens in others {
        assert_eq!(story.bearer(&tokens.access).await, 401);
        let answer = story.refresh(&tokens.refresh).await;
        assert_eq!(error(&answer), INVALID_GRANT);
    }
    assert_eq!(grants(&story.app).await, ["revoked refresh_reused"]);
    let events = audited(&story.app, "oauth.refresh_reused").await;
    assert_eq!(events, ["refresh_reused"]);
}

#[tokio::test]
async fn another_scope_within_the_window_gives_the_same_refresh_token() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    let whole = story.refreshed(&story.tokens.refresh).await;
    let form = story.client.refreshing(&story.tokens.refresh);
    let narrow = form.clone().with("scope", "music:read").post(&url).await;
    let narrow = Tokens::of(&narrow);
    assert_eq!(narrow.scope, "music:read");
    assert_eq!(narrow.refresh, whole.refresh);
    assert_eq!(story.bearer(&narrow.access).await, 200);
    assert_eq!(story.bearer(&whole.access).await, 200);
}

#[tokio::test]
async fn one_refresh_token_does_not_give_access_tokens_without_end() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    story.refreshed(&story.tokens.refresh).await;
    let form = story.client.refreshing(&story.tokens.refresh);
    for round in 0..20 {
        let scope = if round % 2 == 0 { "music:read" } else { "" };
        let answer = form.clone().with("scope", scope).post(&url).await;
        assert!([200, 429].contains(&answer.status), "{}", answer.body);
    }
    assert_eq!(story.app.database.count("tokens").await, 14);
    assert_eq!(grants(&story.app).await, ["active"]);
}

#[tokio::test]
async fn the_window_is_as_long_as_the_operator_says() {
    let closed = Setup::default().with("OAUTH_REFRESH_REPLAY_SECONDS", "0");
    let story = Story::begin_with(closed).await;
    let second = story.refreshed(&story.tokens.refresh).await;
    story.use_up(&second.access).await;
    ended(&story, &story.tokens, &[&second]).await;

    let wide = Setup::default().with("OAUTH_REFRESH_REPLAY_SECONDS", "600");
    let story = Story::begin_with(wide).await;
    let second = story.refreshed(&story.tokens.refresh).await;
    story.use_up(&second.access).await;
    story.app.advance(seconds(600));
    let again = story.refreshed(&story.tokens.refresh).await;
    assert_eq!(again.refresh, second.refresh);
}
