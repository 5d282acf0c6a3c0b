//! Killed while somebody comes back from Spotify.

use std::time::Duration;

use auxcord::sandbox::{Action, Fault, Rotation};

use super::{ground, links, list, on_token, people_and_keys, tokens_are_whole};
use crate::harness::{Ground, Process, app::Connected};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_during_a_first_login_there_is_nobody_and_a_new_login_works() {
    for fault in [
        on_token(Action::Hold),
        on_token(Action::Hang),
        Fault::new(Action::Hold).on("GET", "/v1/me"),
    ] {
        let ground = ground(Rotation::Always).await;
        let server = ground.serve().await;
        let somebody = ground.spotify.people().remove(0).id;
        let back = kill_during_login(&ground, server, &somebody, fault).await;
        for table in ["people", "spotify_links", "api_keys"] {
            assert_eq!(ground.database.count(table).await, 0, "{table}");
        }
        let server = ground.serve().await;
        // The old address of the callback says what happened and makes nobody either.
        let page = server.browser().get(&back).await;
        assert_eq!(page.status, 400, "{}", page.text);
        assert_eq!(ground.database.count("people").await, 0);
        let person = ground.connect(&server, &somebody).await;
        list(&server.client(&person.key)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_during_another_login_the_old_link_and_keys_are_as_they_were() {
    for fault in [
        on_token(Action::Hold),
        Fault::new(Action::Hold).on("GET", "/v1/me"),
    ] {
        let ground = ground(Rotation::Always).await;
        let server = ground.serve().await;
        let somebody = ground.spotify.people().remove(0).id;
        let person = ground.connect(&server, &somebody).await;
        let before = (links(&ground, "true").await, people_and_keys(&ground).await);
        kill_during_login(&ground, server, &somebody, fault).await;
        let after = (links(&ground, "true").await, people_and_keys(&ground).await);
        assert_eq!(after, before);
        let server = ground.serve().await;
        assert!(ground.spotify.expire(None));
        list(&server.client(&person.key)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_of_a_login_it_has_happened_or_not() {
    let ground = ground(Rotation::Always).await;
    let mut server = ground.serve().await;
    let somebody = ground.spotify.people().remove(0).id;
    let person = ground.connect(&server, &somebody).await;
    for moment in 0..8 {
        let fault = Fault::new(Action::Hold).on("GET", "/v1/me");
        let visit = held_login(&ground, &server, &somebody, fault).await;
        // Spotify has said who it is; from here on the server is on its own.
        ground.spotify.clear_faults();
        visit.watch_for(Duration::from_millis(3 * moment)).await;
        server.kill();
        login_is_whole(&ground).await;
        server = ground.serve().await;
        old_key_works(&server, &person).await;
    }
}

/// Each login that the audit knows of has left its two keys, and there is one link that opens.
async fn login_is_whole(ground: &Ground) {
    let logins = ground
        .database
        .texts("select event from audit where event = 'account.connected'")
        .await;
    assert_eq!(
        ground.database.count("api_keys").await,
        2 * logins.len(),
        "two keys a login"
    );
    let links = links(ground, "true").await;
    assert_eq!(links.len(), 1);
    let edition = format!(" {} active", logins.len());
    assert!(links[0].ends_with(&edition), "one edition a login");
    assert_eq!(ground.database.count("people").await, 1);
    tokens_are_whole(ground).await;
}

async fn old_key_works(server: &Process, person: &Connected) {
    list(&server.client(&person.key)).await;
}

/// Kills the server while `fault` keeps a login of `somebody`; path and query of the callback.
async fn kill_during_login(
    ground: &Ground,
    server: Process,
    somebody: &str,
    fault: Fault,
) -> String {
    let held = held_login(ground, &server, somebody, fault).await;
    server.kill();
    let back = held.back.clone();
    held.abort();
    ground.spotify.clear_faults();
    back
}

/// A browser that waits for the callback's answer.
struct Visit {
    back: String,
    task: tokio::task::JoinHandle<()>,
}

impl Visit {
    /// Waits for the answer, but not longer than that.
    async fn watch_for(mut self, time: Duration) {
        let _ = tokio::time::timeout(time, &mut self.task).await;
        self.abort();
    }

    fn abort(self) {
        self.task.abort();
    }
}

async fn held_login(ground: &Ground, server: &Process, somebody: &str, fault: Fault) -> Visit {
    let browser = server.browser();
    let authorize = browser.begin().await.location();
    let decision = [("person", somebody), ("decision", "approve")];
    let back = browser.answer(&authorize, &decision).await;
    let hangs = fault.action == Action::Hang;
    ground.spotify.reset_calls();
    ground.spotify.add_fault(fault);
    let address = back.clone();
    let task = tokio::spawn(async move { browser.leave_for(&address).await });
    if hangs {
        crate::harness::until("the code was sent", async || {
            ground.spotify.count(super::TOKEN) == 1
        })
        .await;
    } else {
        ground.spotify.until_held(1).await;
    }
    Visit {
        back: back.strip_prefix(&server.origin).unwrap().to_owned(),
        task,
    }
}
