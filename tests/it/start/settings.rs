//! Settings that stop a start, settings that are found, and signals that end a server.

use std::{fs, net::TcpListener};

use super::{KEYRING, ready, served};
use crate::harness::{Program, database::TestDatabase, http};

#[tokio::test]
async fn a_port_in_use_is_told_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let program = Program::new(folder.path()).with("SPOTIFY_CLIENT_ID", "auxcord-tests");
    let address = format!("cannot listen on 127.0.0.1:{port}");
    let ended = program.clone().with("PORT", &port).run(&["serve"]).await;
    ended.failed_saying(&[&address, "hint: another program has this port"]);
    let ended = program.run(&["serve", "--port", &port]).await;
    ended.failed_saying(&[&address]);
    let admin = format!("127.0.0.1:{port}");
    let ended = program
        .run(&["serve", "--port", "0", "--admin-listen", &admin])
        .await;
    ended.failed_saying(&[&address]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn without_a_spotify_app_the_redirect_uri_to_register_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let program = Program::new(folder.path()).with("PORT", &port);
    let ended = program.run(&["serve"]).await;
    ended.failed_saying(&[
        "SPOTIFY_CLIENT_ID is not set",
        &format!("redirect URI http://127.0.0.1:{port}/auth/callback "),
        "auxcord serve --sandbox",
    ]);
    let public = program
        .with("BASE_URL", "https://music.example.com")
        .run(&["serve"])
        .await;
    public.failed_saying(&["redirect URI https://music.example.com/auth/callback "]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn prod_names_everything_that_it_lacks_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let prod = Program::new(folder.path()).with("ENVIRONMENT", "prod");
    let ended = prod.run(&["serve"]).await;
    ended.failed_saying(&[
        "TOKEN_ENCRYPTION_KEY",
        "SPOTIFY_CLIENT_ID",
        "BASE_URL",
        "https",
    ]);
    let ended = prod
        .clone()
        .with("SPOTIFY_CLIENT_ID", "5fe01282e44241328a84e7c5cc169165")
        .with("BASE_URL", "http://127.0.0.1:8001")
        .with(
            "TOKEN_ENCRYPTION_KEY",
            "replace-with-the-output-of-auxcord-keyring-generate",
        )
        .with("SPOTIFY_CLIENT_SECRET", "your_client_secret")
        .run(&["serve"])
        .await;
    ended.failed_saying(&["TOKEN_ENCRYPTION_KEY", "SPOTIFY_CLIENT_SECRET", "BASE_URL"]);
    for secret in ["replace-with", "your_client_secret"] {
        assert!(!ended.err.contains(secret), "{ended:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_dotenv_in_the_working_folder_is_read_and_the_environment_wins_over_it() {
    let database = TestDatabase::new().await;
    let folder = database.folder.path();
    let dotenv = format!(
        "SPOTIFY_CLIENT_ID=from-the-dotenv\nTOKEN_ENCRYPTION_KEY={KEYRING}\nPORT=0\n\
         BASE_URL=https://dotenv.example.com\nDATABASE_URL={}\n",
        database.url
    );
    fs::write(folder.join(".env"), dotenv).unwrap();
    let mut running = Program::new(folder)
        .with("BASE_URL", "https://environment.example.com")
        .start(&["serve"]);
    let line = running.logged("serving; register").await;
    assert!(
        line.contains("https://environment.example.com/auth/callback"),
        "{line}"
    );
    let address = serde_json::from_str::<serde_json::Value>(&line).unwrap();
    let origin = format!("http://{}", address["address"].as_str().unwrap());
    let http = http().build().unwrap();
    let login = http.post(format!("{origin}/auth/login"));
    let login = login
        .header("host", "environment.example.com")
        .send()
        .await
        .unwrap();
    assert_eq!(login.status(), 303);
    let location = login.headers()["location"].to_str().unwrap();
    assert!(location.contains("client_id=from-the-dotenv"), "{location}");
}

#[tokio::test]
async fn either_signal_ends_it_with_code_0() {
    for name in ["TERM", "INT"] {
        let database = TestDatabase::new().await;
        let mut running = ready(&database).start(&["serve"]);
        served(&mut running).await;
        let ended = running.signal(name).await;
        assert_eq!(ended.code, Some(0), "{name} {ended:?}");
        assert_eq!(ended.out, "", "data goes to stdout, and there is none");
        assert!(ended.err.contains("stopped"), "{ended:?}");
    }
}

#[tokio::test]
async fn without_a_command_it_serves() {
    let database = TestDatabase::new().await;
    let mut running = ready(&database).start(&[]);
    served(&mut running).await;
    // Its input is at its end, and so is the session.
    let stdio = ready(&database).with("TRANSPORT", "stdio").run(&[]).await;
    assert_eq!(stdio.printed(), "", "{stdio:?}");
}
