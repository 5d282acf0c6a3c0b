//! Limits, client hosts, and the files that belong to the door for clients.

use std::path::Path;

use super::{accepted, refused};

const LIMITS: [&str; 7] = [
    "LIMIT_REGISTER",
    "LIMIT_AUTHORIZE",
    "LIMIT_LOGIN",
    "LIMIT_CLIENT_DOCUMENTS",
    "LIMIT_TOKEN",
    "LIMIT_REVOKE",
    "LIMIT_MCP",
];

#[test]
fn a_limit_is_a_number_per_minute() {
    let config = accepted(&[("LIMIT_REGISTER", "1/min"), ("LIMIT_TOKEN", "120 / MIN")]);
    assert_eq!(config.limits.register, 1);
    assert_eq!(config.limits.token, 120);
    assert_eq!(config.limits.authorize, 30);
    assert!(config.effective().contains("120/min"));
}

#[test]
fn a_limit_of_nothing_or_in_another_unit_is_refused_with_the_remedy() {
    for name in LIMITS {
        for (text, why) in [
            ("0/min", "nobody"),
            ("5", "not a limit"),
            ("5/s", "not a limit"),
            ("5/hour", "not a limit"),
            ("5/minute", "not a limit"),
            ("/min", "not a limit"),
            ("-5/min", "not a limit"),
            ("1.5/min", "not a limit"),
            ("five/min", "not a limit"),
            ("10000001/min", "not a limit"),
            ("99999999999999/min", "not a limit"),
            ("unlimited", "not a limit"),
        ] {
            let fault = refused(&[(name, text)]);
            assert_eq!(fault.name, name);
            assert!(fault.what.contains(why), "{text}: {fault}");
            assert!(fault.remedy.contains("30/min"), "{fault}");
        }
    }
}

#[test]
fn client_hosts_are_hosts_with_or_without_a_port() {
    let config = accepted(&[(
        "OAUTH_TRUSTED_CLIENT_HOSTS",
        "Clients.internal, clients.internal:8443, 127.0.0.1:80, [::1]:443, [::1]",
    )]);
    assert_eq!(
        config.oauth.trusted_client_hosts,
        [
            "clients.internal",
            "clients.internal:8443",
            "127.0.0.1:80",
            "[::1]:443",
            "[::1]"
        ]
    );
    for text in [
        "https://clients.internal",
        "clients.internal/path",
        "*.internal",
        "me@clients.internal",
        "clients.internal:",
        "clients.internal:99999",
        "a b",
        "::1",
    ] {
        let fault = refused(&[("OAUTH_TRUSTED_CLIENT_HOSTS", text)]);
        assert_eq!(fault.name, "OAUTH_TRUSTED_CLIENT_HOSTS", "{text}");
        assert!(fault.remedy.contains("clients.internal:8443"));
    }
}

#[test]
fn the_door_for_clients_can_be_narrowed_and_dressed() {
    let config = accepted(&[
        ("OAUTH_REGISTRATION", "false"),
        ("OAUTH_REFRESH_REPLAY_SECONDS", "0"),
        ("OAUTH_EXTRA_CA_FILE", "/tls/roots.pem"),
        ("PRIVACY_FILE", "privacy.txt"),
        ("TERMS_FILE", "terms.txt"),
    ]);
    assert!(!config.oauth.registration);
    assert!(config.oauth.refresh_replay.is_zero());
    let file = config.oauth.extra_ca_file.as_deref();
    assert_eq!(file, Some(Path::new("/tls/roots.pem")));
    let (privacy, terms) = (config.pages.privacy_file, config.pages.terms_file);
    assert_eq!(privacy.as_deref(), Some(Path::new("privacy.txt")));
    assert_eq!(terms.as_deref(), Some(Path::new("terms.txt")));
    let fault = refused(&[("OAUTH_REFRESH_REPLAY_SECONDS", "601")]);
    assert!(fault.remedy.contains("0 to 600"), "{fault}");
}
