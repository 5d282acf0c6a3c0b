//! One connected person of the simulated Spotify, and what they ask.

use std::collections::{BTreeMap, HashSet};

use auxcord::sandbox::{Action, Fault, Shelf};
use serde_json::{Value, json};

use crate::harness::{Client, Setup, TestApp, app::Connected};

/// Premium, 320 saved tracks, 45 albums, playlists of awkward sizes.
pub(crate) const COLLECTOR: usize = 0;
/// Shares a playlist and follows others'.
pub(crate) const SHARER: usize = 1;
/// An account with nothing in it.
pub(crate) const NEWCOMER: usize = 4;
/// 1,500 saved tracks and 120 playlists; played from Liked Songs.
pub(crate) const HOARDER: usize = 7;

/// Somebody at their server.
pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) me: Connected,
    pub(crate) client: Client,
}

impl Stage {
    /// The person of that number, who granted everything.
    pub(crate) async fn of(person: usize) -> Self {
        Self::set_up(person, Setup::default(), None).await
    }

    /// The person of that number, who granted only these Spotify permissions.
    pub(crate) async fn granting(person: usize, scopes: &str) -> Self {
        Self::set_up(person, Setup::default(), Some(scopes)).await
    }

    /// The person of that number at a server as `setup` says.
    pub(crate) async fn set_up(person: usize, setup: Setup, scopes: Option<&str>) -> Self {
        let app = TestApp::start_with(setup).await;
        let id = app.spotify.people().remove(person).id;
        let me = app.connect_granting(&id, scopes).await;
        let client = app.client(&me.key);
        app.spotify.reset_calls();
        Self { app, me, client }
    }

    /// The names of the tools that the person is shown.
    pub(crate) async fn tools(&self) -> Vec<String> {
        let listed = self.client.rpc(1, "tools/list", json!({})).await;
        let tools = listed.body["result"]["tools"].as_array().unwrap().clone();
        tools
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Calls a tool that must succeed; its structured content must be what the tool declares.
    pub(crate) async fn answer(&self, tool: &str, arguments: Value) -> Value {
        self.client.answer(tool, arguments).await
    }

    /// The structured content of a call that must succeed.
    pub(crate) async fn done(&self, tool: &str, arguments: Value) -> Value {
        self.answer(tool, arguments).await["structuredContent"].clone()
    }

    /// What was called since the last time, with how often.
    pub(crate) fn calls(&self) -> BTreeMap<String, u64> {
        let calls = self.app.spotify.calls();
        self.app.spotify.reset_calls();
        calls
    }

    /// The person's shelf as Spotify has it.
    pub(crate) fn shelf(&self, which: Shelf) -> Vec<String> {
        self.app.spotify.library(&self.me.spotify_id, which)
    }

    /// `count` tracks of the catalogue that the person has not saved.
    pub(crate) fn unsaved(&self, count: usize) -> Vec<String> {
        let mine: HashSet<_> = self.shelf(Shelf::Tracks).into_iter().collect();
        let people = self.app.spotify.people();
        let other = people
            .iter()
            .rev()
            .find(|card| card.id != self.me.spotify_id);
        let theirs = self.app.spotify.library(&other.unwrap().id, Shelf::Tracks);
        let free: Vec<_> = theirs
            .into_iter()
            .filter(|uri| !mine.contains(uri))
            .take(count)
            .collect();
        assert_eq!(free.len(), count);
        free
    }

    /// Spotify answers such calls with a failure, after the first `skip` of them.
    pub(crate) fn failing(&self, method: &str, path: &str, skip: u64) {
        let fault = Fault::new(Action::QuotaExceeded { retry_after: 3_600 });
        let fault = fault.on(method, path).times(skip, u64::MAX);
        self.app.spotify.add_fault(fault);
    }

    /// How many writes were made at Spotify; none may be left unseen.
    pub(crate) fn writes(&self) -> usize {
        self.app.spotify.take_writes().len()
    }
}

/// The calls as a map, to compare with.
pub(crate) fn these<const N: usize>(calls: [(&str, u64); N]) -> BTreeMap<String, u64> {
    calls
        .map(|(endpoint, count)| (endpoint.to_owned(), count))
        .into()
}

/// The text of an answer.
pub(crate) fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

/// The list at `member`, as text.
pub(crate) fn list<'v>(value: &'v Value, member: &str) -> Vec<&'v str> {
    let list = value[member].as_array().unwrap();
    list.iter().map(|one| one.as_str().unwrap()).collect()
}
