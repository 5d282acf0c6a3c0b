//! A set-up without a fault, before its server runs and while it does; and that looking changes nothing.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path};

use super::{at, beside, examine};
use crate::harness::{Ground, Program, Setup, TestApp};

#[tokio::test]
async fn a_server_that_runs_as_it_should_has_nothing_to_mend() {
    let app = TestApp::start().await;
    app.connect_first().await;
    let examined = examine(&beside(&app)).await;
    assert_eq!(examined.code, Some(0), "{examined:#?}");
    assert_eq!(examined.report["verdict"], "ok", "{examined:#?}");
    let left = examined.with_state("not_checked");
    let only = if app.database.is_postgres() {
        &["database.space"][..]
    } else {
        &[]
    };
    assert_eq!(left, only, "{examined:#?}");
    examined.tells("keyring", "ok", &["fits", "t1"], &[]);
    examined.tells("redirect_uri", "ok", &[&app.origin, "/auth/callback"], &[]);
    examined.tells("spotify.app", "ok", &["takes the client id"], &[]);
    app.spotify.take_writes();
}

#[tokio::test]
async fn over_https_the_certificate_is_looked_at_too() {
    let app = TestApp::start_with(Setup::default().https()).await;
    let authority = app.database.folder.path().join("authority.pem");
    fs::write(
        &authority,
        crate::harness::tls::Authority::of_the_stories().pem(),
    )
    .unwrap();
    let key = app.database.folder.path().join("tls-key.pem");
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    let stranger = beside(&app);
    let trusting = stranger
        .clone()
        .with("SSL_CERT_FILE", authority.to_str().unwrap());
    let examined = examine(&trusting).await;
    assert_eq!(examined.report["verdict"], "ok", "{examined:#?}");
    examine(&stranger).await.faults(
        "discovery.reachable",
        &["no secure connection", "UnknownIssuer"],
        &["certificate", "SSL_CERT_FILE"],
    );
}

#[tokio::test]
async fn before_the_first_start_all_that_can_be_told_is_told_and_nothing_is_made() {
    let ground = Ground::new(Setup::default()).await;
    let folder = ground.database.folder.path();
    let mut program = at(Program::new(folder), "http://127.0.0.1:1");
    for (name, value) in &ground.environment {
        if !["PORT", "TOKEN_ENCRYPTION_KEY"].contains(&name.as_str()) {
            program = program.with(name, value);
        }
    }
    let examined = examine(&program).await;
    assert_eq!(examined.code, Some(0), "{examined:#?}");
    examined.tells("keyring", "ok", &["first start makes", "auxcord.key"], &[]);
    examined.tells(
        "discovery.reachable",
        "not_checked",
        &["connection refused"],
        &["auxcord serve"],
    );
    examined.leaves("discovery.issuer", "does not answer");
    if ground.database.is_postgres() {
        examined.tells("migrations", "ok", &["empty", "first start"], &[]);
    } else {
        examined.tells("database.reachable", "ok", &["first start makes it"], &[]);
        examined.is_fine("database.space");
    }
    assert_eq!(files(folder), BTreeMap::new());
}

#[tokio::test]
async fn looking_changes_nothing() {
    let mut app = TestApp::start().await;
    app.connect_first().await;
    let program = beside(&app);
    app.stop().await;
    // A file's own reader would leave traces beside it, so that a file is looked at from outside.
    let kept = async || {
        if app.database.is_postgres() {
            app.database.dump().await
        } else {
            Vec::new()
        }
    };
    let folder = app.database.folder.path();
    let (files_before, kept_before) = (files(folder), kept().await);
    let examined = examine(&program).await;
    examined.is_fine("migrations");
    examined.is_fine("keyring");
    assert_eq!(files(folder), files_before);
    assert!(kept().await == kept_before, "something was written");
}

#[tokio::test]
async fn after_a_crash_what_was_written_last_is_seen_and_left() {
    let ground = Ground::new(Setup::default()).await;
    let server = ground.serve().await;
    let origin = server.origin.clone();
    drop(server);
    let mut program = Program::new(ground.database.folder.path());
    for (name, value) in &ground.environment {
        program = program.with(name, value);
    }
    let examined = examine(&at(program, &origin)).await;
    examined.is_fine("migrations");
    examined.tells("keyring", "ok", &["fits"], &[]);
}

#[tokio::test]
async fn people_read_one_finding_a_line_and_its_remedy_below() {
    let app = TestApp::start().await;
    let program = beside(&app);
    let fine = program.run(&["doctor"]).await;
    let printed = fine.printed();
    assert!(printed.contains("ok           configuration"), "{printed}");
    assert!(printed.ends_with("0 faults, 0 not checked\n") || app.database.is_postgres());
    let ended = program
        .with("SESSION_SECRET_KEY", "an-old-secret")
        .with("MCP_PATH", "nowhere")
        .run(&["doctor"])
        .await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let lines: Vec<&str> = ended.out.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.starts_with("FAULT") && line.contains("MCP_PATH"))
        .unwrap();
    assert!(lines[at + 1].contains("-> "), "{ended:?}");
    assert!(ended.err.contains("error: faults found: 1"), "{ended:?}");
    assert!(ended.err.contains("\nhint: "), "{ended:?}");
    assert!(!ended.out.contains("an-old-secret"), "{ended:?}");
}

#[tokio::test]
async fn warnings_alone_fail_only_where_that_is_wanted() {
    let app = TestApp::start().await;
    let program = beside(&app).with("DEPLOYMENT", "render");
    for (arguments, code) in [
        (&["doctor"][..], 0),
        (&["doctor", "--strict"], 1),
        (&["doctor", "--strict", "--json"], 1),
    ] {
        let ended = program.run(arguments).await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
    }
}

/// Every file with what its bytes come to.
fn files(folder: &Path) -> BTreeMap<String, u32> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, crc32fast::hash(&fs::read(entry.path()).unwrap()))
        })
        .collect()
}
