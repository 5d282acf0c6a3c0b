//! Numbers, words, lists, databases and keyrings: what is understood and what is refused.

use auxcord::config::{DatabaseUrl, Environment, LogFormat, Transport};
use secrecy::ExposeSecret;

use super::{KEYRING, accepted, refused};

#[test]
fn a_number_out_of_range_is_refused_with_the_range() {
    for (name, text, range) in [
        ("PORT", "65536", "0 to 65535"),
        ("PORT", "eight", "0 to 65535"),
        ("DATABASE_MAX_CONNECTIONS", "0", "1 to 1000"),
        ("MAX_BODY_BYTES", "99999999999", "1024 to 16777216"),
        ("REQUEST_TIMEOUT_SECONDS", "1.5", "1 to 600"),
        ("SPOTIFY_CALL_TIMEOUT_MS", "-1", "100 to 120000"),
        ("CALLER_CACHE_SECONDS", "61", "0 to 60"),
        ("SHUTDOWN_GRACE_SECONDS", "601", "0 to 600"),
        ("HEADER_TIMEOUT_SECONDS", "0", "1 to 120"),
        ("SPOTIFY_CONNECT_TIMEOUT_MS", "99", "100 to 60000"),
        ("DATABASE_ACQUIRE_TIMEOUT_MS", "60001", "100 to 60000"),
        ("DATABASE_BUSY_TIMEOUT_MS", "60001", "0 to 60000"),
    ] {
        let fault = refused(&[(name, text)]);
        assert_eq!(fault.name, name);
        assert!(fault.what.contains(text), "{fault}");
        assert!(fault.remedy.contains(range), "{fault}");
    }
}

#[test]
fn words_are_understood_in_any_case_and_others_refused() {
    let config = accepted(&[
        ("TRANSPORT", "STDIO"),
        ("LOG_FORMAT", "Json"),
        ("READ_ONLY", "yes"),
    ]);
    assert_eq!(config.server.environment, Environment::Dev);
    assert_eq!(config.server.transport, Transport::Stdio);
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(config.mcp.read_only);
    for (name, word) in [
        ("ENVIRONMENT", "`dev` or `prod`"),
        ("TRANSPORT", "`http` or `stdio`"),
        ("LOG_FORMAT", "`auto` or `text` or `json`"),
        ("READ_ONLY", "`true` or `false`"),
    ] {
        let fault = refused(&[(name, "sse")]);
        assert_eq!(fault.name, name);
        assert!(fault.remedy.contains(word), "{fault}");
    }
}

#[test]
fn a_host_is_an_ip_address() {
    let fault = refused(&[("HOST", "localhost")]);
    assert_eq!(fault.name, "HOST");
    assert!(fault.remedy.contains("127.0.0.1"));
}

#[test]
fn control_characters_of_a_value_are_told_escaped_and_cut() {
    let long = format!("a\u{1b}[31m{}", "x".repeat(500));
    let told = refused(&[("TRANSPORT", &long)]).to_string();
    assert!(!told.contains('\u{1b}'), "{told:?}");
    assert!(told.len() < 250, "{told}");
}

#[test]
fn sqlite_urls_are_read_as_sqlalchemy_reads_them() {
    for (text, file) in [
        ("sqlite://auxcord.db", "auxcord.db"),
        ("sqlite:///auxcord.db", "auxcord.db"),
        ("sqlite:///./data/auxcord.db", "./data/auxcord.db"),
        ("sqlite:////data/auxcord.db", "/data/auxcord.db"),
        ("sqlite+aiosqlite:///auxcord.db", "auxcord.db"),
        ("sqlite:auxcord.db?mode=rwc", "auxcord.db"),
        ("sqlite:/data/auxcord.db", "/data/auxcord.db"),
    ] {
        let DatabaseUrl::Sqlite { path } = accepted(&[("DATABASE_URL", text)]).database.url else {
            panic!("{text} is SQLite");
        };
        assert_eq!(path.to_str().unwrap(), file, "{text}");
    }
}

#[test]
fn postgres_urls_lose_the_driver_and_nothing_else() {
    for (text, url) in [
        ("postgres://u:p@db/aux", "postgres://u:p@db/aux"),
        ("postgresql://u:p@db:5433/aux", "postgres://u:p@db:5433/aux"),
        (
            "postgresql+asyncpg://u:p%40@db/aux?sslmode=require",
            "postgres://u:p%40@db/aux?sslmode=require",
        ),
        (
            "postgres:///aux?host=/run/postgresql",
            "postgres:///aux?host=/run/postgresql",
        ),
    ] {
        let DatabaseUrl::Postgres(read) = accepted(&[("DATABASE_URL", text)]).database.url else {
            panic!("{text} is PostgreSQL");
        };
        assert_eq!(read.expose_secret(), url);
    }
}

#[test]
fn a_database_url_that_cannot_work_is_refused_without_quoting_it() {
    for (text, why) in [
        ("auxcord.db", "not a database URL"),
        ("mysql://u:hush@db/aux", "only SQLite and PostgreSQL"),
        ("sqlite://", "in memory"),
        ("sqlite::memory:", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:////data/", "names no file"),
        ("sqlite://a.db?mode=ro", "parameters"),
        ("postgres://u:hush@db", "names no database"),
        ("postgres:aux", "names no host"),
        ("postgres:///aux", "names no host"),
        ("postgres://u:hu/sh@db/aux", "not a URL"),
    ] {
        let fault = refused(&[("DATABASE_URL", text)]);
        assert_eq!(fault.name, "DATABASE_URL");
        assert!(fault.what.contains(why), "{text}: {fault}");
        assert!(!fault.to_string().contains("hush"), "{fault}");
    }
}

#[test]
fn keyrings_are_bare_or_named() {
    let bare = "g65tTB_YpHWUHyFOWQhtHJZI22tNrBu9gS4PY8asy1I=";
    let two = format!("{KEYRING}, old:GBUdSuYA02mX5iHTuEg7hItDr2rVuvhKZfvhydZyvSE");
    for text in [bare, KEYRING, &two] {
        assert!(
            accepted(&[("TOKEN_ENCRYPTION_KEY", text)])
                .secrets
                .keyring
                .is_some()
        );
    }
}

#[test]
fn a_malformed_keyring_is_refused_by_the_place_of_the_entry() {
    let key = &KEYRING[8..];
    for (text, why) in [
        (format!("{KEYRING},{key}"), "entry 2 has no name"),
        (
            format!("{KEYRING},{KEYRING}"),
            "entry 2 has the name of an earlier one",
        ),
        (format!("a b:{key}"), "entry 1 has a name"),
        (format!("k:{}", &key[..20]), "instead of 32"),
        (format!("k:{}", key.replace('_', "/")), "not base64url"),
        (format!("k:{}", "A".repeat(43)), "one byte 32 times"),
        ("your_encryption_key".to_owned(), "example"),
        (",".to_owned(), "no key"),
    ] {
        let fault = refused(&[("TOKEN_ENCRYPTION_KEY", &text)]);
        assert!(fault.what.contains(why), "{fault}");
        assert!(fault.remedy.contains("keyring generate"));
        assert!(!fault.to_string().contains(&key[..12]), "{fault}");
    }
}

#[test]
fn example_credentials_are_refused_in_dev_too() {
    let fault = refused(&[("SPOTIFY_CLIENT_ID", "your_spotify_client_id")]);
    assert_eq!(fault.name, "SPOTIFY_CLIENT_ID");
    let fault = refused(&[
        ("SPOTIFY_CLIENT_ID", "id"),
        ("SPOTIFY_CLIENT_SECRET", "your_spotify_client_secret"),
    ]);
    assert_eq!(fault.name, "SPOTIFY_CLIENT_SECRET");
    assert!(fault.what.contains("example"));
}

#[test]
fn a_client_secret_without_a_client_id_is_refused() {
    let fault = refused(&[("SPOTIFY_CLIENT_SECRET", "0123456789abcdef0123456789abcdef")]);
    assert_eq!(fault.name, "SPOTIFY_CLIENT_ID");
}

#[test]
fn upstream_urls_lose_their_trailing_slash_and_may_not_hold_more_than_a_path() {
    let config = accepted(&[("SPOTIFY_API_URL", "http://127.0.0.1:9999/v1/")]);
    assert_eq!(config.spotify.api_url.as_str(), "http://127.0.0.1:9999/v1");
    for text in [
        "api.spotify.com",
        "https://u:p@api.spotify.com/v1",
        "https://api.spotify.com/v1?x",
    ] {
        assert_eq!(
            refused(&[("SPOTIFY_API_URL", text)]).name,
            "SPOTIFY_API_URL"
        );
    }
}

#[test]
fn toolsets_and_tools_are_lists_of_names() {
    let config = accepted(&[
        ("TOOLSETS", "core, curation,"),
        ("EXCLUDE_TOOLS", "create_playlist"),
    ]);
    assert_eq!(config.mcp.toolsets, ["core", "curation"]);
    assert_eq!(config.mcp.exclude_tools, ["create_playlist"]);
    let fault = refused(&[("TOOLSETS", "spokne")]);
    assert!(fault.remedy.contains("`spoken`"), "{fault}");
    assert_eq!(refused(&[("TOOLS", "get playlist")]).name, "TOOLS");
}

#[test]
fn the_toolsets_of_the_configuration_are_those_that_exist() {
    let names: Vec<_> = auxcord::auth::Toolset::ALL
        .into_iter()
        .map(auxcord::auth::Toolset::as_str)
        .collect();
    assert_eq!(auxcord::config::TOOLSETS, names);
}

#[test]
fn a_log_filter_with_a_misspelt_level_is_refused() {
    assert_eq!(
        accepted(&[("LOG", "warn,auxcord::link=debug")]).log.filter,
        "warn,auxcord::link=debug"
    );
    for text in ["debg", "auxcord=verbose", "info,,", "auxcord"] {
        assert_eq!(refused(&[("LOG", text)]).name, "LOG", "{text}");
    }
}
