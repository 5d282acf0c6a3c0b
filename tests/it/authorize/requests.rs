//! What a client asks for: whatever is wrong there is told to the client, with its state and our name.

use url::Url;

use super::{EVERYTHING, WEB, app, kept, on_loopback, on_the_web, open, refused};
use crate::harness::{TestApp, browser::Page, consent::answer};

/// The scopes that our page asks about.
fn scopes(page: &Page) -> String {
    page.values_of("input[name=scope]").join(" ")
}

/// The resources of the requests that are kept, oldest first.
async fn resources(app: &TestApp) -> Vec<String> {
    let all = "select resource from authorizations order by id";
    let told = app.database.texts(all).await;
    told.iter()
        .map(|one| one.replace(&app.origin, ""))
        .collect()
}

#[tokio::test]
async fn d6_a_request_without_pkce_is_an_invalid_request() {
    let app = app().await;
    let request = on_loopback(&app).await.request();
    for incomplete in [
        request.clone().without("code_challenge"),
        request
            .clone()
            .without("code_challenge")
            .without("code_challenge_method"),
        request.with("code_challenge", ""),
    ] {
        assert_eq!(refused(&app, &incomplete).await, "invalid_request");
    }
    assert_eq!(kept(&app).await, (0, 0));
}

#[tokio::test]
async fn d7_every_method_but_s256_is_an_invalid_request() {
    let app = app().await;
    let request = on_loopback(&app).await.request();
    for method in ["plain", "", "s256", "S512", "S256 "] {
        let other = request.clone().with("code_challenge_method", method);
        assert_eq!(refused(&app, &other).await, "invalid_request", "{method}");
    }
}

#[tokio::test]
async fn d8_a_challenge_that_is_no_hash_is_an_invalid_request() {
    let app = app().await;
    let request = on_loopback(&app).await.request();
    for challenge in [
        "a".repeat(42),
        "a".repeat(129),
        format!("{}=", "a".repeat(43)),
        format!("{}+/", "a".repeat(43)),
        format!("{}\u{fc}", "a".repeat(43)),
    ] {
        let other = request.clone().with("code_challenge", &challenge);
        assert_eq!(
            refused(&app, &other).await,
            "invalid_request",
            "{challenge}"
        );
    }
    for good in [43, 128] {
        let request = request.clone().with("code_challenge", &"a".repeat(good));
        app.browser().asked(&request).await;
    }
}

#[tokio::test]
async fn d9_every_response_type_but_code_is_unsupported() {
    let app = app().await;
    let request = on_loopback(&app).await.request();
    for kind in ["token", "code token", "none", "", "Code", "code id_token"] {
        let other = request.clone().with("response_type", kind);
        assert_eq!(
            refused(&app, &other).await,
            "unsupported_response_type",
            "{kind}"
        );
    }
}

#[tokio::test]
async fn d10_every_response_mode_but_query_is_an_invalid_request() {
    let app = app().await;
    let request = on_loopback(&app).await.request();
    for mode in ["fragment", "form_post", "query.jwt"] {
        let other = request.clone().with("response_mode", mode);
        assert_eq!(refused(&app, &other).await, "invalid_request", "{mode}");
    }
    app.browser()
        .asked(&request.with("response_mode", "query"))
        .await;
}

#[tokio::test]
async fn d12_a_resource_that_is_not_ours_is_an_invalid_target() {
    let app = app().await;
    let request = on_loopback(&app).await.request();
    let (ours, port) = (
        format!("{}/mcp", app.origin),
        app.origin.rsplit(':').next().unwrap(),
    );
    for other in [
        "https://other.example/mcp".to_owned(),
        format!("{ours}#fragment"),
        format!("{ours}?query"),
        format!("{}/other", app.origin),
        format!("{ours}/more"),
        format!("{}/MCP", app.origin),
        format!("http://user@127.0.0.1:{port}/mcp"),
        format!("https://127.0.0.1:{port}/mcp"),
        format!("http://127.0.0.1.evil.example:{port}/mcp"),
        "not an address".to_owned(),
    ] {
        let foreign = request.clone().with("resource", &other);
        assert_eq!(refused(&app, &foreign).await, "invalid_target", "{other}");
    }
    let twice = request.with("resource", &ours).and("resource", &ours);
    assert_eq!(refused(&app, &twice).await, "invalid_target");
}

#[tokio::test]
async fn d12_a_resource_of_ours_is_known_in_every_spelling_and_when_it_is_left_out() {
    let app = app().await;
    let request = on_loopback(&app).await.request();
    let ours = format!("{}/mcp", app.origin);
    app.browser().asked(&request).await;
    for spelling in [
        ours.clone(),
        format!("{ours}/"),
        ours.replace("http:", "HTTP:"),
        // What people paste who were told no more than the server's address.
        app.origin.clone(),
        format!("{}/", app.origin),
    ] {
        app.browser()
            .asked(&request.clone().with("resource", &spelling))
            .await;
    }
    for spelling in [format!("{ours}/readonly"), format!("{ours}/readonly/")] {
        app.browser()
            .asked(&request.clone().with("resource", &spelling))
            .await;
    }
    let mut told = resources(&app).await;
    told.sort_unstable();
    let expected = [["/mcp"; 6].as_slice(), &["/mcp/readonly"; 2]].concat();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn d12_the_schemes_own_port_may_be_written_out() {
    let mut app = TestApp::start_with(open().with("BASE_URL", "https://music.example.com")).await;
    // The public name leads to this process only for those who know the port.
    app.origin = format!("http://{}", app.listening());
    let request = on_loopback(&app).await.request();
    for ours in [
        "https://music.example.com:443/mcp",
        "https://MUSIC.example.com:443",
        "https://music.example.com:443/",
    ] {
        let request = request.clone().with("resource", ours);
        app.browser().asked(&request).await;
    }
    let resource = "https://music.example.com/mcp";
    assert_eq!(resources(&app).await, [resource; 3]);
    for foreign in [
        "https://music.example.com:80/mcp",
        "https://music.example.com:8443/mcp",
        "http://music.example.com:443/mcp",
        "https://music.example.com/readonly",
    ] {
        let request = request.clone().with("resource", foreign);
        let told = answer(&app.browser().ask(&request).await);
        assert_eq!(told["error"], "invalid_target", "{foreign}");
    }
}

#[tokio::test]
async fn d13_an_unknown_scope_is_invalid() {
    let app = app().await;
    let client = on_loopback(&app).await;
    for unknown in [
        "music:write",
        "music:read openid",
        "MUSIC:READ",
        "music:read\tplayback:control",
    ] {
        let request = client.request_for(unknown);
        assert_eq!(refused(&app, &request).await, "invalid_scope", "{unknown}");
    }
}

#[tokio::test]
async fn d13_without_a_scope_the_baseline_is_asked_for() {
    let app = app().await;
    let client = on_loopback(&app).await;
    for nothing in ["", " ", "offline_access", "  offline_access "] {
        let page = app.browser().asked(&client.request_for(nothing)).await;
        assert_eq!(scopes(&page), "music:read");
    }
    let page = app.browser().asked(&client.request()).await;
    assert_eq!(scopes(&page), "music:read");
}

#[tokio::test]
async fn d13_offline_access_is_accepted_and_asks_for_nothing_more() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let page = app
        .browser()
        .asked(&client.request_for("playlists:write offline_access"))
        .await;
    assert_eq!(scopes(&page), "playlists:write");
}

#[tokio::test]
async fn the_resource_without_writes_asks_for_reading_only() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let readonly = format!("{}/mcp/readonly", app.origin);
    for asked in [EVERYTHING, "playlists:write library:write"] {
        let request = client.request_for(asked).with("resource", &readonly);
        let page = app.browser().asked(&request).await;
        assert_eq!(scopes(&page), "music:read");
    }
    let request = client
        .request_for("music:write")
        .with("resource", &readonly);
    assert_eq!(refused(&app, &request).await, "invalid_scope");
}

#[tokio::test]
async fn d17_ways_to_ask_that_are_not_offered_are_told_by_name() {
    let app = app().await;
    let request = on_loopback(&app).await.request();
    for (name, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        let other = request.clone().with(name, "https://client.example/x");
        assert_eq!(refused(&app, &other).await, error);
    }
}

#[tokio::test]
async fn a_parameter_that_is_there_twice_is_an_invalid_request() {
    let app = app().await;
    let request = on_loopback(&app).await.request_for("music:read");
    for name in [
        "response_type",
        "code_challenge",
        "code_challenge_method",
        "scope",
    ] {
        let twice = request.clone().and(name, "code");
        assert_eq!(refused(&app, &twice).await, "invalid_request", "{name}");
    }
    let unknown = request.and("prompt", "consent").and("prompt", "login");
    app.browser().asked(&unknown).await;
}

#[tokio::test]
async fn a_state_that_is_too_long_or_there_twice_is_refused_and_not_repeated() {
    let app = app().await;
    let request = on_loopback(&app).await.request();
    for odd in [
        request.clone().with("state", &"s".repeat(2_049)),
        request.clone().and("state", "b"),
    ] {
        let told = answer(&app.browser().ask(&odd).await);
        assert_eq!(told["error"], "invalid_request");
        assert!(!told.contains_key("state"));
    }
    app.browser()
        .asked(&request.clone().with("state", &"s".repeat(2_048)))
        .await;
    app.browser().asked(&request.without("state")).await;
}

#[tokio::test]
async fn an_error_keeps_the_query_that_was_registered_letter_by_letter() {
    let app = app().await;
    let request = on_the_web(&app)
        .await
        .request()
        .with("response_type", "token");
    let location = app.browser().ask(&request).await.location();
    assert!(
        location.starts_with(&format!("{WEB}&error=unsupported_response_type&")),
        "{location}"
    );
    let url = Url::parse(&location).unwrap();
    assert!(
        url.query_pairs()
            .any(|(name, value)| name == "iss" && value == app.origin)
    );
}
