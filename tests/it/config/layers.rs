//! Defaults < file < environment (over `.env`) < flags, and `X` or `X_FILE`.

use std::fs;

use auxcord::{
    cli::config as command,
    config::{Config, Flags, Sources},
};
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::{KEYRING, accepted, load, refused};

/// Every layer sets the port; `last` layers of them are there.
fn port_with(last: usize) -> u16 {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("auxcord.toml");
    let dotenv = dir.path().join(".env");
    fs::write(&file, "[server]\nport = 1001\n").unwrap();
    fs::write(&dotenv, "PORT=1002\n").unwrap();
    let mut sources = Sources::default();
    if last > 0 {
        sources.file = Some(file);
    }
    if last > 1 {
        sources.dotenv = Some(dotenv);
    }
    if last > 2 {
        sources.environment = Sources::from_pairs([("PORT", "1003")]).environment;
    }
    if last > 3 {
        sources.flags.port = Some("1004".to_owned());
    }
    Config::load(&sources).unwrap().server.port
}

#[test]
fn a_higher_layer_wins_over_all_below_it() {
    let ports: Vec<_> = (0..5).map(port_with).collect();
    assert_eq!(ports, [8001, 1001, 1002, 1003, 1004]);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let config = accepted(&[
        ("PORT", ""),
        ("BASE_URL", "  "),
        ("TOKEN_ENCRYPTION_KEY", ""),
    ]);
    assert_eq!(config.server.port, 8001);
    assert!(config.secrets.keyring.is_none());
}

#[test]
fn an_empty_variable_leaves_the_one_in_dotenv_in_force() {
    let dir = TempDir::new().unwrap();
    let dotenv = dir.path().join(".env");
    fs::write(&dotenv, "export PORT='9000' # quoted\n\n").unwrap();
    let sources = Sources {
        dotenv: Some(dotenv),
        ..Sources::from_pairs([("PORT", "")])
    };
    assert_eq!(Config::load(&sources).unwrap().server.port, 9000);
}

#[test]
fn a_dotenv_that_is_not_there_is_no_fault() {
    let sources = Sources {
        dotenv: Some("/nowhere/.env".into()),
        ..Sources::default()
    };
    assert!(Config::load(&sources).is_ok());
}

#[test]
fn a_dotenv_line_that_cannot_be_read_is_told_by_its_number_only() {
    let dir = TempDir::new().unwrap();
    let dotenv = dir.path().join(".env");
    fs::write(
        &dotenv,
        "PORT=9000\n\n# mine\nSPOTIFY_CLIENT_SECRET=hush hush # a remark\n",
    )
    .unwrap();
    let sources = Sources {
        dotenv: Some(dotenv),
        ..Sources::default()
    };
    let told = Config::load(&sources).unwrap_err().to_string();
    assert!(told.contains("line 4"), "{told}");
    assert!(!told.contains("hush"), "{told}");
}

#[test]
fn a_secret_comes_from_the_file_that_is_named_without_its_newline() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("key");
    fs::write(&file, format!("{KEYRING}\n")).unwrap();
    let config = accepted(&[("TOKEN_ENCRYPTION_KEY_FILE", file.to_str().unwrap())]);
    assert_eq!(config.secrets.keyring.unwrap().expose_secret(), KEYRING);
}

#[test]
fn a_secret_given_both_ways_is_refused() {
    let fault = refused(&[
        ("TOKEN_ENCRYPTION_KEY", KEYRING),
        ("TOKEN_ENCRYPTION_KEY_FILE", "/run/secrets/key"),
    ]);
    assert_eq!(fault.name, "TOKEN_ENCRYPTION_KEY");
    assert!(fault.what.contains("TOKEN_ENCRYPTION_KEY_FILE"));
}

#[test]
fn a_secret_file_that_is_missing_or_empty_is_refused() {
    let fault = refused(&[
        ("SPOTIFY_CLIENT_ID", "abc"),
        ("SPOTIFY_CLIENT_SECRET_FILE", "/nowhere/key"),
    ]);
    assert_eq!(fault.name, "SPOTIFY_CLIENT_SECRET_FILE");
    assert!(fault.what.contains("/nowhere/key"));

    let dir = TempDir::new().unwrap();
    let file = dir.path().join("url");
    fs::write(&file, "\n").unwrap();
    let fault = refused(&[("DATABASE_URL_FILE", file.to_str().unwrap())]);
    assert_eq!(fault.name, "DATABASE_URL_FILE");
    assert!(fault.what.contains("empty"));
}

#[test]
fn every_fault_is_reported_at_once_with_name_and_remedy() {
    let sources = Sources {
        flags: Flags {
            admin_listen: Some("here".to_owned()),
            ..Flags::default()
        },
        ..Sources::from_pairs([
            ("PORT", "70000"),
            ("ENVIRONMENT", "staging"),
            ("DATABASE_URL", "mysql://root:hush@db/x"),
            ("TOKEN_ENCRYPTION_KEY", "k1:abc"),
            (
                "SPOTIFY_REDIRECT_URI",
                "http://localhost:8001/auth/callback",
            ),
            ("LOG", "debg"),
            ("TOOLSETS", "core,spokn"),
        ])
    };
    let faults = Config::load(&sources).unwrap_err();
    let names: Vec<_> = faults
        .all()
        .iter()
        .map(|fault| fault.name.as_str())
        .collect();
    for name in [
        "PORT",
        "ENVIRONMENT",
        "DATABASE_URL",
        "TOKEN_ENCRYPTION_KEY",
        "SPOTIFY_REDIRECT_URI",
        "LOG",
        "TOOLSETS",
        "--admin-listen (ADMIN_LISTEN)",
    ] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    assert_eq!(names.len(), 8, "{faults}");
    assert!(faults.all().iter().all(|fault| !fault.remedy.is_empty()));
    assert_eq!(faults.to_string().lines().count(), 8);
    assert!(!faults.to_string().contains("hush"));
    assert!(faults.hint().contains("config check"));
}

#[test]
fn variables_of_older_servers_are_ignored_and_told() {
    let config = accepted(&[("SESSION_SECRET_KEY", "x"), ("DEV_TOKEN", "hush")]);
    let notes = config.notes().join("\n");
    assert!(notes.contains("SESSION_SECRET_KEY is known from older servers"));
    assert!(notes.contains("DEV_TOKEN"));
    assert!(!notes.contains("hush"));
}

#[test]
fn a_misspelt_variable_is_told() {
    let config = accepted(&[("SPOTIFY_CLIENTID", "abc"), ("HOSTNAME", "box")]);
    let notes = config.notes().join("\n");
    assert!(notes.contains("did you mean SPOTIFY_CLIENT_ID?"), "{notes}");
    assert!(!notes.contains("HOSTNAME"), "{notes}");
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_utf8_is_refused() {
    use std::os::unix::ffi::OsStringExt;
    let mut sources = Sources::default();
    let value = std::ffi::OsString::from_vec(vec![0xff, 0xfe]);
    sources.environment.insert("MCP_PATH".to_owned(), value);
    let faults = Config::load(&sources).unwrap_err();
    assert_eq!(faults.all()[0].name, "MCP_PATH");
}

#[test]
fn the_sandbox_keeps_its_hands_off_the_operators_spotify_and_database() {
    let mut sources = Sources::from_pairs([
        ("SPOTIFY_CLIENT_ID", "real"),
        ("SPOTIFY_CLIENT_SECRET", "real-secret-of-some-length"),
        ("SPOTIFY_REDIRECT_URI", "https://music.example.com/callback"),
        ("SPOTIFY_API_URL", "nonsense"),
        ("DATABASE_URL", "postgres://u:p@db/real"),
        ("PORT", "9100"),
    ]);
    sources.sandbox = true;
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.spotify.client_id, None);
    assert!(config.spotify.client_secret.is_none());
    assert_eq!(config.server.base_url.as_str(), "http://127.0.0.1:9100");
    assert_eq!(
        config.spotify.redirect_uri.as_str(),
        "http://127.0.0.1:9100/auth/callback"
    );
    assert_eq!(config.database.url.to_string(), "a temporary SQLite file");

    sources.flags.database = Some("sqlite:////tmp/kept.db".to_owned());
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.database.url.to_string(), "SQLite file /tmp/kept.db");
}

#[test]
fn the_sandbox_refuses_prod() {
    let mut sources = Sources::from_pairs([("ENVIRONMENT", "prod")]);
    sources.sandbox = true;
    let faults = Config::load(&sources).unwrap_err();
    assert_eq!(faults.all().len(), 1, "{faults}");
    assert_eq!(faults.all()[0].name, "ENVIRONMENT");
    assert!(faults.all()[0].remedy.contains("--sandbox"));
}

#[test]
fn check_shows_what_is_in_force_and_whence_without_a_secret() {
    let sources = Sources::from_pairs([
        ("PORT", "9000"),
        ("SPOTIFY_CLIENT_ID", "client"),
        ("SPOTIFY_CLIENT_SECRET", "hush-hush-hush-hush"),
        ("TOKEN_ENCRYPTION_KEY", KEYRING),
        (
            "DATABASE_URL",
            "postgresql+asyncpg://me:hushword@db.example/aux?password=hushing",
        ),
    ]);
    let told = command::check(&sources).unwrap();
    let line = |key: &str| {
        let line = told.lines().find(|line| line.starts_with(key));
        line.unwrap_or_else(|| panic!("no {key} in\n{told}"))
            .to_owned()
    };
    assert!(line("server.port").contains("9000"));
    assert!(line("server.port").contains("PORT in the environment"));
    assert!(line("server.host").contains("# default"));
    assert!(line("spotify.client_secret").contains("(set)"));
    assert!(line("secrets.token_encryption_key").contains("(set)"));
    assert!(line("database.url").contains("PostgreSQL at db.example:5432/aux"));
    for secret in ["hush", "me:", &KEYRING[8..]] {
        assert!(!told.contains(secret), "{secret} is in\n{told}");
    }
}

#[test]
fn debug_of_a_configuration_is_blind() {
    let sources = Sources::from_pairs([
        ("SPOTIFY_CLIENT_ID", "client"),
        ("SPOTIFY_CLIENT_SECRET", "hush-hush-hush-hush"),
        ("TOKEN_ENCRYPTION_KEY", KEYRING),
        ("DATABASE_URL", "postgres://me:hushword@db.example/aux"),
    ]);
    let printed = format!("{:?} {sources:?}", Config::load(&sources).unwrap());
    assert!(printed.contains("db.example"));
    for secret in ["hush", &KEYRING[8..]] {
        assert!(!printed.contains(secret), "{secret} is in\n{printed}");
    }
}

#[test]
fn no_fault_quotes_a_secret() {
    let told = load(&[
        ("SPOTIFY_CLIENT_SECRET", "hush hush"),
        ("TOKEN_ENCRYPTION_KEY", "k:hush,k:hush"),
        ("DATABASE_URL", "postgres://hush:hush@:hush/hush"),
        ("BASE_URL", "https://hush:hush@music.example.com"),
        ("SPOTIFY_API_URL", "https://hush@api.example"),
        ("ALLOWED_ORIGINS", "https://hush@app.example"),
    ])
    .unwrap_err()
    .to_string();
    assert!(told.lines().count() >= 6, "{told}");
    assert!(!told.contains("hush"), "{told}");
}
