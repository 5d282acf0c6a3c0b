//! Certificates, the https address that follows from them, and the proxies in front.

use auxcord::config::Tls;

use super::{accepted, refused};

const CERT: (&str, &str) = ("TLS_CERT", "/tls/cert.pem");
const KEY: (&str, &str) = ("TLS_KEY", "/tls/key.pem");

#[test]
fn with_a_certificate_the_server_is_https_on_loopback() {
    let mut config = accepted(&[CERT, KEY, ("PORT", "0")]);
    config.bound(40123);
    assert_eq!(config.server.base_url.as_str(), "https://127.0.0.1:40123");
    assert_eq!(
        config.spotify.redirect_uri.as_str(),
        "https://127.0.0.1:40123/auth/callback"
    );
    let tls = Tls {
        cert: "/tls/cert.pem".into(),
        key: "/tls/key.pem".into(),
    };
    assert_eq!(config.server.tls, Some(tls));
}

#[test]
fn a_certificate_without_its_key_is_refused_and_the_other_way_round() {
    for (given, missing) in [(CERT, "TLS_KEY"), (KEY, "TLS_CERT")] {
        let fault = refused(&[given]);
        assert_eq!(fault.name, missing);
        assert!(fault.what.contains(given.0), "{fault}");
    }
}

#[test]
fn a_certificate_on_an_http_origin_is_refused_with_the_line_to_write() {
    let fault = refused(&[CERT, KEY, ("BASE_URL", "http://127.0.0.1:8001")]);
    assert_eq!(fault.name, "BASE_URL");
    assert_eq!(fault.remedy, "write BASE_URL=https://127.0.0.1:8001");
}

#[test]
fn localhost_stays_https_in_the_line_to_write() {
    let fault = refused(&[CERT, KEY, ("BASE_URL", "https://localhost:8001")]);
    assert_eq!(fault.remedy, "write BASE_URL=https://127.0.0.1:8001");
}

#[test]
fn proxies_are_networks_or_single_addresses() {
    let config = accepted(&[(
        "TRUSTED_PROXIES",
        "10.1.2.3/8, 192.0.2.7, fd00::/8,2001:db8::1",
    )]);
    let networks: Vec<_> = config
        .server
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        networks,
        ["10.0.0.0/8", "192.0.2.7/32", "fd00::/8", "2001:db8::1/128"]
    );
    assert!(config.effective().contains("10.0.0.0/8,192.0.2.7/32"));
}

#[test]
fn proxies_that_are_no_networks_or_everybody_are_refused() {
    for (text, why) in [
        ("10.0.0.0/33", "not a network"),
        ("proxy.internal", "not a network"),
        ("10.0.0.1:80", "not a network"),
        ("*", "not a network"),
        ("0.0.0.0/0", "everybody"),
        ("::/0", "everybody"),
    ] {
        let fault = refused(&[("TRUSTED_PROXIES", text)]);
        assert_eq!(fault.name, "TRUSTED_PROXIES");
        assert!(fault.what.contains(why), "{text}: {fault}");
        assert!(!fault.remedy.is_empty());
    }
}
