//! How a request for tokens has to look, and how a client shows who it is.

use auxcord::crypto::{Token, TokenKind, random_bytes};
use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::{INVALID_CLIENT, INVALID_REQUEST, Story, error};
use crate::harness::{
    TestApp,
    mcp::Answer,
    oauth::{Form, Tokens, redeem, stage_client, stage_code, stage_confidential_client},
};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn g10_a_parameter_that_is_there_twice_is_refused() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    let form = story.client.refreshing(&story.tokens.refresh);
    let resource = format!("{}/mcp", story.app.origin);
    for doubled in [
        form.clone().also("refresh_token", &story.tokens.refresh),
        form.clone().also("grant_type", "refresh_token"),
        form.clone().also("client_id", ""),
        form.clone()
            .also("resource", &resource)
            .also("resource", &resource),
        form.clone().also("unheard_of", "1").also("unheard_of", "2"),
    ] {
        assert_eq!(
            error(&doubled.post(&url).await),
            INVALID_REQUEST,
            "{doubled:?}"
        );
    }
    Tokens::of(&form.also("unheard_of", "1").post(&url).await);
}

#[tokio::test]
async fn g10_a_form_has_at_most_thirty_two_parameters() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    let mut form = story.client.refreshing(&story.tokens.refresh);
    // Three of them mean something.
    for number in 0..29 {
        form = form.also(&format!("unheard_of_{number}"), "1");
    }
    let one_more = form.clone().also("unheard_of", "1");
    assert_eq!(error(&one_more.post(&url).await), INVALID_REQUEST);
    Tokens::of(&form.post(&url).await);
}

#[tokio::test]
async fn g10_parameters_in_the_address_are_refused() {
    let story = Story::begin().await;
    let form = story.client.refreshing(&story.tokens.refresh);
    for query in ["?client_id=x", "?refresh_token=x", "?x", "?%00"] {
        let url = format!("{}/token{query}", story.app.origin);
        assert_eq!(error(&form.post(&url).await), INVALID_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn g10_only_a_form_is_read() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    let form = story.client.refreshing(&story.tokens.refresh);
    let body = format!(
        "grant_type=refresh_token&client_id={}&refresh_token={}",
        story.client.client_id, story.tokens.refresh
    );
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencodedx",
        "",
    ] {
        let request = form.request(&url).header(CONTENT_TYPE, kind);
        let mut request = request.build().unwrap();
        request
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        *request.body_mut() = Some(body.clone().into());
        assert_eq!(error(&sent(request).await), INVALID_REQUEST, "{kind}");
    }
    let mut request = form.request(&url).build().unwrap();
    let kind = HeaderValue::from_static("Application/X-WWW-Form-Urlencoded ; charset=UTF-8");
    request.headers_mut().insert(CONTENT_TYPE, kind);
    *request.body_mut() = Some(body.into());
    Tokens::of(&sent(request).await);
}

async fn sent(request: reqwest::Request) -> Answer {
    let client = crate::harness::http().build().unwrap();
    Answer::read(reqwest::RequestBuilder::from_parts(client, request)).await
}

#[tokio::test]
async fn g10_what_no_parameter_can_hold_is_refused_and_asks_no_database() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    let form = story.client.refreshing(&story.tokens.refresh);
    for value in ["\0", "a\0b", "a\nb", "\u{7f}"] {
        for name in ["client_id", "refresh_token", "scope"] {
            let form = form.clone().with(name, value);
            assert_eq!(error(&form.post(&url).await), INVALID_REQUEST, "{form:?}");
        }
    }
    let long = form.clone().with("scope", &"a".repeat(64 * 1024));
    assert_eq!(error(&long.post(&url).await), (413, "invalid_request"));
    let request = form
        .request(&url)
        .header(CONTENT_TYPE, FORM)
        .body("%ff%fe=%c3&=&&");
    assert_eq!(error(&Answer::read(request).await).0, 400);
}

#[tokio::test]
async fn g11_unknown_clients_and_secrets_of_public_ones_are_refused() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    let form = story.client.refreshing(&story.tokens.refresh);
    let secret = Token::new(TokenKind::ClientSecret, random_bytes());
    for refused in [
        form.clone().with("client_id", "auxcord-unknown"),
        form.clone()
            .with("client_id", "https://client.example/metadata.json"),
        form.clone().with("client_id", &"a".repeat(3_000)),
        form.clone().without("client_id"),
        form.clone().with("client_secret", secret.expose()),
        form.clone().with("client_secret", "x"),
    ] {
        let answer = refused.post(&url).await;
        assert_eq!(error(&answer), INVALID_CLIENT, "{refused:?}");
        assert!(!answer.headers.contains_key("www-authenticate"));
    }
    let basic = form.clone().without("client_id");
    let answer = basic.post_as(&url, &story.client.client_id, "x").await;
    assert_eq!(error(&answer), INVALID_CLIENT);
    assert_eq!(
        answer.headers["www-authenticate"],
        r#"Basic realm="auxcord""#
    );
    let answer = basic.post_as(&url, &story.client.client_id, "").await;
    Tokens::of(&answer);
}

#[tokio::test]
async fn g11_malformed_basic_is_challenged() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    let form = story.client.refreshing(&story.tokens.refresh);
    for header in [
        "Basic",
        "Basic ",
        "Basic !!!",
        // "no colon", ":no client", "a&b:c", and a byte that is no text.
        "Basic bm8gY29sb24=",
        "Basic Om5vIGNsaWVudA==",
        "Basic YSZiOmM=",
        "Basic /zp4",
        "Bearer abc",
        "Digest username=x",
    ] {
        let request = form.request(&url).header("authorization", header);
        let answer = Answer::read(request).await;
        assert_eq!(error(&answer), INVALID_CLIENT, "{header}");
        assert_eq!(
            answer.headers["www-authenticate"],
            r#"Basic realm="auxcord""#
        );
    }
    let request = form.request(&url);
    let request = request.header("authorization", "Basic YTpi");
    let request = request.header("authorization", "Basic YTpi");
    assert_eq!(error(&Answer::read(request).await), INVALID_CLIENT);
}

#[tokio::test]
async fn a_confidential_client_shows_its_secret_in_one_way() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = stage_confidential_client(&app).await;
    let secret = client.secret.clone().unwrap();
    let url = format!("{}/token", app.origin);
    let code = stage_code(&app, &person, &client).await;
    let bare = code.redemption().without("client_secret");
    let other = stage_confidential_client(&app).await.secret.unwrap();
    for wrong in ["x", "auxs_", &other, &code.code] {
        let answer = bare.clone().with("client_secret", wrong).post(&url).await;
        assert_eq!(error(&answer), INVALID_CLIENT);
        let answer = bare.post_as(&url, &client.client_id, wrong).await;
        assert_eq!(error(&answer), INVALID_CLIENT);
    }
    assert_eq!(error(&bare.post(&url).await), INVALID_CLIENT);
    let both = code.redemption();
    let answer = both.post_as(&url, &client.client_id, &secret).await;
    assert_eq!(error(&answer), INVALID_REQUEST);
    let contradicting = bare.clone().with("client_id", "auxcord-other");
    let answer = contradicting
        .post_as(&url, &client.client_id, &secret)
        .await;
    assert_eq!(error(&answer), INVALID_REQUEST);
    let nameless = bare.without("client_id");
    let tokens = Tokens::of(&nameless.post_as(&url, &client.client_id, &secret).await);
    Tokens::of(&client.refreshing(&tokens.refresh).post(&url).await);
}

#[tokio::test]
async fn g12_other_grant_types_are_not_offered() {
    let story = Story::begin().await;
    let url = format!("{}/token", story.app.origin);
    let form = story.client.refreshing(&story.tokens.refresh);
    for grant_type in [
        "password",
        "client_credentials",
        "implicit",
        "Refresh_Token",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ] {
        let answer = form.clone().with("grant_type", grant_type).post(&url).await;
        assert_eq!(error(&answer), (400, "unsupported_grant_type"));
    }
    let answer = form.clone().without("grant_type").post(&url).await;
    assert_eq!(error(&answer), INVALID_REQUEST);
    assert_eq!(error(&Form::default().post(&url).await), INVALID_REQUEST);
    Tokens::of(&form.post(&url).await);
}

#[tokio::test]
async fn the_endpoints_answer_nothing_but_post() {
    let app = TestApp::start().await;
    for path in ["/token", "/revoke"] {
        let answer = crate::harness::get(&format!("{}{path}", app.origin)).await;
        assert_eq!(answer.status().as_u16(), 405, "{path}");
    }
}

#[tokio::test]
async fn a_client_that_comes_for_tokens_counts_as_used() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let client = stage_client(&app).await;
    let used = "select 'used' from clients where last_used_at is not null";
    let code = stage_code(&app, &person, &client).await;
    assert!(app.database.texts(used).await.is_empty());
    Tokens::of(&redeem(&app.origin, &code).await);
    assert_eq!(app.database.texts(used).await.len(), 1);
}
