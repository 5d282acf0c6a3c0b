//! Answers that are no answers: nothing, half of one, another one, too much of one, none at all.

use std::time::Duration;

use auxcord::spotify::{
    Client, ClientBuildError, SpotifyError,
    api::{self, Paging, Search},
};
use bytes::Bytes;

use super::{
    Answer, Upstream,
    upstream::{config_for, token},
};

const QUERY: Search<'static> = Search {
    query: "anything",
    kinds: &[],
    paging: Paging::new(5, 0),
};

async fn search_failure(upstream: &Upstream) -> SpotifyError {
    upstream
        .client
        .send(&token(), &api::search(&QUERY))
        .await
        .expect_err("the call fails")
}

#[tokio::test]
async fn success_with_a_body_that_is_no_answer_is_malformed() {
    let bodies = [
        "",
        "<html>hello</html>",
        "{\"tracks\":{\"items\":[",
        "[]",
        "null",
        "\"text\"",
    ];
    for body in bodies {
        let upstream = Upstream::answering([Answer::new(200, body)]).await;
        let error = search_failure(&upstream).await;
        assert!(
            matches!(error, SpotifyError::Malformed(_)),
            "{body:?}: {error:?}"
        );
        assert_eq!(error.context().status, Some(200));
        assert_eq!(upstream.seen().len(), 1, "another try gives the same");
    }
}

#[tokio::test]
async fn the_decoders_words_do_not_repeat_what_spotify_sent() {
    let body = r#"{"tracks": "the-name-of-somebody's-song"}"#;
    let upstream = Upstream::answering([Answer::new(200, body)]).await;
    let error = search_failure(&upstream).await;
    assert!(
        !format!("{error} {error:?}").contains("somebody"),
        "{error}"
    );
    assert!(error.to_string().contains("line 1"), "{error}");
}

#[tokio::test]
async fn json_of_a_hundred_thousand_levels_does_no_harm() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let success = format!("{{\"surprise\":{deep},\"tracks\":{{\"total\":1}}}}");
    let upstream = Upstream::answering([Answer::new(200, success)]).await;
    let found = upstream.client.send(&token(), &api::search(&QUERY)).await;
    assert_eq!(found.unwrap().tracks.unwrap().total, Some(1));

    let upstream = Upstream::answering([Answer::new(400, deep)]).await;
    let error = search_failure(&upstream).await;
    assert!(
        matches!(error, SpotifyError::InvalidRequest(_)),
        "{error:?}"
    );
}

#[tokio::test]
async fn half_a_body_is_a_broken_connection() {
    let half = || Answer::cut("{\"tracks\":");
    let upstream = Upstream::configured([half()], |config| config.max_retries = 0).await;
    let error = search_failure(&upstream).await;
    assert!(matches!(error, SpotifyError::Network(..)), "{error:?}");
    assert!(error.is_retryable());

    let upstream = Upstream::answering([half()]).await;
    let error = upstream
        .client
        .send(&token(), &api::skip_to_next(None))
        .await
        .expect_err("the body breaks off");
    assert!(
        error.outcome_unknown(),
        "Spotify may have skipped: {error:?}"
    );
}

#[tokio::test]
async fn half_of_a_refusal_still_has_its_status() {
    let half = Answer::cut("{\"error\":{").with_status(404);
    let upstream = Upstream::answering([half]).await;
    let error = search_failure(&upstream).await;
    assert!(matches!(error, SpotifyError::NotFound(_)), "{error:?}");
}

#[tokio::test]
async fn an_upstream_that_never_answers_costs_one_time_out() {
    let upstream = Upstream::configured([Answer::never(), Answer::never()], |config| {
        config.call_timeout = Duration::from_millis(400);
    })
    .await;
    let error = search_failure(&upstream).await;
    assert!(matches!(error, SpotifyError::Timeout(_)), "{error:?}");
    assert_eq!(
        upstream.seen().len(),
        1,
        "the time-out is that of the whole call"
    );

    let write = upstream
        .client
        .send(&token(), &api::skip_to_next(None))
        .await;
    let error = write.expect_err("it never answers");
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_a_network_failure_and_nothing_was_written() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let origin = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(&config_for(&origin.parse().unwrap())).unwrap();
    let error = client
        .send(&token(), &api::skip_to_next(None))
        .await
        .expect_err("nobody is there");
    assert!(matches!(error, SpotifyError::Network(..)), "{error:?}");
    assert!(!error.outcome_unknown());
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_whether_announced_or_not() {
    let long = Bytes::from(vec![b' '; 600]);
    let bodies = [
        Answer::new(200, vec![b' '; 1_001]),
        Answer::chunks(vec![long.clone(), long.clone()]),
        Answer::chunks(vec![Bytes::from(vec![b' '; 5_000])]),
        Answer::chunks(vec![Bytes::from_static(b" "), long.clone(), long]),
    ];
    for answer in bodies {
        let upstream = Upstream::configured([answer], |config| config.max_body_bytes = 1_000).await;
        let error = search_failure(&upstream).await;
        assert!(matches!(error, SpotifyError::BodyTooLarge(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_body_at_the_cap_is_read_in_one_piece_or_many() {
    let mut body = br#"{"tracks":{"total":3}}"#.to_vec();
    body.resize(1_000, b' ');
    let pieces = body.chunks(100).map(Bytes::copy_from_slice).collect();
    for answer in [Answer::new(200, body.clone()), Answer::chunks(pieces)] {
        let upstream = Upstream::configured([answer], |config| config.max_body_bytes = 1_000).await;
        let found = upstream.client.send(&token(), &api::search(&QUERY)).await;
        assert_eq!(found.unwrap().tracks.unwrap().total, Some(3));
    }
}

#[tokio::test]
async fn a_refusal_longer_than_the_cap_still_has_its_status() {
    let answer = Answer::new(403, vec![b'x'; 5_000]);
    let upstream = Upstream::configured([answer], |config| config.max_body_bytes = 100).await;
    let error = search_failure(&upstream).await;
    assert_eq!(error.context().status, Some(403));
    assert_eq!(error.context().message, None);
}

#[test]
fn a_base_that_is_no_plain_address_is_refused() {
    let good = "http://127.0.0.1:1/";
    for bad in [
        "ftp://127.0.0.1/",
        "data:text/plain,x",
        "https://user@api.spotify.com/v1",
        "https://:pass@api.spotify.com/v1",
        "https://api.spotify.com/v1?x=1",
        "https://api.spotify.com/v1#x",
    ] {
        let mut config = config_for(&good.parse().unwrap());
        config.api = bad.parse().unwrap();
        let refused = Client::new(&config).expect_err(bad);
        assert!(matches!(refused, ClientBuildError::Base(_)), "{bad}");
    }
}
