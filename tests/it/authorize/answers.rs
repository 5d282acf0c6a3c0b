//! What the person answers: all of it, some of it, nothing, no.

use std::time::Duration;

use reqwest::Method;
use url::Url;

use super::{EVERYTHING, app, assert_page, kept, on_loopback, on_the_web, somebody};
use crate::harness::{
    TestApp,
    browser::Page,
    consent::{STATE, answer, question},
};

const EVENTS: &str = "select event || ' ' || coalesce(detail, '') from audit where event like 'oauth.%' order by event";

/// The Spotify permissions that a login asks for.
fn permissions(away: &Page) -> Vec<String> {
    let url = Url::parse(&away.location()).unwrap();
    let scope = url
        .query_pairs()
        .find(|(name, _)| name == "scope")
        .unwrap()
        .1
        .into_owned();
    scope.split(' ').map(str::to_owned).collect()
}

async fn grants(app: &TestApp) -> Vec<String> {
    let all = "select scopes || ' / ' || withheld || ' / ' || status || ' / ' || redirect_host from grants";
    app.database.texts(all).await
}

#[tokio::test]
async fn an_approval_leads_to_spotify_with_a_state_and_pkce_of_our_own() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request_for("playback:control")).await;
    let away = browser.approve(&page).await;
    assert_eq!(away.header("cache-control"), "no-store");
    let url = Url::parse(&away.location()).unwrap();
    assert!(
        url.as_str()
            .starts_with(&app.environment["SPOTIFY_ACCOUNTS_URL"])
    );
    let asked = answer(&away);
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["show_dialog"], "true");
    assert_ne!(asked["state"], STATE);
    assert_ne!(asked["state"], question(&page));
    assert_eq!(permissions(&away), ["user-modify-playback-state"]);
}

#[tokio::test]
async fn whoever_unticks_something_grants_the_rest() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request_for(EVERYTHING)).await;
    let ticked = ["music:read", "library:write"];
    let away = browser.decide(&page, "approve", &ticked).await;
    let asked = permissions(&away);
    assert!(asked.contains(&"user-library-modify".to_owned()));
    assert!(!asked.contains(&"user-modify-playback-state".to_owned()));
    let back = browser.agree(&away, &somebody(&app)).await;
    let told = answer(&browser.visit(&back).await);
    let tokens = client.tokens(&told["code"]).await;
    assert_eq!(tokens["scope"], "music:read library:write");
    assert_eq!(
        grants(&app).await,
        ["music:read library:write / playback:control playlists:write / active / localhost"]
    );
}

#[tokio::test]
async fn what_was_not_asked_for_is_not_granted_by_ticking_it() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request_for("playback:control")).await;
    let more = [
        "playback:control",
        "library:write",
        "music:read",
        "everything",
    ];
    let away = browser.decide(&page, "approve", &more).await;
    assert_eq!(permissions(&away), ["user-modify-playback-state"]);
    let back = browser.agree(&away, &somebody(&app)).await;
    let told = answer(&browser.visit(&back).await);
    assert_eq!(
        client.tokens(&told["code"]).await["scope"],
        "playback:control"
    );
}

#[tokio::test]
async fn an_approval_of_nothing_is_asked_about_again() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request_for(EVERYTHING)).await;
    for nothing in [[].as_slice(), &["everything"]] {
        let again = browser.decide(&page, "approve", nothing).await;
        assert_page(&again, 400);
        assert!(again.text_of("#nothing-ticked").contains("press Deny"));
        assert_eq!(question(&again), question(&page));
        assert!(again.values_of("input[name=scope][checked]").is_empty());
    }
    assert_eq!(kept(&app).await, (1, 0));
    assert_eq!(browser.approve(&page).await.status, 303);
}

#[tokio::test]
async fn e14_a_no_is_told_to_the_client_and_leaves_nothing() {
    let app = app().await;
    let client = on_the_web(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request_for(EVERYTHING)).await;
    let no = browser.decide(&page, "deny", &["music:read"]).await;
    let told = answer(&no);
    assert!(no.location().starts_with(&client.redirect_uri));
    assert_eq!(told["error"], "access_denied");
    assert_eq!(
        (&told["state"], &told["iss"]),
        (&STATE.to_owned(), &app.origin)
    );
    assert!(no.set_cookies()[0].contains("Max-Age=0"));
    assert_eq!(kept(&app).await, (0, 0));
    assert_eq!(app.database.count("people").await, 0);
    assert_eq!(
        app.database.texts(EVENTS).await,
        ["oauth.client_registered dcr", "oauth.consent_denied person"]
    );
    assert!(app.spotify.calls().is_empty());
}

#[tokio::test]
async fn an_answer_after_ten_minutes_is_too_late() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request()).await;
    app.advance(Duration::from_mins(10));
    assert_page(&browser.approve(&page).await, 400);
    assert_page(&browser.decide(&page, "deny", &[]).await, 400);
    assert_eq!(kept(&app).await.1, 0);
}

#[tokio::test]
async fn an_answer_within_ten_minutes_leaves_ten_minutes_for_spotify() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request()).await;
    app.advance(Duration::from_secs(599));
    let away = browser.approve(&page).await;
    let back = browser.agree(&away, &somebody(&app)).await;
    app.advance(Duration::from_secs(599));
    assert!(answer(&browser.visit(&back).await).contains_key("code"));
}

#[tokio::test]
async fn what_is_not_our_form_is_refused() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request()).await;
    let id = question(&page);
    let good = format!("authorization={id}&decision=approve&scope=music:read");
    let send = async |kind: &str, body: String| {
        let request = browser.request(Method::POST, "/authorize");
        Page::read(request.header("content-type", kind).body(body)).await
    };
    let form = "application/x-www-form-urlencoded";
    for body in [
        String::new(),
        "authorization=x&decision=approve".to_owned(),
        format!("authorization={id}&scope=music:read"),
        format!("authorization={id}&decision=maybe&scope=music:read"),
        format!("{good}&decision=deny"),
        format!("{good}&authorization={id}"),
    ] {
        assert_page(&send(form, body).await, 400);
    }
    assert_page(&send("text/plain", good.clone()).await, 400);
    assert_page(&send("application/json", good.clone()).await, 400);
    let long = format!("{good}&more={}", "x".repeat(64 * 1024));
    assert_page(&send(form, long).await, 413);
    assert_eq!(kept(&app).await, (1, 0));
    assert_eq!(
        send(&format!("{form}; charset=utf-8"), good).await.status,
        303
    );
}
