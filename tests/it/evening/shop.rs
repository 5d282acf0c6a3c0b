//! What songs and shows are called at Spotify, looked up past the server: what the tools should find is known before
//! they are asked.

use serde_json::{Value, json};

use crate::harness::{self, TestApp, app::CLIENT_ID};

/// A reader of the simulated Spotify, with an account that nobody else uses.
pub(super) struct Shop {
    api: String,
    token: String,
}

/// A song by title and artist, and its URI.
#[derive(Clone, Debug)]
pub(super) struct Song {
    /// The title.
    pub(super) title: String,
    /// The artist.
    pub(super) artist: String,
    /// The album, where title and artist name several recordings.
    pub(super) album: Option<String>,
    /// What it is at Spotify.
    pub(super) uri: String,
}

impl Song {
    /// As an assistant names it.
    pub(super) fn words(&self) -> Value {
        let mut words = json!({"title": self.title, "artist": self.artist});
        if let Some(album) = &self.album {
            words["album"] = json!(album);
        }
        words
    }
}

impl Shop {
    /// A reader as the person `id`.
    pub(super) fn new(app: &TestApp, id: &str) -> Self {
        let granted = app.spotify.grant(id, CLIENT_ID, None).unwrap();
        Self {
            api: app.environment["SPOTIFY_API_URL"].clone(),
            token: granted.access_token,
        }
    }

    /// The only recording of that title by that artist.
    pub(super) async fn song(&self, title: &str, artist: &str) -> Song {
        self.find(title, artist, None).await
    }

    /// The one on that album.
    pub(super) async fn song_on(&self, title: &str, artist: &str, album: &str) -> Song {
        self.find(title, artist, Some(album)).await
    }

    /// The URI of the only album of that name and artist.
    pub(super) async fn album(&self, name: &str, artist: &str) -> String {
        let query = format!("album:\"{name}\" artist:\"{artist}\"");
        let found = self.search("album", &query).await;
        let same = |one: &&Value| one["name"] == name;
        only(&found.iter().filter(same).collect::<Vec<_>>(), name)
    }

    /// The URIs of a show's episodes, newest first, at most 50.
    pub(super) async fn episodes(&self, show: &str) -> Vec<String> {
        let id = show.rsplit(':').next().unwrap();
        let path = format!("shows/{id}/episodes");
        let page = self.get(&path, &[("limit", "50")]).await;
        page["items"].as_array().unwrap().iter().map(uri).collect()
    }

    async fn find(&self, title: &str, artist: &str, album: Option<&str>) -> Song {
        let query = format!("track:\"{title}\" artist:\"{artist}\"");
        let found = self.search("track", &query).await;
        let same = |one: &&Value| {
            one["name"] == title
                && one["artists"][0]["name"] == artist
                && one["is_playable"] != false
                && album.is_none_or(|album| one["album"]["name"] == album)
        };
        Song {
            title: title.to_owned(),
            artist: artist.to_owned(),
            album: album.map(str::to_owned),
            uri: only(&found.iter().filter(same).collect::<Vec<_>>(), title),
        }
    }

    async fn search(&self, kind: &str, query: &str) -> Vec<Value> {
        let query = [("type", kind), ("limit", "10"), ("q", query)];
        let found = self.get("search", &query).await;
        let items = &found[format!("{kind}s")]["items"];
        items.as_array().unwrap().clone()
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Value {
        let mut url = harness::app::url(&format!("{}/{path}", self.api));
        url.query_pairs_mut().extend_pairs(query);
        let request = harness::http().build().unwrap().get(url);
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path} {query:?}");
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }
}

fn only(found: &[&Value], what: &str) -> String {
    assert_eq!(found.len(), 1, "{what}: {found:?}");
    uri(found[0])
}

fn uri(thing: &Value) -> String {
    thing["uri"].as_str().unwrap().to_owned()
}
