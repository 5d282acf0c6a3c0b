//! SIGTERM: readiness goes first, what is in flight ends well, and the process says that all is well.

use auxcord::sandbox::{Action, Fault};
use serde_json::json;

use crate::harness::{Browser, Ground, Setup, until, wire};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_ends_readiness_finishes_the_calls_in_flight_and_exits_with_0() {
    let ground = Ground::new(Setup::default().with("ADMIN_LISTEN", "127.0.0.1:0")).await;
    let server = ground.serve().await;
    let admin = Browser::new(&format!(
        "http://{}",
        server.logged_address("admin listener")
    ));
    until("it is ready", async || {
        admin.get("/readyz").await.status == 200
    })
    .await;
    let somebody = ground.spotify.people().remove(0).id;
    let person = ground.connect(&server, &somebody).await;

    ground
        .spotify
        .add_fault(Fault::new(Action::Hold).on("GET", "/v1/me/playlists"));
    let client = server.client(&person.key);
    let call = tokio::spawn(async move { client.done("list_playlists", json!({})).await });
    ground.spotify.until_held(1).await;
    server.terminate();
    until("it is not ready", async || {
        admin.get("/readyz").await.status == 503
    })
    .await;
    let told = admin.get("/readyz").await.text;
    assert!(told.contains("stopping"), "{told}");
    until("nobody is let in", async || {
        !wire::listens(&server.origin).await
    })
    .await;
    assert!(!call.is_finished());

    ground.spotify.release();
    assert!(call.await.unwrap().to_string().contains(&person.marker));
    let (status, log) = server.ended().await;
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("\"stopped\""), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_never_ends_is_cut_off_after_the_grace_period() {
    let ground = Ground::new(Setup::default().with("SHUTDOWN_GRACE_SECONDS", "1")).await;
    let server = ground.serve().await;
    let somebody = ground.spotify.people().remove(0).id;
    let person = ground.connect(&server, &somebody).await;
    ground
        .spotify
        .add_fault(Fault::new(Action::Hang).on("GET", "/v1/me/playlists"));
    let call = wire::Call::send(&server.origin, &person.key, "list_playlists", json!({})).await;
    until("the call is under way", async || {
        ground.spotify.count("GET /v1/me/playlists") == 1
    })
    .await;
    server.terminate();
    let (status, log) = server.ended().await;
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("some requests were cut off"), "{log}");
    drop(call);
}
