//! `BASE_URL`, `SPOTIFY_REDIRECT_URI` and the routes that they make.

use super::{accepted, load, refused};

#[test]
fn the_base_url_is_the_origin_of_an_https_redirect_uri() {
    let config = accepted(&[("SPOTIFY_REDIRECT_URI", "https://music.example.com/callback")]);
    assert_eq!(config.server.base_url.as_str(), "https://music.example.com");
    assert_eq!(config.spotify.callback_path, "/callback");
    assert_eq!(config.server.base_url.host_and_port(), "music.example.com");
}

#[test]
fn the_redirect_uri_follows_the_base_url() {
    let config = accepted(&[("BASE_URL", "https://Music.Example.com:443/")]);
    assert_eq!(config.server.base_url.as_str(), "https://music.example.com");
    assert_eq!(
        config.spotify.redirect_uri.as_str(),
        "https://music.example.com/auth/callback"
    );
}

#[test]
fn the_base_url_follows_the_port() {
    let config = accepted(&[("PORT", "9000")]);
    assert_eq!(config.server.base_url.as_str(), "http://127.0.0.1:9000");
    assert_eq!(config.server.base_url.host_and_port(), "127.0.0.1:9000");
    assert!(config.server.base_url.is_loopback());
    assert!(!config.server.base_url.is_https());
}

#[test]
fn a_port_that_the_system_chose_is_taken_over_into_both_addresses() {
    let mut config = accepted(&[("PORT", "0")]);
    config.bound(40123);
    assert_eq!(config.server.listen().port(), 40123);
    assert_eq!(config.server.base_url.as_str(), "http://127.0.0.1:40123");
    assert_eq!(
        config.spotify.redirect_uri.as_str(),
        "http://127.0.0.1:40123/auth/callback"
    );
}

#[test]
fn a_port_that_the_system_chose_leaves_a_written_address_alone() {
    let mut config = accepted(&[("PORT", "0"), ("BASE_URL", "https://music.example.com")]);
    config.bound(40123);
    assert_eq!(config.server.base_url.as_str(), "https://music.example.com");
}

#[test]
fn a_base_url_is_an_origin_and_nothing_else() {
    for (text, why) in [
        ("https://music.example.com/aux", "a path"),
        ("https://music.example.com/?a=b", "`?`"),
        ("https://music.example.com/#a", "`#`"),
        ("https://me:hush@music.example.com", "password"),
        ("ftp://music.example.com", "neither an http nor an https"),
        ("music.example.com", "not a URL"),
        ("http://music.example.com", "not https"),
        ("http://0.0.0.0:8001", "not https"),
    ] {
        let fault = refused(&[("BASE_URL", text)]);
        assert_eq!(fault.name, "BASE_URL");
        assert!(fault.what.contains(why), "{text}: {fault}");
        assert!(!fault.to_string().contains("hush"));
    }
}

/// Clients compare the issuer letter by letter, so there is one way to write it.
#[test]
fn an_odd_base_url_is_refused_with_the_line_to_write() {
    for text in [
        "https:music.example.com",
        "https:/music.example.com",
        "https:\\\\music.example.com",
        "https://music.example.com/.",
        "https://music.example.com/%2e",
        "https://mus\tic.example.com",
        "https://@music.example.com",
        "https://music.example.com:",
        "https://music%2Eexample.com",
        "https://music.example.com:0443",
    ] {
        let fault = refused(&[("BASE_URL", text)]);
        assert!(fault.what.contains("normal form"), "{text}: {fault}");
        assert_eq!(fault.remedy, "write BASE_URL=https://music.example.com");
    }
    for (text, remedy) in [
        ("http://0x7f.1:8001", "http://127.0.0.1:8001"),
        ("http://127.1:8001", "http://127.0.0.1:8001"),
        ("http://[0:0::1]:8001", "http://[::1]:8001"),
        ("https://Bücher.example", "https://xn--bcher-kva.example"),
    ] {
        let fault = refused(&[("BASE_URL", text)]);
        assert_eq!(fault.remedy, format!("write BASE_URL={remedy}"));
    }
}

#[test]
fn an_origin_that_no_client_can_reach_is_refused() {
    for host in [
        "*.example.com",
        "music.example.com.",
        "0.0.0.0",
        "[::]",
        "255.255.255.255",
        "224.0.0.1",
        "[ff02::1]",
        "a..b.example",
        "a!b.example",
        "music.example.com:0",
    ] {
        for (name, path) in [("BASE_URL", ""), ("SPOTIFY_REDIRECT_URI", "/cb")] {
            let faults = load(&[(name, &format!("https://{host}{path}"))]).unwrap_err();
            assert_eq!(faults.all()[0].name, name, "{host}: {faults}");
        }
    }
}

#[test]
fn a_localhost_redirect_uri_is_refused_with_the_reason_and_the_line_to_write() {
    let fault = refused(&[(
        "SPOTIFY_REDIRECT_URI",
        "http://localhost:8001/auth/callback",
    )]);
    assert_eq!(fault.name, "SPOTIFY_REDIRECT_URI");
    assert!(
        fault.what.contains("Spotify refuses `localhost`"),
        "{fault}"
    );
    assert!(
        fault
            .remedy
            .contains("SPOTIFY_REDIRECT_URI=http://127.0.0.1:8001/auth/callback"),
        "{fault}"
    );
    for text in [
        "https://localhost/cb",
        "http://app.localhost:8001/cb",
        "http://LOCALHOST./cb",
    ] {
        let fault = refused(&[("SPOTIFY_REDIRECT_URI", text)]);
        assert!(fault.what.contains("localhost"), "{text}: {fault}");
    }
}

#[test]
fn a_localhost_base_url_is_refused_for_the_same_reason() {
    let fault = refused(&[("BASE_URL", "http://localhost:8001")]);
    assert_eq!(fault.remedy, "write BASE_URL=http://127.0.0.1:8001");
}

#[test]
fn a_redirect_uri_follows_spotifys_rules() {
    for (text, why) in [
        ("http://music.example.com/cb", "loopback addresses only"),
        ("http://192.168.1.5:8001/cb", "loopback addresses only"),
        ("https://music.example.com/cb?x=1", "`?`"),
        ("https://me@music.example.com/cb", "user name"),
        ("auxcord://callback", "neither an http nor an https"),
        ("https://music.example.com:443/cb", "normal form"),
        ("https://music.example.com", "normal form"),
        ("https://music.example.com/", "another route"),
        ("https://music.example.com/token", "another route"),
        ("https://music.example.com/.well-known/cb", "taken"),
        ("https://music.example.com/a//b", "letters, digits"),
        ("https://music.example.com/%7Bx%7D", "letters, digits"),
    ] {
        let fault = refused(&[("SPOTIFY_REDIRECT_URI", text)]);
        assert_eq!(fault.name, "SPOTIFY_REDIRECT_URI");
        assert!(fault.what.contains(why), "{text}: {fault}");
    }
}

#[test]
fn the_redirect_uri_lies_on_the_base_url() {
    let fault = refused(&[
        ("BASE_URL", "https://music.example.com"),
        ("SPOTIFY_REDIRECT_URI", "https://other.example.com/cb"),
    ]);
    assert_eq!(fault.name, "SPOTIFY_REDIRECT_URI");
    assert!(
        fault
            .remedy
            .contains("SPOTIFY_REDIRECT_URI=https://music.example.com/cb")
    );

    let fault = refused(&[("SPOTIFY_REDIRECT_URI", "http://127.0.0.1:9999/cb")]);
    assert!(
        fault.remedy.contains("BASE_URL=http://127.0.0.1:9999"),
        "{fault}"
    );
}

#[test]
fn an_ipv6_loopback_works_throughout() {
    let config = accepted(&[
        ("HOST", "[::1]"),
        ("BASE_URL", "http://[::1]:8001"),
        ("SPOTIFY_REDIRECT_URI", "http://[::1]:8001/auth/callback"),
    ]);
    assert_eq!(config.server.listen().to_string(), "[::1]:8001");
    assert_eq!(config.server.base_url.host_and_port(), "[::1]:8001");
    assert!(config.server.base_url.is_loopback());
}

#[test]
fn the_mcp_path_is_a_route_of_its_own() {
    assert_eq!(accepted(&[("MCP_PATH", "/aux/mcp")]).mcp.path, "/aux/mcp");
    for (path, why) in [
        ("mcp", "start with a slash"),
        ("/", "another route"),
        ("/mcp/", "letters, digits"),
        ("/authorize", "another route"),
        ("/auth/mcp", "taken"),
        ("/{mcp}", "letters, digits"),
        ("/a/../b", "letters, digits"),
        ("/mcp?x", "letters, digits"),
    ] {
        let fault = refused(&[("MCP_PATH", path)]);
        assert_eq!(fault.name, "MCP_PATH");
        assert!(fault.what.contains(why), "{path}: {fault}");
    }
}

#[test]
fn the_mcp_path_and_the_callback_do_not_collide() {
    for path in ["/cb", "/cb/readonly"] {
        let uri = format!("https://music.example.com{path}");
        let fault = refused(&[("MCP_PATH", "/cb"), ("SPOTIFY_REDIRECT_URI", &uri)]);
        assert!(fault.what.contains("callback"), "{fault}");
    }
}

#[test]
fn allowed_origins_default_to_ones_own() {
    let config = accepted(&[("BASE_URL", "https://music.example.com")]);
    assert_eq!(
        config.mcp.allowed_origins,
        ["https://music.example.com:443"]
    );
    let origins = accepted(&[]).mcp.allowed_origins;
    for origin in ["http://127.0.0.1:*", "http://localhost:*", "http://[::1]:*"] {
        assert!(origins.iter().any(|one| one == origin), "{origin}");
    }
}

#[test]
fn allowed_origins_are_origins_with_their_port_written_out() {
    let config = accepted(&[(
        "ALLOWED_ORIGINS",
        "https://app.example.com, http://localhost:6274",
    )]);
    assert_eq!(
        config.mcp.allowed_origins,
        ["https://app.example.com:443", "http://localhost:6274"]
    );
    for text in [
        "*",
        "null",
        "https://app.example.com/path",
        "http://app.example.com",
    ] {
        let fault = refused(&[("ALLOWED_ORIGINS", text)]);
        assert_eq!(fault.name, "ALLOWED_ORIGINS", "{text}");
    }
}

#[test]
fn the_admin_listener_is_another_one() {
    let config = accepted(&[("ADMIN_LISTEN", "127.0.0.1:9001")]);
    assert_eq!(config.server.admin_listen.unwrap().port(), 9001);
    let fault = refused(&[("ADMIN_LISTEN", "127.0.0.1:8001")]);
    assert!(fault.what.contains("public listener"));
    let fault = refused(&[("ADMIN_LISTEN", "9001")]);
    assert!(fault.remedy.contains("127.0.0.1:9001"));
}
