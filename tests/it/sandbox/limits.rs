//! How often an app may call.

use std::time::Duration;

use auxcord::sandbox::Options;
use reqwest::{Method, Response};
use serde_json::Value;

use super::Spotify;

async fn called(spotify: &Spotify, token: &str, path: &str) -> (u16, Option<u64>, Value) {
    let response: Response = spotify.call(Method::GET, token, path).send().await.unwrap();
    let after = response.headers().get("retry-after");
    let after = after.map(|after| after.to_str().unwrap().parse().unwrap());
    let (status, body) = super::read(response).await;
    (status.as_u16(), after, body["error"]["reason"].clone())
}

#[tokio::test]
async fn a_days_quota_is_counted_for_each_group_of_endpoints() {
    let spotify = Spotify::start_with(Options {
        daily_quota: Some(3),
        ..Options::default()
    })
    .await;
    let (ada, hana) = (spotify.token(0), spotify.token(7));
    for path in ["/me/tracks", "/me/albums"] {
        assert_eq!(called(&spotify, &ada, path).await.0, 200);
    }
    spotify.control.advance(Duration::from_secs(3_500));
    assert_eq!(called(&spotify, &hana, "/me/shows").await.0, 200);
    let over = called(&spotify, &ada, "/me/top/tracks").await;
    assert_eq!(
        over,
        (429, Some(82_900), "QUOTA_EXCEEDED".into()),
        "all users of the app share it"
    );
    for other in [
        "/me",
        "/me/playlists",
        "/me/player",
        "/search?q=a&type=track",
    ] {
        assert_eq!(called(&spotify, &ada, other).await.0, 200, "{other}");
    }
    spotify.control.advance(Duration::from_secs(82_900));
    let ada = spotify.token(0);
    assert_eq!(called(&spotify, &ada, "/me/tracks").await.0, 200);
}

#[tokio::test]
async fn a_rolling_window_lets_calls_in_as_old_ones_leave() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    spotify.control.set_window_limit(Some(2));
    assert_eq!(called(&spotify, &token, "/me").await.0, 200);
    spotify.control.advance(Duration::from_secs(10));
    assert_eq!(called(&spotify, &token, "/me/tracks").await.0, 200);
    let over = called(&spotify, &token, "/me").await;
    assert_eq!(over, (429, Some(20), Value::Null), "there is no reason");
    spotify.control.advance(Duration::from_secs(20));
    assert_eq!(called(&spotify, &token, "/me").await.0, 200);
    assert_eq!(called(&spotify, &token, "/me").await.1, Some(10));
    spotify.control.set_window_limit(None);
    assert_eq!(called(&spotify, &token, "/me").await.0, 200);
}
