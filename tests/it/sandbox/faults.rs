//! Faults: each does to a call what its name says, and only to the calls that it is meant for.

use std::time::Duration;

use auxcord::sandbox::{Action, Fault, Options, Rotation};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{APP, Spotify, pairs};

const SEARCH: &str = "/search?q=night&type=track";

#[tokio::test]
async fn a_refusal_has_the_status_reason_and_pause_that_were_ordered() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    for (action, status, reason, pause) in [
        (Action::RateLimited { retry_after: 7 }, 429, None, Some("7")),
        (
            Action::QuotaExceeded {
                retry_after: 48_925,
            },
            429,
            Some("QUOTA_EXCEEDED"),
            Some("48925"),
        ),
        (Action::Unauthorized, 401, None, None),
        (
            Action::Status {
                status: 503,
                message: "Service unavailable".to_owned(),
                reason: Some("UNKNOWN".to_owned()),
                retry_after: None,
            },
            503,
            Some("UNKNOWN"),
            None,
        ),
    ] {
        spotify.control.clear_faults();
        spotify
            .control
            .add_fault(Fault::new(action).on("GET", "/v1/search"));
        let response = spotify
            .call(Method::GET, &token, SEARCH)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status);
        let header = response
            .headers()
            .get("retry-after")
            .map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header.as_deref(), pause);
        let (_, body) = super::read(response).await;
        assert_eq!(
            body["error"]
                .get("reason")
                .and_then(|reason| reason.as_str()),
            reason
        );
        spotify.ok(&token, "/me").await;
    }
}

#[tokio::test]
async fn a_fault_hits_the_calls_that_it_is_meant_for() {
    let spotify = Spotify::start_with(Options {
        people: 1,
        ..Options::default()
    })
    .await;
    let (one, other) = (spotify.token(0), spotify.token(8));
    let fault = Fault::new(Action::Empty { status: 500 })
        .on("GET", "/v1/me")
        .of(&spotify.person(0).id)
        .times(1, 2);
    spotify.control.add_fault(fault);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(spotify.get(&one, "/me").await.0.as_u16());
        spotify.ok(&other, "/me").await;
        spotify.ok(&one, SEARCH).await;
    }
    assert_eq!(seen, [200, 500, 500, 200]);
}

#[tokio::test]
async fn the_first_fault_that_is_not_used_up_decides() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    for status in [500, 502] {
        spotify
            .control
            .add_fault(Fault::new(Action::Empty { status }).times(0, 1));
    }
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(spotify.get(&token, "/me").await.0.as_u16());
    }
    assert_eq!(seen, [500, 502, 200]);
}

#[tokio::test]
async fn bodies_come_broken_in_every_way() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    let answer = async |action: Action| {
        spotify.control.clear_faults();
        spotify.control.add_fault(Fault::new(action));
        let response = spotify
            .call(Method::GET, &token, SEARCH)
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.text().await)
    };
    let (status, body) = answer(Action::MalformedJson).await;
    assert_eq!(status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&body.unwrap()).is_err());
    let (status, body) = answer(Action::Cut).await;
    assert_eq!(status, 200);
    assert!(
        body.is_err(),
        "the connection breaks before the promised length"
    );
    let (status, body) = answer(Action::Html { status: 502 }).await;
    assert_eq!(status, 502);
    assert!(body.unwrap().starts_with("<!DOCTYPE html>"));
    let (status, body) = answer(Action::Empty { status: 200 }).await;
    assert_eq!((status, body.unwrap()), (200, String::new()));
}

#[tokio::test]
async fn a_slow_answer_is_right_and_a_hanging_one_never_comes() {
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    spotify
        .control
        .add_fault(Fault::new(Action::Latency { ms: 5 }).times(0, 1));
    spotify.ok(&token, "/me").await;
    spotify
        .control
        .add_fault(Fault::new(Action::Hang).times(0, 1));
    let call = spotify
        .call(Method::GET, &token, "/me")
        .timeout(Duration::from_millis(50));
    assert!(call.send().await.unwrap_err().is_timeout());
    spotify.ok(&token, "/me").await;
}

#[tokio::test]
async fn a_held_refresh_has_happened_although_nobody_was_told() {
    let options = Options {
        rotate_refresh: Rotation::Always,
        ..Options::default()
    };
    let spotify = Spotify::start_with(options).await;
    let person = spotify.person(0).id;
    let tokens = spotify.control.grant(&person, APP, None).unwrap();
    let fault = Fault::new(Action::Hold)
        .on("POST", "/api/token")
        .of(&person)
        .times(0, 1);
    spotify.control.add_fault(fault);
    let form = pairs(&[
        ("grant_type", "refresh_token"),
        ("client_id", APP),
        ("refresh_token", &tokens.refresh_token),
    ]);
    let url = format!("{}/api/token", spotify.sandbox.accounts_url());
    let request = spotify.http.post(url).form(&form).send();
    let waiting = tokio::spawn(request);
    spotify.control.until_held(1).await;
    let refusal = json!({"error": "invalid_grant", "error_description": "Refresh token revoked"});
    assert_eq!(
        spotify.refresh(&tokens.refresh_token).await,
        (StatusCode::BAD_REQUEST, refusal)
    );
    assert!(!waiting.is_finished());
    spotify.control.release();
    let (status, fresh) = super::read(waiting.await.unwrap().unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(fresh["refresh_token"].is_string());
    assert_eq!(spotify.control.held(), 0);
}
