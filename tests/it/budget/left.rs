//! A client that leaves in the middle of long work, in both eras and also while it watches: Spotify is asked for nothing
//! more, nothing is half written, and what belongs together is brought to its end.

use auxcord::sandbox::{Action, Fault, PlaylistState, Shelf};
use serde_json::{Value, json};

use crate::harness::{
    Client, TestApp,
    app::Connected,
    until,
    wire::{Call, Manner},
};

const SEARCH: &str = "GET /v1/search";
const PLAYLIST: &str = "GET /v1/playlists/{id}";
const ITEMS: &str = "GET /v1/playlists/{id}/items";
const ADD: &str = "POST /v1/playlists/{id}/items";

/// Searches and pages that are under way together.
const AT_ONCE: usize = 4;

/// Somebody whose client is about to leave.
struct Stage {
    app: TestApp,
    me: Connected,
    client: Client,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let me = app.connect_first().await;
        let client = app.client(&me.key);
        app.spotify.reset_calls();
        Self { app, me, client }
    }

    /// One's own playlist whose name is `name` and the person's marker.
    fn list(&self, name: &str) -> PlaylistState {
        let called = format!("{name} {}", self.me.marker);
        let all = self.app.spotify.playlists(&self.me.spotify_id);
        all.into_iter().find(|list| list.name == called).unwrap()
    }

    /// `count` tracks that stand in none of the small lists and are not saved.
    fn others(&self, count: usize) -> Vec<String> {
        let spotify = &self.app.spotify;
        let hoarder = spotify.people().remove(7).id;
        let mut others = spotify.library(&hoarder, Shelf::Tracks);
        let saved = spotify.library(&self.me.spotify_id, Shelf::Tracks);
        let listed = self.list("A hundred").uris;
        others.retain(|uri| !saved.contains(uri) && !listed.contains(uri));
        others.truncate(count);
        assert_eq!(others.len(), count);
        others
    }

    /// Holds back what Spotify answers to such calls, from the one after `skip` of them on.
    fn hold(&self, method: &str, path: &str, skip: u64) {
        let fault = Fault::new(Action::Hold).on(method, path);
        self.app.spotify.add_fault(fault.times(skip, u64::MAX));
    }

    /// Calls a tool, and hangs up when Spotify holds back `held` answers.
    async fn leave(&self, manner: Manner, tool: &str, arguments: &Value, held: usize) {
        let (origin, key) = (&self.app.origin, &self.me.key);
        let call = Call::send_in(manner, origin, key, tool, arguments.clone()).await;
        self.app.spotify.until_held(held).await;
        call.hang_up().await;
    }

    /// Lets the answers out that were held back.
    async fn release(&self) {
        self.app.spotify.clear_faults();
        until("the answers are out", async || self.app.spotify.held() == 0).await;
    }

    /// The reads that were under way are broken off: nobody waits for their answers.
    async fn broken_off(&self) {
        until("what was under way is broken off", async || {
            self.app.spotify.held() == 0
        })
        .await;
        self.app.spotify.clear_faults();
    }

    /// Asks Spotify for something else, so often that work that went on would have asked too.
    async fn meanwhile(&self) {
        for offset in [0, 50, 100, 150, 200, 250] {
            let asked = json!({"kind": "tracks", "limit": 50, "offset": offset});
            self.client.done("list_library", asked).await;
        }
        assert_eq!(self.app.spotify.count("GET /v1/me/tracks"), 6);
    }

    /// Waits for the person's turn to change playlists, which no earlier change has then any more. One look.
    async fn turn(&self) {
        let list = self.list("Fifty");
        let asked = json!({"playlist": list.id, "items": [list.uris[0]]});
        let told = self.client.done("add_to_playlist", asked).await;
        assert_eq!(told["added"], 0);
    }

    fn count(&self, endpoint: &str) -> u64 {
        self.app.spotify.count(endpoint)
    }

    fn writes(&self) -> usize {
        self.app.spotify.take_writes().len()
    }
}

/// Fifty titles that nobody has recorded.
fn titles() -> Vec<Value> {
    (0..50)
        .map(|n| json!({"title": format!("Unheard {n}"), "artist": "Nobody Anywhere"}))
        .collect()
}

#[tokio::test]
async fn who_leaves_while_fifty_titles_are_looked_for_ends_it() {
    for manner in Manner::ALL {
        for (tool, argument) in [("resolve_tracks", "tracks"), ("add_to_playlist", "items")] {
            let stage = Stage::new().await;
            stage.hold("GET", "/v1/search", 8);
            let mut asked = json!({argument: titles()});
            if tool == "add_to_playlist" {
                asked["playlist"] = json!(stage.list("Nothing yet").id);
            }
            stage.leave(manner, tool, &asked, AT_ONCE).await;
            stage.broken_off().await;
            stage.meanwhile().await;
            assert_eq!(stage.count(SEARCH), 12, "{tool} {manner:?}");
            assert_eq!(stage.writes(), 0);
        }
    }
}

#[tokio::test]
async fn who_leaves_while_a_long_playlist_is_read_ends_it() {
    for manner in Manner::ALL {
        let stage = Stage::new().await;
        let list = stage.list("Everything").id;
        // The playlist itself and four of its pages come.
        stage.hold("GET", "/v1/playlists/", 5);
        let asked = json!({"playlist": list, "view": "summary"});
        stage.leave(manner, "get_playlist", &asked, AT_ONCE).await;
        stage.broken_off().await;
        stage.meanwhile().await;
        let counts = (stage.count(PLAYLIST), stage.count(ITEMS));
        assert_eq!(counts, (1, 8), "{manner:?}");
    }
}

#[tokio::test]
async fn who_leaves_while_five_hundred_are_added_can_ask_for_the_same_again() {
    for manner in Manner::ALL {
        let stage = Stage::new().await;
        let (list, new) = (stage.list("A hundred"), stage.others(500));
        stage.hold("POST", "/v1/playlists/", 0);
        let asked = json!({"playlist": list.id, "items": new});
        stage.leave(manner, "add_to_playlist", &asked, 1).await;
        // The write that was under way is not broken off, and nothing follows it.
        stage.release().await;
        stage.turn().await;
        stage.meanwhile().await;
        assert_eq!(stage.count(ADD), 1, "{manner:?}");
        let rows = || stage.app.spotify.rows(&list.id);
        assert_eq!(rows(), [&list.uris, &new[..100]].concat());

        let told = stage.client.done("add_to_playlist", asked).await;
        assert_eq!(
            (&told["added"], &told["verified"]),
            (&json!(400), &json!(true))
        );
        assert_eq!(rows(), [list.uris, new].concat());
        stage.writes();
    }
}

#[tokio::test]
async fn what_would_be_doubled_is_brought_to_its_end() {
    for manner in Manner::ALL {
        let stage = Stage::new().await;
        let (list, new) = (stage.list("A hundred"), stage.others(250));
        stage.hold("POST", "/v1/playlists/", 0);
        let asked = json!({"playlist": list.id, "items": new, "skip_duplicates": false});
        stage.leave(manner, "add_to_playlist", &asked, 1).await;
        stage.release().await;
        stage.turn().await;
        let rows = stage.app.spotify.rows(&list.id);
        assert_eq!(rows, [list.uris, new].concat(), "{manner:?}");
        assert_eq!(
            (stage.count(ADD), stage.count(ITEMS)),
            (3, 1),
            "and looked at"
        );
        stage.writes();
    }
}

#[tokio::test]
async fn a_list_that_was_made_is_filled() {
    for manner in Manner::ALL {
        let stage = Stage::new().await;
        let new = stage.others(120);
        stage.hold("POST", "/v1/me/playlists", 0);
        let asked = json!({"name": "Whole", "tracks": new});
        stage.leave(manner, "create_playlist", &asked, 1).await;
        stage.release().await;
        stage.turn().await;
        let all = stage.app.spotify.playlists(&stage.me.spotify_id);
        let made: Vec<_> = all.iter().filter(|list| list.name == "Whole").collect();
        assert_eq!(made.len(), 1, "{manner:?}");
        assert_eq!(made[0].uris, new, "{manner:?}");
        assert_eq!(stage.count(PLAYLIST), 2, "read back, and the turn's look");
        stage.writes();
    }
}

#[tokio::test]
async fn copies_that_were_taken_out_with_others_are_put_back() {
    for manner in Manner::ALL {
        let stage = Stage::new().await;
        let list = stage.list("Nothing yet").id;
        let new = stage.others(3);
        let rows = [0, 1, 0, 2, 0].map(|at: usize| new[at].clone());
        let filling = json!({"playlist": list, "items": rows, "skip_duplicates": false});
        stage.client.done("add_to_playlist", filling).await;
        stage.app.spotify.reset_calls();
        stage.hold("DELETE", "/v1/playlists/", 0);
        let asked = json!({"playlist": list, "positions": [0]});
        stage.leave(manner, "remove_from_playlist", &asked, 1).await;
        stage.release().await;
        stage.turn().await;
        assert_eq!(stage.app.spotify.rows(&list), rows[1..], "{manner:?}");
        assert_eq!(
            (stage.count(ADD), stage.count(PLAYLIST)),
            (2, 3),
            "and read back"
        );
        stage.writes();
    }
}

#[tokio::test]
async fn who_leaves_while_things_are_queued_or_saved_ends_it() {
    for manner in Manner::ALL {
        let stage = Stage::new().await;
        let new = stage.others(200);
        stage.hold("POST", "/v1/me/player/queue", 2);
        let asked = json!({"items": &new[..20]});
        stage.leave(manner, "add_to_queue", &asked, 1).await;
        stage.release().await;
        stage.hold("PUT", "/v1/me/library", 1);
        let asked = json!({"refs": new});
        stage.leave(manner, "save_to_library", &asked, 1).await;
        stage.release().await;
        stage.meanwhile().await;
        assert_eq!(stage.count("POST /v1/me/player/queue"), 3, "{manner:?}");
        assert_eq!(stage.count("PUT /v1/me/library"), 2, "{manner:?}");
        stage.writes();
        let told = stage.client.done("save_to_library", asked).await;
        assert_eq!(told["already_saved"].as_array().unwrap().len(), 80);
        assert_eq!(told["saved"].as_array().unwrap().len(), 120);
        stage.writes();
    }
}

#[tokio::test]
async fn what_was_only_looked_for_does_not_begin_to_play() {
    for manner in Manner::ALL {
        let stage = Stage::new().await;
        stage.hold("GET", "/v1/search", 0);
        let asked = json!({"query": "night"});
        stage.leave(manner, "play", &asked, 1).await;
        stage.broken_off().await;
        stage.meanwhile().await;
        assert_eq!(stage.writes(), 0, "{manner:?}");
        assert_eq!(stage.count("GET /v1/me/player/devices"), 0);
    }
}
