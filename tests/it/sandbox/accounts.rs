//! The accounts service: consent, codes, tokens, refreshes and their ends.

use std::time::Duration;

use auxcord::sandbox::{App, Options, Rotation, Secret};
use reqwest::StatusCode;
use serde_json::json;

use super::{APP, CALLBACK, Spotify, VERIFIER, asked, location, pairs, query};

const BAD: StatusCode = StatusCode::BAD_REQUEST;

#[tokio::test]
async fn a_person_approves_and_the_code_becomes_tokens() {
    let spotify = Spotify::start().await;
    let code = spotify.code(0).await;
    let (status, tokens) = spotify.exchange(&code, &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3_600);
    assert_eq!(tokens["scope"], "playlist-read-private user-library-read");
    assert!(tokens["refresh_token"].is_string());
    let me = spotify
        .ok(tokens["access_token"].as_str().unwrap(), "/me")
        .await;
    assert_eq!(me["id"], spotify.person(0).id);
}

#[tokio::test]
async fn a_person_who_cancels_sends_an_error_back() {
    let spotify = Spotify::start().await;
    let mut form = asked();
    form.insert("decision".to_owned(), "cancel".to_owned());
    let response = spotify.authorize(&form).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let back = location(&response);
    assert!(back.as_str().starts_with(CALLBACK));
    assert_eq!(query(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(query(&back, "state").as_deref(), Some("st4te"));
    assert_eq!(query(&back, "code"), None);
}

#[tokio::test]
async fn a_person_may_grant_fewer_permissions_than_asked() {
    let spotify = Spotify::start().await;
    let mut form = asked();
    form.extend(pairs(&[
        ("decision", "approve"),
        ("grant", "user-library-read user-top-read"),
    ]));
    form.insert("person".to_owned(), spotify.person(0).id);
    let code = query(&location(&spotify.authorize(&form).await), "code").unwrap();
    let (_, tokens) = spotify.exchange(&code, &[]).await;
    assert_eq!(tokens["scope"], "user-library-read");
}

#[tokio::test]
async fn the_page_lists_the_people_and_what_is_asked_for() {
    let spotify = Spotify::start().await;
    let url = format!("{}/authorize", spotify.sandbox.accounts_url());
    let page = spotify.http.get(url).query(&asked()).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    for person in spotify.control.people() {
        assert!(
            page.contains(&person.id) && page.contains(&person.marker),
            "{}",
            person.marker
        );
    }
    assert!(page.contains("playlist-read-private") && page.contains("value=\"cancel\""));
    assert!(!page.contains("<script"));
}

#[tokio::test]
async fn requests_that_spotify_would_refuse_never_reach_the_redirect_uri() {
    let spotify = Spotify::start().await;
    for (name, value, text) in [
        ("client_id", "", "client_id"),
        ("redirect_uri", "", "redirect_uri"),
        (
            "redirect_uri",
            "http://localhost:8001/auth/callback",
            "INVALID_CLIENT",
        ),
        ("redirect_uri", "http://music.example/cb", "INVALID_CLIENT"),
    ] {
        let mut request = asked();
        request.insert(name.to_owned(), value.to_owned());
        let url = format!("{}/authorize", spotify.sandbox.accounts_url());
        let response = spotify.http.get(url).query(&request).send().await.unwrap();
        assert_eq!(response.status(), BAD, "{name}={value}");
        assert!(
            response.text().await.unwrap().contains(text),
            "{name}={value}"
        );
    }
}

#[tokio::test]
async fn faults_that_are_the_clients_are_sent_back_to_it() {
    let spotify = Spotify::start().await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "user-library-read make-coffee", "invalid_scope"),
        ("code_challenge_method", "plain", "invalid_request"),
    ] {
        let mut request = asked();
        request.insert(name.to_owned(), value.to_owned());
        let url = format!("{}/authorize", spotify.sandbox.accounts_url());
        let response = spotify.http.get(url).query(&request).send().await.unwrap();
        assert_eq!(query(&location(&response), "error").as_deref(), Some(error));
    }
}

#[tokio::test]
async fn a_code_works_once() {
    let spotify = Spotify::start().await;
    let code = spotify.code(0).await;
    assert_eq!(spotify.exchange(&code, &[]).await.0, StatusCode::OK);
    let refusal =
        json!({"error": "invalid_grant", "error_description": "Invalid authorization code"});
    assert_eq!(spotify.exchange(&code, &[]).await, (BAD, refusal));
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes_only() {
    let spotify = Spotify::start().await;
    let code = spotify.code(0).await;
    spotify.control.advance(Duration::from_secs(601));
    let (status, refusal) = spotify.exchange(&code, &[]).await;
    assert_eq!((status, &refusal["error"]), (BAD, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_code_is_bound_to_its_proof_key_client_and_redirect_uri() {
    let spotify = Spotify::start().await;
    for (name, value, error) in [
        (
            "code_verifier",
            "another-verifier-that-is-long-enough-0123456789",
            "invalid_grant",
        ),
        ("code_verifier", "", "invalid_client"),
        ("client_id", "somebody-else", "invalid_grant"),
        ("redirect_uri", "http://127.0.0.1:9999/cb", "invalid_grant"),
        ("code", "", "invalid_request"),
        ("grant_type", "password", "unsupported_grant_type"),
        ("grant_type", "", "unsupported_grant_type"),
    ] {
        let code = spotify.code(0).await;
        let (status, refusal) = spotify.exchange(&code, &[(name, value)]).await;
        assert_eq!(
            (status, &refusal["error"]),
            (BAD, &json!(error)),
            "{name}={value}"
        );
    }
}

#[tokio::test]
async fn the_token_endpoint_takes_forms_only() {
    let spotify = Spotify::start().await;
    let url = format!("{}/api/token", spotify.sandbox.accounts_url());
    let body = json!({"grant_type": "refresh_token", "refresh_token": "x", "client_id": APP});
    let response = spotify.http.post(url).json(&body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn an_app_with_a_secret_must_know_it() {
    let app = App {
        client_id: APP.to_owned(),
        client_secret: Some("s3cret".to_owned()),
        redirect_uris: vec!["http://127.0.0.1/auth/callback".to_owned()],
        ..App::default()
    };
    let spotify = Spotify::start_with(Options {
        apps: vec![app],
        ..Options::default()
    })
    .await;
    let mut request = asked();
    request.retain(|name, _| !name.starts_with("code_challenge"));
    request.extend(pairs(&[("decision", "approve")]));
    request.insert("person".to_owned(), spotify.person(0).id);
    let url = format!("{}/api/token", spotify.sandbox.accounts_url());
    for (id, secret, status) in [
        (APP, "wrong", BAD),
        ("nobody", "s3cret", BAD),
        (APP, "s3cret", StatusCode::OK),
    ] {
        let code = query(&location(&spotify.authorize(&request).await), "code").unwrap();
        let form = pairs(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
        ]);
        let response = spotify
            .http
            .post(&url)
            .basic_auth(id, Some(secret))
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{id}:{secret}");
        if status == BAD {
            let (_, refusal) = super::read(response).await;
            assert_eq!(refusal["error"], "invalid_client");
        } else {
            let (_, tokens) = super::read(response).await;
            let (status, refusal) = spotify
                .refresh(tokens["refresh_token"].as_str().unwrap())
                .await;
            assert_eq!(
                (status, &refusal["error"]),
                (BAD, &json!("invalid_client")),
                "without the secret"
            );
        }
    }
}

#[tokio::test]
async fn a_browser_that_has_approved_is_sent_straight_back() {
    let spotify = Spotify::start().await;
    let mut form = asked();
    form.extend(pairs(&[("decision", "approve")]));
    form.insert("person".to_owned(), spotify.person(1).id);
    let approved = spotify.authorize(&form).await;
    let cookie = approved.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let again = async |changed: &[(&str, &str)]| {
        let mut request = asked();
        request.extend(pairs(changed));
        let url = format!("{}/authorize", spotify.sandbox.accounts_url());
        spotify
            .http
            .get(url)
            .query(&request)
            .header("cookie", &cookie)
            .send()
            .await
            .unwrap()
    };
    let silent = again(&[]).await;
    assert_eq!(silent.status(), StatusCode::SEE_OTHER);
    let code = query(&location(&silent), "code").unwrap();
    let (_, tokens) = spotify.exchange(&code, &[]).await;
    let me = spotify
        .ok(tokens["access_token"].as_str().unwrap(), "/me")
        .await;
    assert_eq!(me["id"], spotify.person(1).id);
    assert_eq!(
        again(&[("show_dialog", "true")]).await.status(),
        StatusCode::OK
    );
    assert_eq!(
        again(&[("scope", "user-top-read")]).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn somebody_who_is_not_on_the_list_signs_in_and_is_then_refused() {
    let spotify = Spotify::start().await;
    assert!(!spotify.person(2).allow_listed);
    let code = spotify.code(2).await;
    let (status, tokens) = spotify.exchange(&code, &[]).await;
    assert_eq!(status, StatusCode::OK);
    for path in ["/me", "/search?q=night&type=track"] {
        let refusal = spotify
            .refused(tokens["access_token"].as_str().unwrap(), path)
            .await;
        assert_eq!(
            refusal,
            (
                403,
                "User not registered in the Developer Dashboard".to_owned()
            )
        );
    }
}

#[tokio::test]
async fn a_refresh_keeps_the_refresh_token_without_rotation() {
    let spotify = Spotify::start().await;
    let (_, tokens) = spotify.exchange(&spotify.code(0).await, &[]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    for _ in 0..2 {
        let (status, fresh) = spotify.refresh(refresh).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(fresh.get("refresh_token"), None);
        assert_ne!(fresh["access_token"], tokens["access_token"]);
        assert_eq!(fresh["scope"], tokens["scope"]);
        spotify
            .ok(fresh["access_token"].as_str().unwrap(), "/me")
            .await;
    }
}

#[tokio::test]
async fn a_rotated_refresh_token_is_dead_at_once() {
    let options = Options {
        rotate_refresh: Rotation::Always,
        ..Options::default()
    };
    let spotify = Spotify::start_with(options).await;
    let (_, tokens) = spotify.exchange(&spotify.code(0).await, &[]).await;
    let old = tokens["refresh_token"].as_str().unwrap();
    let (_, fresh) = spotify.refresh(old).await;
    let new = fresh["refresh_token"].as_str().unwrap();
    assert_ne!(new, old);
    let refusal = json!({"error": "invalid_grant", "error_description": "Refresh token revoked"});
    assert_eq!(spotify.refresh(old).await, (BAD, refusal));
    assert_eq!(spotify.refresh(new).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_consent_ends_after_six_months_however_often_it_was_refreshed() {
    let spotify = Spotify::start().await;
    let (_, tokens) = spotify.exchange(&spotify.code(0).await, &[]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    // From 20 November to 20 May there are 181 days.
    spotify.control.advance(Duration::from_hours(180 * 24));
    assert_eq!(spotify.refresh(refresh).await.0, StatusCode::OK);
    spotify.control.advance(Duration::from_hours(24));
    let refusal = json!({"error": "invalid_grant", "error_description": "Refresh token expired"});
    assert_eq!(spotify.refresh(refresh).await, (BAD, refusal));
    let (_, renewed) = spotify.exchange(&spotify.code(0).await, &[]).await;
    assert_eq!(
        spotify
            .refresh(renewed["refresh_token"].as_str().unwrap())
            .await
            .0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_revoked_consent_ends_both_tokens() {
    let spotify = Spotify::start().await;
    let (_, tokens) = spotify.exchange(&spotify.code(0).await, &[]).await;
    let others = spotify.token(1);
    assert!(spotify.control.revoke(&spotify.person(0).id));
    let refusal = json!({"error": "invalid_grant", "error_description": "Refresh token revoked"});
    assert_eq!(
        spotify
            .refresh(tokens["refresh_token"].as_str().unwrap())
            .await,
        (BAD, refusal)
    );
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(
        spotify.refused(access, "/me").await,
        (401, "Invalid access token".to_owned())
    );
    spotify.ok(&others, "/me").await;
}

#[tokio::test]
async fn every_secret_of_a_login_is_on_the_list() {
    let spotify = Spotify::start().await;
    let code = spotify.code(0).await;
    let (_, tokens) = spotify.exchange(&code, &[]).await;
    let issued = spotify.control.issued();
    for (kind, value) in [
        (Secret::State, "st4te"),
        (Secret::Code, &*code),
        (Secret::Verifier, VERIFIER),
        (Secret::Access, tokens["access_token"].as_str().unwrap()),
        (Secret::Refresh, tokens["refresh_token"].as_str().unwrap()),
    ] {
        assert!(issued.contains(&(kind, value.to_owned())), "{kind:?}");
    }
}
