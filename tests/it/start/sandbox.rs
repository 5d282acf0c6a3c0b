//! `serve --sandbox`: what a newcomer types first, and that nothing real can get into it or out of it.

use serde_json::Value;

use crate::harness::{Program, get};

#[tokio::test]
async fn the_command_lines_that_it_prints_list_tools_and_search() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let mut running = program.start(&["serve", "--sandbox", "--port", "0"]);
    let mut printed = running.printed("Search:").await;
    printed.extend(running.printed("-d '").await);
    let commands = commands(&printed);
    assert_eq!(commands.len(), 2, "{printed:#?}");

    let listed = answered(&program, &commands[0]).await;
    let tools = listed["result"]["tools"].as_array().unwrap();
    assert!(
        tools.iter().any(|tool| tool["name"] == "search"),
        "{listed}"
    );
    let found = answered(&program, &commands[1]).await;
    assert_ne!(found["result"]["isError"], true, "{found}");
    let text = found["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("https://open.spotify.com/track/"), "{text}");

    let said = printed.join("\n");
    assert!(said.contains("nothing here is real"), "{said}");
    let origin = running.origin().await;
    assert!(said.contains(&format!("{origin}/\n")), "{said}");
    let home = get(&origin).await;
    assert_eq!(home.status(), 200);
    assert_eq!(running.signal("INT").await.code, Some(0));
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "nothing is kept");
}

#[tokio::test]
async fn it_ignores_the_real_spotify_app_and_the_real_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("real.db");
    let program = Program::new(folder.path())
        .with("DATABASE_URL", &format!("sqlite:///{}", database.display()))
        .with("SPOTIFY_CLIENT_ID", "the-real-app")
        .with("SPOTIFY_CLIENT_SECRET", "the-real-secret-of-the-real-app")
        .with(
            "SPOTIFY_REDIRECT_URI",
            "https://music.example.com/auth/callback",
        )
        .with("SPOTIFY_ACCOUNTS_URL", "http://127.0.0.1:1")
        .with("SPOTIFY_API_URL", "http://127.0.0.1:1/v1");
    let mut running = program.start(&["serve", "--sandbox", "--port", "0"]);
    let mut printed = running.printed("Search:").await;
    printed.extend(running.printed("-d '").await);
    let found = answered(&program, &commands(&printed)[1]).await;
    assert_ne!(found["result"]["isError"], true, "{found}");
    assert_eq!(running.signal("TERM").await.code, Some(0));
    assert!(!database.exists());
}

#[tokio::test]
async fn a_database_that_is_named_on_the_command_line_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("kept.db");
    let program = Program::new(folder.path());
    let arguments = [
        "serve",
        "--sandbox",
        "--port",
        "0",
        "--database",
        "sqlite://kept.db",
    ];
    let mut running = program.start(&arguments);
    running.printed("  aux_").await;
    assert_eq!(running.signal("TERM").await.code, Some(0));
    assert!(database.exists());
    let listed = program
        .run(&["users", "list", "--database", "sqlite://kept.db"])
        .await;
    assert_eq!(listed.printed().lines().count(), 2, "{listed:?}");
}

#[tokio::test]
async fn it_refuses_prod() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path()).with("ENVIRONMENT", "prod");
    let ended = program.run(&["serve", "--sandbox", "--port", "0"]).await;
    ended.failed_saying(&["ENVIRONMENT", "refuses ENVIRONMENT=prod", "--sandbox"]);
}

#[tokio::test]
async fn people_without_the_sandbox_are_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Program::new(folder.path())
        .run(&["serve", "--people", "5"])
        .await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("--sandbox"), "{ended:?}");
}

/// The lines for a shell, put together again.
fn commands(printed: &[String]) -> Vec<String> {
    let joined = printed.join("\n").replace("\\\n", " ");
    let is_command = |line: &&str| line.trim_start().starts_with("curl ");
    joined
        .lines()
        .filter(is_command)
        .map(str::to_owned)
        .collect()
}

async fn answered(program: &Program, command: &str) -> Value {
    let text = program.shell(command).await;
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{command}: {text}"))
}
