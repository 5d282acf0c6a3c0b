//! One person on a whole server: their playlists by name, what Spotify was asked, and what the tools declare.

use std::collections::BTreeMap;

use auxcord::sandbox::{Action, Fault, PlaylistState};
use serde_json::{Value, json};
use url::Url;

use crate::harness::{
    self, Client, Setup, TestApp,
    app::{CLIENT_ID, Connected},
};

/// The route of a playlist's items, as calls are counted.
pub(super) const ITEMS: &str = "/v1/playlists/{id}/items";

/// A connected person.
pub(super) struct Home {
    pub(super) app: TestApp,
    pub(super) me: Connected,
    pub(super) client: Client,
}

impl Home {
    /// The person with playlists of 0, 1, 50, 51, 100, 101 and 1,200 items.
    pub(super) async fn new() -> Self {
        Self::of(0, Setup::default()).await
    }

    /// The `number`th of the people made by hand.
    pub(super) async fn of(number: usize, setup: Setup) -> Self {
        let app = TestApp::start_with(setup).await;
        let id = app.spotify.people().remove(number).id;
        let me = app.connect(&id).await;
        let client = app.client(&me.key);
        app.spotify.reset_calls();
        Self { app, me, client }
    }

    /// The same person once more, who did not grant `withheld` to this app.
    pub(super) async fn without(withheld: &[&str]) -> Self {
        let app = TestApp::start().await;
        let id = app.spotify.people().remove(0).id;
        let browser = app.browser();
        let mut authorize = Url::parse(&browser.begin().await.location()).unwrap();
        let pairs: Vec<(String, String)> = authorize.query_pairs().into_owned().collect();
        let fewer = |value: &str| {
            let kept: Vec<_> = value
                .split(' ')
                .filter(|scope| !withheld.contains(scope))
                .collect();
            kept.join(" ")
        };
        let pairs = pairs.into_iter().map(|(name, value)| {
            let value = if name == "scope" {
                fewer(&value)
            } else {
                value
            };
            (name, value)
        });
        let pairs: Vec<_> = pairs.collect();
        authorize.query_pairs_mut().clear().extend_pairs(pairs);
        let fields = [("person", id.as_str()), ("decision", "approve")];
        let back = browser.answer(authorize.as_str(), &fields).await;
        let page = browser.visit(&back).await;
        let me = crate::harness::app::connected(&page, &app.spotify, &id);
        let client = app.client(&me.key);
        app.spotify.reset_calls();
        Self { app, me, client }
    }

    /// One's own playlist whose name is `name` and the person's marker.
    pub(super) fn playlist(&self, name: &str) -> PlaylistState {
        let called = format!("{name} {}", self.me.marker);
        let all = self.app.spotify.playlists(&self.me.spotify_id);
        all.into_iter().find(|list| list.name == called).unwrap()
    }

    /// What stands in a playlist.
    pub(super) fn rows(&self, playlist: &PlaylistState) -> Vec<String> {
        self.app.spotify.rows(&playlist.id)
    }

    /// A playlist that one follows and neither owns nor may change.
    pub(super) fn foreign(&self) -> PlaylistState {
        let all = self.app.spotify.playlists(&self.me.spotify_id);
        let foreign =
            |list: &PlaylistState| list.owner != self.me.spotify_id && !list.collaborative;
        all.into_iter().find(foreign).unwrap()
    }

    /// Calls a tool that must succeed; its structured content must be what the tool declares.
    pub(super) async fn done(&self, tool: &str, arguments: Value) -> Value {
        let result = self.client.answer(tool, arguments).await;
        result["structuredContent"].clone()
    }

    /// Calls a tool that must fail; what the model reads. Nothing was changed.
    pub(super) async fn refused(&self, tool: &str, arguments: Value) -> String {
        let text = self.client.refused(tool, arguments).await;
        assert_eq!(self.writes(), [""; 0], "{text}");
        text
    }

    /// What was changed at Spotify since this was last asked.
    pub(super) fn writes(&self) -> Vec<String> {
        let writes = self.app.spotify.take_writes();
        writes.into_iter().map(|write| write.what).collect()
    }

    /// Takes every copy of `uri` out of a playlist, as the person could in Spotify's own app.
    pub(super) async fn take_out_elsewhere(&self, playlist: &str, uri: &str) {
        let spotify = &self.app.spotify;
        let granted = spotify.grant(&self.me.spotify_id, CLIENT_ID, None);
        let api = &self.app.environment["SPOTIFY_API_URL"];
        let request = harness::http()
            .build()
            .unwrap()
            .delete(format!("{api}/playlists/{playlist}/items"))
            .bearer_auth(granted.unwrap().access_token)
            .header("content-type", "application/json")
            .body(json!({"items": [{"uri": uri}]}).to_string());
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    /// The calls that were made of Spotify since this was last asked, those for tokens left out.
    pub(super) fn calls(&self) -> BTreeMap<String, u64> {
        let mut calls = self.app.spotify.calls();
        calls.retain(|endpoint, _| !endpoint.contains("/api/token"));
        let writes = self.app.spotify.take_writes();
        self.app.spotify.reset_calls();
        drop(writes);
        calls
    }

    /// Lets calls fail: the first `skip` pass, the next `count` are hit.
    pub(super) fn fail(&self, method: &str, path: &str, skip: u64, count: u64, action: Action) {
        let fault = Fault::new(action).on(method, path).times(skip, count);
        self.app.spotify.add_fault(fault);
    }
}

/// 500 without words.
pub(super) fn broken() -> Action {
    Action::Status {
        status: 500,
        message: String::new(),
        reason: None,
        retry_after: None,
    }
}

/// Calls and how often, to compare with [`Home::calls`].
pub(super) fn calls<const N: usize>(counts: [(&str, u64); N]) -> BTreeMap<String, u64> {
    counts
        .map(|(endpoint, count)| (endpoint.to_owned(), count))
        .into()
}
