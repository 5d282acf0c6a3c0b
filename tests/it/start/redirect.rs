//! Redirect URIs that were registered for another server go on working: their path is the callback route.

use std::net::TcpListener;

use crate::harness::{Browser, Program, TestApp, app::connected};

#[tokio::test]
async fn the_path_of_an_existing_redirect_uri_is_where_logins_come_back_to() {
    let app = TestApp::start().await;
    for path in ["/callback", "/callback/", "/spotify/auth/callback"] {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port().to_string();
        drop(free);
        let redirect_uri = format!("http://127.0.0.1:{port}{path}");
        let mut running = Program::beside(&app)
            .with("PORT", &port)
            .with("SPOTIFY_REDIRECT_URI", &redirect_uri)
            .start(&["serve"]);
        let line = running.logged("serving; register").await;
        assert!(line.contains(&redirect_uri), "{line}");

        let browser = Browser::new(&format!("http://127.0.0.1:{port}"));
        let person = app.spotify.people().remove(0).id;
        let authorize = browser.begin().await.location();
        let answer = [("person", person.as_str()), ("decision", "approve")];
        let back = browser.answer(&authorize, &answer).await;
        assert!(back.starts_with(&format!("{redirect_uri}?")), "{path}");
        let page = browser.visit(&back).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        let connected = connected(&page, &app.spotify, &person);
        assert_eq!(
            browser.status(&connected.key).await["person"]["spotify_id"],
            person
        );

        let usual = browser.get("/auth/callback").await;
        assert_eq!(usual.status, 404, "there is one callback route, not two");
    }
}
