//! `POST /register`: what may register itself, what it is told, and how often.

use reqwest::Response;
use serde_json::{Value, json};

use crate::harness::{Setup, TestApp, http, raw};

/// An answer of the endpoint.
struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} {text}"));
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["cache-control"], "no-store");
        Self {
            status,
            headers,
            body,
        }
    }

    fn refused(&self, status: u16, slug: &str) {
        assert_eq!(
            (self.status, &self.body["error"]),
            (status, &json!(slug)),
            "{}",
            self.body
        );
        assert!(self.body["error_description"].is_string());
        assert!(self.body.get("client_id").is_none());
    }

    fn client_id(&self) -> &str {
        assert_eq!(self.status, 201, "{}", self.body);
        self.body["client_id"].as_str().unwrap()
    }
}

async fn stage() -> TestApp {
    TestApp::start_with(Setup::default().with("LIMIT_REGISTER", "1000/min")).await
}

async fn sent(app: &TestApp, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = http()
        .build()
        .unwrap()
        .post(format!("{}/register", app.origin))
        .header("content-type", content_type)
        .body(body);
    Answer::of(request.send().await.unwrap()).await
}

async fn register(app: &TestApp, wish: &Value) -> Answer {
    sent(app, "application/json", wish.to_string()).await
}

fn wish() -> Value {
    json!({
        "client_name": "A client",
        "redirect_uris": ["http://localhost:8787/callback", "https://client.example/cb"],
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut wish = wish();
    wish[name] = value;
    wish
}

#[tokio::test]
async fn a_client_registers_and_is_told_what_it_is() {
    let app = stage().await;
    let answer = register(&app, &wish()).await;
    let id = answer.client_id().to_owned();
    assert!(
        id.starts_with("auxcord-") && id.len() == "auxcord-".len() + 22,
        "{id}"
    );
    assert_eq!(
        answer.body,
        json!({
            "client_id": id,
            "client_id_issued_at": app.clock.now() / 1_000,
            "client_name": "A client",
            "redirect_uris": ["http://localhost:8787/callback", "https://client.example/cb"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        })
    );
    let rows = app
        .database
        .texts("select c.kind || ' ' || c.client_id || ' ' || a.event || ' ' || a.outcome || ' ' || a.detail \
                from clients c join audit a on a.client_ref = c.id")
        .await;
    assert_eq!(
        rows,
        [format!("dcr {id} oauth.client_registered success dcr")]
    );
}

#[tokio::test]
async fn what_real_clients_send_is_accepted_and_made_public() {
    let app = stage().await;
    for (name, value) in [
        ("token_endpoint_auth_method", json!("none")),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("client_secret_post")),
        (
            "grant_types",
            json!(["authorization_code", "refresh_token"]),
        ),
        (
            "grant_types",
            json!(["refresh_token", "authorization_code", "implicit"]),
        ),
        ("response_types", json!(["code"])),
        ("scope", json!("music:read playback:control unknown")),
        ("application_type", json!("native")),
        ("client_uri", json!("")),
        ("contacts", json!([])),
        ("software_id", json!("11111111-2222-3333-4444-555555555555")),
        ("jwks", json!(null)),
        ("client_id", json!("chosen-by-the-client")),
        ("client_secret", json!("chosen-by-the-client")),
    ] {
        let answer = register(&app, &with(name, value)).await;
        assert_ne!(answer.client_id(), "chosen-by-the-client");
        assert_eq!(answer.body["token_endpoint_auth_method"], "none", "{name}");
        assert!(answer.body.get("client_secret").is_none());
        let members = answer.body.as_object().unwrap();
        assert!(members.values().all(|value| value != ""), "{}", answer.body);
    }
    assert_eq!(
        app.database.count("clients").await,
        1,
        "all of them are the same"
    );
    let nameless = json!({ "redirect_uris": ["http://127.0.0.1/cb"] });
    assert_eq!(
        register(&app, &nameless).await.body["client_name"],
        "Unnamed client"
    );
}

#[tokio::test]
async fn b1_to_b6_bad_redirect_uris_fail_the_registration() {
    let app = stage().await;
    let eleven: Vec<String> = (0..11)
        .map(|n| format!("https://client.example/{n}"))
        .collect();
    let long = format!("https://client.example/{}", "a".repeat(2_049 - 23));
    assert_eq!(long.len(), 2_049);
    for uris in [
        json!(["http://evil.com/cb"]),
        json!(["javascript:alert(1)"]),
        json!(["JaVaScRiPt:alert(1)"]),
        json!(["data:text/html,x"]),
        json!(["vbscript:x"]),
        json!(["file:///etc/passwd"]),
        json!(["\tjavascript:alert(1)"]),
        json!([" https://client.example/cb"]),
        json!(["\0https://client.example/cb"]),
        json!(["https://client.example/\ncb"]),
        json!(["https://client.example/cb#x"]),
        json!(["https://user:pass@client.example/cb"]),
        json!(["https://*.client.example/cb"]),
        json!(["https://client.example/%2e%2e/cb"]),
        json!(["https://client.example/a/../cb"]),
        json!(["https://client.example\\@evil.com/cb"]),
        json!(["cursor://anysphere.cursor-mcp/oauth/callback"]),
        json!(eleven),
        json!([long]),
        json!([]),
        json!(null),
        // One bad one beside a good one is as bad.
        json!(["https://client.example/cb", "http://evil.com/cb"]),
        json!(["https://client.example/cb", "javascript:alert(1)"]),
    ] {
        let answer = register(&app, &with("redirect_uris", uris.clone())).await;
        answer.refused(400, "invalid_redirect_uri");
    }
    assert_eq!(app.database.count("clients").await, 0);
}

#[tokio::test]
async fn b1_redirect_uris_that_are_long_together_are_refused() {
    let app = stage().await;
    let long = |count: usize| -> Vec<String> {
        let uri = |number| format!("https://client.example/{number}/{}", "a".repeat(2_000));
        (0..count).map(uri).collect()
    };
    let answer = register(&app, &with("redirect_uris", json!(long(5)))).await;
    answer.refused(400, "invalid_redirect_uri");
    assert_eq!(app.database.count("clients").await, 0);
    let four = register(&app, &with("redirect_uris", json!(long(4)))).await;
    four.client_id();
    let kept = app.database.texts("select metadata from clients").await;
    assert!(kept[0].len() < 9 * 1024, "{}", kept[0].len());
    // One URI many times over is kept once.
    let repeated = [long(1).as_slice(), &long(1), &long(1), &long(1), &long(1)].concat();
    register(&app, &with("redirect_uris", json!(repeated)))
        .await
        .client_id();
}

#[tokio::test]
async fn b4_a_private_use_scheme_beside_a_usable_uri_does_not_fail_it() {
    let app = stage().await;
    let uris = json!([
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "http://localhost:8787/callback",
    ]);
    let answer = register(&app, &with("redirect_uris", uris.clone())).await;
    answer.client_id();
    assert_eq!(answer.body["redirect_uris"], uris);
    let kept = app.database.texts("select metadata from clients").await;
    let kept: Value = serde_json::from_str(&kept[0]).unwrap();
    assert_eq!(kept["redirects"][0]["kind"], "private_use");
    assert_eq!(kept["redirects"][1]["kind"], "loopback");
}

#[tokio::test]
async fn b7_bodies_that_are_too_long_too_deep_or_ambiguous_are_refused() {
    let app = stage().await;
    let padded = |length: usize| {
        let text = with("x", json!("")).to_string();
        let missing = length - text.len();
        with("x", json!("a".repeat(missing))).to_string()
    };
    let whole = padded(64 * 1024);
    assert_eq!(whole.len(), 64 * 1024);
    sent(&app, "application/json", whole).await.client_id();
    let answer = sent(&app, "application/json", padded(64 * 1024 + 1)).await;
    answer.refused(413, "invalid_request");
    let long = padded(64 * 1024 + 1);
    let host = app.origin.strip_prefix("http://").unwrap();
    let unannounced = format!(
        "POST /register HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         transfer-encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n",
        long.len()
    );
    let reply = raw::send_raw(&app.origin, &unannounced).await;
    assert_eq!(
        (reply.status, &reply.json()["error"]),
        (413, &json!("invalid_request")),
        "{reply:?}"
    );
    let text = wish().to_string();
    let deep = text.replacen(
        '{',
        &format!("{{\"x\":{}{},", "[".repeat(200), "]".repeat(200)),
        1,
    );
    let doubled = text.replacen('{', "{\"client_name\":\"Another\",", 1);
    let inside = text.replacen('{', "{\"x\":{\"a\":1,\"a\":1},", 1);
    let escaped = text.replacen('{', "{\"client\\u005fname\":\"Another\",", 1);
    for body in [
        deep.as_str(),
        &doubled,
        &inside,
        &escaped,
        "",
        "null",
        "[]",
        "\"text\"",
        &format!("[{text}]"),
        &text[1..],
        "{\"redirect_uris\": [NaN]}",
    ] {
        let answer = sent(&app, "application/json", body.to_owned()).await;
        answer.refused(400, "invalid_client_metadata");
    }
    let latin1 = b"{\"client_name\":\"\xe4\"}".to_vec();
    sent(&app, "application/json", latin1)
        .await
        .refused(400, "invalid_client_metadata");
}

#[tokio::test]
async fn b9_a_name_is_kept_as_text_on_one_line_of_at_most_80_characters() {
    let app = stage().await;
    for (name, kept) in [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("  A \n\t client\0 ", "A client"),
        ("A\u{202e}tneilc\u{2066} \u{200b}\u{feff}", "Atneilc"),
        ("\u{e0041}\u{200f}", "Unnamed client"),
        ("Émilie’s 音楽 🎧", "Émilie’s 音楽 🎧"),
        (&"a".repeat(81), &"a".repeat(80)),
    ] {
        let answer = register(&app, &with("client_name", json!(name))).await;
        answer.client_id();
        assert_eq!(answer.body["client_name"], kept, "{name:?}");
    }
}

#[tokio::test]
async fn b10_addresses_of_logos_and_pages_are_dropped() {
    let app = stage().await;
    let mut wish = wish();
    for name in [
        "logo_uri",
        "client_uri",
        "tos_uri",
        "policy_uri",
        "jwks_uri",
    ] {
        wish[name] = json!("https://client.example/marker.png");
    }
    let answer = register(&app, &wish).await;
    answer.client_id();
    assert!(
        !answer.body.to_string().contains("marker"),
        "{}",
        answer.body
    );
    wish["logo_uri"] = json!("javascript:alert('marker')");
    wish["client_uri"] = json!(["marker"]);
    let answer = register(&app, &wish).await;
    answer.client_id();
    assert!(
        !answer.body.to_string().contains("marker"),
        "{}",
        answer.body
    );
    let dump = app.database.dump().await;
    assert!(!dump.windows(6).any(|bytes| bytes == b"marker"));
}

#[tokio::test]
async fn b11_what_is_not_offered_is_refused() {
    let app = stage().await;
    for (name, value) in [
        ("token_endpoint_auth_method", json!("client_secret_jwt")),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("token_endpoint_auth_method", json!("tls_client_auth")),
        ("token_endpoint_auth_method", json!("")),
        ("token_endpoint_auth_method", json!(7)),
        ("grant_types", json!(["client_credentials"])),
        ("grant_types", json!(["password"])),
        ("grant_types", json!(["implicit"])),
        ("grant_types", json!(["refresh_token"])),
        ("grant_types", json!("authorization_code")),
        ("response_types", json!(["token"])),
        ("response_types", json!(["code token"])),
        ("client_name", json!(["A client"])),
        ("scope", json!(["music:read"])),
        ("redirect_uris", json!("https://client.example/cb")),
        ("redirect_uris", json!([7])),
    ] {
        let answer = register(&app, &with(name, value)).await;
        answer.refused(400, "invalid_client_metadata");
    }
    assert_eq!(app.database.count("clients").await, 0);
}

#[tokio::test]
async fn b13_the_same_metadata_is_the_same_client() {
    let app = TestApp::start().await;
    let first = register(&app, &wish()).await;
    app.advance(std::time::Duration::from_mins(61));
    let mut reordered = wish();
    reordered["redirect_uris"] = json!([
        "https://client.example/cb",
        "http://localhost:8787/callback"
    ]);
    let mut repeated = wish();
    repeated["redirect_uris"] = json!([
        "http://localhost:8787/callback",
        "https://client.example/cb",
        "http://localhost:8787/callback",
    ]);
    for _ in 0..4 {
        for same in [
            &wish(),
            &reordered,
            &repeated,
            &with("client_name", json!(" A  client ")),
        ] {
            let again = register(&app, same).await;
            assert_eq!(
                again.client_id(),
                first.client_id(),
                "and no limit counts it"
            );
            assert_eq!(
                again.body["client_id_issued_at"],
                first.body["client_id_issued_at"]
            );
        }
    }
    assert_eq!(app.database.count("clients").await, 1);
    assert_eq!(app.database.count("audit").await, 1);
    for other in [
        with("client_name", json!("Another client")),
        with("redirect_uris", json!(["https://client.example/cb"])),
    ] {
        assert_ne!(register(&app, &other).await.client_id(), first.client_id());
    }
}

#[tokio::test]
async fn twenty_registrations_of_one_client_at_once_make_one() {
    let app = stage().await;
    let (one, other) = (wish(), with("client_name", json!("Another client")));
    let second = app.second().await;
    let both = [app.origin.clone(), second.origin.clone()];
    let sends = (0..20).map(|number| {
        let origin = &both[number % 2];
        let wish = if number < 10 { &one } else { &other };
        let request = http()
            .build()
            .unwrap()
            .post(format!("{origin}/register"))
            .json(wish);
        async move { Answer::of(request.send().await.unwrap()).await }
    });
    let answers = futures::future::join_all(sends).await;
    let ids: std::collections::BTreeSet<&str> = answers.iter().map(Answer::client_id).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(app.database.count("clients").await, 2);
    assert_eq!(app.database.count("audit").await, 2);
}

#[tokio::test]
async fn b14_the_sixth_new_client_of_an_address_in_a_minute_waits() {
    let setup = Setup::default().with("TRUSTED_PROXIES", "127.0.0.0/8");
    let app = TestApp::start_with(setup).await;
    let from = async |address: &str, number: usize| {
        let request = http()
            .build()
            .unwrap()
            .post(format!("{}/register", app.origin))
            .header("x-forwarded-for", address)
            .json(&with("client_name", json!(format!("Client {number}"))));
        Answer::of(request.send().await.unwrap()).await
    };
    for number in 0..5 {
        from("198.51.100.7", number).await.client_id();
    }
    app.advance(std::time::Duration::from_secs(20));
    let sixth = from("198.51.100.7", 6).await;
    sixth.refused(429, "temporarily_unavailable");
    assert_eq!(sixth.headers["retry-after"], "40");
    from("198.51.100.7", 3).await.client_id();
    from("198.51.100.8", 7).await.client_id();
    app.advance(std::time::Duration::from_secs(40));
    from("198.51.100.7", 6).await.client_id();
}

#[tokio::test]
async fn b17_other_content_types_are_refused() {
    let app = stage().await;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/json",
        "",
    ] {
        let answer = sent(&app, content_type, wish().to_string()).await;
        answer.refused(415, "invalid_request");
    }
    let with_charset = "Application/JSON; charset=utf-8";
    sent(&app, with_charset, wish().to_string())
        .await
        .client_id();
}

#[tokio::test]
async fn registration_can_be_switched_off() {
    let setup = Setup::default().with("OAUTH_REGISTRATION", "false");
    let app = TestApp::start_with(setup).await;
    register(&app, &wish()).await.refused(403, "access_denied");
    assert_eq!(app.database.count("clients").await, 0);
}

#[tokio::test]
async fn only_post_registers() {
    let app = stage().await;
    let client = http().build().unwrap();
    for method in ["GET", "PUT", "DELETE"] {
        let request = client.request(method.parse().unwrap(), format!("{}/register", app.origin));
        let answer = Answer::of(request.send().await.unwrap()).await;
        answer.refused(405, "method_not_allowed");
    }
}
