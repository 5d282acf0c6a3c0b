//! The Python server's people, taken over by the real program: from its database as SQLAlchemy makes it, sealed with
//! Fernet, on either database, and checked against the simulated Spotify.

mod by_hand;
mod fernet;
mod mixed_up;
mod old_server;
mod people;
mod refused;
mod trouble;
mod unchecked;

use auxcord::sandbox::PersonCard;
use serde_json::{Value, json};

use crate::harness::{
    Ground, Process, Program, Setup,
    app::CLIENT_ID,
    program::{Ended, Running},
};
use old_server::{OldServer, User};

/// A server, and beside it the database of the one that its people come from.
struct Stage {
    ground: Ground,
    old: OldServer,
}

impl Stage {
    async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    async fn with(mut setup: Setup) -> Self {
        setup.people = 4;
        Self {
            ground: Ground::new(setup).await,
            old: OldServer::new().await,
        }
    }

    /// The person of that number, who has an account at Spotify.
    fn person(&self, number: usize) -> PersonCard {
        // The third of those made by hand is on no app's list.
        let people = self.ground.spotify.people();
        let number = if number < 2 { number } else { number + 1 };
        people[number].clone()
    }

    /// The row of somebody who uses the other server: tokens that Spotify gave it, of which the access token is good.
    fn user(&self, card: &PersonCard) -> User {
        let tokens = self
            .ground
            .spotify
            .grant(&card.id, CLIENT_ID, None)
            .unwrap();
        User::new(card, &tokens)
    }

    /// The program with the settings of the server and the other one's key.
    fn program(&self) -> Program {
        let mut program = Program::new(self.ground.database.folder.path());
        for (name, value) in &self.ground.environment {
            program = program.with(name, value);
        }
        program.with("IMPORT_ENCRYPTION_KEY", &self.old.key)
    }

    async fn import(&self, flags: &[&str]) -> Ended {
        let arguments = [&["import", &self.old.url], flags].concat();
        self.program().run(&arguments).await
    }

    fn start_import(&self) -> Running {
        self.program().start(&["import", &self.old.url])
    }

    /// What an import reports; `code` is how it ended.
    async fn report(&self, flags: &[&str], code: i32) -> Report {
        let ended = self.import(&[flags, &["--json"]].concat()).await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let report: Value = serde_json::from_str(&ended.out).unwrap();
        Report(report)
    }

    async fn serve(&self) -> Process {
        self.ground.serve().await
    }
}

/// The report of an import as JSON.
#[derive(Debug)]
struct Report(Value);

impl Report {
    /// What became of the person with that Spotify `id`: outcome, link, key.
    fn of(&self, spotify_id: &str) -> [&str; 3] {
        let line = self.line(spotify_id);
        ["outcome", "link", "key"].map(|name| line[name].as_str().unwrap_or("-"))
    }

    fn why(&self, spotify_id: &str) -> &str {
        self.line(spotify_id)["detail"].as_str().unwrap_or("")
    }

    fn line(&self, spotify_id: &str) -> &Value {
        let people = self.0["people"].as_array().unwrap();
        let found = people.iter().find(|line| line["spotify_id"] == spotify_id);
        found.unwrap_or_else(|| panic!("{spotify_id} is not in {self:?}"))
    }
}

/// Whose account a key opens, at the endpoint and in the connector's URL; `None` where it opens neither.
async fn opened_by(server: &Process, key: &str) -> Option<String> {
    let connector =
        crate::harness::Client::new(&format!("{}/claude-mcp?token={key}", server.origin), "none");
    let by_url = connector.rpc(1, "tools/list", json!({})).await.status;
    let client = server.client(key);
    let by_header = client.rpc(1, "tools/list", json!({})).await.status;
    assert_eq!(by_url, by_header, "both doors agree");
    if by_header == 401 {
        return None;
    }
    assert_eq!(by_header, 200);
    let status = client.rpc(
        2,
        "tools/call",
        json!({ "name": "get_status", "arguments": {} }),
    );
    let status = status.await.body["result"]["structuredContent"].clone();
    Some(status["user_id"].as_str().unwrap_or("nobody").to_owned())
}

/// Whose account a key opens at the endpoint.
async fn opened_by_key(server: &Process, key: &str) -> String {
    let status = server.client(key).done("get_status", json!({})).await;
    status["user_id"].as_str().unwrap().to_owned()
}
