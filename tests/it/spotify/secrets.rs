//! No token, code, verifier or secret can be read from anything that may be printed.

use std::{error::Error, time::Duration};

use auxcord::spotify::{
    Client, RefreshToken, SpotifyError,
    accounts::{AccountsError, AppCredentials, AuthorizeRequest},
    api::{self, NewPlaylist, Paging, Search},
};
use secrecy::SecretString;
use serde_json::json;

use super::{
    Answer, Upstream,
    upstream::{TOKEN, config_for, token},
};

const SECRETS: [&str; 6] = [
    TOKEN,
    "AQ-the-refresh-token",
    "AQ-the-code",
    "the-verifier",
    "the-app-secret",
    "the-state",
];

fn assert_blind(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is in: {text}");
    }
}

fn assert_blind_error(error: &impl Error) {
    assert_blind(&format!("{error} {error:?} {error:#?}"));
    let mut source = error.source();
    while let Some(cause) = source {
        assert_blind(&format!("{cause} {cause:?}"));
        source = cause.source();
    }
}

fn app() -> AppCredentials {
    AppCredentials {
        client_id: "the-app".to_owned(),
        client_secret: Some(SecretString::from(SECRETS[4].to_owned())),
    }
}

/// Upstream answers that say back every secret that they were sent.
fn echoes() -> Vec<Answer> {
    let all = SECRETS.join(" ");
    let json = json!({"error": {"status": 400, "message": all, "reason": TOKEN}}).to_string();
    let oauth = json!({"error": "invalid_grant", "error_description": all}).to_string();
    let mut answers = Vec::new();
    for status in [202, 400, 401, 403, 404, 411, 418, 429, 500] {
        for body in [&all, &json, &oauth] {
            answers.push(Answer::new(status, body.clone()));
        }
    }
    answers.push(Answer::new(200, all.clone()));
    answers.push(Answer::new(200, json!({"id": [all]}).to_string()));
    answers.push(Answer::cut("BQ"));
    answers
}

#[tokio::test]
async fn no_failure_of_the_api_repeats_the_token() {
    for answer in echoes() {
        let upstream = Upstream::configured([answer], |config| config.max_retries = 0).await;
        let error = upstream
            .client
            .send(&token(), &api::me())
            .await
            .expect_err("it fails");
        let message = error.context().message.clone().unwrap_or_default();
        assert!(!message.contains(TOKEN));
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
    }
}

#[tokio::test]
async fn no_failure_of_the_accounts_service_repeats_a_secret() {
    let (code, verifier) = (SECRETS[2], SecretString::from(SECRETS[3].to_owned()));
    for answer in echoes() {
        let upstream = Upstream::answering([answer.clone(), answer]).await;
        let accounts = upstream.client.accounts();
        let error = accounts
            .refresh(&app(), &RefreshToken::new(SECRETS[1].to_owned()))
            .await
            .expect_err("it fails");
        assert_blind_error(&error);
        let error: AccountsError = accounts
            .exchange_code(&app(), "http://127.0.0.1/callback", code, &verifier)
            .await
            .expect_err("it fails");
        assert_blind_error(&error);
    }
}

#[tokio::test]
async fn a_failed_connection_names_no_address_and_no_token() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let origin = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let mut config = config_for(&origin.parse().unwrap());
    config.max_retries = 0;
    config.connect_timeout = Duration::from_secs(1);
    let client = Client::new(&config).unwrap();
    let call = api::search(&Search {
        query: "words-of-a-person",
        kinds: &[],
        paging: Paging::new(1, 0),
    });
    let error = client
        .send(&token(), &call)
        .await
        .expect_err("nobody is there");
    assert_blind_error(&error);
    assert!(matches!(error, SpotifyError::Network(..)));
    assert!(
        !format!("{error:?}").contains("words-of-a-person"),
        "{error:?}"
    );
}

#[tokio::test]
async fn no_value_shows_a_secret_when_it_is_formatted() {
    let granted = json!({"access_token": TOKEN, "refresh_token": SECRETS[1]});
    let upstream = Upstream::answering([Answer::json(&granted)]).await;
    let old = RefreshToken::new("AQ-old".to_owned());
    let tokens = upstream
        .client
        .accounts()
        .refresh(&app(), &old)
        .await
        .unwrap();
    let request = AuthorizeRequest {
        redirect_uri: "http://127.0.0.1/callback",
        state: SECRETS[5],
        code_challenge: "the-challenge",
        scopes: &[],
        show_dialog: false,
    };
    assert_blind(&format!("{tokens:?} {tokens:#?} {:?} {request:?}", app()));
    assert_blind(&format!(
        "{:?} {:?}",
        upstream.client,
        upstream.client.accounts()
    ));
}

#[test]
fn a_formatted_call_shows_where_it_goes_and_no_words_of_a_person() {
    let search = api::search(&Search {
        query: "private-words",
        kinds: &[],
        paging: Paging::new(1, 0),
    });
    let create = api::create_playlist(&NewPlaylist {
        name: "private-words",
        description: None,
        public: false,
        collaborative: false,
    });
    let next = api::next_page(&search, "https://evil.example/private-words");
    let text = format!("{search:?} {create:?} {next:?}");
    assert!(!text.contains("private-words"), "{text}");
    assert!(
        text.contains("me/playlists") && text.contains("Search"),
        "{text}"
    );
}
