//! Redirect URIs: what may be registered, and what a registration allows later.

use auxcord::oauth::redirects::{MOST, Redirect, RedirectFault, RedirectKind, allows, judge_all};
use proptest::prelude::*;

fn judged(uri: &str) -> Result<RedirectKind, RedirectFault> {
    // Beside a usable one, so that a private-use scheme alone is not what fails.
    let uris = ["https://beside.example/cb".to_owned(), uri.to_owned()];
    judge_all(&uris, MOST).map(|redirects| redirects.last().unwrap().kind)
}

fn registered(uri: &str) -> Vec<Redirect> {
    judge_all(&[uri.to_owned()], MOST).unwrap()
}

#[test]
fn what_real_clients_register_is_accepted() {
    for uri in [
        "https://claude.ai/api/mcp/auth_callback",
        "https://chatgpt.com/connector/oauth/abc_DEF-1",
        "https://vscode.dev/redirect",
        "https://chat.example:3080/api/mcp/spotify/oauth/callback?server=a%20b",
        "https://client.example",
        "https://10.0.0.5/cb",
        "https://localhost:1/cb",
    ] {
        assert_eq!(judged(uri), Ok(RedirectKind::Https), "{uri}");
    }
    for uri in [
        "http://localhost/callback",
        "http://localhost:8787/callback",
        "http://127.0.0.1:33418/",
        "http://127.0.0.1:33418",
        "http://127.0.0.1",
        "http://[::1]:6274/oauth/callback",
    ] {
        assert_eq!(judged(uri), Ok(RedirectKind::Loopback), "{uri}");
    }
    for uri in [
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "vscode://vscode.github-authentication/did-authenticate",
        "com.example.app:/oauth2redirect",
    ] {
        assert_eq!(judged(uri), Ok(RedirectKind::PrivateUse), "{uri}");
    }
}

#[test]
fn b1_http_to_a_real_host_is_refused() {
    for uri in [
        "http://evil.com/cb",
        "http://localhost.evil.com/cb",
        "http://127.0.0.1.evil.com/",
        "http://127.0.0.2/cb",
        "http://LOCALHOST/cb",
        "http://2130706433/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://sub.localhost/cb",
    ] {
        assert_eq!(judged(uri), Err(RedirectFault::Cleartext), "{uri}");
    }
}

#[test]
fn b2_schemes_that_run_or_read_something_are_refused_however_they_are_written() {
    for uri in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "javascript://client.example/%0aalert(1)",
        "data:text/html,x",
        "DATA:text/html;base64,eA==",
        "vbscript:x",
        "file:///etc/passwd",
        "FILE://host/share",
        "blob:https://client.example/1",
        "about:blank",
        "ws://client.example/",
        "wss://client.example/",
        "view-source:https://client.example/",
        "mailto:a@client.example",
        "nothing:special",
        "://client.example",
        "1st://client.example",
        "client.example/cb",
        "/cb",
        "HTTPS://client.example/cb",
    ] {
        let fault = judged(uri).unwrap_err();
        assert_eq!(fault, RedirectFault::Scheme, "{uri}");
    }
    for uri in [
        "",
        " javascript:alert(1)",
        "\tjavascript:alert(1)",
        "\0javascript:alert(1)",
        "java\nscript:alert(1)",
        " https://client.example/cb",
        "https://client.example/cb ",
        "https://client.example/c\nb",
        "https://client.example/c\tb",
        "https://client.example/\0",
        "https://client.example/\u{7f}",
        "https://client.exämple/cb",
        "https://client.example/\u{202e}cb",
        "https://client.example/<b>",
    ] {
        assert_eq!(judged(uri), Err(RedirectFault::Characters), "{uri:?}");
    }
}

#[test]
fn b3_b4_fragments_and_users_are_refused() {
    for uri in [
        "https://client.example/cb#",
        "https://client.example/cb#x",
        "http://localhost/cb#x",
        "cursor://host/cb#x",
    ] {
        assert_eq!(judged(uri), Err(RedirectFault::Fragment), "{uri}");
    }
    for uri in [
        "https://user@client.example/cb",
        "https://user:pass@client.example/cb",
        "https://client.example@evil.com/cb",
        "https://@client.example/cb",
        "http://localhost@evil.com/cb",
        "http://localhost:1@evil.com/cb",
        "cursor://user@host/cb",
    ] {
        assert_eq!(judged(uri), Err(RedirectFault::UserInfo), "{uri}");
    }
}

#[test]
fn b5_wildcards_dot_segments_and_odd_hosts_are_refused() {
    for uri in [
        "https://*.client.example/cb",
        "https://client.example/*",
        "http://localhost:*/cb",
        "cursor://*/cb",
    ] {
        assert_eq!(judged(uri), Err(RedirectFault::Wildcard), "{uri}");
    }
    for uri in [
        "https://client.example/a/../cb",
        "https://client.example/./cb",
        "https://client.example/..",
        "https://client.example/%2e%2e/cb",
        "https://client.example/%2E./cb",
        "https://client.example/.%2e%2fcb",
        "https://client.example/a%5ccb",
        "https://client.example/a%0d%0acb",
        "https://client.example/%ff",
        "http://localhost/../cb",
    ] {
        assert_eq!(judged(uri), Err(RedirectFault::Path), "{uri}");
    }
    for uri in [
        "https://client.example\\@evil.com/cb",
        "https:\\\\evil.com/cb",
        "https://evil.com\\cb",
    ] {
        assert_eq!(judged(uri), Err(RedirectFault::Characters), "{uri}");
    }
    for uri in [
        "https://",
        "https:///cb",
        "https:client.example/cb",
        "https:/client.example/cb",
        "https://?x",
        "https://client.example./cb",
        "https://2130706433/cb",
        "https://0x7f.1/cb",
        "https://client%2eexample/cb",
        "https://client.example:99999/cb",
        "http://localhost:0/cb",
        "http://localhost:080/cb",
        "http://localhost:/cb",
    ] {
        assert_eq!(judged(uri), Err(RedirectFault::Host), "{uri}");
    }
    for uri in [
        "https://client.example/cb?code=1",
        "https://client.example/cb?a=1&state=2",
        "https://client.example/cb?iss",
        "https://client.example/cb?%65rror=1",
    ] {
        assert_eq!(judged(uri), Err(RedirectFault::Parameter), "{uri}");
    }
}

#[test]
fn b6_eleven_uris_or_one_of_2049_characters_are_refused() {
    let uri = |number: usize| format!("https://client.example/{number}");
    let uris: Vec<String> = (0..11).map(uri).collect();
    assert_eq!(judge_all(&uris, MOST), Err(RedirectFault::TooMany));
    assert_eq!(judge_all(&uris[..10], MOST).unwrap().len(), 10);
    let begin = "https://client.example/";
    let long = |length: usize| format!("{begin}{}", "a".repeat(length - begin.len()));
    assert_eq!(judged(&long(2_049)), Err(RedirectFault::TooLong));
    assert_eq!(judged(&long(2_048)), Ok(RedirectKind::Https));
    assert_eq!(judge_all(&[], MOST), Err(RedirectFault::None));
}

#[test]
fn private_use_schemes_are_kept_beside_a_usable_uri_and_never_used() {
    let cursor = "cursor://anysphere.cursor-mcp/oauth/callback".to_owned();
    assert_eq!(
        judge_all(std::slice::from_ref(&cursor), MOST),
        Err(RedirectFault::NoneUsable)
    );
    let uris = [
        cursor.clone(),
        "http://localhost:8787/callback".to_owned(),
        cursor.clone(),
    ];
    let redirects = judge_all(&uris, MOST).unwrap();
    assert_eq!(redirects.len(), 2, "one that is there twice counts once");
    assert!(!allows(&redirects, &cursor));
    assert!(allows(&redirects, "http://localhost:8787/callback"));
}

#[test]
fn d4_loopback_matches_any_port_of_the_same_host_and_path() {
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        let redirects = registered(&format!("http://{host}/callback"));
        for port in ["", ":1", ":80", ":53123", ":65535"] {
            let asked = format!("http://{host}{port}/callback");
            assert!(allows(&redirects, &asked), "{asked}");
        }
    }
    let with_a_port = registered("http://127.0.0.1:33418/");
    assert!(allows(&with_a_port, "http://127.0.0.1:40000/"));
    assert!(!allows(&with_a_port, "http://127.0.0.1:40000"));
    let redirects = registered("http://localhost/callback?a=1");
    for asked in [
        "http://127.0.0.1:53123/callback?a=1",
        "http://[::1]:53123/callback?a=1",
        "https://localhost:53123/callback?a=1",
        "http://localhost:53123/callback",
        "http://localhost:53123/callback?a=2",
        "http://localhost:53123/callback?a=1&b=2",
        "http://localhost:53123/callback/?a=1",
        "http://localhost:53123/Callback?a=1",
        "http://localhost:53123/x/../callback?a=1",
        "http://localhost:53123/callback?a=1#x",
        "http://localhost:0/callback?a=1",
        "http://localhost:00080/callback?a=1",
        "http://localhost:65536/callback?a=1",
        "http://localhost:+80/callback?a=1",
        "http://localhost:/callback?a=1",
        "http://localhost:8080@evil.com/callback?a=1",
        "http://localhost.evil.com/callback?a=1",
        "http://LOCALHOST/callback?a=1",
        "HTTP://localhost/callback?a=1",
        " http://localhost/callback?a=1",
        "http:\\\\localhost/callback?a=1",
        "",
    ] {
        assert!(!allows(&redirects, asked), "{asked}");
    }
}

#[test]
fn d3_d5_elsewhere_only_the_same_text_matches() {
    let redirects = registered("https://client.example/cb?a=1");
    assert!(allows(&redirects, "https://client.example/cb?a=1"));
    for asked in [
        "https://client.example:443/cb?a=1",
        "https://client.example:8443/cb?a=1",
        "https://client.example/cb",
        "https://client.example/cb?a=1&b=2",
        "https://client.example/cb?a=1/",
        "https://client.example/cb/?a=1",
        "https://client.example/CB?a=1",
        "https://Client.example/cb?a=1",
        "https://client.example.evil.com/cb?a=1",
        "https://client.example/cb?a=%31",
        "http://client.example/cb?a=1",
        "https://client.example/cb?a=1#",
    ] {
        assert!(!allows(&redirects, asked), "{asked}");
    }
}

proptest! {
    #[test]
    fn whatever_is_usable_leads_where_it_says(text in "(https?|HTTP)?(:|://|:/|//)?[a-z@:.\\\\/?#%0-9\\[\\]*\t -]{0,40}") {
        if let Ok(kind) = judged(&text) && kind != RedirectKind::PrivateUse {
            let url = url::Url::parse(&text).unwrap();
            let host = url.host_str().unwrap().to_owned();
            prop_assert!(text.contains(&host));
            prop_assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
            let loopback = ["localhost", "127.0.0.1", "[::1]"].contains(&host.as_str());
            prop_assert!(url.scheme() == "https" || (url.scheme() == "http" && loopback));
        }
    }

    #[test]
    fn what_loopback_allows_stays_on_loopback(asked in "http://(localhost|127.0.0.1|\\[::1\\])[a-z@:.\\\\/?#%0-9 -]{0,20}(/callback)?") {
        let redirects = registered("http://localhost/callback");
        if allows(&redirects, &asked) {
            let url = url::Url::parse(&asked).unwrap();
            prop_assert_eq!(url.host_str(), Some("localhost"));
            prop_assert_eq!(url.path(), "/callback");
            prop_assert!(url.username().is_empty() && url.query().is_none());
        }
    }
}
