//! Faults of the configuration: all of them at once, and they keep no other check from running.

use std::{fs, os::unix::fs::PermissionsExt};

use super::{beside, examine};
use crate::harness::{Program, TestApp};

#[tokio::test]
async fn several_faults_are_told_at_once_and_the_rest_is_looked_at_all_the_same() {
    let app = TestApp::start().await;
    let program = beside(&app)
        .with("MCP_PATH", "nowhere")
        .with("LIMIT_TOKEN", "often")
        .with("EXCLUDE_TOOLS", "delete_playlsit")
        .with("REQUEST_TIMEOUT_SECONDS", "soon");
    let examined = examine(&program).await;
    examined.faults("configuration", &["MCP_PATH", "slash"], &["write"]);
    examined.faults("configuration", &["LIMIT_TOKEN"], &["per minute"]);
    examined.faults("configuration", &["REQUEST_TIMEOUT_SECONDS"], &["1 to 600"]);
    examined.faults(
        "configuration",
        &["EXCLUDE_TOOLS"],
        &["did you mean", "delete_playlist"],
    );
    for check in ["database.reachable", "keyring", "spotify.app", "clock"] {
        examined.is_fine(check);
    }
    examined.is_fine("discovery.issuer");
}

#[tokio::test]
async fn what_depends_on_a_setting_with_a_fault_is_not_judged_by_its_default() {
    let app = TestApp::start().await;
    for (name, value) in [
        ("PORT", "many"),
        ("SPOTIFY_REDIRECT_URI", "https://localhost/callback"),
    ] {
        let program = beside(&app).with("BASE_URL", "").with(name, value);
        let examined = examine(&program).await;
        assert_eq!(examined.code, Some(1), "{examined:#?}");
        examined.leaves("discovery.reachable", &format!("{name} has a fault"));
        assert_eq!(examined.with_state("fault").len(), 1, "{examined:#?}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_toml_leaves_the_environment_to_look_at() {
    let app = TestApp::start().await;
    let path = app.database.folder.path().join("auxcord.toml");
    fs::write(&path, "[server\nport = 1\n").unwrap();
    let path = path.to_str().unwrap();
    let ended = beside(&app)
        .run(&["doctor", "--json", "--config", path])
        .await;
    let examined = super::read(&ended);
    examined.faults(
        "configuration",
        &["auxcord.toml", "not TOML"],
        &["correct the line"],
    );
    examined.is_fine("database.reachable");
}

#[tokio::test]
async fn in_prod_all_that_is_missing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path())
        .with("ENVIRONMENT", "prod")
        .with("SPOTIFY_ACCOUNTS_URL", "http://127.0.0.1:1")
        .with("SPOTIFY_API_URL", "http://127.0.0.1:1/v1");
    let examined = examine(&program).await;
    for name in ["BASE_URL", "SPOTIFY_CLIENT_ID", "TOKEN_ENCRYPTION_KEY"] {
        examined.faults("configuration", &[name, "not set"], &["write"]);
    }
    examined.leaves("keyring", "TOKEN_ENCRYPTION_KEY has a fault");
    examined.leaves("spotify.app", "SPOTIFY_CLIENT_ID has a fault");
    examined.leaves("discovery.reachable", "BASE_URL has a fault");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn variables_of_older_servers_and_misspelt_ones_are_told() {
    let app = TestApp::start().await;
    let older = [
        "SESSION_SECRET_KEY",
        "CLAUDE_COMPATIBILITY",
        "DEPLOYMENT",
        "DEV_TOKEN",
        "API_KEY_LENGTH",
        "TOKEN_EXPIRY_BUFFER",
    ];
    let mut program = beside(&app).with("SPOTIFY_CLIENT_SECRETS", "hush-hush");
    for name in older {
        program = program.with(name, "hush-hush");
    }
    let examined = examine(&program).await;
    for name in older {
        examined.tells("old_variables", "warning", &[name, "not needed"], &[name]);
    }
    let secret = "SPOTIFY_CLIENT_SECRETS";
    let meant = "did you mean SPOTIFY_CLIENT_SECRET?";
    examined.tells("unknown_variables", "warning", &[secret, meant], &[secret]);
    assert_eq!(examined.report["verdict"], "warnings", "{examined:#?}");
    assert!(!examined.report.to_string().contains("hush-hush"));
}

#[tokio::test]
async fn files_that_a_start_needs_are_read_beforehand() {
    let app = TestApp::start().await;
    let missing = app.database.folder.path().join("missing.pem");
    let missing = missing.to_str().unwrap();
    let program = beside(&app)
        .with("PRIVACY_FILE", missing)
        .with("OAUTH_EXTRA_CA_FILE", missing);
    let examined = examine(&program).await;
    examined.faults("files", &["PRIVACY_FILE", "missing.pem"], &["text file"]);
    examined.faults(
        "files",
        &["certificates", "missing.pem"],
        &["OAUTH_EXTRA_CA_FILE"],
    );
}

#[tokio::test]
async fn a_certificate_without_its_key_is_told() {
    let app = TestApp::start().await;
    let folder = app.database.folder.path();
    let mine = crate::harness::tls::Certificate::for_loopback().written(folder);
    fs::write(&mine["TLS_KEY"], "no key at all\n").unwrap();
    let https = app.origin.replace("http://", "https://");
    let program = beside(&app)
        .with("BASE_URL", &https)
        .with("TLS_CERT", &mine["TLS_CERT"])
        .with("TLS_KEY", &mine["TLS_KEY"]);
    examine(&program)
        .await
        .faults("files", &["private key", "tls-key.pem"], &["TLS_KEY"]);
}

#[tokio::test]
async fn secrets_that_everybody_may_read_are_told() {
    let app = TestApp::start().await;
    let folder = app.database.folder.path();
    let secret = folder.join("client-secret");
    fs::write(&secret, "0123456789abcdef0123456789abcdef\n").unwrap();
    fs::write(folder.join(".env"), "LOG=info\n").unwrap();
    for (mode, told) in [(0o644, true), (0o600, false)] {
        for file in [&secret, &folder.join(".env")] {
            fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
        }
        let program = beside(&app).with("SPOTIFY_CLIENT_SECRET_FILE", secret.to_str().unwrap());
        let examined = examine(&program).await;
        assert_eq!(examined.code, Some(0), "{examined:#?}");
        if told {
            examined.tells("secret_files", "warning", &["client-secret"], &["chmod"]);
            examined.tells("secret_files", "warning", &[".env"], &["chmod"]);
        } else {
            examined.is_fine("secret_files");
        }
    }
}
