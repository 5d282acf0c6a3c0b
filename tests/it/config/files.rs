//! Configuration files: the one that is embedded, those that people write, and `.env.example`.

use std::{fs, path::PathBuf};

use auxcord::{
    cli::config as command,
    config::{Config, Faults, Limits, SETTINGS, Sources},
};
use tempfile::TempDir;

use super::accepted;

const ENV_EXAMPLE: &str = include_str!("../../../.env.example");

fn with_file(text: &str) -> Result<Config, Faults> {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("auxcord.toml");
    fs::write(&file, text).unwrap();
    Config::load(&Sources {
        file: Some(file),
        ..Sources::default()
    })
}

/// `# key = value` becomes `key = value`; other comments stay.
fn uncommented(text: &str, is_key: impl Fn(&str) -> bool) -> String {
    let lines = text.lines().map(|line| {
        let rest = line.strip_prefix("# ").unwrap_or(line);
        let key = rest.split_once('=').map_or("", |(key, _)| key.trim());
        if is_key(key) { rest } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn is_file_key(key: &str) -> bool {
    let names_file = key.strip_suffix("_file").unwrap_or(key);
    SETTINGS.iter().any(|setting| {
        let own = setting.key.split_once('.').unwrap().1;
        own == key || (setting.secret && own == names_file)
    })
}

#[test]
fn the_default_file_names_every_setting_and_its_variable() {
    let text = command::default();
    let all: toml::Table = uncommented(text, is_file_key).parse().unwrap();
    for setting in SETTINGS {
        let (section, key) = setting.key.split_once('.').unwrap();
        let keys = all[section].as_table().unwrap();
        assert!(
            keys.contains_key(key) || keys.contains_key(&format!("{key}_file")),
            "{} is not in the file",
            setting.key
        );
        let marked = text.contains(&format!("[{}]", setting.variable))
            || text.contains(&format!("[{}, or {0}_FILE", setting.variable));
        assert!(marked, "{} is not in the file", setting.variable);
    }
    let count: usize = all
        .values()
        .map(|keys| keys.as_table().unwrap().len())
        .sum();
    assert_eq!(count, SETTINGS.len() + 2, "and two keys that name files");
}

#[test]
fn the_commented_keys_of_the_default_file_hold_the_defaults() {
    let default = accepted(&[]);
    let written_out = with_file(&uncommented(command::default(), is_file_key)).unwrap();
    // The second column is the value; the third, the source, differs of course.
    let values = |config: &Config| -> Vec<String> {
        let told = config.effective();
        told.lines()
            .map(|line| line.split(" # ").next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(values(&default), values(&written_out));
}

#[test]
fn the_defaults_are_these() {
    let config = accepted(&[]);
    assert_eq!(config.server.listen().to_string(), "127.0.0.1:8001");
    assert_eq!(config.server.base_url.as_str(), "http://127.0.0.1:8001");
    assert_eq!(config.server.admin_listen, None);
    assert_eq!(config.database.url.to_string(), "SQLite file auxcord.db");
    assert_eq!(
        config.spotify.redirect_uri.as_str(),
        "http://127.0.0.1:8001/auth/callback"
    );
    assert_eq!(config.spotify.callback_path, "/auth/callback");
    assert_eq!(
        config.spotify.api_url.as_str(),
        "https://api.spotify.com/v1"
    );
    assert_eq!(
        config.spotify.accounts_url.as_str(),
        "https://accounts.spotify.com/"
    );
    assert_eq!(config.mcp.path, "/mcp");
    assert_eq!(config.mcp.toolsets, ["core", "spoken"]);
    assert!(!config.mcp.read_only);
    assert_eq!(config.log.filter, "info");
    assert_eq!(config.server.tls, None);
    assert!(config.server.trusted_proxies.is_empty());
    assert!(config.oauth.registration);
    assert!(config.oauth.trusted_client_hosts.is_empty());
    assert_eq!(config.oauth.refresh_replay.as_secs(), 120);
    let limits = Limits {
        register: 5,
        authorize: 30,
        login: 300,
        client_documents: 10,
        token: 60,
        revoke: 30,
        mcp: 6_000,
    };
    assert_eq!(config.limits, limits);
}

#[test]
fn env_example_names_every_variable_and_loads_as_it_is() {
    for setting in SETTINGS {
        let named = ENV_EXAMPLE.lines().any(|line| {
            line.trim_start_matches("# ")
                .starts_with(&format!("{}=", setting.variable))
        });
        assert!(named, "{} is not in .env.example", setting.variable);
    }
    let sources = Sources {
        dotenv: Some(PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/.env.example"
        ))),
        ..Sources::default()
    };
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.server.base_url.as_str(), "http://127.0.0.1:8001");
}

#[test]
fn the_secrets_of_env_example_are_refused() {
    let line = ENV_EXAMPLE
        .lines()
        .find_map(|line| line.strip_prefix("# TOKEN_ENCRYPTION_KEY="))
        .unwrap();
    let fault = super::refused(&[("TOKEN_ENCRYPTION_KEY", line)]);
    assert!(fault.what.contains("example"), "{fault}");
}

#[test]
fn a_file_sets_strings_numbers_truths_and_lists() {
    let config = with_file(
        "[server]\nport = 9_000\n[mcp]\nread_only = true\ntoolsets = [\"core\"]\nmax_body_bytes = 2048\n",
    )
    .unwrap();
    assert_eq!(config.server.port, 9000);
    assert!(config.mcp.read_only);
    assert_eq!(config.mcp.toolsets, ["core"]);
    assert_eq!(config.mcp.max_body_bytes, 2048);
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_one() {
    let faults = with_file("[server]\nprot = 9000\n[spotfy]\nclient_id = \"x\"\n").unwrap_err();
    let told = faults.to_string();
    assert!(told.contains("server.prot"), "{told}");
    assert!(told.contains("did you mean `server.port`?"), "{told}");
    assert!(told.contains("did you mean `spotify.client_id`?"), "{told}");
}

#[test]
fn a_key_outside_every_section_is_refused() {
    let faults = with_file("port = 9000\n").unwrap_err();
    assert!(faults.to_string().contains("port in "), "{faults}");
}

#[test]
fn a_value_of_the_wrong_shape_is_refused() {
    for text in [
        "[server]\nport = [1]\n",
        "[server]\nport = { x = 1 }\n",
        "[mcp]\ntoolsets = [1]\n",
    ] {
        let faults = with_file(text).unwrap_err();
        assert!(
            faults.to_string().contains("is not what belongs here"),
            "{faults}"
        );
    }
}

#[test]
fn a_fault_in_a_file_is_told_with_key_and_variable() {
    let faults = with_file("[server]\nport = -1\n").unwrap_err();
    let name = &faults.all()[0].name;
    assert!(name.starts_with("PORT (server.port in "), "{name}");
}

#[test]
fn broken_toml_is_told_by_line_and_not_quoted() {
    let faults = with_file("[secrets]\n\ntoken_encryption_key = hush-hush\n").unwrap_err();
    let told = faults.to_string();
    assert!(told.contains("line 3"), "{told}");
    assert!(!told.contains("hush"), "{told}");
}

#[test]
fn a_file_that_is_not_there_is_refused() {
    let sources = Sources {
        file: Some("/nowhere/auxcord.toml".into()),
        ..Sources::default()
    };
    let faults = Config::load(&sources).unwrap_err();
    assert_eq!(faults.all()[0].name, "--config /nowhere/auxcord.toml");
}

#[test]
fn a_file_may_name_the_file_of_a_secret_but_not_give_it_twice() {
    let dir = TempDir::new().unwrap();
    let key = dir.path().join("key");
    fs::write(&key, super::KEYRING).unwrap();
    let named = format!("[secrets]\ntoken_encryption_key_file = {key:?}\n");
    assert!(with_file(&named).unwrap().secrets.keyring.is_some());

    let twice = format!("{named}token_encryption_key = \"{}\"\n", super::KEYRING);
    let faults = with_file(&twice).unwrap_err();
    assert!(faults.to_string().contains("given twice"), "{faults}");
}
