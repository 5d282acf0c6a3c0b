//! What is sent again and what never is.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use auxcord::spotify::{
    Call, SpotifyError,
    api::{self, NewPlaylist, Paging, Search},
    id::SpotifyId,
};
use serde_json::json;

use super::{Answer, Upstream, upstream::token};

const QUERY: Search<'static> = Search {
    query: "anything",
    kinds: &[],
    paging: Paging::new(5, 0),
};

fn found() -> Answer {
    Answer::json(&json!({"tracks": {"total": 1}}))
}

fn busy(wait: u64) -> Answer {
    Answer::new(429, "Too many requests").with("retry-after", &wait)
}

#[tokio::test]
async fn a_read_survives_a_failure_and_a_broken_connection() {
    let upstream = Upstream::answering([Answer::new(502, ""), Answer::cut("{"), found()]).await;
    let results = upstream.client.send(&token(), &api::search(&QUERY)).await;
    assert_eq!(results.unwrap().tracks.unwrap().total, Some(1));
    assert_eq!(upstream.seen().len(), 3);
}

#[tokio::test]
async fn a_read_gives_up_after_two_repetitions() {
    let upstream = Upstream::answering([500, 500, 500, 500].map(|s| Answer::new(s, ""))).await;
    let error = upstream.client.send(&token(), &api::search(&QUERY)).await;
    assert!(matches!(error, Err(SpotifyError::Upstream(_))), "{error:?}");
    assert_eq!(upstream.seen().len(), 3);
}

#[tokio::test]
async fn a_wish_to_slow_down_is_never_followed_here() {
    for answer in [busy(0), busy(1), busy(6), Answer::new(429, "")] {
        let upstream = Upstream::answering([answer, found()]).await;
        let error = upstream.client.send(&token(), &api::search(&QUERY)).await;
        assert!(
            matches!(error, Err(SpotifyError::RateLimited(_))),
            "{error:?}"
        );
        assert_eq!(upstream.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_failure_s_short_wish_to_wait_is_followed_and_a_long_one_is_not() {
    let failing = |wait: u64| Answer::new(503, "").with("retry-after", &wait);
    let upstream = Upstream::answering([failing(0), found()]).await;
    let results = upstream.client.send(&token(), &api::search(&QUERY)).await;
    assert!(results.is_ok(), "{results:?}");

    let upstream = Upstream::answering([failing(6), found()]).await;
    let error = upstream.client.send(&token(), &api::search(&QUERY)).await;
    assert!(matches!(error, Err(SpotifyError::Upstream(_))), "{error:?}");
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn a_wait_past_the_end_of_the_call_is_not_begun() {
    let failing = Answer::new(503, "").with("retry-after", &3);
    let upstream = Upstream::configured([failing, found()], |config| {
        config.call_timeout = Duration::from_secs(2);
    })
    .await;
    let error = upstream.client.send(&token(), &api::search(&QUERY)).await;
    assert!(matches!(error, Err(SpotifyError::Upstream(_))), "{error:?}");
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn every_request_is_counted_also_those_that_repeat_one() {
    let upstream = Upstream::answering([Answer::new(502, ""), found()]).await;
    let counted = AtomicU32::new(0);
    let sending = || {
        counted.fetch_add(1, Ordering::Relaxed);
    };
    let call = api::search(&QUERY);
    let sent = upstream
        .client
        .send_counted(&token(), &call, sending)
        .await
        .unwrap();
    assert_eq!(&*sent.body, br#"{"tracks":{"total":1}}"#);
    assert_eq!(counted.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_used_up_quota_is_never_tried_again() {
    let body = r#"{"error":{"status":429,"message":"Quota exceeded","reason":"QUOTA_EXCEEDED"}}"#;
    let answer = Answer::new(429, body).with("retry-after", &0);
    let upstream = Upstream::answering([answer, found()]).await;
    let error = upstream.client.send(&token(), &api::search(&QUERY)).await;
    assert!(
        matches!(error, Err(SpotifyError::QuotaExceeded(_))),
        "{error:?}"
    );
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn a_refused_token_is_not_tried_again_here() {
    let upstream = Upstream::answering([Answer::new(401, ""), found()]).await;
    let error = upstream.client.send(&token(), &api::search(&QUERY)).await;
    assert!(
        matches!(error, Err(SpotifyError::Unauthorized(_))),
        "{error:?}"
    );
    assert_eq!(upstream.seen().len(), 1);
}

/// Sends a call to upstreams that fail in each way that a read would survive.
async fn assert_sent_once<T>(call: &Call<T>) {
    assert!(!call.is_repeatable());
    for answer in [Answer::new(503, ""), busy(0), Answer::cut("{")] {
        let upstream = Upstream::answering([answer, Answer::new(200, "{}")]).await;
        let outcome = upstream.client.send(&token(), call).await;
        assert!(outcome.is_err(), "{call:?}");
        assert_eq!(upstream.seen().len(), 1, "{call:?}");
    }
}

#[tokio::test]
async fn what_would_happen_twice_is_sent_once() {
    let id = SpotifyId::parse("37i9dQZF1DXcBWIGoYBM5M").unwrap();
    assert_sent_once(&api::skip_to_next(None)).await;
    assert_sent_once(&api::skip_to_previous(Some("device"))).await;
    assert_sent_once(&api::add_to_queue("spotify:track:x", None)).await;
    assert_sent_once(&api::add_items(&id, &["spotify:track:x"], None)[0]).await;
    let new = NewPlaylist {
        name: "one",
        description: None,
        public: false,
        collaborative: false,
    };
    assert_sent_once(&api::create_playlist(&new)).await;
}
