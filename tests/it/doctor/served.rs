//! What clients see from `BASE_URL`: another server, another program, a proxy that does not pass everything on.

use axum::{
    Json, Router,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{at, beside, examine, read};
use crate::harness::{Program, Setup, TestApp};

#[tokio::test]
async fn a_server_that_was_started_with_another_address_is_told() {
    let mut app = TestApp::start().await;
    let elsewhere = "http://127.0.0.1:9";
    app.restart_with("BASE_URL", elsewhere).await.unwrap();
    let here = format!("http://{}", app.listening());
    let examined = examine(&at(Program::beside(&app), &here)).await;
    examined.is_fine("discovery.reachable");
    let quoted = format!("{elsewhere}/mcp");
    examined.faults(
        "discovery.resource",
        &["`resource`", &quoted, &here],
        &["BASE_URL"],
    );
    examined.faults(
        "discovery.issuer",
        &["`issuer`", elsewhere, &here],
        &["BASE_URL"],
    );
    examined.faults("discovery.challenge", &["another address"], &["BASE_URL"]);
}

#[tokio::test]
async fn another_path_of_the_endpoint_is_told() {
    let app = TestApp::start().await;
    let examined = examine(&beside(&app).with("MCP_PATH", "/music")).await;
    examined.faults("discovery.resource", &["404"], &["/.well-known/"]);
    examined.faults(
        "discovery.challenge",
        &["/music", "not 401"],
        &["this path"],
    );
    examined.is_fine("discovery.issuer");
}

#[tokio::test]
async fn another_program_at_the_address_is_told() {
    let somebody = Router::new().fallback(|| async { (StatusCode::NOT_FOUND, "not here") });
    let (origin, serving) = serve(|_origin| somebody).await;
    let app = TestApp::start().await;
    let examined = examine(&at(Program::beside(&app), &origin)).await;
    examined.faults(
        "discovery.server",
        &["is not auxcord", "404"],
        &["another PORT"],
    );
    examined.leaves("discovery.issuer", "something else answers");
    serving.abort();
}

#[tokio::test]
async fn an_address_that_leads_elsewhere_is_told() {
    let leading = Router::new().fallback(|| async {
        Redirect::permanent("https://www.music.example.com/health?token=hush")
    });
    let (origin, serving) = serve(|_origin| leading).await;
    let app = TestApp::start().await;
    let examined = examine(&at(Program::beside(&app), &origin)).await;
    examined.faults(
        "discovery.reachable",
        &["leads to https://www.music.example.com/health", "308"],
        &["BASE_URL"],
    );
    assert!(!examined.report.to_string().contains("hush"));
    serving.abort();
}

#[tokio::test]
async fn a_proxy_that_does_not_reach_the_server_is_told() {
    let alone = Router::new().fallback(|| async { StatusCode::BAD_GATEWAY });
    let (origin, serving) = serve(|_origin| alone).await;
    let app = TestApp::start().await;
    let examined = examine(&at(Program::beside(&app), &origin)).await;
    examined.faults(
        "discovery.reachable",
        &["a proxy answers", "502"],
        &["auxcord serve"],
    );
    serving.abort();
}

#[tokio::test]
async fn a_proxy_that_keeps_what_clients_need_to_itself_is_told() {
    let (origin, serving) = serve(|origin| {
        passing(origin)
            .route(
                "/.well-known/oauth-authorization-server",
                get(|| async { StatusCode::NOT_FOUND }),
            )
            .route("/mcp", post(|| async { StatusCode::UNAUTHORIZED }))
    })
    .await;
    let app = TestApp::start().await;
    let examined = examine(&at(Program::beside(&app), &origin)).await;
    examined.is_fine("discovery.resource");
    examined.faults(
        "discovery.issuer",
        &["404"],
        &["every path", "/.well-known/"],
    );
    examined.faults(
        "discovery.challenge",
        &["without WWW-Authenticate"],
        &["WWW-Authenticate as it is"],
    );
    serving.abort();
}

#[tokio::test]
async fn a_proxy_that_shows_itself_is_asked_about_and_must_be_trusted() {
    let (origin, serving) = serve(|origin| {
        let challenge = challenge(origin, &[("server", "nginx")]);
        passing(origin).route("/mcp", post(|| async move { challenge.into_response() }))
    })
    .await;
    let app = TestApp::start().await;
    let program = at(Program::beside(&app), &origin);
    let examined = examine(&program).await;
    examined.is_fine("discovery.challenge");
    examined.tells(
        "discovery.proxy",
        "not_checked",
        &["nginx"],
        &["--key-file"],
    );
    examined.tells(
        "discovery.proxy",
        "warning",
        &["TRUSTED_PROXIES"],
        &["TRUSTED_PROXIES"],
    );
    let examined = examine(&program.with("TRUSTED_PROXIES", "127.0.0.1")).await;
    assert_eq!(examined.of("discovery.proxy").len(), 1, "{examined:#?}");
    serving.abort();
}

#[tokio::test]
async fn a_cache_in_between_is_told() {
    let (origin, serving) = serve(|origin| {
        let challenge = challenge(origin, &[("x-cache", "HIT from edge"), ("age", "31")]);
        passing(origin).route("/mcp", post(|| async move { challenge.into_response() }))
    })
    .await;
    let app = TestApp::start().await;
    let examined = examine(&at(Program::beside(&app), &origin)).await;
    examined.faults("discovery.proxy", &["a cache"], &["keep nothing"]);
    serving.abort();
}

#[tokio::test]
async fn with_a_key_the_way_behind_the_door_is_looked_at_too() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let file = app.database.folder.path().join("my-key");
    let file = file.to_str().unwrap();
    let with_key = &["doctor", "--json", "--key-file", file];
    std::fs::write(file, format!("{}\n", person.key)).unwrap();
    let examined = read(&beside(&app).run(with_key).await);
    examined.tells("discovery.proxy", "ok", &["is served"], &[]);
    examined.tells("discovery.proxy", "ok", &["streams come at once"], &[]);
    std::fs::write(file, "aux_nobodys\n").unwrap();
    let examined = read(&beside(&app).run(with_key).await);
    examined.faults("discovery.proxy", &["not taken"], &["auxcord keys create"]);
    assert!(!examined.report.to_string().contains("aux_nobodys"));
    std::fs::remove_file(file).unwrap();
    let ended = beside(&app).run(with_key).await;
    ended.failed_saying(&["holds no key", "API key"]);
    app.spotify.take_writes();
}

#[tokio::test]
async fn a_proxy_that_changes_host_and_one_that_holds_streams_back_are_told_with_a_key() {
    let app = TestApp::start().await;
    let file = app.database.folder.path().join("my-key");
    std::fs::write(&file, "aux_my-key").unwrap();
    let with_key = &["doctor", "--json", "--key-file", file.to_str().unwrap()];
    for (answer, what, remedy) in [
        (StatusCode::FORBIDDEN, "Host header", "proxy_set_header"),
        (StatusCode::OK, "holds streams back", "proxy_buffering off"),
    ] {
        let (origin, serving) = serve(|origin| {
            passing(origin)
                .route("/mcp", post(move || async move { answer }))
                .route("/sse", get(std::future::pending::<StatusCode>))
        })
        .await;
        let ended = at(Program::beside(&app), &origin).run(with_key).await;
        read(&ended).faults("discovery.proxy", &[what], &[remedy]);
        serving.abort();
    }
}

#[tokio::test]
async fn a_certificate_that_is_over_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let authority = crate::harness::tls::Authority::of_the_stories();
    let certificate = authority.certify_expired(&["127.0.0.1"]);
    let mut setup = Setup::default().with("BASE_URL", "https://127.0.0.1:9");
    setup.environment.extend(certificate.written(folder.path()));
    let app = TestApp::start_with(setup).await;
    let here = format!("https://{}", app.listening());
    let roots = folder.path().join("authority.pem");
    std::fs::write(&roots, authority.pem()).unwrap();
    let program = at(Program::beside(&app), &here).with("SSL_CERT_FILE", roots.to_str().unwrap());
    examine(&program).await.faults(
        "discovery.reachable",
        &["no secure connection", "expired"],
        &["valid certificate"],
    );
}

/// Serves what is made for the origin that it gets.
async fn serve(routes: impl FnOnce(&str) -> Router) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let routes = routes(&origin);
    let serving = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (origin, serving)
}

/// What an honest server at `origin` says first.
fn passing(origin: &str) -> Router {
    let health = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    let resource = |path: &str| {
        json!({
            "resource": format!("{origin}{path}"),
            "authorization_servers": [origin],
        })
    };
    let said = |value: Value| get(|| async move { Json(value) });
    Router::new()
        .route("/health", said(health))
        .route(
            "/.well-known/oauth-protected-resource/mcp",
            said(resource("/mcp")),
        )
        .route(
            "/.well-known/oauth-protected-resource/sse",
            said(resource("/sse")),
        )
}

/// The challenge of an honest server at `origin`, with headers that somebody adds.
fn challenge(origin: &str, added: &[(&str, &str)]) -> impl IntoResponse + Clone + use<> {
    let metadata = format!("{origin}/.well-known/oauth-protected-resource/mcp");
    let mut headers = axum::http::HeaderMap::new();
    let words = format!(r#"Bearer resource_metadata="{metadata}", scope="music:read""#);
    headers.insert(header::WWW_AUTHENTICATE, words.parse().unwrap());
    for (name, value) in added {
        let name: header::HeaderName = name.parse().unwrap();
        headers.insert(name, value.parse().unwrap());
    }
    (StatusCode::UNAUTHORIZED, headers)
}
