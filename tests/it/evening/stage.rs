//! Two people at one server for an evening: every call is counted, its answer looked through for the other's marker,
//! and what it wrote compared with what was meant.

use std::{collections::BTreeSet, time::Duration};

use auxcord::sandbox::PlaylistState;
use serde_json::{Value, json};

use super::{
    account::{Account, uri_of},
    shop::Shop,
};
use crate::harness::{Client, TestApp, app::Connected};

/// Which of the two.
#[derive(Clone, Copy, Debug)]
pub(super) enum Who {
    /// Premium: a laptop and a phone, seven playlists, 320 saved tracks.
    Ada,
    /// Premium: a car that takes no commands, a speaker that plays a podcast, one playlist.
    Farid,
}

/// One of the two.
pub(super) struct Guest {
    pub(super) me: Connected,
    client: Client,
    /// What they had when the evening began.
    pub(super) before: Account,
    /// What they should have by now.
    pub(super) expected: Account,
    /// The ids of the playlists that were changed.
    pub(super) changed: Vec<String>,
}

/// The evening.
pub(super) struct Evening {
    pub(super) app: TestApp,
    pub(super) shop: Shop,
    ada: Guest,
    farid: Guest,
    /// How many calls there were.
    pub(super) calls: usize,
    /// Which of today's tools they were for.
    pub(super) tools: BTreeSet<&'static str>,
    /// Everybody else, as they were.
    others: Vec<(String, Account)>,
}

/// No write.
const NOTHING: [&str; 0] = [];

impl Evening {
    /// Both are connected, and nobody has asked for anything.
    pub(super) async fn begin() -> Self {
        let app = TestApp::start().await;
        let people = app.spotify.people();
        let shop = Shop::new(&app, &people[3].id);
        let ada = Guest::connect(&app, &people[0].id).await;
        let farid = Guest::connect(&app, &people[5].id).await;
        let others = people
            .iter()
            .filter(|card| ![&ada.me.spotify_id, &farid.me.spotify_id].contains(&&card.id));
        let account = |id: &String| (id.clone(), Account::of(&app.spotify, id));
        Self {
            others: others.map(|card| account(&card.id)).collect(),
            app,
            shop,
            ada,
            farid,
            calls: 0,
            tools: BTreeSet::new(),
        }
    }

    /// One of the two.
    pub(super) fn guest(&mut self, who: Who) -> &mut Guest {
        match who {
            Who::Ada => &mut self.ada,
            Who::Farid => &mut self.farid,
        }
    }

    fn one(&self, who: Who) -> &Guest {
        match who {
            Who::Ada => &self.ada,
            Who::Farid => &self.farid,
        }
    }

    /// What one of the two should have by now.
    pub(super) fn expected(&mut self, who: Who) -> &mut Account {
        &mut self.guest(who).expected
    }

    /// The name of an own playlist or device with its owner's marker.
    pub(super) fn marked(&self, who: Who, name: &str) -> String {
        format!("{name} {}", self.one(who).me.marker)
    }

    /// Time goes on for everybody.
    pub(super) fn later(&mut self, secs: u64) {
        self.app.advance(Duration::from_secs(secs));
        let millis = i64::try_from(secs).unwrap() * 1_000;
        self.ada.expected.heard(millis);
        self.farid.expected.heard(millis);
    }

    /// A call that must succeed and change nothing; its structured content.
    pub(super) async fn reads(&mut self, who: Who, tool: &str, arguments: Value) -> Value {
        self.does(who, tool, arguments, &NOTHING).await
    }

    /// A call that must succeed and write exactly this; its structured content.
    pub(super) async fn does(
        &mut self,
        who: Who,
        tool: &str,
        arguments: Value,
        writes: &[impl AsRef<str>],
    ) -> Value {
        let result = self.call(who, tool, arguments).await;
        assert_ne!(result["isError"], true, "{tool}: {result}");
        self.wrote(who, tool, writes);
        let told = &result["structuredContent"];
        for readback in ["verified", "readback_matches"] {
            assert_ne!(told[readback], false, "{tool}: {result}");
        }
        told.clone()
    }

    /// A call that must fail with `code` and change nothing; what the model reads.
    pub(super) async fn refused(
        &mut self,
        who: Who,
        tool: &str,
        arguments: Value,
        code: &str,
    ) -> String {
        let result = self.call(who, tool, arguments).await;
        let said = result["content"][0]["text"].as_str().unwrap();
        let is_refusal = result["isError"] == true && said.starts_with(&format!("{code}: "));
        assert!(is_refusal, "{tool}: {result}");
        self.wrote(who, tool, &NOTHING);
        said.to_owned()
    }

    /// What stands at an address that can be read without a tool.
    pub(super) async fn resource(&mut self, who: Who, uri: &str) -> Value {
        let params = json!({"uri": uri});
        let client = self.one(who).client.clone();
        let answer = client.modern(1, "resources/read", params).await;
        self.is_only_for(who, &answer.body);
        self.wrote(who, uri, &NOTHING);
        let contents = &answer.body["result"]["contents"][0]["text"];
        serde_json::from_str(contents.as_str().unwrap()).unwrap()
    }

    /// A call that must succeed and write one thing, which is given back with its structured content.
    pub(super) async fn covers(&mut self, who: Who, arguments: Value) -> (String, Value) {
        let tool = "set_playlist_cover";
        let result = self.call(who, tool, arguments).await;
        assert_ne!(result["isError"], true, "{tool}: {result}");
        let mut written = self.app.spotify.take_writes();
        assert_eq!(written.len(), 1, "{written:?}");
        let write = written.remove(0);
        assert_eq!(write.person, self.one(who).me.spotify_id);
        (write.what, result["structuredContent"].clone())
    }

    /// A call that must succeed and make a private playlist of that name, and perhaps fill it.
    pub(super) async fn makes(
        &mut self,
        who: Who,
        tool: &str,
        arguments: Value,
        name: &str,
        uris: &[String],
    ) -> Value {
        let result = self.call(who, tool, arguments).await;
        assert_ne!(result["isError"], true, "{tool}: {result}");
        let made = PlaylistState {
            description: None,
            public: false,
            collaborative: false,
            uris: uris.to_vec(),
            cover: None,
            snapshot_id: String::new(),
            ..self.new_list(who, name)
        };
        let uri = uri_of(&made);
        let mut writes = vec![format!("made {:?} {name:?}", uri)];
        if !uris.is_empty() {
            writes.push(format!(
                "added {} to {uri} at 0: {}",
                uris.len(),
                uris.join(" ")
            ));
        }
        self.wrote(who, tool, &writes);
        let guest = self.guest(who);
        guest.changed.push(made.id.clone());
        guest.expected.listed(made);
        result["structuredContent"].clone()
    }

    /// A playlist that was not there before, under the name it was given.
    fn new_list(&self, who: Who, name: &str) -> PlaylistState {
        let guest = self.one(who);
        let lists = self.app.spotify.playlists(&guest.me.spotify_id);
        let known =
            |list: &PlaylistState| guest.before.playlists.iter().any(|one| one.id == list.id);
        let mut new = lists.into_iter().filter(|list| !known(list));
        let list = new.find(|list| list.name == name).unwrap();
        assert_eq!(list.owner, guest.me.spotify_id);
        list
    }

    /// That everything is as it should be: both accounts, and everybody else's.
    pub(super) fn compare(&self) {
        let spotify = &self.app.spotify;
        for guest in [&self.ada, &self.farid] {
            let now = Account::of(spotify, &guest.me.spotify_id);
            let mut expected = guest.expected.clone();
            expected.take_labels(&now, &guest.changed);
            assert_same(&now, &expected);
        }
        for (id, before) in &self.others {
            // What others have on goes on by itself.
            let now = Account::of(spotify, id);
            assert_eq!(now.playlists, before.playlists);
            assert_eq!(now.shelves, before.shelves);
            assert_eq!(now.devices, before.devices);
        }
        assert!(spotify.take_writes().is_empty());
    }

    async fn call(&mut self, who: Who, tool: &str, arguments: Value) -> Value {
        self.calls += 1;
        let today = auxcord::mcp::resolve(tool).unwrap().name;
        self.tools.insert(today);
        let client = self.one(who).client.clone();
        let id = i64::try_from(self.calls % 3).unwrap();
        let params = json!({"name": tool, "arguments": arguments});
        // Old clients and new ones take turns.
        let answer = if self.calls.is_multiple_of(2) {
            client.modern(id, "tools/call", params).await
        } else {
            client.rpc(id, "tools/call", params).await
        };
        assert_eq!(answer.status, 200, "{tool}: {}", answer.body);
        self.is_only_for(who, &answer.body);
        let result = &answer.body["result"];
        if today != tool {
            let text = result["content"][0]["text"].as_str().unwrap();
            let note = format!("`{tool}` is now `{today}`");
            assert_eq!(text.matches(&note).count(), 1, "{tool}: {text}");
        }
        result.clone()
    }

    /// Nothing of the other's is in an answer.
    fn is_only_for(&self, who: Who, body: &Value) {
        let other = match who {
            Who::Ada => &self.farid.me,
            Who::Farid => &self.ada.me,
        };
        let text = body.to_string();
        for word in [&other.marker, &other.spotify_id, &other.key] {
            assert!(!text.contains(word.as_str()), "{who:?} was shown {word}");
        }
    }

    /// Since the last look exactly this was written, by nobody else.
    fn wrote(&self, who: Who, what: &str, writes: &[impl AsRef<str>]) {
        let me = &self.one(who).me.spotify_id;
        let written: Vec<_> = self
            .app
            .spotify
            .take_writes()
            .into_iter()
            .map(|write| {
                assert_eq!(write.person, *me, "{what}");
                write.what
            })
            .collect();
        let meant: Vec<_> = writes.iter().map(AsRef::as_ref).collect();
        assert_eq!(written, meant, "{what}");
    }
}

impl Guest {
    async fn connect(app: &TestApp, id: &str) -> Self {
        let me = app.connect(id).await;
        let client = app.client(&me.key);
        let before = Account::of(&app.spotify, id);
        Self {
            me,
            client,
            expected: before.clone(),
            before,
            changed: Vec::new(),
        }
    }

    /// The playlist of that name as it should be, which is being changed.
    pub(super) fn change(&mut self, name: &str) -> &mut PlaylistState {
        let list = self.expected.list(name);
        self.changed.push(list.id.clone());
        list
    }

    /// The URI of a playlist by name.
    pub(super) fn uri_of(&mut self, name: &str) -> String {
        uri_of(self.expected.list(name))
    }
}

/// Field by field, so that a failure shows what differs.
fn assert_same(now: &Account, expected: &Account) {
    assert_eq!(now.player, expected.player);
    assert_eq!(now.devices, expected.devices);
    assert_eq!(now.plays, expected.plays);
    assert_eq!(now.shelves, expected.shelves);
    let names = |account: &Account| -> Vec<_> {
        account
            .playlists
            .iter()
            .map(|list| list.name.clone())
            .collect()
    };
    assert_eq!(names(now), names(expected));
    for (one, other) in now.playlists.iter().zip(&expected.playlists) {
        assert_eq!(one, other);
    }
    assert_eq!(now, expected);
}
