//! Starting and stopping, with the real program: what it refuses, what it says then, and what it leaves alone.

mod databases;
mod health;
mod keyrings;
mod redirect;
mod sandbox;
mod settings;

use crate::harness::{Program, database::TestDatabase, get, program::Running};

/// A keyring of the stories.
const KEYRING: &str = "s1:3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs";
/// Another key under the same name.
const OTHER_KEY: &str = "s1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
/// The other key under another name.
const OTHER_NAME: &str = "s2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// The program in the folder of `database`, with all that `serve` needs but a keyring.
fn keyless(database: &TestDatabase) -> Program {
    Program::new(database.folder.path())
        .with("PORT", "0")
        .with("DATABASE_URL", &database.url)
        .with("SPOTIFY_CLIENT_ID", "auxcord-tests")
}

/// The same with a keyring.
fn ready(database: &TestDatabase) -> Program {
    keyless(database).with("TOKEN_ENCRYPTION_KEY", KEYRING)
}

/// Waits until it serves, and checks that it does.
async fn served(running: &mut Running) -> String {
    let origin = running.origin().await;
    let health = get(&format!("{origin}/health")).await;
    assert_eq!(health.status(), 200);
    origin
}
