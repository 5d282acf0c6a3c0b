//! One person before their player: the whole server on the simulated Spotify.

use std::collections::BTreeMap;

use auxcord::sandbox::PlayerState;
use serde_json::{Value, json};

use crate::harness::{Client, TestApp, app::Connected};

/// Premium, a laptop that plays and a phone.
pub(crate) const ADA: usize = 0;
/// The free plan.
pub(crate) const BEN: usize = 1;
/// No device.
pub(crate) const DMITRI: usize = 3;
/// One device, and nothing was ever played.
pub(crate) const EUNJI: usize = 4;
/// A car that takes no commands and a speaker.
pub(crate) const FARID: usize = 5;
/// One phone, paused.
pub(crate) const HANA: usize = 7;

/// One person's connected server.
pub(crate) struct Room {
    /// The server and its Spotify.
    pub(crate) app: TestApp,
    /// The person.
    pub(crate) me: Connected,
    /// Speaks with the person's key.
    pub(crate) client: Client,
}

impl Room {
    /// A server to which the person of that number has connected.
    pub(crate) async fn of(number: usize) -> Self {
        let app = TestApp::start().await;
        let id = app.spotify.people().remove(number).id;
        let me = app.connect(&id).await;
        let client = app.client(&me.key);
        app.spotify.reset_calls();
        Self { app, me, client }
    }

    /// Calls a tool that must succeed; its structured content must be what the tool declares.
    pub(crate) async fn answer(&self, tool: &str, arguments: Value) -> Value {
        self.client.answer(tool, arguments).await
    }

    /// The same, structured content only.
    pub(crate) async fn done(&self, tool: &str, arguments: Value) -> Value {
        self.answer(tool, arguments).await["structuredContent"].clone()
    }

    /// Calls a tool that must fail with `code` and change nothing; gives the words.
    pub(crate) async fn refused(&self, tool: &str, arguments: Value, code: &str) -> String {
        let said = self.client.refused(tool, arguments.clone()).await;
        assert!(
            said.starts_with(&format!("{code}: ")),
            "{arguments}: {said}"
        );
        assert_eq!(self.writes(), [""; 0], "{arguments}");
        said
    }

    /// What the simulated Spotify really plays.
    pub(crate) fn player(&self) -> PlayerState {
        self.app.spotify.player(&self.me.spotify_id).unwrap()
    }

    /// What was written since the last look, without who.
    pub(crate) fn writes(&self) -> Vec<String> {
        let writes = self.app.spotify.take_writes();
        writes.into_iter().map(|write| write.what).collect()
    }

    /// How often each endpoint was called since the last look.
    pub(crate) fn calls(&self) -> BTreeMap<String, u64> {
        let calls = self.app.spotify.calls();
        let writes = self.app.spotify.writes();
        assert!(writes.is_empty(), "look at the writes first: {writes:?}");
        self.app.spotify.reset_calls();
        calls
    }

    /// The name of the person's device that has `part` in it.
    pub(crate) fn device(&self, part: &str) -> String {
        let devices = self.app.spotify.devices(&self.me.spotify_id);
        let found = devices
            .into_iter()
            .find(|device| device.name.contains(part));
        found.unwrap().name
    }

    /// The id of that device.
    pub(crate) fn device_id(&self, part: &str) -> String {
        let devices = self.app.spotify.devices(&self.me.spotify_id);
        let found = devices
            .into_iter()
            .find(|device| device.name.contains(part));
        found.unwrap().id.unwrap()
    }

    /// Some tracks of Spotify's catalogue, as `search` shows them; not remembered as calls.
    pub(crate) async fn tracks(&self, query: &str) -> Vec<Value> {
        let found = self.client.done("search", json!({"query": query})).await;
        self.app.spotify.reset_calls();
        found["results"][0]["items"].as_array().unwrap().clone()
    }

    /// Their URIs.
    pub(crate) async fn uris(&self, query: &str) -> Vec<String> {
        let tracks = self.tracks(query).await;
        let uri = |track: Value| track["uri"].as_str().unwrap().to_owned();
        tracks.into_iter().map(uri).collect()
    }

    /// The rows of the person's playlist whose name begins so, and its URI.
    pub(crate) fn playlist(&self, name: &str) -> (String, Vec<String>) {
        let lists = self.app.spotify.playlists(&self.me.spotify_id);
        let found = lists.into_iter().find(|list| list.name.starts_with(name));
        let found = found.unwrap();
        (format!("spotify:playlist:{}", found.id), found.uris)
    }
}

/// The counts of calls, to compare.
pub(crate) fn counts<const N: usize>(counts: [(&str, u64); N]) -> BTreeMap<String, u64> {
    counts
        .into_iter()
        .map(|(endpoint, count)| (endpoint.to_owned(), count))
        .collect()
}
