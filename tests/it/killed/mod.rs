//! Power cuts: a server process is killed at the worst moments, and the next one finds the old state or the new one.

mod door;
mod login;
mod outage;
mod renewal;
mod stage;
mod twins;

use auxcord::{
    crypto::{Keyring, Place},
    sandbox::{Action, Fault, Rotation, Secret},
};
use serde_json::{Value, json};

use crate::harness::{Client, Ground, Setup, app::KEYRING, database::bytes_of};

/// The endpoint that renews links and takes codes.
const TOKEN: &str = "POST /api/token";

/// On a Spotify whose refresh tokens rotate or not. A call may take two seconds, so that a dead server's lease is
/// over soon.
async fn ground(rotation: Rotation) -> Ground {
    let setup = Setup::default()
        .rotating(rotation)
        .with("SPOTIFY_CALL_TIMEOUT_MS", "2000");
    Ground::new(setup).await
}

fn on_token(action: Action) -> Fault {
    Fault::new(action).on("POST", "/api/token")
}

/// A call that needs a good token.
async fn list(client: &Client) -> Value {
    client.done("list_playlists", json!({})).await
}

/// The links as they are stored, with the Spotify `id` of their person; `which` is a condition.
async fn links(ground: &Ground, which: &str) -> Vec<String> {
    let (access, refresh) = (
        ground.database.hex("l.access_sealed"),
        ground.database.hex("l.refresh_sealed"),
    );
    let rows = format!(
        "select p.spotify_id || ' ' || l.id || ' ' || {access} || ' ' || {refresh} || ' ' || l.version || ' ' || l.status \
         from spotify_links l join people p on p.id = l.person_id where {which} order by 1"
    );
    ground.database.texts(&rows).await
}

/// People and keys, without when the keys were used.
async fn people_and_keys(ground: &Ground) -> [Vec<String>; 2] {
    let hash = ground.database.hex("hash");
    [
        ground
            .database
            .texts("select id || ' ' || spotify_id || ' ' || display_name from people order by 1")
            .await,
        ground
            .database
            .texts(&format!(
                "select id || ' ' || person_id || ' ' || kind || ' ' || {hash} from api_keys order by 1"
            ))
            .await,
    ]
}

/// Every stored token opens, and is one that Spotify has issued: never a mix.
async fn tokens_are_whole(ground: &Ground) {
    let keyring = Keyring::parse(KEYRING).unwrap();
    let issued = ground.spotify.issued();
    for (column, secret) in [
        ("access_sealed", Secret::Access),
        ("refresh_sealed", Secret::Refresh),
    ] {
        let hex = ground.database.hex(column);
        let rows = format!("select id || ' ' || {hex} from spotify_links");
        for row in ground.database.texts(&rows).await {
            let (id, sealed) = row.split_once(' ').unwrap();
            let place = Place {
                table: "spotify_links",
                column,
                row: id,
            };
            let plain = keyring.open(place, &bytes_of(sealed)).unwrap();
            let known = |(kind, value): &(Secret, String)| {
                *kind == secret && value.as_bytes() == plain.as_slice()
            };
            assert!(issued.iter().any(known), "{column} was never issued");
        }
    }
}
