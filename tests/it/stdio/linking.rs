//! Connecting an account: by the browser that comes back, by a pasted address, and every way in which that fails.

use auxcord::sandbox::{Action, Fault};
use serde_json::json;
use tokio::net::TcpListener;

use super::stage::Machine;
use crate::harness::until;

#[tokio::test]
async fn the_browser_comes_back_by_itself_and_every_tool_works() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    let told = talk.done("connect", json!({})).await;
    assert_eq!(told["connected"], false);
    assert_eq!(told["browser_opened"], false, "there is no screen");
    let back = machine.agree(told["url"].as_str().unwrap()).await;
    assert!(back.starts_with(&machine.redirect_uri), "{back}");
    let page = machine.come_back(&back).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.text_of("h1"), "Connected");
    assert_ne!(page.text_of("#account"), "");
    for (header, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(page.header(header), value);
    }
    let status = talk.done("get_status", json!({})).await;
    assert_eq!(status["connected"], true);
    assert_eq!(status["missing"], json!([]));
    talk.done("search", json!({"query": "night"})).await;
    machine.until_the_port_is_free().await;
}

#[tokio::test]
async fn a_pasted_address_does_the_same_and_the_old_names_too() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    let asked = talk.call("get_auth_url", json!({})).await;
    let url = asked["structuredContent"]["url"].as_str().unwrap();
    let words = asked["content"][0]["text"].as_str().unwrap();
    assert!(words.contains("`get_auth_url` is now `connect`"), "{words}");
    assert!(words.contains("callback_url"), "{words}");
    let back = machine.agree(url).await;
    let pasted = format!(" \"{back}\"\n");
    let told = talk
        .done("authenticate", json!({"callback_url": pasted}))
        .await;
    assert_eq!(told["connected"], true, "{told}");
    talk.done("list_playlists", json!({})).await;
}

#[tokio::test]
async fn another_process_of_the_same_person_ends_a_login_too() {
    let machine = Machine::new().await;
    let mut first = machine.talk().await;
    let url = first.begin().await;
    let back = machine.agree(&url).await;
    first.close();
    let (status, ..) = first.ended().await;
    assert!(status.success());
    let mut second = machine.talk().await;
    let told = second.done("connect", json!({"callback_url": back})).await;
    assert_eq!(told["connected"], true);
}

#[tokio::test]
async fn whoever_asks_twice_gets_the_same_login_and_afterwards_a_new_one() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    let url = talk.begin().await;
    assert_eq!(talk.begin().await, url);
    let back = machine.agree(&url).await;
    machine.come_back(&back).await;
    let told = talk.done("connect", json!({})).await;
    assert_eq!(told["connected"], true);
    assert_ne!(told["user"], json!(null));
    assert_ne!(told["url"], json!(url), "it was spent");
}

#[tokio::test]
async fn an_address_that_is_not_this_logins_is_told_apart_and_costs_nothing() {
    let machine = Machine::new().await;
    let other = Machine::new().await;
    let (mut talk, mut elsewhere) = (machine.talk().await, other.talk().await);
    let url = talk.begin().await;
    let foreign = other.agree(&elsewhere.begin().await).await;
    let back = machine.agree(&url).await;
    let (_, query) = back.split_once('?').unwrap();
    let (_, foreign_query) = foreign.split_once('?').unwrap();
    let state = query
        .split('&')
        .find(|one| one.starts_with("state="))
        .unwrap();
    let here = &machine.redirect_uri;
    for (pasted, words) in [
        (foreign.clone(), "not the address to which Spotify sends"),
        (
            format!("{here}?{foreign_query}"),
            "no login that was begun here",
        ),
        (
            format!("{here}?code=abc&state=made-up"),
            "no login that was begun here",
        ),
        (
            format!("http://127.0.0.1:1/callback?{query}"),
            here.as_str(),
        ),
        (
            format!("https://evil.example/callback?{query}"),
            here.as_str(),
        ),
        (format!("{here}/more?{query}"), here.as_str()),
        (url.clone(), "the address to open"),
        (format!("{here}?{state}"), "one code and the one state"),
        (
            format!("{here}?{query}&code=second"),
            "one code and the one state",
        ),
        (here.clone(), "one code and the one state"),
        ("yes, I agreed".to_owned(), "not an address"),
    ] {
        let told = talk
            .refused("connect", json!({"callback_url": pasted}))
            .await;
        assert!(told.contains(words), "{pasted}: {told}");
        assert!(!told.contains("evil"), "{told}");
    }
    let told = talk.done("connect", json!({"callback_url": back})).await;
    assert_eq!(told["connected"], true, "nothing was lost: {told}");
    let again = talk.refused("connect", json!({"callback_url": back})).await;
    assert!(again.starts_with("spent_login: "), "{again}");
    talk.done("list_playlists", json!({})).await;
    let told = elsewhere
        .done("connect", json!({"callback_url": foreign}))
        .await;
    assert_eq!(told["connected"], true, "the other one's neither: {told}");
}

#[tokio::test]
async fn a_login_of_a_servers_page_on_the_same_database_is_left_alone() {
    let machine = Machine::new().await;
    let server = machine.ground.serve().await;
    let browser = server.browser();
    let authorize = browser.begin().await.location();
    let back = machine.agree(&authorize).await;
    let (_, query) = back.split_once('?').unwrap();
    let mut talk = machine.talk().await;
    let pasted = format!("{}?{query}", machine.redirect_uri);
    let told = talk
        .refused("connect", json!({"callback_url": pasted}))
        .await;
    assert!(told.contains("begun elsewhere"), "{told}");
    let page = browser.visit(&back).await;
    assert_eq!(page.status, 200, "the page's login still works");
    let url = talk.begin().await;
    let here = machine.agree(&url).await;
    let (_, query) = here.split_once('?').unwrap();
    let page = browser.get(&format!("/auth/callback?{query}")).await;
    assert_ne!(page.status, 200, "nor does the page end the machine's");
    let told = talk.done("connect", json!({"callback_url": here})).await;
    assert_eq!(told["connected"], true);
    let status = talk.done("get_status", json!({})).await;
    assert_eq!(status["connected"], true);
}

#[tokio::test]
async fn who_declines_is_told_so_on_the_page_and_can_begin_anew() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    let url = talk.begin().await;
    let page = machine.come_back(&machine.decline(&url).await).await;
    assert_eq!(page.status, 400);
    assert_eq!(page.text_of("h1"), "Not connected");
    assert!(page.text.contains("did not agree"), "{}", page.text);
    let next = talk.begin().await;
    assert_ne!(next, url);
    let pasted = machine.decline(&next).await;
    let told = talk
        .refused("connect", json!({"callback_url": pasted}))
        .await;
    assert!(told.starts_with("declined: "), "{told}");
    machine.link(&mut talk).await;
}

#[tokio::test]
async fn while_spotify_fails_the_login_waits() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    let url = talk.begin().await;
    let back = machine.agree(&url).await;
    let broken = Fault::new(Action::Empty { status: 503 }).on("POST", "/api/token");
    machine.spotify().add_fault(broken);
    let page = machine.come_back(&back).await;
    assert_eq!(page.status, 503, "{}", page.text);
    let told = talk.refused("connect", json!({"callback_url": back})).await;
    assert!(told.contains("still waits"), "{told}");
    machine.spotify().clear_faults();
    assert_eq!(machine.come_back(&back).await.status, 200);
}

#[tokio::test]
async fn looking_ahead_and_asking_for_headers_spend_nothing() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    let url = talk.begin().await;
    let back = machine.agree(&url).await;
    let http = crate::harness::http().build().unwrap();
    let head = http.head(&back).send().await.unwrap();
    assert_eq!(head.status(), 405);
    let ahead = http.get(&back).header("sec-purpose", "prefetch");
    assert_eq!(ahead.send().await.unwrap().status(), 503);
    let elsewhere = back.replace("/callback", "/other");
    assert_eq!(machine.come_back(&elsewhere).await.status, 404);
    assert_eq!(machine.come_back(&back).await.status, 200);
}

#[tokio::test]
async fn a_port_that_another_program_holds_is_told_and_a_pasted_address_works() {
    let machine = Machine::new().await;
    let address = machine.redirect_uri.replace("http://", "");
    let address = address.strip_suffix("/callback").unwrap();
    let taken = TcpListener::bind(address).await.unwrap();
    let mut talk = machine.talk().await;
    let asked = talk.call("connect", json!({})).await;
    let words = asked["content"][0]["text"].as_str().unwrap();
    assert!(
        words.contains(&format!("Another program has {address}")),
        "{words}"
    );
    assert!(words.contains("callback_url"), "{words}");
    let url = asked["structuredContent"]["url"].as_str().unwrap();
    let back = machine.agree(url).await;
    drop(taken);
    until("the listener takes its turn", async || {
        std::net::TcpStream::connect(address).is_ok()
    })
    .await;
    assert_eq!(machine.come_back(&back).await.status, 200);
}

#[tokio::test]
async fn a_redirect_uri_elsewhere_needs_no_listener_and_is_pasted() {
    let mut machine = Machine::new().await;
    machine.redirect_uri = "https://music.example.com/callback".to_owned();
    let uri = machine.redirect_uri.clone();
    machine
        .environment
        .insert("SPOTIFY_REDIRECT_URI".to_owned(), uri.clone());
    let mut talk = machine.talk().await;
    let asked = talk.call("connect", json!({})).await;
    let words = asked["content"][0]["text"].as_str().unwrap();
    assert!(words.contains("nobody here listens"), "{words}");
    let back = machine
        .agree(asked["structuredContent"]["url"].as_str().unwrap())
        .await;
    assert!(back.starts_with(&uri), "{back}");
    let told = talk.done("connect", json!({"callback_url": back})).await;
    assert_eq!(told["connected"], true);
}

#[tokio::test]
async fn with_a_screen_the_browser_is_opened_without_our_secrets_unless_that_is_switched_off() {
    let mut machine = Machine::new().await;
    let opened = machine.folder().join("opened");
    let browser = machine.folder().join("xdg-open");
    let script = format!(
        "#!/bin/sh\n{{ echo \"$1\"; env; }} > {0}.part && mv {0}.part {0}\necho noise\n",
        opened.display()
    );
    std::fs::write(&browser, script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&browser, mode).unwrap();
    let path = format!("{}:/usr/bin:/bin", machine.folder().display());
    for (name, value) in [("PATH", path.as_str()), ("DISPLAY", ":0")] {
        machine
            .environment
            .insert(name.to_owned(), value.to_owned());
    }
    let mut talk = machine.talk().await;
    let told = talk.done("connect", json!({})).await;
    assert_eq!(told["browser_opened"], true);
    until("the browser was started", async || opened.exists()).await;
    let noted = std::fs::read_to_string(&opened).unwrap();
    assert!(noted.starts_with(told["url"].as_str().unwrap()), "{noted}");
    assert!(!noted.contains("TOKEN_ENCRYPTION_KEY"), "{noted}");
    machine
        .environment
        .insert("OPEN_BROWSER".to_owned(), "false".to_owned());
    let mut talk = machine.talk().await;
    let told = talk.done("connect", json!({})).await;
    assert_eq!(told["browser_opened"], false);
}

#[tokio::test]
async fn an_ended_link_says_to_connect_again_and_that_mends_it() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    machine.link(&mut talk).await;
    assert!(machine.spotify().revoke(&machine.somebody()));
    let words = talk.refused("list_playlists", json!({})).await;
    assert!(words.contains("Call `connect`"), "{words}");
    machine.link(&mut talk).await;
    talk.done("list_playlists", json!({})).await;
}
