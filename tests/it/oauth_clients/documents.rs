//! Client documents: which address may be a client id, and what the document there must say.

use auxcord::oauth::document::{ClientUrl, ClientUrlFault, DocumentFault, read};
use serde_json::{Value, json};

const ISSUER: &str = "https://music.example";
const ID: &str = "https://client.example/oauth/client.json";

fn parsed(text: &str) -> Result<String, ClientUrlFault> {
    ClientUrl::parse(text, ISSUER).map(|address| address.host())
}

fn good() -> Value {
    json!({
        "client_id": ID,
        "client_name": "A client",
        "redirect_uris": ["https://client.example/cb", "http://localhost/callback"],
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut document = good();
    document[name] = value;
    document
}

fn fault(document: &Value) -> DocumentFault {
    let text = document.to_string();
    read(ID, Some("application/json"), text.as_bytes()).unwrap_err()
}

#[test]
fn an_address_with_a_path_is_a_client_id() {
    for (id, host) in [
        (ID, "client.example"),
        (
            "https://claude.ai/oauth/mcp-oauth-client-metadata",
            "claude.ai",
        ),
        ("https://client.example:8443/c", "client.example:8443"),
        ("https://client.example/c?version=2", "client.example"),
        ("https://client.example/a//b/", "client.example"),
        ("https://client.example/.well-known/c", "client.example"),
        ("https://music.example.org/c", "music.example.org"),
        ("https://music.example:8443/c", "music.example:8443"),
    ] {
        assert_eq!(parsed(id).as_deref(), Ok(host), "{id}");
    }
}

#[test]
fn c1_to_c5_other_addresses_are_no_client_ids() {
    use ClientUrlFault as Fault;
    for (id, told) in [
        ("http://client.example/c", Fault::Scheme),
        ("HTTPS://client.example/c", Fault::Scheme),
        ("https:client.example/c", Fault::Scheme),
        ("", Fault::Scheme),
        ("https://client.example", Fault::Path),
        ("https://client.example/", Fault::Path),
        ("https://client.example?x=1", Fault::Path),
        ("https://client.example/?x=1", Fault::Path),
        ("https://client.example/c#", Fault::Fragment),
        ("https://client.example/c#x", Fault::Fragment),
        ("https://user@client.example/c", Fault::UserInfo),
        ("https://user:pass@client.example/c", Fault::UserInfo),
        ("https://@client.example/c", Fault::UserInfo),
        ("https://client.example/./c", Fault::DotSegments),
        ("https://client.example/a/../c", Fault::DotSegments),
        ("https://client.example/%2e%2e/c", Fault::DotSegments),
        ("https://client.example/%2E%2e/c", Fault::DotSegments),
        ("https://client.example/..%2fc", Fault::DotSegments),
        ("https://client.example/a%5c..%5cc", Fault::DotSegments),
        ("https://client.example/c%0a", Fault::DotSegments),
        ("https://client.example/\\c", Fault::Form),
        ("https://client.example/a b", Fault::Form),
        ("https://client.example/c\n", Fault::Form),
        ("https://client.exämple/c", Fault::Form),
        ("https://Client.example/c", Fault::Form),
        ("https://client.example:443/c", Fault::Form),
        ("https://2130706433/c", Fault::Form),
        ("https://0x7f000001/c", Fault::Form),
        ("https://017700000001/c", Fault::Form),
        ("https://client.example:99999/c", Fault::Form),
        ("https:///c", Fault::Form),
    ] {
        assert_eq!(parsed(id), Err(told), "{id}");
    }
    let begin = "https://client.example/";
    let long = format!("{begin}{}", "a".repeat(2_049 - begin.len()));
    assert_eq!(parsed(&long), Err(Fault::Form));
    assert!(parsed(&long[..2_048]).is_ok());
}

#[test]
fn c14_an_address_of_this_server_is_no_client_id() {
    for id in [
        "https://music.example/c",
        "https://music.example/.well-known/c",
    ] {
        assert_eq!(parsed(id), Err(ClientUrlFault::Own), "{id}");
    }
    let with_a_port =
        ClientUrl::parse("https://music.example:8443/c", "https://music.example:8443");
    assert_eq!(with_a_port, Err(ClientUrlFault::Own));
}

#[test]
fn a_document_gives_the_name_and_the_redirects() {
    let ours = with("token_endpoint_auth_method", json!("none"));
    let mut chatty = ours.clone();
    for (name, value) in [
        (
            "grant_types",
            json!(["authorization_code", "refresh_token"]),
        ),
        ("response_types", json!(["code"])),
        ("logo_uri", json!("https://client.example/logo.png")),
        (
            "jwks",
            json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": "x", "y": "y" }] }),
        ),
        ("jwks_uri", json!("https://client.example/jwks.json")),
        ("x_unknown", json!({ "a": [1, 2.5, null, true] })),
    ] {
        chatty[name] = value;
    }
    for document in [good(), ours, chatty] {
        for content_type in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/cimd+json",
        ] {
            let text = document.to_string();
            let read = read(ID, Some(content_type), text.as_bytes()).unwrap();
            assert_eq!(read.name, "A client");
            assert_eq!(read.redirects.len(), 2);
        }
    }
}

/// What a client says that signs at the token endpoint where it is asked to, and can do without.
fn signing(methods: &Value) -> Value {
    let mut document = with("token_endpoint_auth_method", json!("private_key_jwt"));
    document["token_endpoint_auth_methods_supported"] = methods.clone();
    document["jwks_uri"] = json!("https://client.example/jwks.json");
    document
}

#[test]
fn a_client_that_can_do_without_authentication_is_a_public_one() {
    let text = signing(&json!(["none", "private_key_jwt"])).to_string();
    let read = read(ID, Some("application/json"), text.as_bytes()).unwrap();
    assert_eq!(read.name, "A client");
    for methods in [
        json!(["private_key_jwt"]),
        json!([]),
        json!(null),
        json!(["None"]),
    ] {
        let fault = fault(&signing(&methods));
        assert_eq!(fault, DocumentFault::Authentication, "{methods}");
    }
    let only_signed = with(
        "token_endpoint_auth_methods_supported",
        json!(["private_key_jwt"]),
    );
    assert_eq!(fault(&only_signed), DocumentFault::Authentication);
    for methods in [json!("none"), json!([7])] {
        assert!(matches!(fault(&signing(&methods)), DocumentFault::Type(_)));
    }
    for key in [
        json!({ "kty": "oct", "k": "AAAA" }),
        json!({ "kty": "EC", "x": "x", "y": "y", "d": "d" }),
    ] {
        let mut telling = signing(&json!(["none"]));
        telling["jwks"] = json!({ "keys": [key] });
        assert_eq!(fault(&telling), DocumentFault::Secret);
    }
}

#[test]
fn c18_what_is_no_json_object_in_utf8_is_refused() {
    let text = good().to_string();
    for content_type in [
        None,
        Some(""),
        Some("text/html"),
        Some("text/json"),
        Some("application/javascript"),
        Some("application/json; charset=utf-16"),
        Some("image/svg+json"),
    ] {
        let fault = read(ID, content_type, text.as_bytes()).unwrap_err();
        assert_eq!(fault, DocumentFault::ContentType, "{content_type:?}");
    }
    let doubled = text.replacen('{', &format!("{{\"client_id\":\"{ID}\","), 1);
    let deep = text.replacen(
        '{',
        &format!("{{\"x\":{}{},", "[".repeat(200), "]".repeat(200)),
        1,
    );
    let bom = format!("\u{feff}{text}");
    let mut latin1 = text.clone().into_bytes();
    let at = latin1.iter().position(|byte| *byte == b'A').unwrap();
    latin1[at] = 0xe4;
    for body in [
        b"".as_slice(),
        b"null",
        b"\"text\"",
        format!("[{text}]").as_bytes(),
        format!("{text}x").as_bytes(),
        &text.as_bytes()[..text.len() - 1],
        doubled.as_bytes(),
        deep.as_bytes(),
        bom.as_bytes(),
        &latin1,
    ] {
        let fault = read(ID, Some("application/json"), body).unwrap_err();
        let told = String::from_utf8_lossy(body);
        assert!(matches!(fault, DocumentFault::Json(_)), "{fault:?} {told}");
    }
}

#[test]
fn c19_a_document_that_names_another_client_is_refused() {
    for other in [
        json!("https://client.example/oauth/Client.json"),
        json!("https://Client.example/oauth/client.json"),
        json!("https://client.example/oauth/client.json/"),
        json!("https://client.example:443/oauth/client.json"),
        json!("https://client.example/oauth/%63lient.json"),
        json!("https://client.example/oauth/client.json?"),
        json!(" https://client.example/oauth/client.json"),
        json!([ID]),
        json!(null),
    ] {
        let fault = fault(&with("client_id", other.clone()));
        assert_eq!(fault, DocumentFault::OtherClient, "{other}");
    }
}

#[test]
fn c20_a_document_with_a_secret_or_another_authentication_is_refused() {
    for (name, value) in [
        ("client_secret", json!("s")),
        ("client_secret", json!(null)),
        ("client_secret_expires_at", json!(0)),
        ("jwks", json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] })),
        (
            "jwks",
            json!({ "keys": [{ "kty": "EC", "x": "x", "y": "y" }, { "kty": "EC", "d": "d" }] }),
        ),
        (
            "jwks",
            json!({ "keys": [{ "kty": "RSA", "n": "n", "e": "AQAB", "p": "p" }] }),
        ),
        ("jwks", json!({ "keys": [{ "x": "x" }] })),
        ("jwks", json!({ "keys": ["key"] })),
    ] {
        assert_eq!(
            fault(&with(name, value.clone())),
            DocumentFault::Secret,
            "{name} {value}"
        );
    }
    for jwks in [json!([]), json!("keys"), json!({}), json!({ "keys": {} })] {
        assert_eq!(fault(&with("jwks", jwks)), DocumentFault::Type("jwks"));
    }
    for method in [
        json!("client_secret_post"),
        json!("client_secret_basic"),
        json!("client_secret_jwt"),
        json!("private_key_jwt"),
        json!("tls_client_auth"),
        json!(""),
        json!(["none"]),
    ] {
        let fault = fault(&with("token_endpoint_auth_method", method.clone()));
        assert_eq!(fault, DocumentFault::Authentication, "{method}");
    }
    for (name, value) in [
        ("grant_types", json!(["client_credentials"])),
        ("grant_types", json!([])),
        ("response_types", json!(["token"])),
    ] {
        assert_eq!(fault(&with(name, value)), DocumentFault::Grant, "{name}");
    }
}

#[test]
fn c21_a_document_without_a_name_or_a_usable_redirect_is_refused() {
    for name in [json!(null), json!(""), json!(" \u{200b}\n")] {
        assert_eq!(fault(&with("client_name", name)), DocumentFault::Name);
    }
    assert_eq!(
        fault(&with("client_name", json!(7))),
        DocumentFault::Type("client_name")
    );
    for uris in [
        json!(null),
        json!([]),
        json!(["cursor://x/cb"]),
        json!(["https://client.example/cb", "http://evil.com/cb"]),
        json!(["https://client.example/cb", "javascript:alert(1)"]),
    ] {
        let fault = fault(&with("redirect_uris", uris.clone()));
        assert!(
            matches!(fault, DocumentFault::Redirects(_)),
            "{uris} {fault:?}"
        );
    }
    for uris in [json!("https://client.example/cb"), json!([1]), json!({})] {
        let fault = fault(&with("redirect_uris", uris));
        assert_eq!(fault, DocumentFault::Type("redirect_uris"));
    }
}
