//! Pressing the button: the way out to Spotify, the cookie, and presses that came from elsewhere.

use auxcord::auth::Scopes;
use url::Url;

use super::{
    spotify::query,
    stage::Stage,
    visitor::{Page, path},
};

#[tokio::test]
async fn a_login_leaves_with_a_state_a_challenge_and_every_permission() {
    let stage = Stage::on_https().await;
    let away = Url::parse(&stage.visitor().leave().await).unwrap();
    let asked = query(&away);
    assert_eq!(away.path(), "/authorize");
    assert_eq!(asked["redirect_uri"], "https://music.example/auth/callback");
    assert_eq!(asked["scope"], Scopes::all().spotify().join(" "));
    assert_eq!(asked["show_dialog"], "true");
    assert_eq!(asked["code_challenge_method"], "S256");
    // 32 random bytes in base64url.
    assert_eq!(asked["state"].len(), 43);
    assert_eq!(asked["code_challenge"].len(), 43);
}

#[tokio::test]
async fn no_two_logins_share_a_state_a_challenge_or_a_cookie() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let [one, other] = [visitor.leave().await, visitor.leave().await]
        .map(|away| query(&Url::parse(&away).unwrap()));
    assert_ne!(one["state"], other["state"]);
    assert_ne!(one["code_challenge"], other["code_challenge"]);
    let values: Vec<&String> = visitor.cookies.values().collect();
    assert_eq!(values.len(), 2);
    assert_ne!(values[0], values[1]);
}

#[tokio::test]
async fn on_https_the_cookie_is_bound_to_the_host() {
    let stage = Stage::on_https().await;
    let page = stage.visitor().press().await;
    assert!(page.set_cookies()[0].starts_with("__Host-s_"));
    assert_eq!(
        attributes(&page),
        [
            "HttpOnly",
            "Max-Age=600",
            "Path=/",
            "SameSite=Lax",
            "Secure"
        ]
    );
}

#[tokio::test]
async fn on_a_loopback_address_the_cookie_does_without_https() {
    let stage = Stage::on_http().await;
    let page = stage.visitor().press().await;
    assert!(page.set_cookies()[0].starts_with("s_"));
    assert_eq!(
        attributes(&page),
        ["HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax"]
    );
}

#[tokio::test]
async fn a_press_from_elsewhere_is_refused_and_begins_nothing() {
    let stage = Stage::on_https().await;
    let elsewhere: [&[(&str, &str)]; 8] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://music.example"),
        ],
        &[
            ("sec-fetch-site", "none"),
            ("origin", "https://evil.example"),
        ],
        &[("origin", "https://evil.example")],
        &[("origin", "https://music.example.evil.example")],
        &[("origin", "http://music.example")],
        &[("origin", "null")],
    ];
    for headers in elsewhere {
        let page = stage.visitor().send("POST", "/auth/login", headers).await;
        assert_eq!(page.status, 403, "{headers:?}");
        assert_eq!(
            page.text_of("h1"),
            "This login was not started here",
            "{headers:?}"
        );
        assert_eq!(page.header("location"), "");
        assert!(page.set_cookies().is_empty());
    }
    assert_eq!(stage.count("flows").await, 0);
}

#[tokio::test]
async fn a_press_on_our_own_page_is_taken_from_any_browser() {
    let stage = Stage::on_https().await;
    let here: [&[(&str, &str)]; 5] = [
        &[],
        &[("origin", "https://music.example")],
        &[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://music.example"),
        ],
        &[("sec-fetch-site", "same-origin"), ("origin", "null")],
        &[("sec-fetch-site", "none")],
    ];
    for headers in here {
        let page = stage.visitor().send("POST", "/auth/login", headers).await;
        assert_eq!(page.status, 303, "{headers:?}");
    }
}

#[tokio::test]
async fn a_press_at_an_address_to_which_no_login_could_return_is_sent_to_the_right_one() {
    let stage = Stage::on_http().await;
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("origin", "http://localhost:8001"),
    ];
    let page = stage.visitor().send("POST", "/auth/login", &headers).await;
    assert_eq!(page.status, 403);
    assert_eq!(page.text_of("h1"), "This server has another address");
    assert_eq!(
        page.attributes_of("main a.button", "href"),
        ["http://127.0.0.1:8001/auth/login"]
    );
}

#[tokio::test]
async fn of_twelve_tabs_the_newest_ten_can_be_finished() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let mut tabs = Vec::new();
    for _ in 0..12 {
        tabs.push(visitor.leave().await);
        stage.clock.advance(std::time::Duration::from_millis(1));
    }
    assert_eq!(visitor.cookies.len(), 10);
    for (number, away) in tabs.iter().enumerate() {
        let account = Stage::account(&format!("person{number}"), "Somebody");
        let page = visitor.follow(&stage.spotify.agree(away, &account)).await;
        let wanted = if number < 2 { 403 } else { 200 };
        assert_eq!(page.status, wanted, "tab {number}");
    }
    assert!(visitor.cookies.is_empty());
}

#[tokio::test]
async fn a_cookie_that_a_sibling_domain_could_have_set_counts_for_nothing() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let away = visitor.leave().await;
    let back = stage.spotify.agree(&away, &Stage::account("ann", "Ann"));
    let twin = visitor.cookies.clone().into_iter();
    visitor.cookies = twin
        .map(|(name, value)| (name.strip_prefix("__Host-").unwrap().to_owned(), value))
        .collect();
    assert_eq!(visitor.get(&path(&back)).await.status, 403);
    assert_eq!(stage.count("people").await, 0);
}

/// The attributes of the one cookie that is set, sorted.
fn attributes(page: &Page) -> Vec<String> {
    let cookies = page.set_cookies();
    assert_eq!(cookies.len(), 1);
    let mut attributes: Vec<String> = cookies[0].split("; ").skip(1).map(str::to_owned).collect();
    attributes.sort();
    attributes
}
