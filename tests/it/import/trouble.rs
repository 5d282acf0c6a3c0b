//! Spotify that cannot be reached, asks to slow down or ends what it had granted, and an import that is cut off.

use auxcord::sandbox::{Action, Fault, Rotation};
use serde_json::json;

use super::{Stage, User, opened_by};
use crate::harness::Setup;

#[tokio::test]
async fn while_spotify_is_unreachable_rows_are_left_and_the_next_run_takes_them() {
    let mut stage = Stage::new().await;
    let mut users = Vec::new();
    for number in 0..8 {
        let user = stage.user(&stage.person(number));
        let user = if number % 2 == 0 {
            user.expired()
        } else {
            user
        };
        stage.old.add(&user).await;
        users.push(user);
    }
    let fault = Fault::new(Action::Html { status: 503 });
    stage.ground.spotify.add_fault(fault);
    let report = stage.report(&[], 1).await;
    assert_eq!(report.0["counts"], json!({ "left": 8 }));
    for user in &users {
        let why = report.why(user.spotify_id.as_deref().unwrap());
        assert!(
            why.contains("could not be reached; run this again"),
            "{why}"
        );
    }
    assert_eq!(stage.ground.database.count("people").await, 0);
    stage.ground.spotify.clear_faults();
    let report = stage.report(&[], 0).await;
    assert_eq!(report.0["counts"], json!({ "imported": 8 }));
    let server = stage.serve().await;
    for user in &users {
        assert_eq!(opened_by(&server, &user.api_key).await, user.spotify_id);
    }
}

#[tokio::test]
async fn a_429_is_waited_for_and_a_long_one_is_told() {
    let mut stage = Stage::new().await;
    for number in 0..6 {
        let user = stage.user(&stage.person(number));
        stage.old.add(&user).await;
    }
    let mut short = Fault::new(Action::RateLimited { retry_after: 1 }).on("GET", "/v1/me");
    short.count = Some(3);
    let mut long = Fault::new(Action::RateLimited { retry_after: 3_600 }).on("GET", "/v1/me");
    long.skip = 2;
    stage.ground.spotify.add_fault(long);
    let report = stage.report(&[], 1).await;
    assert_eq!(report.0["counts"], json!({ "imported": 2, "left": 4 }));
    assert!(
        report.0.to_string().contains("slow down for 3600 s"),
        "{report:?}"
    );
    stage.ground.spotify.clear_faults();
    stage.ground.spotify.add_fault(short);
    let report = stage.report(&[], 0).await;
    assert_eq!(report.0["counts"], json!({ "imported": 4, "unchanged": 2 }));
}

#[tokio::test]
async fn an_import_that_is_killed_is_taken_up_again_with_the_tokens_that_spotify_replaced() {
    let setup = Setup::default().rotating(Rotation::Always);
    let mut stage = Stage::with(setup).await;
    let mut users: Vec<User> = Vec::new();
    for number in 0..6 {
        let user = stage.user(&stage.person(number)).expired();
        stage.old.add(&user).await;
        users.push(user);
    }
    let hold = Fault::new(Action::Hold).on("GET", "/v1/me");
    stage.ground.spotify.add_fault(hold);
    let import = stage.start_import();
    // The old refresh tokens of those who are asked about are dead from here on.
    stage.ground.spotify.until_held(4).await;
    import.signal("KILL").await;
    assert_eq!(stage.ground.database.count("people").await, 0);
    stage.ground.spotify.clear_faults();
    let report = stage.report(&[], 0).await;
    assert_eq!(report.0["counts"], json!({ "imported": 6 }));
    assert!(!report.0.to_string().contains("ended"), "{report:?}");
    let server = stage.serve().await;
    for user in &users {
        assert_eq!(opened_by(&server, &user.api_key).await, user.spotify_id);
    }
    let waiting = stage
        .ground
        .database
        .texts("select status from imports where refresh_sealed is not null");
    assert!(waiting.await.is_empty(), "nothing waits any more");
}

#[tokio::test]
async fn what_spotify_has_ended_comes_without_a_link_and_works_after_connecting_anew() {
    let mut stage = Stage::new().await;
    let card = stage.person(0);
    let user = stage.user(&card);
    stage.old.add(&user).await;
    stage.ground.spotify.revoke(&card.id);
    stage.ground.spotify.expire(Some(&card.id));
    let report = stage.report(&[], 0).await;
    assert_eq!(report.of(&card.id), ["imported", "ended", "imported"]);
    let server = stage.serve().await;
    assert_eq!(
        opened_by(&server, &user.api_key).await.as_deref(),
        Some(&*card.id)
    );
    let client = server.client(&user.api_key);
    let call = json!({ "name": "search", "arguments": { "query": "night" } });
    let unconnected = client.rpc(3, "tools/call", call).await;
    assert_eq!(unconnected.body["result"]["isError"], true);
    stage.ground.connect(&server, &card.id).await;
    let client = server.client(&user.api_key);
    let found = client.done("search", json!({ "query": "night" })).await;
    assert!(found.to_string().contains("open.spotify.com"));
    assert_eq!(stage.report(&[], 0).await.of(&card.id)[0], "unchanged");
}

#[tokio::test]
async fn links_of_another_app_are_told_and_taken_once_the_app_is_the_right_one() {
    let mut stage = Stage::new().await;
    for number in 0..2 {
        let user = stage.user(&stage.person(number)).expired();
        stage.old.add(&user).await;
    }
    let other = stage.program().with("SPOTIFY_CLIENT_ID", "another-app");
    let ended = other.run(&["import", &stage.old.url]).await;
    assert!(ended.err.contains("SPOTIFY_CLIENT_ID"), "{ended:?}");
    assert!(ended.printed().contains("ended"), "{ended:?}");
    let report = stage.report(&[], 0).await;
    for number in 0..2 {
        let card = stage.person(number);
        assert_eq!(
            report.of(&card.id),
            ["imported", "active", "-"],
            "{report:?}"
        );
    }
    assert_eq!(stage.ground.database.count("api_keys").await, 2);
}

#[tokio::test]
async fn who_is_not_on_the_apps_list_is_left_and_told() {
    let mut stage = Stage::new().await;
    let stranger = stage.ground.spotify.people()[2].clone();
    let user = stage.user(&stranger);
    stage.old.add(&user).await;
    let report = stage.report(&[], 1).await;
    assert_eq!(report.of(&stranger.id), ["left", "-", "-"]);
    assert!(report.why(&stranger.id).contains("user list"), "{report:?}");
}
