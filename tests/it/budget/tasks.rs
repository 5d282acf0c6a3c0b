//! Twenty things that people ask for, each with the fewest calls of Spotify that its API allows, and the calls made.
//!
//! The table below is the one in ARCHITECTURE: [`markdown`] writes it, and a snapshot keeps what it wrote.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use auxcord::sandbox::Shelf;
use serde_json::{Value, json};

use crate::harness::{Client, TestApp, app::Connected};

/// Playlists of 0 to 1,200 items, 320 saved tracks, a laptop that plays and a phone.
const COLLECTOR: usize = 0;
/// One phone, paused.
const OF_ONE_DEVICE: usize = 7;

/// A task with what it takes.
struct Task {
    /// What the person wants.
    name: &'static str,
    /// Who wants it.
    person: usize,
    /// The least that the API allows, by endpoint.
    least: &'static [(&'static str, u64)],
    /// What is made beyond that.
    more: &'static [(&'static str, u64)],
    /// Why it takes so many.
    why: &'static str,
}

const SEARCH: &str = "GET /v1/search";
const PLAYLIST: &str = "GET /v1/playlists/{id}";
const ITEMS: &str = "GET /v1/playlists/{id}/items";
const ADD: &str = "POST /v1/playlists/{id}/items";
const REMOVE: &str = "DELETE /v1/playlists/{id}/items";
const MOVE: &str = "PUT /v1/playlists/{id}/items";
const LISTS: &str = "GET /v1/me/playlists";
const CONTAINS: &str = "GET /v1/me/library/contains";
const DEVICES: &str = "GET /v1/me/player/devices";
const PLAYER: &str = "GET /v1/me/player";
const QUEUE: &str = "POST /v1/me/player/queue";

const TASKS: [Task; 22] = [
    Task {
        name: "Find 25 exact recordings by title and artist",
        person: COLLECTOR,
        least: &[(SEARCH, 25)],
        more: &[],
        why: "one search a title; Spotify has no search for several",
    },
    Task {
        name: "The same 25 once more within five minutes",
        person: COLLECTOR,
        least: &[],
        more: &[],
        why: "remembered",
    },
    Task {
        name: "Add 230 tracks without duplicates to a playlist of 1,200",
        person: COLLECTOR,
        least: &[(PLAYLIST, 1), (ITEMS, 24), (ADD, 3)],
        more: &[],
        why: "50 places a page, the first with the playlist itself; 100 tracks a write; look",
    },
    Task {
        name: "Play a vague title on the only device",
        person: OF_ONE_DEVICE,
        least: &[
            (SEARCH, 1),
            (DEVICES, 1),
            ("PUT /v1/me/player/play", 1),
            (PLAYER, 1),
        ],
        more: &[],
        why: "find, look where, play, look whether it plays",
    },
    Task {
        name: "Remove one of two copies of a track",
        person: COLLECTOR,
        least: &[(PLAYLIST, 2), (REMOVE, 1), (ADD, 1)],
        more: &[],
        why: "look, delete every copy, put one back, look",
    },
    Task {
        name: "Is this saved?",
        person: COLLECTOR,
        least: &[(CONTAINS, 1)],
        more: &[],
        why: "",
    },
    Task {
        name: "Which of these 200 are saved?",
        person: COLLECTOR,
        least: &[(CONTAINS, 5)],
        more: &[],
        why: "40 a call",
    },
    Task {
        name: "Save 40 tracks",
        person: COLLECTOR,
        least: &[(CONTAINS, 2), ("PUT /v1/me/library", 1)],
        more: &[],
        why: "which were there before, save, look",
    },
    Task {
        name: "What is playing?",
        person: COLLECTOR,
        least: &[(PLAYER, 1)],
        more: &[],
        why: "",
    },
    Task {
        name: "Ten tracks for a word",
        person: COLLECTOR,
        least: &[(SEARCH, 1)],
        more: &[],
        why: "",
    },
    Task {
        name: "Which playlists do I have?",
        person: COLLECTOR,
        least: &[(LISTS, 1)],
        more: &[],
        why: "up to 50",
    },
    Task {
        name: "What is in my playlist of that name?",
        person: COLLECTOR,
        least: &[(LISTS, 1), (PLAYLIST, 1)],
        more: &[],
        why: "the name is looked for first",
    },
    Task {
        name: "How long is the playlist of 1,200, and what is in it twice?",
        person: COLLECTOR,
        least: &[(PLAYLIST, 1), (ITEMS, 23)],
        more: &[],
        why: "50 places a page, the first with the playlist itself",
    },
    Task {
        name: "A new playlist of 150 tracks",
        person: COLLECTOR,
        least: &[
            (LISTS, 1),
            ("POST /v1/me/playlists", 1),
            (ADD, 2),
            (PLAYLIST, 1),
        ],
        more: &[],
        why: "is the name taken, make, fill, read back",
    },
    Task {
        name: "Rename a playlist",
        person: COLLECTOR,
        least: &[(PLAYLIST, 2), ("PUT /v1/playlists/{id}", 1)],
        more: &[],
        why: "old values, change, new values",
    },
    Task {
        name: "Move three rows to the top",
        person: COLLECTOR,
        least: &[(PLAYLIST, 1), (ITEMS, 1), (MOVE, 1)],
        more: &[],
        why: "look, move, look",
    },
    Task {
        name: "Skip to the next track",
        person: COLLECTOR,
        least: &[("POST /v1/me/player/next", 1), (PLAYER, 2)],
        more: &[],
        why: "what plays, skip, look whether it did",
    },
    Task {
        name: "Go on on the phone",
        person: COLLECTOR,
        least: &[(DEVICES, 1), ("PUT /v1/me/player", 1), (PLAYER, 1)],
        more: &[],
        why: "which device, transfer, look",
    },
    Task {
        name: "Queue three tracks",
        person: COLLECTOR,
        least: &[(DEVICES, 1), (QUEUE, 3), ("GET /v1/me/player/queue", 1)],
        more: &[],
        why: "which device; one track a call; look",
    },
    Task {
        name: "Top 50 tracks of six months",
        person: COLLECTOR,
        least: &[("GET /v1/me/top/{type}", 1)],
        more: &[],
        why: "",
    },
    Task {
        name: "What did I listen to last?",
        person: COLLECTOR,
        least: &[("GET /v1/me/player/recently-played", 1)],
        more: &[],
        why: "",
    },
    Task {
        name: "Does it work, and what is left?",
        person: COLLECTOR,
        least: &[(DEVICES, 1)],
        more: &[],
        why: "all else is known here",
    },
];

/// One person at a server of their own.
struct Stage {
    app: TestApp,
    me: Connected,
    client: Client,
}

impl Stage {
    async fn of(person: usize) -> Self {
        let app = TestApp::start().await;
        let id = app.spotify.people().remove(person).id;
        let me = app.connect(&id).await;
        let client = app.client(&me.key);
        Self { app, me, client }
    }

    /// The link of one's own playlist of that name.
    fn playlist(&self, name: &str) -> String {
        let called = format!("{name} {}", self.me.marker);
        let all = self.app.spotify.playlists(&self.me.spotify_id);
        all.into_iter().find(|list| list.name == called).unwrap().id
    }

    fn saved(&self) -> Vec<String> {
        let spotify = &self.app.spotify;
        spotify.library(&self.me.spotify_id, Shelf::Tracks)
    }

    /// Tracks that are not in the playlist.
    async fn tracks_outside(&self, playlist: &str, count: usize) -> Vec<String> {
        self.tracks_but(&self.app.spotify.rows(playlist), count)
            .await
    }

    /// Tracks that are not saved.
    async fn tracks_outside_library(&self, count: usize) -> Vec<String> {
        self.tracks_but(&self.saved(), count).await
    }

    async fn tracks_but(&self, inside: &[String], count: usize) -> Vec<String> {
        let mut outside = Vec::new();
        for word in [
            "night", "velvet", "paper", "silver", "winter", "golden", "slow", "wild", "neon",
            "salt",
        ] {
            for offset in [0, 50] {
                let asked = json!({"query": word, "limit": 50, "offset": offset});
                let found = self.client.done("search", asked).await;
                outside.extend(uris(&found["results"][0]["items"]));
            }
        }
        outside.sort_unstable();
        outside.dedup();
        outside.retain(|uri| !inside.contains(uri));
        assert!(outside.len() >= count, "{}", outside.len());
        outside.truncate(count);
        outside
    }

    /// Titles with their artists, as somebody might name them.
    async fn titles(&self, count: usize) -> Vec<Value> {
        let mut titles: Vec<Value> = Vec::new();
        for word in [
            "night", "velvet", "paper", "silver", "winter", "golden", "summer", "river",
        ] {
            let asked = json!({"query": word, "limit": 10});
            let found = self.client.done("search", asked).await;
            for row in found["results"][0]["items"].as_array().unwrap() {
                let by = row["by"].as_str().unwrap();
                let first = by.split(", ").next().unwrap();
                titles.push(json!({"title": row["title"], "artist": first}));
            }
        }
        // One recording each: for a title that has several the artist is not enough.
        titles.retain(|row| !row["title"].as_str().unwrap().contains(['(', '-']));
        let mut seen = BTreeSet::new();
        titles.retain(|row| seen.insert(row.to_string().to_lowercase()));
        assert!(titles.len() >= count, "{}", titles.len());
        titles.truncate(count);
        titles
    }

    /// The task itself, after whatever makes it possible.
    async fn perform(&self, name: &str) {
        let client = &self.client;
        let (tool, arguments) = match name {
            "Find 25 exact recordings by title and artist" => {
                ("resolve_tracks", json!({"tracks": self.titles(25).await}))
            }
            "The same 25 once more within five minutes" => {
                let asked = json!({"tracks": self.titles(25).await});
                client.done("resolve_tracks", asked.clone()).await;
                ("resolve_tracks", asked)
            }
            "Add 230 tracks without duplicates to a playlist of 1,200" => {
                let playlist = self.playlist("Everything");
                let new = self.tracks_outside(&playlist, 230).await;
                (
                    "add_to_playlist",
                    json!({"playlist": playlist, "items": new}),
                )
            }
            "Play a vague title on the only device" => ("play", json!({"query": "night train"})),
            "Remove one of two copies of a track" => {
                let playlist = self.playlist("Just one");
                let first = self.app.spotify.rows(&playlist).remove(0);
                let twice =
                    json!({"playlist": playlist, "items": [first], "skip_duplicates": false});
                client.done("add_to_playlist", twice).await;
                (
                    "remove_from_playlist",
                    json!({"playlist": playlist, "positions": [1]}),
                )
            }
            "Is this saved?" => ("check_library", json!({"refs": [self.saved()[0]]})),
            "Which of these 200 are saved?" => {
                ("check_library", json!({"refs": self.saved()[..200]}))
            }
            "Save 40 tracks" => {
                let new = self.tracks_outside_library(40).await;
                ("save_to_library", json!({"refs": new}))
            }
            "What is playing?" => ("get_playback", json!({"include": ["now_playing"]})),
            "Ten tracks for a word" => ("search", json!({"query": "hollow", "limit": 10})),
            "Which playlists do I have?" => ("list_playlists", json!({})),
            "What is in my playlist of that name?" => {
                let name = format!("Fifty {}", self.me.marker);
                ("get_playlist", json!({"playlist": name}))
            }
            "How long is the playlist of 1,200, and what is in it twice?" => {
                let playlist = self.playlist("Everything");
                (
                    "get_playlist",
                    json!({"playlist": playlist, "view": "summary"}),
                )
            }
            "A new playlist of 150 tracks" => {
                let items = &self.saved()[..150];
                (
                    "create_playlist",
                    json!({"name": "Of this evening", "tracks": items}),
                )
            }
            "Rename a playlist" => {
                let playlist = self.playlist("Fifty");
                (
                    "update_playlist",
                    json!({"playlist": playlist, "name": "Half a hundred"}),
                )
            }
            "Move three rows to the top" => {
                let playlist = self.playlist("Fifty");
                let there = json!({"from": 20, "count": 3, "to": 0});
                (
                    "reorder_playlist",
                    json!({"playlist": playlist, "move": there}),
                )
            }
            "Skip to the next track" => ("control_playback", json!({"action": "next"})),
            "Go on on the phone" => ("transfer_playback", json!({"device": "Phone"})),
            "Queue three tracks" => ("add_to_queue", json!({"items": self.saved()[..3]})),
            "Top 50 tracks of six months" => {
                ("get_top_items", json!({"type": "tracks", "limit": 50}))
            }
            "What did I listen to last?" => ("get_recently_played", json!({})),
            "Does it work, and what is left?" => ("get_status", json!({})),
            other => panic!("nobody performs {other}"),
        };
        self.app.spotify.take_writes();
        self.app.spotify.reset_calls();
        client.done(tool, arguments).await;
        self.app.spotify.take_writes();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_task_takes_the_calls_of_the_table_and_no_more() {
    let mut wrong = Vec::new();
    for task in &TASKS {
        let stage = Stage::of(task.person).await;
        stage.perform(task.name).await;
        let made = stage.app.spotify.calls();
        let expected = sum(task.least.iter().chain(task.more));
        if made != expected {
            wrong.push(format!("{}: {made:?} instead of {expected:?}", task.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_is_what_architecture_shows() {
    insta::assert_snapshot!("tasks", markdown());
}

fn sum<'a>(calls: impl Iterator<Item = &'a (&'static str, u64)>) -> BTreeMap<String, u64> {
    let mut sum = BTreeMap::new();
    for (endpoint, count) in calls {
        *sum.entry((*endpoint).to_owned()).or_default() += count;
    }
    sum
}

fn uris(items: &Value) -> Vec<String> {
    let items = items.as_array().unwrap().iter();
    items
        .map(|row| row["uri"].as_str().unwrap().to_owned())
        .collect()
}

/// The table for people.
fn markdown() -> String {
    let mut table = "| Task | Needed at least | Made | |\n|---|---|---|---|\n".to_owned();
    for task in &TASKS {
        let count = |calls: &[(&str, u64)]| calls.iter().map(|(_, count)| count).sum::<u64>();
        let least = count(task.least);
        let made = least + count(task.more);
        let _ = writeln!(table, "| {} | {least} | {made} | {} |", task.name, task.why);
    }
    table
}
