//! One connected person, and what Spotify itself would say.

use std::collections::HashSet;

use auxcord::sandbox::{Action, Fault, PlaylistState};
use serde_json::{Value, json};

use crate::harness::{Client, Setup, TestApp, app::CLIENT_ID, app::Connected, http};

/// Where searches are counted.
pub(super) const SEARCH: &str = "GET /v1/search";

/// Somebody at their server.
pub(super) struct Stage {
    pub(super) app: TestApp,
    pub(super) me: Connected,
    pub(super) client: Client,
    token: String,
}

impl Stage {
    /// The person with playlists of every size, who granted everything.
    pub(super) async fn new() -> Self {
        Self::granting(None).await
    }

    /// The same person, who granted only these Spotify permissions.
    pub(super) async fn granting(scopes: Option<&str>) -> Self {
        let app = TestApp::start_with(Setup::default()).await;
        let id = app.spotify.people().remove(0).id;
        let me = app.connect_granting(&id, scopes).await;
        let client = app.client(&me.key);
        let token = app
            .spotify
            .grant(&id, CLIENT_ID, None)
            .unwrap()
            .access_token;
        app.spotify.reset_calls();
        Self {
            app,
            me,
            client,
            token,
        }
    }

    /// Calls a tool that must succeed; its structured content must be what the tool declares.
    pub(super) async fn answer(&self, tool: &str, arguments: Value) -> Value {
        self.client.answer(tool, arguments).await
    }

    /// The structured content of a call that must succeed.
    pub(super) async fn done(&self, tool: &str, arguments: Value) -> Value {
        self.answer(tool, arguments).await["structuredContent"].clone()
    }

    /// Calls a tool that must fail; what the model reads. Nothing was changed.
    pub(super) async fn refused(&self, tool: &str, arguments: Value) -> String {
        let text = self.client.refused(tool, arguments).await;
        assert!(self.app.spotify.take_writes().is_empty(), "{text}");
        text
    }

    /// How many calls were made of Spotify since this was last asked, those for tokens left out. What was written is
    /// taken as seen.
    pub(super) fn calls(&self) -> u64 {
        let calls = self.app.spotify.calls();
        self.app.spotify.reset_calls();
        let of_api = calls.iter().filter(|(name, _)| name.contains("/v1/"));
        of_api.map(|(_, count)| count).sum()
    }

    /// What went wrong at Spotify from the `skip`th search on, `count` times.
    pub(super) fn searches_fail(&self, action: Action, skip: u64, count: u64) {
        let fault = Fault::new(action).on("GET", "/v1/search");
        self.app.spotify.add_fault(fault.times(skip, count));
    }

    /// What Spotify itself answers to `path`; not counted.
    pub(super) async fn spotify(&self, path: &str) -> Value {
        let url = format!("{}/{path}", self.app.environment["SPOTIFY_API_URL"]);
        let asked = http().build().unwrap().get(url).bearer_auth(&self.token);
        let response = asked.send().await.unwrap();
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        self.app.spotify.reset_calls();
        body
    }

    /// Changes something at Spotify itself, as the person would in its own app; not counted.
    pub(super) async fn elsewhere(&self, method: reqwest::Method, path: &str, body: &Value) {
        let url = format!("{}/{path}", self.app.environment["SPOTIFY_API_URL"]);
        let asked = http().build().unwrap().request(method, url);
        let asked = asked
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .body(body.to_string());
        let response = asked.send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.status());
        self.app.spotify.reset_calls();
        self.app.spotify.take_writes();
    }

    /// One's own playlist whose name is `name` and the person's marker.
    pub(super) fn list(&self, name: &str) -> PlaylistState {
        let called = format!("{name} {}", self.me.marker);
        let all = self.app.spotify.playlists(&self.me.spotify_id);
        all.into_iter().find(|list| list.name == called).unwrap()
    }

    /// `count` different tracks that are not in `list`.
    pub(super) fn outside(&self, list: &PlaylistState, count: usize) -> Vec<String> {
        let mut known: HashSet<String> = list.uris.iter().cloned().collect();
        let mut outside = self.list("Everything").uris;
        outside.retain(|uri| uri.starts_with("spotify:track:") && known.insert(uri.clone()));
        outside.truncate(count);
        assert_eq!(outside.len(), count);
        outside
    }

    /// Lets calls of Spotify fail: the first `skip` pass, the next one is hit.
    pub(super) fn fails(&self, method: &str, path: &str, skip: u64, action: Action) {
        let fault = Fault::new(action).on(method, path).times(skip, 1);
        self.app.spotify.add_fault(fault);
    }

    /// Tracks that Spotify finds for `query`.
    pub(super) async fn tracks(&self, query: &str) -> Vec<Value> {
        let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let found = self
            .spotify(&format!("search?type=track&limit=10&q={query}"))
            .await;
        found["tracks"]["items"].as_array().unwrap().clone()
    }

    /// `count` plain songs, each the only recording of its title by its artist.
    pub(super) async fn songs(&self, count: usize) -> Vec<Value> {
        let mut songs: Vec<Value> = Vec::new();
        for word in [
            "Garden", "River", "Letters", "Machine", "Highway", "Summer", "Mirrors", "Thunder",
            "Tides", "Signal", "Orchard", "Avenue", "Horses", "Windows",
        ] {
            for track in self.tracks(&format!("track:{word}")).await {
                let (name, artist) = named(&track);
                if name.contains(" - ") || name.contains('(') || songs.len() == count {
                    continue;
                }
                let rivals = self
                    .tracks(&format!("track:\"{name}\" artist:\"{artist}\""))
                    .await;
                let same = rivals.iter().filter(|rival| named(rival) == (name, artist));
                let isrc = &track["external_ids"]["isrc"];
                let known = songs
                    .iter()
                    .any(|song| song["external_ids"]["isrc"] == *isrc);
                let mut same = same.map(|rival| &rival["external_ids"]["isrc"]);
                if !known && same.all(|other| other == isrc) {
                    songs.push(track.clone());
                }
            }
        }
        assert_eq!(songs.len(), count);
        songs
    }
}

/// Title and first artist of a track.
pub(super) fn named(track: &Value) -> (&str, &str) {
    (
        track["name"].as_str().unwrap(),
        track["artists"][0]["name"].as_str().unwrap(),
    )
}

/// A track as `resolve_tracks` takes it.
pub(super) fn wanted(track: &Value) -> Value {
    let (title, artist) = named(track);
    json!({"title": title, "artist": artist})
}

/// The text of an answer.
pub(super) fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}
