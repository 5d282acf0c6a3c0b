//! The consent page: shown always, before anything else happens; what it says, and what it keeps out.

use reqwest::Method;

use super::{
    EVERYTHING, LOOPBACK, WEB, app, assert_page, kept, on_loopback, on_the_web, open, somebody,
};
use crate::harness::{
    Browser, TestApp,
    browser::Page,
    consent::{Guest, question},
    sql::Hand,
};

/// Signs the person in at the account page.
async fn sign_in(browser: &Browser, spotify_id: &str) {
    let away = browser.press("/account/login").await;
    let page = browser.visit(&browser.agree(&away, spotify_id).await).await;
    assert_eq!(page.location(), "/account");
}

/// A client that is known without having registered.
async fn planted(app: &TestApp, kind: &str, client_id: &str, redirect_uri: &str) -> Guest {
    let fresh_until = app.clock.now() + 60_000;
    let metadata = format!("{{\"redirects\":[{{\"uri\":\"{redirect_uri}\",\"kind\":\"https\"}}]}}");
    Hand::on(&app.database)
        .await
        .execute(&format!(
            "insert into clients (id, client_id, kind, name, metadata, created_at, fresh_until) values \
             ('01920000-0000-7000-8000-00000000000{}', '{client_id}', '{kind}', 'Planted', '{metadata}', 1, {fresh_until})",
            kind.len()
        ))
        .await;
    Guest::new(&app.origin, client_id, redirect_uri)
}

#[tokio::test]
async fn e1_every_request_gets_our_own_page_first() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let spotify = app.environment["SPOTIFY_ACCOUNTS_URL"].clone();
    let browser = app.browser();
    for _ in 0..2 {
        let page = browser.ask(&client.request()).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("location"), "");
        assert!(!page.text.contains(&spotify));
    }
    browser.grant(&client.request(), &somebody(&app)).await;
    let again = browser.ask(&client.request()).await;
    assert_eq!(
        (again.status, again.header("location")),
        (200, ""),
        "it asks each time"
    );
}

#[tokio::test]
async fn e2_the_page_is_not_framed_kept_or_told_of_and_its_form_may_lead_anywhere() {
    let app = TestApp::start_with(open().https()).await;
    let client = on_loopback(&app).await;
    let page = app.browser().asked(&client.request()).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(
        !policy.contains("form-action") && !policy.contains("script-src"),
        "{policy}"
    );
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000"),
        ("access-control-allow-origin", ""),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    assert!(page.attributes_of("script", "src").is_empty());
    assert!(!page.text.contains("<script") && !page.text.contains("<iframe"));
}

#[tokio::test]
async fn e3_the_page_says_who_asks_where_the_browser_goes_and_what_is_asked() {
    let app = app().await;
    let client = on_the_web(&app).await;
    let page = app.browser().asked(&client.request_for(EVERYTHING)).await;
    assert_eq!(page.text_of("#client"), "Story Site");
    assert!(page.text_of("#standing").contains("Unverified app"));
    assert_eq!(page.text_of("#return-host"), "client.example");
    assert_eq!(format!("http://{}", page.text_of("#service")), app.origin);
    assert_eq!(
        page.values_of("input[type=checkbox][checked]").join(" "),
        EVERYTHING
    );
    let words = page.texts_of(".choice");
    assert!(words[1].starts_with("Play, pause, skip"), "{words:?}");
    let small = page.text_of("details");
    for permission in [
        "user-read-private",
        "user-library-modify",
        "playlist-modify-public",
    ] {
        assert!(small.contains(permission), "{permission}");
    }
    assert!(small.contains("see what you played recently"));
    assert!(
        !small.contains("what Spotify's own page says"),
        "a permission has no words"
    );
    assert_eq!(
        page.attributes_of("main a", "href"),
        ["/account", "/privacy", "/terms"]
    );
}

#[tokio::test]
async fn e3_only_what_is_asked_for_stands_on_the_page() {
    let app = app().await;
    let client = on_the_web(&app).await;
    let page = app
        .browser()
        .asked(&client.request_for("playback:control"))
        .await;
    assert_eq!(page.values_of("input[name=scope]"), ["playback:control"]);
    assert!(!page.text.contains("user-library-read"));
}

#[tokio::test]
async fn e3_a_client_with_a_document_is_known_by_its_domain_and_an_operators_by_that() {
    let app = app().await;
    let told = async |client: &Guest| app.browser().asked(&client.request()).await;
    let documented = planted(&app, "cimd", "https://app.example/client.json", WEB).await;
    let page = told(&documented).await;
    assert_eq!(
        page.text_of("#standing strong:nth-of-type(2)"),
        "app.example"
    );
    assert!(page.text_of("#standing").starts_with("Verified domain"));
    let made = planted(&app, "static", "made-by-hand", WEB).await;
    assert!(
        told(&made)
            .await
            .text_of("#standing")
            .contains("whoever runs this server")
    );
}

#[tokio::test]
async fn e3_the_page_names_the_account_that_is_signed_in() {
    let app = app().await;
    let client = on_the_web(&app).await;
    let first = app.spotify.people().remove(0);
    let browser = app.browser();
    let account = |page: &Page| page.texts_of("#account").concat();
    assert_eq!(account(&browser.asked(&client.request()).await), "");
    sign_in(&browser, &first.id).await;
    let page = browser.asked(&client.request()).await;
    assert_eq!(account(&page), first.display_name);
    assert_eq!(account(&app.browser().asked(&client.request()).await), "");
}

#[tokio::test]
async fn e4_a_redirect_to_loopback_gets_a_warning_and_one_to_a_website_none() {
    let app = app().await;
    let (here, there) = (on_loopback(&app).await, on_the_web(&app).await);
    let page = app.browser().asked(&here.request()).await;
    assert!(
        page.text_of("#loopback")
            .contains("Only go on if you started this yourself")
    );
    assert_eq!(page.text_of("#return-host"), "localhost:53123");
    assert!(
        page.text_of("#returns")
            .contains("a program on this very computer")
    );
    let page = app.browser().asked(&there.request()).await;
    assert!(page.texts_of("#loopback").is_empty());
}

#[tokio::test]
async fn e6_markup_from_outside_is_text_on_every_page() {
    let app = app().await;
    let markup = "<script>alert(1)</script><b>\"bold\" & 'it'</b>";
    let client = Guest::register(&app.origin, markup, LOOPBACK).await;
    let request = client.request().with("state", markup);
    let page = app.browser().asked(&request).await;
    assert_eq!(page.text_of("#client"), markup);
    assert!(page.texts_of("script, #client b").is_empty());
    for broken in [
        request.clone().with("client_id", markup),
        request.clone().with("redirect_uri", markup),
        request
            .clone()
            .with("redirect_uri", &format!("{LOOPBACK}?{markup}")),
    ] {
        let page = app.browser().ask(&broken).await;
        assert_page(&page, 400);
        assert!(!page.text.contains("alert(1)"), "{}", page.text);
    }
    let location = app
        .browser()
        .ask(&request.with("scope", markup))
        .await
        .location();
    assert!(!location.contains(['<', '"', '\'']), "{location}");
}

#[tokio::test]
async fn e15_before_the_approval_nothing_is_begun_at_spotify() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request()).await;
    assert_eq!(kept(&app).await, (1, 0));
    assert!(
        page.set_cookies()
            .iter()
            .all(|cookie| !cookie.starts_with("s_"))
    );
    assert!(app.spotify.calls().is_empty());
    let away = browser.approve(&page).await;
    assert_eq!(kept(&app).await, (1, 1));
    assert!(
        away.set_cookies()
            .iter()
            .any(|cookie| cookie.starts_with("s_"))
    );
}

#[tokio::test]
async fn e16_the_cookies_are_bound_to_the_host_and_hidden_from_scripts() {
    let app = TestApp::start_with(open().https()).await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request()).await;
    let away = browser.approve(&page).await;
    let id = question(&page);
    let consent = page.set_cookies();
    assert_eq!(consent.len(), 1);
    assert!(
        consent[0].starts_with(&format!("__Host-f_{id}=")),
        "{consent:?}"
    );
    let [spotify, over] = <[String; 2]>::try_from(away.set_cookies()).unwrap();
    assert!(spotify.starts_with("__Host-s_"), "{spotify}");
    assert!(
        over.starts_with(&format!("__Host-f_{id}=;")) && over.contains("Max-Age=0"),
        "{over}"
    );
    for cookie in [&consent[0], &spotify] {
        for attribute in [
            "Secure",
            "HttpOnly",
            "SameSite=Lax",
            "Path=/",
            "Max-Age=600",
        ] {
            assert!(
                cookie.split("; ").any(|one| one == attribute),
                "{attribute} in {cookie}"
            );
        }
        assert!(!cookie.contains("Domain"));
    }
}

#[tokio::test]
async fn e18_looking_ahead_has_no_effect() {
    let app = app().await;
    let path = on_loopback(&app).await.request().path();
    let browser = app.browser();
    let head = Page::read(browser.request(Method::HEAD, &path)).await;
    assert_eq!(head.status, 405);
    assert!(head.set_cookies().is_empty());
    let ahead = browser
        .request(Method::GET, &path)
        .header("sec-purpose", "prefetch");
    let ahead = Page::read(ahead).await;
    assert_eq!(ahead.status, 503);
    assert!(ahead.set_cookies().is_empty());
    assert_eq!(kept(&app).await, (0, 0));
}

#[tokio::test]
async fn e18_an_approval_is_only_ever_a_post_and_answered_with_303() {
    let app = app().await;
    let client = on_loopback(&app).await;
    let browser = app.browser();
    let page = browser.asked(&client.request()).await;
    let form = format!(
        "authorization={}&decision=approve&scope=music:read",
        question(&page)
    );
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let request = browser.request(method.clone(), &format!("/authorize?{form}"));
        let answer = Page::read(request).await;
        assert!(answer.status >= 400, "{method}: {}", answer.status);
        assert_eq!(answer.header("location"), "");
    }
    assert_eq!(kept(&app).await, (1, 0));
    assert_eq!(browser.approve(&page).await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m4_of_the_requests_that_wait_the_oldest_go() {
    let app = app().await;
    let client = on_loopback(&app).await;
    app.browser().asked(&client.request()).await;
    let mut hand = Hand::on(&app.database).await;
    // As many as there may be, all older than the one that is there: their identifiers sort before it.
    hand.execute(
        "insert into authorizations (id, browser_hash, client_ref, redirect_uri, code_challenge, asked, resource, \
         status, created_at, expires_at) \
         with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 10000) \
         select '00000000-0000-7000-8000-' || cast(100000000000 + n as text), browser_hash, client_ref, \
         redirect_uri, code_challenge, asked, resource, 'pending', created_at, expires_at \
         from authorizations, numbers",
    )
    .await;
    assert_eq!(app.database.count("authorizations").await, 10_001);
    let browser = app.browser();
    let page = browser.asked(&client.request()).await;
    let ids = "select id from authorizations order by id limit 1";
    assert_eq!(app.database.count("authorizations").await, 10_000);
    assert_eq!(
        app.database.texts(ids).await,
        ["00000000-0000-7000-8000-100000000003"]
    );
    assert_eq!(browser.approve(&page).await.status, 303);
}
