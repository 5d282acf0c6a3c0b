//! What `ENVIRONMENT=prod` refuses.

use auxcord::config::Config;

use super::{KEYRING, accepted, load, refused};

const GOOD: [(&str, &str); 4] = [
    ("ENVIRONMENT", "prod"),
    ("SPOTIFY_CLIENT_ID", "5fe01282e44241328a84e7c5cc169165"),
    ("BASE_URL", "https://music.example.com"),
    ("TOKEN_ENCRYPTION_KEY", KEYRING),
];

/// The good set-up, with one variable replaced or, if empty, missing.
fn but(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut pairs: Vec<_> = GOOD.into_iter().filter(|(one, _)| *one != name).collect();
    pairs.push((name, value));
    pairs
}

fn set_up() -> Config {
    accepted(&GOOD)
}

#[test]
fn a_complete_set_up_is_accepted_and_listens_on_every_interface() {
    let config = set_up();
    assert_eq!(config.server.listen().to_string(), "0.0.0.0:8001");
    assert!(config.server.base_url.is_https());
    assert!(config.notes().is_empty(), "{:?}", config.notes());
}

#[test]
fn a_host_that_was_written_out_is_kept() {
    let config = accepted(&but("HOST", "127.0.0.1"));
    assert_eq!(config.server.listen().to_string(), "127.0.0.1:8001");
}

#[test]
fn missing_keyring_and_missing_app_are_refused() {
    for name in ["TOKEN_ENCRYPTION_KEY", "SPOTIFY_CLIENT_ID"] {
        let fault = refused(&but(name, ""));
        assert_eq!(fault.name, name);
        assert!(fault.what.contains("ENVIRONMENT=prod needs it"), "{fault}");
    }
}

#[test]
fn an_origin_that_is_not_https_is_refused() {
    for text in ["", "http://127.0.0.1:8001"] {
        let fault = refused(&but("BASE_URL", text));
        assert_eq!(fault.name, "BASE_URL");
        assert!(fault.what.contains("https"), "{fault}");
    }
}

#[test]
fn weak_keys_are_refused() {
    for key in [
        // 0, 1, 2, ... 31
        "k:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        // "0123456789" again and again
        "k:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE",
    ] {
        let fault = refused(&but("TOKEN_ENCRYPTION_KEY", key));
        assert!(fault.what.contains("not random"), "{fault}");
        assert!(!fault.to_string().contains(&key[2..]), "{fault}");
    }
}

#[test]
fn short_and_uniform_client_secrets_are_refused() {
    for secret in [
        "abc123",
        "00000000000000000000000000000000",
        "changeme-changeme-changeme",
    ] {
        let fault = refused(&but("SPOTIFY_CLIENT_SECRET", secret));
        assert_eq!(fault.name, "SPOTIFY_CLIENT_SECRET");
        assert!(!fault.to_string().contains(secret), "{fault}");
    }
}

#[test]
fn an_unencrypted_upstream_is_refused_unless_it_is_this_machine() {
    assert_eq!(
        refused(&but("SPOTIFY_API_URL", "http://proxy.example/v1")).name,
        "SPOTIFY_API_URL"
    );
    assert!(load(&but("SPOTIFY_API_URL", "http://127.0.0.1:9999/v1")).is_ok());
    assert!(load(&[("SPOTIFY_API_URL", "http://proxy.example/v1")]).is_ok());
}

#[test]
fn all_that_is_missing_is_told_together() {
    let faults = load(&[("ENVIRONMENT", "prod")]).unwrap_err();
    let names: Vec<_> = faults
        .all()
        .iter()
        .map(|fault| fault.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["BASE_URL", "SPOTIFY_CLIENT_ID", "TOKEN_ENCRYPTION_KEY"]
    );
}
