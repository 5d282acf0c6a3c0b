//! `auxcord login` and `auxcord logout`, and the trial without an account.

use std::io::Write;

use serde_json::json;

use super::stage::{Machine, Talk};
use crate::harness::Program;

/// The first address among the lines.
fn address(lines: &[String]) -> String {
    let found = lines.iter().find(|line| line.starts_with("http"));
    found.unwrap().clone()
}

fn program(machine: &Machine) -> Program {
    let mut program = Program::new(machine.folder());
    for (name, value) in &machine.environment {
        program = program.with(name, value);
    }
    program
}

#[tokio::test]
async fn login_prints_the_address_and_ends_when_the_browser_is_back() {
    let machine = Machine::new().await;
    let mut login = program(&machine).start(&["login"]);
    let lines = login.printed("The browser comes back").await;
    let back = machine.agree(&address(&lines)).await;
    assert_eq!(machine.come_back(&back).await.status, 200);
    login.printed("Connected to the Spotify account of").await;
    assert_eq!(login.ended().await.code, Some(0));
    let mut talk = machine.talk().await;
    talk.done("list_playlists", json!({})).await;
}

#[tokio::test]
async fn login_takes_a_pasted_line_and_says_what_is_wrong_with_another() {
    let machine = Machine::new().await;
    let mut child = machine.command(&["login", "--no-browser"]).spawn().unwrap();
    let mut typed = child.stdin.take().unwrap();
    let mut told = std::io::BufReader::new(child.stdout.take().unwrap());
    let url = loop {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut told, &mut line).unwrap();
        if line.starts_with("http") {
            break line.trim().to_owned();
        }
    };
    let back = machine.agree(&url).await;
    writeln!(typed, "https://evil.example/?code=1&state=2\n\n{back}").unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
    let output = output.await.unwrap();
    assert_eq!(output.status.code(), Some(0));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains(&machine.redirect_uri), "{complaint}");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut told, &mut rest).unwrap();
    assert!(
        rest.contains("Connected to the Spotify account of"),
        "{rest}"
    );
}

#[tokio::test]
async fn login_ends_too_when_another_process_takes_the_browser_back() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    talk.begin().await;
    let mut login = program(&machine).start(&["login"]);
    let lines = login.printed("Another program has").await;
    let back = machine.agree(&address(&lines)).await;
    assert_eq!(machine.come_back(&back).await.status, 200);
    login.printed("Connected to the Spotify account of").await;
    assert_eq!(login.ended().await.code, Some(0));
}

#[tokio::test]
async fn logout_tells_deletes_and_is_known_to_running_processes() {
    let machine = Machine::new().await;
    let program = program(&machine);
    let nothing = program.run(&["logout"]).await;
    assert!(
        nothing.printed().contains("nothing was deleted"),
        "{nothing:?}"
    );
    let mut talk = machine.talk().await;
    machine.link(&mut talk).await;
    talk.done("list_playlists", json!({})).await;
    let somebody = machine.somebody();
    let told = program.run(&["logout"]).await;
    let words = told.printed();
    assert!(words.contains(&somebody), "{words}");
    assert!(words.contains("spotify.com/account/apps"), "{words}");
    let words = talk.refused("list_playlists", json!({})).await;
    assert!(words.starts_with("reauth_required: "), "{words}");
    for table in ["people", "spotify_links", "machines"] {
        assert_eq!(machine.ground.database.count(table).await, 0, "{table}");
    }
    machine.link(&mut talk).await;
    talk.done("list_playlists", json!({})).await;
}

#[tokio::test]
async fn logout_needs_no_spotify_app_and_makes_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path()).with("HOME", folder.path().to_str().unwrap());
    program.run(&["logout"]).await.printed();
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn the_trial_needs_nothing_and_keeps_nothing() {
    let machine = Machine::new().await;
    let mut command = machine.command(&["stdio", "--sandbox"]);
    command.env_clear().env("TMPDIR", machine.folder());
    let mut talk = Talk::of(command.spawn().unwrap());
    talk.initialize(json!({})).await;
    let found = talk.done("search", json!({"query": "night"})).await;
    assert!(found.to_string().contains("open.spotify.com"), "{found}");
    talk.close();
    let (status, ..) = talk.ended().await;
    assert!(status.success());
    let kept = walkdir::WalkDir::new(machine.folder())
        .into_iter()
        .flatten()
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with("sandbox.db")
        })
        .count();
    assert_eq!(kept, 0);
}
