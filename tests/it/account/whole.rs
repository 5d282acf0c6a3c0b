//! The same in the whole server: through every layer, over https, on two replicas, with the simulated Spotify.

use std::time::Duration;

use serde_json::json;

use crate::harness::{
    Browser, Setup, TestApp,
    browser::Page,
    grant::{Wish, give},
    http,
    sql::Hand,
    until,
};

/// Signs the person in; the answer that begins the session.
pub(super) async fn sign_in(app: &TestApp, browser: &Browser, spotify_id: &str) -> Page {
    let away = browser.press("/account/login").await.location();
    let fields = [("person", spotify_id), ("decision", "approve")];
    let page = browser.visit(&browser.answer(&away, &fields).await).await;
    assert_eq!(page.location(), "/account");
    assert!(app.origin.starts_with("http"));
    page
}

#[tokio::test]
async fn a_key_that_is_ended_on_the_page_is_refused_by_every_replica() {
    let app = TestApp::start_with(Setup::default().with("CALLER_CACHE_SECONDS", "60")).await;
    let replica = app.second().await;
    let person = app.connect_first().await;
    let (here, there) = (app.client(&person.key), replica.client(&person.key));
    for client in [&here, &there] {
        assert_eq!(client.rpc(1, "tools/list", json!({})).await.status, 200);
    }
    let browser = app.browser();
    sign_in(&app, &browser, &person.spotify_id).await;
    let page = browser.get("/account").await;
    for form in page.attributes_of(".key form", "action") {
        assert_eq!(browser.press(&form).await.location(), "/account");
    }
    assert_eq!(here.rpc(2, "tools/list", json!({})).await.status, 401);
    until("the other replica refuses the key", async || {
        there.rpc(2, "tools/list", json!({})).await.status == 401
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_ended_on_the_page_is_refused_by_the_other_replica() {
    let app = TestApp::start_with(Setup::default().with("CALLER_CACHE_SECONDS", "60")).await;
    let replica = app.second().await;
    let person = app.connect_first().await;
    let given = give(&app, &person, Wish::of("music:read")).await;
    // Replicas of one house have one address; these two have not, so the grant is moved to the other's.
    let moved = format!("update grants set resource = '{}/mcp'", replica.origin);
    Hand::on(&app.database).await.execute(&moved).await;
    let there = replica.client(&given.token);
    let status = async || there.rpc(1, "tools/list", json!({})).await.status;
    assert_eq!(status().await, 200);

    let browser = app.browser();
    sign_in(&app, &browser, &person.spotify_id).await;
    let page = browser.get("/account").await;
    assert_eq!(page.text_of(".client h3"), "Story");
    let form = format!("/account/grants/{}/end", given.id);
    assert_eq!(
        page.attributes_of(".client form", "action"),
        [form.as_str()]
    );
    assert_eq!(browser.press(&form).await.location(), "/account");
    until("the other replica refuses the client", async || {
        status().await == 401
    })
    .await;
}

#[tokio::test]
async fn a_session_holds_on_every_replica_until_it_is_ended_on_one() {
    let app = TestApp::start().await;
    let replica = app.second().await;
    let person = app.connect_first().await;
    let browser = app.browser();
    let begun = sign_in(&app, &browser, &person.spotify_id).await;
    let cookie = session_of(&begun);
    let there = async || {
        let url = format!("{}/account", replica.origin);
        let request = http().build().unwrap().get(url).header("cookie", &cookie);
        Page::read(request).await.text.contains("id=\"account\"")
    };
    assert!(there().await);
    assert_eq!(
        browser.press("/account/sign-out").await.location(),
        "/account"
    );
    assert!(!there().await);
}

#[tokio::test]
async fn over_https_the_session_is_bound_to_the_host() {
    let app = TestApp::start_with(Setup::default().https()).await;
    let person = app.spotify.people().remove(0).id;
    let browser = app.browser();
    let begun = sign_in(&app, &browser, &person).await;
    let cookie = session_of(&begun);
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    assert!(
        browser
            .get("/account")
            .await
            .text
            .contains("id=\"account\"")
    );

    let twin = cookie.strip_prefix("__Host-").unwrap();
    let request = http()
        .build()
        .unwrap()
        .get(format!("{}/account", app.origin))
        .header("cookie", twin);
    let page = Page::read(request).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("id=\"account\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_spotify_ended_stays_so_when_somebody_signs_in_and_is_revived_by_reconnecting()
{
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let scopes = app.status(&person.key).await["scopes"].clone();
    assert!(app.spotify.revoke(&person.spotify_id));
    app.client(&person.key).done("get_status", json!({})).await;
    assert_eq!(app.status(&person.key).await["link"], "suspended");

    let browser = app.browser();
    sign_in(&app, &browser, &person.spotify_id).await;
    assert_eq!(app.status(&person.key).await["link"], "suspended");
    let page = browser.get("/account").await;
    assert!(page.text_of("section .notice").contains("Spotify ended"));

    let away = browser.press("/account/reconnect").await.location();
    let fields = [
        ("person", person.spotify_id.as_str()),
        ("decision", "approve"),
    ];
    let back = browser.answer(&away, &fields).await;
    assert_eq!(browser.visit(&back).await.location(), "/account");
    let status = app.status(&person.key).await;
    assert_eq!(status["link"], "active");
    assert_eq!(status["scopes"], scopes);
    app.advance(Duration::from_mins(1));
    let listed = app
        .client(&person.key)
        .rpc(3, "tools/list", json!({}))
        .await;
    assert_eq!(listed.status, 200);
}

#[tokio::test]
async fn cancelling_at_spotify_leads_back_to_the_account_page() {
    let app = TestApp::start().await;
    let person = app.spotify.people().remove(0).id;
    let browser = app.browser();
    let away = browser.press("/account/login").await.location();
    let fields = [("person", person.as_str()), ("decision", "cancel")];
    let page = browser.visit(&browser.answer(&away, &fields).await).await;
    assert_eq!(page.status, 403);
    assert_eq!(page.text_of("h1"), "You cancelled at Spotify");
    assert_eq!(page.attributes_of("main a.button", "href"), ["/account"]);
    assert_eq!(app.database.count("sessions").await, 0);
}

fn session_of(page: &Page) -> String {
    let cookies = page.headers.get_all("set-cookie").iter();
    let mut cookies = cookies.map(|value| value.to_str().unwrap());
    let session = cookies.find(|cookie| cookie.contains("session=")).unwrap();
    session.split("; ").next().unwrap().to_owned()
}
