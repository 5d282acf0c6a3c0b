//! Protected resource metadata and authorization server metadata.

use reqwest::Method;
use serde_json::{Value, json};

use super::{DOCUMENTS, asked, document};
use crate::harness::{Setup, TestApp, http, raw};

/// A1
#[tokio::test]
async fn the_resource_describes_itself_at_its_path_and_at_the_root() {
    let app = TestApp::start().await;
    let origin = &app.origin;
    let described = document(&app, "/.well-known/oauth-protected-resource/mcp").await;
    let wanted = json!({
        "resource": format!("{origin}/mcp"),
        "authorization_servers": [origin],
        "scopes_supported": ["music:read"],
        "bearer_methods_supported": ["header"],
        "resource_name": "auxcord for Spotify",
        "resource_documentation": format!("{origin}/"),
        "resource_policy_uri": format!("{origin}/privacy"),
        "resource_tos_uri": format!("{origin}/terms"),
    });
    assert_eq!(described, wanted);
    let at_root = document(&app, "/.well-known/oauth-protected-resource").await;
    assert_eq!(at_root, described);
}

#[tokio::test]
async fn the_address_that_only_reads_is_a_resource_of_its_own() {
    let app = TestApp::start().await;
    let path = "/.well-known/oauth-protected-resource/mcp/readonly";
    let described = document(&app, path).await;
    assert_eq!(
        described["resource"],
        format!("{}/mcp/readonly", app.origin)
    );
    assert_eq!(described["authorization_servers"], json!([app.origin]));
}

/// A2
#[tokio::test]
async fn the_authorization_server_says_what_it_can_and_its_issuer_is_the_origin_to_the_byte() {
    let app = TestApp::start().await;
    let origin = &app.origin;
    let described = document(&app, "/.well-known/oauth-authorization-server").await;
    let methods = json!(["none", "client_secret_basic", "client_secret_post"]);
    let wanted = json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"),
        "registration_endpoint": format!("{origin}/register"),
        "revocation_endpoint": format!("{origin}/revoke"),
        "scopes_supported": ["music:read", "playback:control", "playlists:write", "library:write"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "client_id_metadata_document_supported": true,
        "authorization_response_iss_parameter_supported": true,
        "service_documentation": format!("{origin}/"),
        "op_policy_uri": format!("{origin}/privacy"),
        "op_tos_uri": format!("{origin}/terms"),
    });
    assert_eq!(described, wanted);
    for path in [
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/oauth-authorization-server/mcp/readonly",
    ] {
        assert_eq!(document(&app, path).await, described, "{path}");
    }
}

/// A2
#[tokio::test]
async fn every_address_that_is_advertised_is_there() {
    let app = TestApp::start().await;
    for path in DOCUMENTS {
        let described = document(&app, path).await;
        let mut addresses = Vec::new();
        for value in described.as_object().unwrap().values() {
            let several = value.as_array().into_iter().flatten();
            let texts = several.chain([value]).filter_map(Value::as_str);
            addresses.extend(texts.filter(|text| text.starts_with("http")));
        }
        assert!(addresses.len() > 3, "{described}");
        for address in addresses {
            assert!(address.starts_with(&app.origin), "{address}");
            let path = address.strip_prefix(&app.origin).unwrap();
            let path = if path.is_empty() { "/" } else { path };
            let page = asked(&app, Method::GET, path, &[]).await;
            assert_ne!(page.status, 404, "{address}");
        }
    }
}

#[tokio::test]
async fn without_registration_its_endpoint_is_not_advertised() {
    let app = TestApp::start_with(Setup::default().with("OAUTH_REGISTRATION", "false")).await;
    let described = document(&app, "/.well-known/oauth-authorization-server").await;
    assert!(
        described.get("registration_endpoint").is_none(),
        "{described}"
    );
    assert_eq!(described["client_id_metadata_document_supported"], true);
}

#[tokio::test]
async fn the_documents_follow_the_configured_origin_and_path() {
    let setup = Setup::default()
        .with("BASE_URL", "https://music.example.com")
        .with("MCP_PATH", "/aux/mcp");
    let mut app = TestApp::start_with(setup).await;
    // The public name leads to this process only for those who know the port.
    app.origin = format!("http://{}", app.listening());
    let path = "/.well-known/oauth-protected-resource/aux/mcp";
    let described = document(&app, path).await;
    assert_eq!(described["resource"], "https://music.example.com/aux/mcp");
    let described = document(&app, "/.well-known/oauth-authorization-server").await;
    assert_eq!(described["issuer"], "https://music.example.com");
    assert_eq!(
        described["token_endpoint"],
        "https://music.example.com/token"
    );
}

/// A3
#[tokio::test]
async fn another_host_is_never_echoed() {
    let app = TestApp::start().await;
    for path in DOCUMENTS {
        let plain = document(&app, path).await;
        for headers in [
            [("host", "evil.example"), ("x-forwarded-proto", "https")],
            [
                ("x-forwarded-host", "evil.example"),
                ("x-forwarded-port", "666"),
            ],
            [
                ("forwarded", "host=evil.example;proto=https"),
                ("x-original-host", "evil.example"),
            ],
        ] {
            let page = asked(&app, Method::GET, path, &headers).await;
            assert_eq!(page.status, 200, "{path}");
            let described: Value = serde_json::from_str(&page.text).unwrap();
            assert_eq!(described, plain, "{headers:?}");
        }
    }
    let evil = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
    ];
    let refused = asked(&app, Method::POST, "/mcp", &evil).await;
    let challenge = refused.header("www-authenticate");
    assert!(challenge.contains(&app.origin), "{challenge}");
    assert!(!challenge.contains("evil"), "{challenge}");
}

/// A4
#[tokio::test]
async fn documents_are_only_read() {
    let app = TestApp::start().await;
    for path in DOCUMENTS {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let page = asked(&app, method.clone(), path, &[]).await;
            assert_eq!(page.status, 405, "{method} {path}");
            let body: Value = serde_json::from_str(&page.text).unwrap();
            assert_eq!(body["error"], "method_not_allowed");
        }
        let head = asked(&app, Method::HEAD, path, &[]).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
        let page = asked(&app, Method::GET, path, &[]).await;
        assert_eq!(page.header("cache-control"), "public, max-age=300");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
    }
}

/// A7
#[tokio::test]
async fn openid_is_not_spoken() {
    let app = TestApp::start().await;
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/mcp",
        "/mcp/.well-known/openid-configuration",
        "/.well-known/jwks.json",
    ] {
        let page = asked(&app, Method::GET, path, &[]).await;
        assert_eq!(page.status, 404, "{path}");
        let body: Value = serde_json::from_str(&page.text).unwrap();
        assert_eq!(body["error"], "not_found");
    }
}

/// A8
#[tokio::test]
async fn huge_queries_and_suffixes_are_answered_at_once() {
    let app = TestApp::start().await;
    let huge = "x".repeat(60_000);
    for (path, statuses) in [
        (
            format!("/.well-known/oauth-protected-resource/mcp/{huge}"),
            [404, 414],
        ),
        (
            format!("/.well-known/oauth-authorization-server/{huge}"),
            [404, 414],
        ),
        (
            format!("/.well-known/oauth-protected-resource/mcp?{huge}"),
            [200, 414],
        ),
        (
            "/.well-known/oauth-protected-resource/../../mcp".to_owned(),
            [404, 404],
        ),
        (
            "/.well-known/oauth-protected-resource/mcp/".to_owned(),
            [404, 404],
        ),
    ] {
        let lines = [format!("GET {path} HTTP/1.1"), "host: 127.0.0.1".to_owned()];
        let lines = lines.each_ref().map(String::as_str);
        let reply = raw::send(&app.origin, &lines, "").await;
        assert!(
            statuses.contains(&reply.status),
            "{} {}",
            &path[..60.min(path.len())],
            reply.status
        );
    }
}

/// J1: a client that knows nothing but the endpoint finds the issuer.
#[tokio::test]
async fn the_challenge_leads_to_the_document_and_the_document_to_the_issuer() {
    let app = TestApp::start_with(Setup::default().https()).await;
    for path in ["/mcp", "/mcp/readonly"] {
        let client = http().build().unwrap();
        let url = format!("{}{path}", app.origin);
        let answer = client.post(&url).body("{}").send().await.unwrap();
        assert_eq!(answer.status(), 401);
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
        assert!(!challenge.contains("error"), "{challenge}");
        let (_, rest) = challenge.split_once("resource_metadata=\"").unwrap();
        let (address, _) = rest.split_once('"').unwrap();
        let described: Value = client
            .get(address)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(described["resource"], url);
        let issuer = described["authorization_servers"][0].as_str().unwrap();
        let server = format!("{issuer}/.well-known/oauth-authorization-server");
        let server: Value = client
            .get(server)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(server["issuer"], issuer);
    }
}
