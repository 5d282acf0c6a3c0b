//! Where things are kept, who can read them, and what is said when something is missing.

use std::{os::unix::fs::PermissionsExt, path::Path};

use serde_json::json;

use super::stage::{Machine, Talk};
use crate::harness::Program;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_platforms_folder_is_made_for_its_owner_alone() {
    let mut machine = Machine::new().await;
    for name in ["DATABASE_URL", "TOKEN_ENCRYPTION_KEY"] {
        machine.environment.remove(name);
    }
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    for (variables, folder) in [
        (
            vec![("HOME", home.path().to_owned())],
            home.path().join(".local/share/auxcord"),
        ),
        (
            vec![
                ("HOME", home.path().to_owned()),
                ("XDG_DATA_HOME", data.clone()),
            ],
            data.join("auxcord"),
        ),
    ] {
        let mut command = machine.command(&["stdio"]);
        command.envs(variables);
        let mut talk = Talk::of(command.spawn().unwrap());
        talk.initialize(json!({})).await;
        machine.link(&mut talk).await;
        assert_eq!(mode(&folder), 0o700);
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(mode(&entry.path()), 0o600, "{entry:?}");
            names.push(entry.file_name().into_string().unwrap());
        }
        for name in ["auxcord.db", "auxcord.key", "auxcord.machine"] {
            assert!(names.contains(&name.to_owned()), "{name}: {names:?}");
        }
        talk.close();
        talk.ended().await;
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
        let mut command = machine.command(&["stdio"]);
        command
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", folder.parent().unwrap());
        let mut talk = Talk::of(command.spawn().unwrap());
        talk.initialize(json!({})).await;
        let status = talk.done("get_status", json!({})).await;
        assert_eq!(status["connected"], true, "the account stays: {status}");
        assert_eq!(mode(&folder), 0o700, "and the folder is closed again");
    }
}

#[tokio::test]
async fn without_a_spotify_app_it_is_told_what_to_register() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path()).with("HOME", folder.path().to_str().unwrap());
    for arguments in [&["stdio"][..], &["login"]] {
        let ended = program.run(arguments).await;
        ended.failed_saying(&[
            "SPOTIFY_CLIENT_ID is not set",
            "http://127.0.0.1:8888/callback",
            "developer.spotify.com",
            "User Management",
        ]);
    }
    let own = program.with("SPOTIFY_REDIRECT_URI", "http://127.0.0.1:9123/back");
    own.run(&["stdio"])
        .await
        .failed_saying(&["http://127.0.0.1:9123/back"]);
}

#[tokio::test]
async fn a_redirect_uri_that_spotify_refuses_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Program::new(folder.path())
        .with("HOME", folder.path().to_str().unwrap())
        .with("SPOTIFY_CLIENT_ID", "5fe01282e44241328a84e7c5cc169165")
        .with("SPOTIFY_REDIRECT_URI", "http://localhost:8888/callback")
        .run(&["stdio"])
        .await
        .failed_saying(&["localhost", "http://127.0.0.1:8888/callback"]);
}

#[tokio::test]
async fn without_a_home_what_is_kept_lies_in_the_working_directory_and_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Program::new(folder.path())
        .with("SPOTIFY_CLIENT_ID", "5fe01282e44241328a84e7c5cc169165")
        .run(&["stdio"])
        .await;
    assert_eq!(ended.printed(), "");
    assert!(ended.err.contains("no home directory"), "{ended:?}");
    for name in ["auxcord.db", "auxcord.key", "auxcord.machine"] {
        assert_eq!(mode(&folder.path().join(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_secret_that_is_none_is_told_and_left_as_it_is() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    machine.link(&mut talk).await;
    let mut found = walkdir::WalkDir::new(machine.folder())
        .into_iter()
        .flatten();
    let file = found
        .find(|entry| entry.file_name() == "auxcord.machine")
        .unwrap();
    std::fs::write(file.path(), "something else\n").unwrap();
    let talk = machine.start();
    let (status, lines, log) = talk.ended().await;
    assert_eq!(status.code(), Some(1));
    assert_eq!(lines, Vec::<String>::new());
    let log = log.join("\n");
    assert!(log.contains("holds no secret of a machine"), "{log}");
    let left = std::fs::read_to_string(file.path()).unwrap();
    assert_eq!(left, "something else\n");
}

#[tokio::test]
async fn a_dotenv_of_some_folder_does_not_say_where_tokens_go() {
    let machine = Machine::new().await;
    // Half of it is what any project for the web has there.
    let text = "SPOTIFY_ACCOUNTS_URL=https://evil.example\nSPOTIFY_API_URL=https://evil.example\n\
                DATABASE_URL=postgres://somebody:pass@evil.example/theirs\nENVIRONMENT=prod\n\
                TOKEN_ENCRYPTION_KEY=theirs:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
    std::fs::write(machine.folder().join(".env"), text).unwrap();
    let mut command = machine.command(&["stdio"]);
    let names = [
        "SPOTIFY_ACCOUNTS_URL",
        "SPOTIFY_API_URL",
        "DATABASE_URL",
        "ENVIRONMENT",
        "TOKEN_ENCRYPTION_KEY",
    ];
    for name in names {
        command.env_remove(name);
    }
    let mut talk = Talk::of(command.spawn().unwrap());
    talk.initialize(json!({})).await;
    let url = talk.begin().await;
    assert!(url.starts_with("https://accounts.spotify.com/"), "{url}");
    talk.close();
    let (_, _, log) = talk.ended().await;
    let log = log.join("\n");
    for name in names {
        let note = format!("{name} in .env is not taken by one person's own auxcord");
        assert!(log.contains(&note), "{log}");
    }
    assert!(
        !log.contains("evil.example") && !log.contains("AAAA"),
        "{log}"
    );
}

#[tokio::test]
async fn transport_stdio_decides_for_a_bare_command_and_serve_stays_a_server() {
    let mut machine = Machine::new().await;
    machine
        .environment
        .insert("TRANSPORT".to_owned(), "stdio".to_owned());
    let mut talk = Talk::of(machine.command(&[]).spawn().unwrap());
    talk.initialize(json!({})).await;
    assert!(talk.names().await.contains(&"connect".to_owned()));
    machine.environment.remove("SPOTIFY_REDIRECT_URI");
    machine
        .environment
        .insert("PORT".to_owned(), "0".to_owned());
    let ended = Program::new(machine.folder());
    let mut program = ended;
    for (name, value) in &machine.environment {
        program = program.with(name, value);
    }
    let mut server = program.start(&["serve"]);
    let origin = server.origin().await;
    let health = crate::harness::get(&format!("{origin}/health")).await;
    assert_eq!(health.status(), 200);
}
