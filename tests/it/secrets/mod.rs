//! No secret is where it does not belong: not in the database, not in the finest log, not in a `Debug`.

mod blind;
mod clients;
mod life;
mod misplaced;
mod search;

use auxcord::sandbox::Rotation;

use self::{
    clients::{audited, live_with_clients},
    life::{CLIENT_SECRET, live},
    search::{Hoard, ground_secrets, stored_secrets},
};
use crate::harness::{Ground, Setup, TestApp, database::hex_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_the_database_nor_the_finest_log_holds_anything_that_was_issued() {
    let setup = Setup::default()
        .rotating(Rotation::Always)
        .with("SPOTIFY_CLIENT_SECRET", CLIENT_SECRET)
        .with("SPOTIFY_CALL_TIMEOUT_MS", "2000")
        .with("OAUTH_REFRESH_REPLAY_SECONDS", "1")
        .with("LIMIT_AUTHORIZE", "100000/min")
        .with("LOG", "trace");
    let ground = Ground::new(setup).await;
    let server = ground.serve().await;
    let mut hoard = live(&ground, &server).await;
    let said = live_with_clients(&ground, &server, &mut hoard).await;
    audited(&ground).await;
    let running = ground.database.dump().await;
    server.terminate();
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
    let stopped = ground.database.dump().await;
    ground_secrets(&ground, &mut hoard);
    stored_secrets(&ground, &mut hoard).await;
    assert!(hoard.len() > 120, "{}: {hoard:?}", hoard.len());

    assert_eq!(hoard.found_in(&running), Vec::<&str>::new());
    assert_eq!(hoard.found_in(&stopped), Vec::<&str>::new());
    let telling = || {
        let lines = log.lines();
        let telling = lines.filter(|line| !hoard.found_in(line.as_bytes()).is_empty());
        telling.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        hoard.found_in(log.as_bytes()),
        Vec::<&str>::new(),
        "{}",
        telling()
    );
    for page in said {
        let told = hoard.found_in(page.as_bytes());
        assert_eq!(told, Vec::<&str>::new(), "{page}");
    }

    // What was searched is what it should be.
    let mut marks = Hoard::default();
    marks.keep("a granted scope", "user-read-playback-state");
    assert_eq!(marks.found_in(&running), ["a granted scope"]);
    for level in ["INFO", "DEBUG", "WARN"] {
        assert!(log.contains(&format!("\"level\":\"{level}\"")), "{level}");
    }
    for path in [
        "/auth/callback",
        "/authorize",
        "/token",
        "/revoke",
        "/account",
    ] {
        assert!(log.contains(path), "no {path} in {log}");
    }
    ground.spotify.take_writes();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planted_secret_is_found_in_every_form() {
    let app = TestApp::start().await;
    let secret = "BQplanted_Secret-0123456789";
    let mut hoard = Hoard::default();
    hoard.keep("planted", secret);
    hoard.keep("not planted", "BQanother_Secret-9876543210");
    assert_eq!(
        hoard.found_in(&app.database.dump().await),
        Vec::<&str>::new()
    );
    let hex = hex_of(secret.as_bytes());
    let blob = if app.database.is_postgres() {
        format!("'\\x{hex}'")
    } else {
        format!("x'{hex}'")
    };
    for form in Hoard::forms(secret.as_bytes()) {
        let row = format!("insert into counters (name, value) values ('a {form} z', 1)");
        app.database.texts(&row).await;
        assert_eq!(
            hoard.found_in(&app.database.dump().await),
            ["planted"],
            "{form}"
        );
        app.database
            .texts("delete from counters where name <> 'revocation'")
            .await;
        let log = format!("{{\"level\":\"TRACE\",\"path\":\"/mcp?token={form}\"}}");
        assert_eq!(hoard.found_in(log.as_bytes()), ["planted"], "{form}");
    }
    let row = format!("insert into vault (name, sealed, created_at) values ('x', {blob}, 1)");
    app.database.texts(&row).await;
    assert_eq!(hoard.found_in(&app.database.dump().await), ["planted"]);
}
