//! Client documents at `/authorize` of a running server: one page for every failure, and nothing of the network in it.

use url::Url;

use super::site::{Answer, Site, response};
use crate::harness::{Setup, TestApp, browser::Page, tls::Authority};

/// A challenge as clients make them (RFC 7636 appendix B).
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A server that trusts the site by name and port, and the stories' authority for client documents.
async fn stage() -> (TestApp, Site) {
    let site = Site::start().await;
    let folder = tempfile::TempDir::new().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, Authority::of_the_stories().pem()).unwrap();
    let port = site.address.port();
    let setup = Setup::default()
        .with("OAUTH_TRUSTED_CLIENT_HOSTS", &format!("localhost:{port}"))
        .with("OAUTH_EXTRA_CA_FILE", &roots.display().to_string())
        .with("LIMIT_AUTHORIZE", "1000/min")
        .with("LIMIT_CLIENT_DOCUMENTS", "1000/min");
    (TestApp::start_with(setup).await, site)
}

async fn asked(app: &TestApp, client_id: &str, redirect_uri: &str) -> Page {
    let mut url = Url::parse(&format!("{}/authorize", app.origin)).unwrap();
    url.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", redirect_uri),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("state", "xyz"),
    ]);
    app.browser().visit(url.as_str()).await
}

fn document(id: &str) -> String {
    serde_json::json!({
        "client_id": id,
        "client_name": "Listening <b>Room</b>",
        "redirect_uris": ["https://client.example/cb", "http://localhost/callback"],
    })
    .to_string()
}

#[tokio::test]
async fn a_client_document_leads_to_the_page_that_names_its_domain() {
    let (app, site) = stage().await;
    let host = format!("localhost:{}", site.address.port());
    let id = format!("https://{host}/client.json");
    site.put_json("/client.json", &[], &document(&id));
    for redirect_uri in [
        "https://client.example/cb",
        "http://localhost:53123/callback",
    ] {
        let page = asked(&app, &id, redirect_uri).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains(&host), "{}", page.text);
        assert!(!page.text.contains("<b>Room"), "{}", page.text);
        assert!(page.text_of("main").contains("Listening <b>Room</b>"));
    }
    for foreign in [
        "https://client.example/other",
        "http://127.0.0.1:53123/callback",
    ] {
        assert_eq!(asked(&app, &id, foreign).await.status, 400, "{foreign}");
    }
    assert_eq!(site.connected(), 1);
}

#[tokio::test]
async fn every_failure_is_the_same_page_without_a_redirect() {
    let (app, site) = stage().await;
    let port = site.address.port();
    let trusted = format!("https://localhost:{port}");
    let put = |path: &str, status: &str, headers: &[&str], body: &str| {
        site.put(
            path,
            Answer::Raw(response(status, headers, body.as_bytes())),
        );
        format!("{trusted}{path}")
    };
    let json = "content-type: application/json";
    let other = document(&format!("{trusted}/another"));
    let answered = [
        put(
            "/html",
            "200 OK",
            &["content-type: text/html"],
            "<p>marker</p>",
        ),
        put("/other", "200 OK", &[json], &other),
        put("/list", "200 OK", &[json], "[\"marker\"]"),
        put("/missing", "404 Not Found", &[json], "{\"marker\":1}"),
        put("/broken", "500 Internal Server Error", &[json], "marker"),
        put(
            "/moved",
            "302 Found",
            &[json, "location: http://169.254.169.254/marker"],
            "{}",
        ),
        put(
            "/home",
            "302 Found",
            &[json, &format!("location: {}/x", app.origin)],
            "{}",
        ),
    ];
    let expected = asked(&app, "nobody", "https://client.example/cb").await;
    assert_eq!(expected.status, 400);
    let connected = site.connected();
    let own = app.origin.replace("http://", "https://");
    let refused = [
        "http://client.example/c".to_owned(),
        trusted.clone(),
        format!("{trusted}/"),
        format!("{trusted}/c#x"),
        format!("https://user@localhost:{port}/c"),
        format!("{trusted}/a/../c"),
        format!("{trusted}/%2e%2e/c"),
        format!("https://127.0.0.1:{port}/c"),
        format!("https://2130706433:{port}/c"),
        format!("https://[::ffff:127.0.0.1]:{port}/c"),
        format!("https://localhost.:{port}/c"),
        format!("https://a.localhost:{port}/c"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://metadata.google.internal/c".to_owned(),
        "https://intranet/c".to_owned(),
        "https://client.example:8443/c".to_owned(),
        format!("{own}/c"),
        "<script>marker</script>".to_owned(),
    ];
    for id in &refused {
        assert_same(
            &asked(&app, id, "https://client.example/cb").await,
            &expected,
            id,
        );
    }
    assert_eq!(site.connected(), connected, "nobody was asked");
    for id in &answered {
        assert_same(
            &asked(&app, id, "https://client.example/cb").await,
            &expected,
            id,
        );
    }
    assert_eq!(site.connected(), connected + answered.len());
    assert_eq!(app.database.count("clients").await, 0);
    assert_eq!(app.database.count("authorizations").await, 0);
}

fn assert_same(page: &Page, expected: &Page, id: &str) {
    assert_eq!(page.status, expected.status, "{id}");
    assert_eq!(page.text, expected.text, "{id}");
    assert_eq!(page.header("location"), "", "{id}");
    assert_eq!(page.header("set-cookie"), "", "{id}");
    assert!(!page.text.contains("marker"), "{id}");
}
