//! The accounts service: addresses, the token endpoint with and without a secret, and what each failure means.

use std::time::Duration;

use auxcord::spotify::{
    RefreshToken, SpotifyError,
    accounts::{AccountsError, AppCredentials, AuthorizeRequest, OauthCode, TokenSet},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    Answer, Upstream,
    upstream::{Seen, token},
};

const REFRESH: &str = "AQ-the-refresh-token";
const CODE: &str = "AQ-the-code";
const VERIFIER: &str = "the-verifier";
const REDIRECT: &str = "http://127.0.0.1:8001/auth/callback";

fn public_app() -> AppCredentials {
    AppCredentials {
        client_id: "the-app".to_owned(),
        client_secret: None,
    }
}

fn secret_app() -> AppCredentials {
    AppCredentials {
        client_secret: Some(SecretString::from("the-app-secret".to_owned())),
        ..public_app()
    }
}

fn granted() -> Value {
    json!({
        "access_token": "BQ-new", "token_type": "Bearer", "expires_in": 3_600,
        "refresh_token": "AQ-next", "scope": "user-library-read  playlist-read-private",
    })
}

async fn refresh(answer: Answer) -> Result<TokenSet, AccountsError> {
    let upstream = Upstream::answering([answer]).await;
    let token = RefreshToken::new(REFRESH.to_owned());
    let result = upstream
        .client
        .accounts()
        .refresh(&public_app(), &token)
        .await;
    assert_eq!(upstream.seen().len(), 1, "a refresh token is tried once");
    result
}

async fn refresh_failure(status: u16, body: &str) -> AccountsError {
    let failure = refresh(Answer::new(status, body.to_owned())).await;
    failure.expect_err(body)
}

fn form(seen: &Seen) -> Vec<(String, String)> {
    form_urlencoded::parse(&seen.body).into_owned().collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

#[tokio::test]
async fn the_browser_is_sent_with_a_challenge_and_every_permission() {
    let upstream = Upstream::answering([]).await;
    let url = upstream.client.accounts().authorize_url(
        &public_app(),
        &AuthorizeRequest {
            redirect_uri: REDIRECT,
            state: "a&state=b",
            code_challenge: "the-challenge",
            scopes: &["user-library-read", "playlist-read-private"],
            show_dialog: true,
        },
    );
    assert_eq!(url.path(), "/authorize");
    assert_eq!(url.port(), upstream.origin.port());
    let expected = pairs([
        ("client_id", "the-app"),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("state", "a&state=b"),
        ("scope", "user-library-read playlist-read-private"),
        ("show_dialog", "true"),
        ("code_challenge_method", "S256"),
        ("code_challenge", "the-challenge"),
    ]);
    assert_eq!(url.query_pairs().into_owned().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn an_app_without_a_secret_names_itself_in_the_form() {
    let upstream = Upstream::answering([Answer::json(&granted())]).await;
    let verifier = SecretString::from(VERIFIER.to_owned());
    let tokens = upstream
        .client
        .accounts()
        .exchange_code(&public_app(), REDIRECT, CODE, &verifier)
        .await
        .unwrap();
    assert_eq!(tokens.access.expose(), "BQ-new");
    assert_eq!(tokens.refresh.unwrap().expose(), "AQ-next");
    assert_eq!(tokens.expires_in, Duration::from_hours(1));
    assert_eq!(
        tokens.scopes,
        ["user-library-read", "playlist-read-private"]
    );

    let seen = upstream.only();
    assert_eq!(
        (seen.method.as_str(), seen.target.as_str()),
        ("POST", "/api/token")
    );
    assert_eq!(
        seen.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(seen.header("authorization"), None);
    let expected = pairs([
        ("grant_type", "authorization_code"),
        ("code", CODE),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("client_id", "the-app"),
    ]);
    assert_eq!(form(&seen), expected);
}

#[tokio::test]
async fn an_app_with_a_secret_proves_itself_in_a_header() {
    let upstream = Upstream::answering([Answer::json(&granted())]).await;
    let token = RefreshToken::new(REFRESH.to_owned());
    let accounts = upstream.client.accounts();
    accounts.refresh(&secret_app(), &token).await.unwrap();
    let seen = upstream.only();
    // base64("the-app:the-app-secret")
    assert_eq!(
        seen.header("authorization"),
        Some("Basic dGhlLWFwcDp0aGUtYXBwLXNlY3JldA==")
    );
    let expected = pairs([("grant_type", "refresh_token"), ("refresh_token", REFRESH)]);
    assert_eq!(form(&seen), expected);
}

#[tokio::test]
async fn a_refresh_without_a_new_refresh_token_keeps_the_old_one() {
    for absent in [json!(null), json!("")] {
        let mut answer = granted();
        answer["refresh_token"] = absent;
        let tokens = refresh(Answer::json(&answer)).await.unwrap();
        assert!(tokens.refresh.is_none());
    }
    let least = json!({"access_token": "BQ-new"});
    let tokens = refresh(Answer::json(&least)).await.unwrap();
    assert!(tokens.refresh.is_none() && tokens.scopes.is_empty());
    assert_eq!(tokens.expires_in, Duration::from_hours(1));
}

#[tokio::test]
async fn a_life_beyond_belief_is_cut_to_a_day() {
    let mut answer = granted();
    answer["expires_in"] = json!(u64::MAX);
    let tokens = refresh(Answer::json(&answer)).await.unwrap();
    assert_eq!(tokens.expires_in, Duration::from_hours(24));
}

#[tokio::test]
async fn an_odd_field_beside_the_tokens_does_not_lose_them() {
    for (expires_in, seconds) in [
        (json!("1800"), 1_800),
        (json!(1800.0), 1_800),
        (json!({"in": 5}), 3_600),
        (json!(-1), 3_600),
    ] {
        let mut answer = granted();
        answer["expires_in"] = expires_in;
        answer["scope"] = json!(["user-library-read"]);
        answer["refresh_token"] = json!("a-rotated-one");
        let tokens = refresh(Answer::json(&answer)).await.unwrap();
        assert_eq!(tokens.expires_in, Duration::from_secs(seconds));
        assert_eq!(tokens.refresh.unwrap().expose(), "a-rotated-one");
    }
}

#[tokio::test]
async fn an_invalid_grant_is_terminal_and_keeps_spotifys_words() {
    for words in [
        "Refresh token revoked",
        "Refresh token expired",
        "Invalid authorization code",
    ] {
        let body = json!({"error": "invalid_grant", "error_description": words});
        let failure = refresh_failure(400, &body.to_string()).await;
        assert!(failure.is_terminal() && !failure.is_transient());
        let AccountsError::InvalidGrant { description } = failure else {
            panic!("an invalid grant, not {failure:?}");
        };
        assert_eq!(description.as_deref(), Some(words));
    }
    let bare = refresh_failure(400, r#"{"error":"invalid_grant"}"#).await;
    assert!(bare.is_terminal());
}

#[tokio::test]
async fn an_outage_never_looks_like_a_revocation() {
    let revocation = r#"{"error":"invalid_grant","error_description":"Refresh token revoked"}"#;
    let outages = [
        (500, revocation),
        (503, revocation),
        (502, "<html>Bad gateway</html>"),
        (400, "<html>invalid_grant</html>"),
        (400, ""),
        (400, "invalid_grant"),
        (403, "Forbidden"),
        (302, revocation),
        (400, r#"{"error":"temporarily_unavailable"}"#),
        (400, r#"{"error":{"status":400,"message":"invalid_grant"}}"#),
    ];
    for (status, body) in outages {
        let failure = refresh_failure(status, body).await;
        assert!(
            failure.is_transient() && !failure.is_terminal(),
            "{body}: {failure:?}"
        );
        let unavailable = AccountsError::Unavailable { status };
        assert_eq!(failure.to_string(), unavailable.to_string(), "{body}");
    }
    let busy = Answer::new(429, revocation).with("retry-after", &9);
    let failure = refresh(busy).await.expect_err("it is busy");
    assert!(failure.is_transient());
    assert_eq!(failure.retry_after(), Some(9));
}

#[tokio::test]
async fn a_wrong_app_says_nothing_about_the_person() {
    let refused = [
        (400, "invalid_client"),
        (401, "invalid_client"),
        (400, "invalid_request"),
        (400, "invalid_scope"),
        (400, "unauthorized_client"),
        (400, "unsupported_grant_type"),
        (400, "a_code_of_next_year"),
    ];
    for (status, code) in refused {
        let failure = refresh_failure(status, &json!({"error": code}).to_string()).await;
        assert!(
            !failure.is_terminal() && !failure.is_transient(),
            "{failure:?}"
        );
        let right = match code {
            "invalid_client" => matches!(failure, AccountsError::InvalidClient),
            "invalid_request" => matches!(
                failure,
                AccountsError::OtherOauth(OauthCode::InvalidRequest)
            ),
            "invalid_scope" => {
                matches!(failure, AccountsError::OtherOauth(OauthCode::InvalidScope))
            }
            "unauthorized_client" => {
                matches!(
                    failure,
                    AccountsError::OtherOauth(OauthCode::UnauthorizedClient)
                )
            }
            "unsupported_grant_type" => {
                matches!(
                    failure,
                    AccountsError::OtherOauth(OauthCode::UnsupportedGrantType)
                )
            }
            _ => matches!(failure, AccountsError::OtherOauth(OauthCode::Unknown)),
        };
        assert!(right, "{code}: {failure:?}");
    }
}

#[tokio::test]
async fn success_without_usable_tokens_is_malformed() {
    for body in [
        "",
        "<html></html>",
        "{",
        "[]",
        r#"{"access_token":""}"#,
        r#"{"access_token":null}"#,
        r#"{"token_type":"Bearer","expires_in":3600}"#,
        r#"{"access_token":"BQ-new","token_type":"mac"}"#,
    ] {
        let failure = refresh_failure(200, body).await;
        assert!(
            matches!(failure, AccountsError::Malformed),
            "{body}: {failure:?}"
        );
    }
}

#[tokio::test]
async fn a_silent_or_broken_service_keeps_the_grant() {
    let token = RefreshToken::new(REFRESH.to_owned());
    let upstream = Upstream::configured([Answer::never()], |config| {
        config.call_timeout = Duration::from_millis(50);
    })
    .await;
    let failure = upstream
        .client
        .accounts()
        .refresh(&public_app(), &token)
        .await;
    assert!(
        matches!(failure, Err(AccountsError::Timeout)),
        "{failure:?}"
    );

    let failure = refresh(Answer::cut("{\"access_token\":")).await;
    assert!(
        matches!(failure, Err(AccountsError::Network(_))),
        "{failure:?}"
    );
    assert!(failure.unwrap_err().is_transient());
}

#[tokio::test]
async fn an_account_is_known_by_its_id() {
    let body = json!({"account_id": "acc", "id": "somebody", "display_name": null, "images": null});
    let upstream = Upstream::answering([Answer::json(&body)]).await;
    let account = upstream.client.accounts().me(&token()).await.unwrap();
    assert_eq!(account.account_id.as_deref(), Some("acc"));
    assert_eq!(
        (account.id.as_str(), account.display_name),
        ("somebody", None)
    );
    assert_eq!(upstream.only().target, "/v1/me");
}

#[tokio::test]
async fn an_account_without_an_id_is_nobody() {
    for body in [
        json!({}),
        json!({"id": ""}),
        json!({"id": null}),
        json!({"id": 7}),
    ] {
        let upstream = Upstream::answering([Answer::json(&body)]).await;
        let refused = upstream.client.accounts().me(&token()).await;
        assert!(
            matches!(refused, Err(SpotifyError::Malformed(_))),
            "{body}: {refused:?}"
        );
    }
}
