//! https, served by the server itself.

use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::harness::{
    Client, Ground, Program, Setup, TestApp, http, raw,
    tls::{Authority, Certificate},
};

fn address(app: &TestApp) -> &str {
    app.origin.strip_prefix("https://").unwrap()
}

#[tokio::test]
async fn a_person_connects_and_calls_over_https() {
    let app = TestApp::start_with(Setup::default().https()).await;
    let page = app.browser().get("/auth/login").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.header("strict-transport-security"), "max-age=31536000");

    let person = app.connect_first().await;
    assert!(person.connector_url.starts_with(&app.origin));
    let client = app.client(&person.key);
    client.done("search", json!({ "query": "night" })).await;
    assert!(app.origin.starts_with("https://127.0.0.1:"));
}

#[tokio::test]
async fn cookies_of_an_https_server_are_bound_to_host_and_connection() {
    let app = TestApp::start_with(Setup::default().https()).await;
    let begun = app.browser().begin().await;
    let cookie = begun.header("set-cookie");
    assert!(cookie.starts_with("__Host-s_"), "{cookie}");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_authority_does_not_come_in() {
    let app = TestApp::start_with(Setup::default().https()).await;
    let other = Authority::new("somebody else").pem();
    let stranger = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(other.as_bytes()).unwrap()])
        .build()
        .unwrap();
    let health = format!("{}/health", app.origin);
    assert!(stranger.get(&health).send().await.is_err());
    let friend = http().build().unwrap();
    assert_eq!(friend.get(&health).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn plain_http_on_the_https_port_is_closed_without_an_answer() {
    let app = TestApp::start_with(Setup::default().https()).await;
    let plain = format!("http://{}", address(&app));
    let reply = raw::send(&plain, &["GET /health HTTP/1.1", "host: 127.0.0.1"], "").await;
    assert_eq!(reply.status, 0, "{reply:?}");
    assert!(!reply.text.contains("HTTP/1.1 200"), "{reply:?}");
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_cut_off_and_keeps_nobody_waiting() {
    let setup = Setup::default().https().with("HEADER_TIMEOUT_SECONDS", "1");
    let app = TestApp::start_with(setup).await;
    let mut begun = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(address(&app)).await.unwrap();
        // The first bytes of a ClientHello.
        stream.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
        begun.push(stream);
    }
    assert_eq!(app.browser().get("/health").await.status, 200);
    let silent = format!("http://{}", address(&app));
    assert_eq!(raw::send_raw(&silent, "\u{16}\u{3}\u{1}").await.status, 0);
}

#[tokio::test]
async fn an_open_handshake_does_not_hold_the_stop() {
    let mut app = TestApp::start_with(Setup::default().https()).await;
    let _begun = TcpStream::connect(address(&app)).await.unwrap();
    assert_eq!(app.browser().get("/health").await.status, 200);
    assert!(app.stop().await, "everything in flight finished");
}

#[tokio::test]
async fn the_real_program_speaks_https_and_stops_in_good_order() {
    let ground = Ground::new(Setup::default().https()).await;
    let server = ground.serve().await;
    let person = ground.spotify.people().remove(0).id;
    let person = ground.connect(&server, &person).await;
    server
        .client(&person.key)
        .done("search", json!({ "query": "night" }))
        .await;
    server.terminate();
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
    assert!(!log.contains("PRIVATE KEY"), "{log}");
}

#[tokio::test]
async fn files_that_cannot_work_stop_the_start_with_the_remedy() {
    let ground = Ground::new(Setup::default().https()).await;
    let folder = ground.database.folder.path();
    let stranger = Certificate::for_loopback();
    std::fs::write(folder.join("stranger.pem"), &stranger.key).unwrap();
    std::fs::write(folder.join("empty.pem"), "").unwrap();
    std::fs::write(folder.join("words.pem"), "hush hush").unwrap();
    for (variable, file, words) in [
        ("TLS_KEY", "stranger.pem", "cannot be used"),
        ("TLS_KEY", "empty.pem", "no unencrypted private key"),
        ("TLS_KEY", "words.pem", "no unencrypted private key"),
        ("TLS_KEY", "tls-cert.pem", "no unencrypted private key"),
        ("TLS_KEY", "nowhere.pem", "cannot be read"),
        ("TLS_CERT", "empty.pem", "no certificate"),
        ("TLS_CERT", "stranger.pem", "no certificate"),
        ("TLS_CERT", "nowhere.pem", "cannot be read"),
    ] {
        let mut program = Program::new(folder);
        for (name, value) in &ground.environment {
            program = program.with(name, value);
        }
        let path = folder.join(file).display().to_string();
        let ended = program.with(variable, &path).run(&["serve"]).await;
        ended.failed_saying(&["https cannot be spoken", words, "TLS_CERT"]);
        assert!(!ended.err.contains("hush"), "{ended:?}");
    }
}

#[tokio::test]
async fn the_sandbox_connects_its_demo_person_over_https_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::new(folder.path());
    for (name, value) in Certificate::for_loopback().written(folder.path()) {
        program = program.with(&name, &value);
    }
    let mut running = program.start(&["serve", "--sandbox", "--port", "0"]);
    let printed = running.printed("API key of the demo person").await;
    let endpoint = printed.iter().find(|line| line.ends_with("/mcp")).unwrap();
    let key = running.printed("aux_").await;
    let key = key.last().unwrap().trim();
    let client = Client::new(endpoint.trim(), key);
    assert!(endpoint.trim().starts_with("https://127.0.0.1:"));
    client.done("search", json!({ "query": "night" })).await;
    assert_eq!(running.signal("TERM").await.code, Some(0));
}
