//! The control surface over HTTP, and what guards it.

use std::net::{IpAddr, Ipv4Addr};

use auxcord::sandbox::{Options, Sandbox};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{APP, Spotify};

impl Spotify {
    fn door(&self, path: &str) -> String {
        format!("{}/_sandbox/{path}", self.sandbox.accounts_url())
    }

    async fn steer(&self, path: &str, body: Value) -> (StatusCode, Value) {
        super::read(
            self.http
                .post(self.door(path))
                .json(&body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    async fn see(&self, path: &str) -> Value {
        super::read(self.http.get(self.door(path)).send().await.unwrap())
            .await
            .1
    }
}

#[tokio::test]
async fn another_process_can_do_what_a_test_can() {
    let spotify = Spotify::start().await;
    let person = spotify.see("people").await[0].clone();
    assert_eq!(person["marker"], spotify.person(0).marker);
    let wish = json!({"person": person["id"], "client_id": APP, "scope": "user-library-read"});
    let (_, tokens) = spotify.steer("grant", wish).await;
    let token = tokens["access_token"].as_str().unwrap();
    spotify.ok(token, "/me/tracks").await;
    assert_eq!(spotify.refused(token, "/me/playlists").await.0, 403);
    assert_eq!(spotify.see("calls").await["GET /v1/me/tracks"], 1);
    assert!(spotify.see("issued").await.to_string().contains(token));
    assert_eq!(
        spotify
            .steer("expire", json!({"person": person["id"]}))
            .await
            .0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(spotify.refused(token, "/me").await.0, 401);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(spotify.refresh(refresh).await.0, StatusCode::OK);
    assert_eq!(
        spotify
            .steer("revoke", json!({"person": person["id"]}))
            .await
            .0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(spotify.refresh(refresh).await.0, StatusCode::BAD_REQUEST);
    let before = spotify.control.now();
    spotify.steer("advance", json!({"seconds": 60})).await;
    assert_eq!(spotify.control.now(), before + 60_000);
    assert_eq!(
        spotify.steer("revoke", json!({"person": "nobody"})).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn faults_are_ordered_and_cleared_over_http() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let fault =
        json!({"method": "GET", "path": "/v1/me", "action": {"kind": "status", "status": 502}});
    assert_eq!(spotify.steer("faults", fault).await.0, StatusCode::OK);
    assert_eq!(spotify.get(&token, "/me").await.0, StatusCode::BAD_GATEWAY);
    spotify
        .http
        .delete(spotify.door("faults"))
        .send()
        .await
        .unwrap();
    spotify.ok(&token, "/me").await;
    let (status, _) = spotify
        .steer("faults", json!({"action": {"kind": "explode"}}))
        .await;
    assert!(status.is_client_error());
}

#[tokio::test]
async fn the_state_is_seen_and_changed_over_http() {
    let spotify = Spotify::start().await;
    let me = spotify.person(0).id;
    let of = |what: &str| format!("people/{me}/{what}");
    let lists = spotify.see(&of("playlists")).await;
    let list = &lists[6];
    let alone = format!("playlists/{}", list["id"].as_str().unwrap());
    assert_eq!(&spotify.see(&alone).await, list);
    assert_eq!(list["uris"].as_array().unwrap().len(), 1_200);
    let tracks = spotify.see(&of("library/tracks")).await;
    assert_eq!(tracks.as_array().unwrap().len(), 320);
    assert_eq!(spotify.see(&of("player")).await["playing"], true);
    let (_, new) = spotify
        .steer(&of("devices"), json!({"name": "Shed", "sort": "Speaker"}))
        .await;
    let (status, _) = spotify
        .steer(&of("devices/Shed"), json!({"restricted": true}))
        .await;
    assert_eq!(status, StatusCode::OK);
    let devices = spotify.see(&of("devices")).await;
    let shed = devices.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&shed["id"], &shed["restricted"]),
        (&new["id"], &json!(true))
    );
    let put_on = spotify
        .http
        .put(spotify.door(&of("player")))
        .json(&json!({"item": tracks[3]}));
    assert_eq!(
        put_on.send().await.unwrap().status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(spotify.see(&of("player")).await["uri"], tracks[3]);
    for device in ["Shed", ""] {
        let path = of(&format!("devices/{device}"));
        let gone = spotify
            .http
            .delete(spotify.door(path.trim_end_matches('/')));
        assert_eq!(gone.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(spotify.see(&of("devices")).await, json!([]));
    spotify.steer(&of("plan"), json!({"premium": false})).await;
    assert_eq!(spotify.person(0).plan, "free");
    let (status, _) = spotify.steer("knobs", json!({"daily_quota": 1})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let token = spotify.token(0);
    spotify.ok(&token, "/me").await;
    assert_eq!(spotify.refused(&token, "/me").await.0, 429);
    spotify.steer("knobs", json!({"player_lag_ms": 5})).await;
    assert_eq!(
        spotify.refused(&token, "/me").await.0,
        429,
        "what is absent stays"
    );
    spotify.steer("knobs", json!({"daily_quota": null})).await;
    spotify.ok(&token, "/me").await;
}

#[tokio::test]
async fn calls_are_counted_by_endpoint_until_they_are_reset() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    for query in ["night", "day"] {
        spotify
            .ok(&token, &format!("/search?q={query}&type=track"))
            .await;
    }
    spotify.refused(&token, "/tracks/too-short").await;
    assert_eq!(spotify.control.count("GET /v1/search"), 2);
    assert_eq!(
        spotify.control.count("GET /v1/tracks/{id}"),
        1,
        "refused calls count too"
    );
    spotify.control.reset_calls();
    assert!(spotify.control.calls().is_empty());
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused_unless_asked_for() {
    let everywhere = || TcpListener::bind((IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0));
    let refused = Sandbox::start(everywhere().await.unwrap(), Options::default()).await;
    assert_eq!(
        refused.unwrap_err().kind(),
        std::io::ErrorKind::InvalidInput
    );
    let options = Options {
        beyond_loopback: true,
        ..Options::default()
    };
    let allowed = Sandbox::start(everywhere().await.unwrap(), options)
        .await
        .unwrap();
    assert!(allowed.api_url().starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn the_same_seed_makes_the_same_world() {
    let (one, other) = (Spotify::start().await, Spotify::start().await);
    assert_eq!(one.control.people(), other.control.people());
    let path = "/me/tracks?limit=50";
    let tracks = async |spotify: &Spotify| {
        let page = spotify.ok(&spotify.token(0), path).await;
        super::items(&page)
            .iter()
            .map(|saved| saved["track"]["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(tracks(&one).await, tracks(&other).await);
    let third = Spotify::start_with(Options {
        seed: 7,
        ..Options::default()
    })
    .await;
    assert_ne!(one.control.people(), third.control.people());
}

#[tokio::test]
async fn a_stopped_sandbox_takes_no_calls() {
    let spotify = Spotify::start().await;
    let url = format!("{}/me", spotify.sandbox.api_url());
    let Spotify { sandbox, http, .. } = spotify;
    sandbox.shutdown().await;
    assert!(http.get(url).send().await.unwrap_err().is_connect());
}
