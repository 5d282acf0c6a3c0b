//! Which credential opens which door, and what is said at a door that stays shut.

use auxcord::{
    app::{KeyKind, KeyLimits},
    crypto::{ApiKey, random_bytes},
};
use reqwest::Method;

use super::{listing, names, operator, said, to, tools, wishes};
use crate::harness::{TestApp, app::url, tools::TOOLS};

/// What the challenge of a path says of the way in; nothing where only keys count.
fn begin_at(app: &TestApp, path: &str) -> String {
    let resource = match path {
        "/mcp" | "/" => "/mcp",
        "/mcp/readonly" => path,
        _ => return String::new(),
    };
    let origin = &app.origin;
    format!(
        r#"resource_metadata="{origin}/.well-known/oauth-protected-resource{resource}", scope="music:read""#
    )
}

#[tokio::test]
async fn without_a_credential_the_challenge_says_where_to_begin() {
    let app = TestApp::start().await;
    for path in ["/mcp", "/mcp/readonly", "/", "/auth/revoke"] {
        let url = format!("{}{path}", app.origin);
        for request in [
            listing(&url),
            listing(&url).header("authorization", "Basic eDp5"),
            listing(&url).header("authorization", "aux_without_a_scheme"),
        ] {
            let said = said(request).await;
            assert_eq!(said.status, 401, "{path} {said:?}");
            let begin_at = begin_at(&app, path);
            let wanted = format!("Bearer {begin_at}");
            assert_eq!(said.challenge(), wanted.trim_end(), "{path}");
            assert_eq!(said.error(), "unauthorized");
            let endpoint = format!("{}/mcp", app.origin);
            assert!(said.text.contains(&endpoint), "{path} {said:?}");
        }
    }
    let connector = said(listing(&format!("{}/claude-mcp", app.origin))).await;
    assert_eq!((connector.status, connector.challenge()), (401, "Bearer"));
}

#[tokio::test]
async fn a_key_that_is_no_good_is_an_invalid_token() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let never_issued = ApiKey::new(KeyKind::Api, random_bytes());
    let mut misspelt = person.key.clone();
    let last = misspelt.pop().unwrap();
    misspelt.push(if last == 'a' { 'b' } else { 'a' });
    let link_key = person.connector_url.split_once("token=").unwrap().1;
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.";
    let long = "x".repeat(600);
    let padded = format!("{} {}", person.key, person.key);
    for token in [
        never_issued.expose(),
        &misspelt,
        link_key,
        unsigned,
        "",
        &long,
        &padded,
        "aux_%00",
    ] {
        for path in ["/mcp", "/mcp/readonly", "/", "/auth/revoke"] {
            let request = listing(&format!("{}{path}", app.origin))
                .header("authorization", format!("Bearer {token}"));
            let said = said(request).await;
            assert_eq!(said.status, 401, "{token} {path} {said:?}");
            let wanted = format!(r#"Bearer error="invalid_token", {}"#, begin_at(&app, path));
            assert_eq!(said.challenge(), wanted.trim_end_matches(", "), "{path}");
            assert_eq!(said.error(), "invalid_token");
            assert!(token.is_empty() || !said.text.contains(token), "{said:?}");
        }
    }
    assert!(!tools(&app.client(&person.key)).await.is_empty());
}

#[tokio::test]
async fn a_key_in_the_url_of_the_endpoint_is_refused_even_beside_a_good_header() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let bearer = format!("Bearer {}", person.key);
    for name in ["token", "access_token"] {
        let url = format!("{}/mcp?{name}={}", app.origin, person.key);
        let said = said(listing(&url).header("authorization", &bearer)).await;
        assert_eq!(said.status, 400, "{said:?}");
        assert_eq!(said.challenge(), r#"Bearer error="invalid_request""#);
    }
}

#[tokio::test]
async fn the_scheme_may_be_written_in_any_case() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    for scheme in ["bearer", "BEARER", "Bearer "] {
        let request = listing(&format!("{}/mcp", app.origin))
            .header("authorization", format!("{scheme} {}", person.key));
        assert_eq!(said(request).await.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn two_authorization_headers_are_refused_even_if_both_are_good() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let good = format!("Bearer {}", person.key);
    for second in [good.as_str(), "Bearer nonsense", "Basic eDp5"] {
        for pair in [[good.as_str(), second], [second, good.as_str()]] {
            let request = pair
                .into_iter()
                .fold(listing(&format!("{}/mcp", app.origin)), |request, value| {
                    request.header("authorization", value)
                });
            let said = said(request).await;
            assert_eq!(said.status, 400, "{said:?}");
            assert_eq!(said.challenge(), r#"Bearer error="invalid_request""#);
            assert!(!said.text.contains(&person.key));
        }
    }
}

#[tokio::test]
async fn a_key_in_the_wrong_place_is_no_key() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let (url, key) = (format!("{}/mcp", app.origin), &person.key);
    let link_key = person.connector_url.split_once("token=").unwrap().1;
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{"access_token":"{key}","token":"{key}"}}}}"#
    );
    for request in [
        listing(&format!("{url}?token={key}")),
        listing(&format!("{url}?access_token={key}")),
        listing(&format!("{url}?token={link_key}")),
        listing(&format!("{url}?api_key={key}&key={key}")),
        listing(&url).header("cookie", format!("token={key}; access_token={key}")),
        listing(&url).header("x-api-key", key),
        listing(&url).header("proxy-authorization", format!("Bearer {key}")),
        listing(&url).body(body),
        listing(&url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("access_token={key}")),
    ] {
        let said = said(request).await;
        assert_eq!(said.status, 401, "{said:?}");
        assert_eq!(
            said.challenge(),
            format!("Bearer {}", begin_at(&app, "/mcp"))
        );
        assert!(!said.text.contains(key), "{said:?}");
    }
}

#[tokio::test]
async fn a_link_key_opens_the_connector_url_and_nothing_else() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let link_key = person.connector_url.split_once("token=").unwrap().1;
    let listed = said(listing(&person.connector_url)).await;
    assert_eq!(listed.status, 200, "{listed:?}");
    let listed = names(&serde_json::from_str(&listed.text).unwrap());
    assert_eq!(listed, tools(&app.client(&person.key)).await);

    let connector = format!("{}/claude-mcp", app.origin);
    let in_the_header = listing(&connector).bearer_auth(link_key);
    assert_eq!(said(in_the_header).await.challenge(), "Bearer");
    let api_key = said(listing(&format!("{connector}?token={}", person.key))).await;
    assert_eq!(api_key.status, 401);
    assert_eq!(api_key.challenge(), r#"Bearer error="invalid_token""#);
    assert!(!api_key.text.contains(&person.key));
    for doubled in [
        format!("{}&token={link_key}", person.connector_url),
        format!("{}&token=", person.connector_url),
        format!("{connector}?token=x&token={link_key}"),
    ] {
        let said = said(listing(&doubled)).await;
        assert_eq!(said.status, 400, "{said:?}");
        assert!(!said.text.contains(link_key));
    }
    for empty in [
        format!("{connector}?token="),
        format!("{connector}?token={}", "x".repeat(600)),
    ] {
        assert_eq!(said(listing(&empty)).await.error(), "invalid_token");
    }
    let status = to(Method::GET, &format!("{}/auth/status", app.origin)).bearer_auth(link_key);
    assert_eq!(said(status).await.status, 401);
}

#[tokio::test]
async fn the_origin_alone_is_the_endpoint_for_clients_and_a_page_for_browsers() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let pasted = said(listing(&app.origin).bearer_auth(&person.key)).await;
    assert_eq!(pasted.status, 200, "{pasted:?}");
    let listed = names(&serde_json::from_str(&pasted.text).unwrap());
    assert_eq!(listed, tools(&app.client(&person.key)).await);
    let page = app.browser().get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn keys_made_by_the_operator_open_the_same_doors() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let operator = operator(&app).await;
    let mut made = Vec::new();
    for kind in [KeyKind::Api, KeyKind::Link] {
        let wishes = wishes(kind, KeyLimits::default());
        let key = operator.make_key(&person.spotify_id, wishes).await.unwrap();
        made.push(key.key);
    }
    let [api, link] = &made[..] else { panic!() };
    assert_eq!(tools(&app.client(api.expose())).await.len(), TOOLS.len());
    let mut connector = url(&person.connector_url);
    connector.set_query(Some(&format!("token={}", link.expose())));
    assert_eq!(said(listing(connector.as_str())).await.status, 200);
    let crossed = listing(&format!("{}/mcp", app.origin)).bearer_auth(link.expose());
    assert_eq!(said(crossed).await.error(), "invalid_token");
}
