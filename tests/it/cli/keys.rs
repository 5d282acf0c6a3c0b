//! `auxcord keys`: made, listed and ended while a server runs on the same database.

use serde_json::json;

use super::{misused, rows};
use crate::harness::{
    Program, Setup, TestApp,
    app::Connected,
    tools::{TOOLS, names},
    until,
};

async fn stage() -> (TestApp, Program, Connected) {
    let app = TestApp::start_with(Setup::default().with("CALLER_CACHE_SECONDS", "60")).await;
    let program = Program::beside(&app);
    let person = app.connect_first().await;
    (app, program, person)
}

#[tokio::test]
async fn a_made_key_is_all_that_goes_to_stdout_and_works_at_once() {
    let (app, program, person) = stage().await;
    let made = program
        .run(&[
            "keys",
            "create",
            &person.spotify_id,
            "--label",
            "kitchen radio",
        ])
        .await;
    let key = made.printed().strip_suffix('\n').unwrap();
    assert!(key.starts_with("aux_") && !key.contains('\n'), "{made:?}");
    assert!(!made.err.contains(key), "{made:?}");
    let status = app.client(key).done("get_status", json!({})).await;
    assert_eq!(status["user_id"], person.spotify_id);

    let listed = program.run(&["keys", "list", &person.spotify_id]).await;
    let rows = rows(&listed);
    assert_eq!(rows.len(), 3, "{listed:?}");
    let row = rows.iter().find(|row| row[3] == "kitchen radio").unwrap();
    assert!(
        made.err.contains(&row[0]),
        "the id goes to stderr: {made:?}"
    );
    for secret in [
        key,
        &person.key,
        person.connector_url.split_once('=').unwrap().1,
    ] {
        assert!(!listed.out.contains(secret), "{listed:?}");
    }
}

#[tokio::test]
async fn what_is_taken_away_from_a_key_is_gone() {
    let (app, program, person) = stage().await;
    let create = ["keys", "create", &person.spotify_id];
    let reading = names(|tool| !tool.writes).len();
    let wishes: [(&[&str], usize, &str); 4] = [
        (&["--read-only"], reading, "read-only"),
        (&["--toolsets", "spoken"], 2, "spoken"),
        (
            &["--toolsets", "core,spoken", "--read-only"],
            reading,
            "read-only, core+spoken",
        ),
        (&["--expires-in", "36500d"], TOOLS.len(), "-"),
    ];
    for (wish, tools, limits) in wishes {
        let made = program.run(&[&create[..], wish].concat()).await;
        let key = made.printed().trim();
        let answer = app.client(key).rpc(1, "tools/list", json!({})).await;
        let listed = answer.body["result"]["tools"].as_array().unwrap().len();
        assert_eq!(listed, tools, "{wish:?}");
        let id = made.err.split_whitespace().nth(1).unwrap();
        let row = rows(&program.run(&["keys", "list"]).await);
        let row = row.iter().find(|row| row[0] == id).unwrap();
        assert_eq!(row[4], limits, "{row:?}");
        assert_eq!(row[7] == "-", wish[0] != "--expires-in", "{row:?}");
    }
    let link = program
        .run(&[&create[..], &["--kind", "link"]].concat())
        .await;
    let link = link.printed().trim();
    let url = format!("{}/claude-mcp?token={link}", app.origin);
    let listed = crate::harness::Client::new(&url, "none");
    assert_eq!(listed.rpc(1, "tools/list", json!({})).await.status, 200);
}

#[tokio::test]
async fn a_revoked_key_ends_on_every_running_server() {
    let (app, program, person) = stage().await;
    let replica = app.second().await;
    let made = program.run(&["keys", "create", &person.spotify_id]).await;
    let (key, id) = (
        made.printed().trim(),
        made.err.split_whitespace().nth(1).unwrap(),
    );
    let clients = [app.client(key), replica.client(key)];
    for client in &clients {
        client.done("get_status", json!({})).await;
    }
    let revoked = program.run(&["keys", "revoke", id]).await;
    assert_eq!(revoked.printed(), "revoked\n");
    for client in &clients {
        until("the key is refused", async || {
            client.rpc(1, "tools/list", json!({})).await.status == 401
        })
        .await;
    }
    app.client(&person.key).done("get_status", json!({})).await;
    let again = program.run(&["keys", "revoke", id]).await;
    again.failed_saying(&["there is no key", "auxcord keys list"]);
}

#[tokio::test]
async fn unknown_people_unknown_keys_and_odd_wishes_are_told() {
    let (_app, program, person) = stage().await;
    let nobody = "01234567-89ab-7def-8123-456789abcdef";
    for name in ["nobody", nobody, ""] {
        let ended = program.run(&["keys", "create", name]).await;
        ended.failed_saying(&["there is no person", "auxcord users list"]);
        let ended = program.run(&["keys", "list", name]).await;
        ended.failed_saying(&["there is no person"]);
    }
    for id in ["nothing", nobody] {
        let ended = program.run(&["keys", "revoke", id]).await;
        ended.failed_saying(&["there is no key", "auxcord keys list"]);
    }
    let create = ["keys", "create", &person.spotify_id];
    for (wish, words) in [
        (["--expires-in", "soon"], "30d, 12h, 90m"),
        (["--expires-in", "0d"], "30d, 12h, 90m"),
        (["--expires-in", "-1d"], "unexpected argument"),
        (["--expires-in", "1ü"], "30d, 12h, 90m"),
        (["--expires-in", "99999999999d"], "30d, 12h, 90m"),
        (["--toolsets", "polka"], "core, spoken and curation"),
        (["--toolsets", ""], "core, spoken and curation"),
        (["--kind", "master"], "api"),
    ] {
        misused(&program.run(&[&create[..], &wish].concat()).await, words);
    }
    let listed = program.run(&["keys", "list"]).await;
    assert_eq!(rows(&listed).len(), 2, "nothing was made: {listed:?}");
}

#[tokio::test]
async fn a_twenty_first_key_is_refused_with_advice() {
    let (_app, program, person) = stage().await;
    for number in 3..=20 {
        let label = number.to_string();
        let made = program
            .run(&["keys", "create", &person.spotify_id, "--label", &label])
            .await;
        made.printed();
    }
    let ended = program.run(&["keys", "create", &person.spotify_id]).await;
    ended.failed_saying(&["20 keys", "auxcord keys revoke"]);
    assert_eq!(rows(&program.run(&["keys", "list"]).await).len(), 20);
}
