//! How music is written in JSON: Spotify's objects as a new app gets them today, so without the removed fields
//! (reference: Spotify, February 2026 changes). It knows the world and no request.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::sandbox::{
    seed::Person,
    world::{Album, Key, Kind, Track, World, encode},
};

/// Writes the things of a world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shapes<'a> {
    pub(super) world: &'a World,
    pub(super) origin: &'a str,
}

impl<'a> Shapes<'a> {
    /// Writes addresses under `origin`, such as `http://127.0.0.1:4000`.
    pub(super) fn new(world: &'a World, origin: &'a str) -> Self {
        Self { world, origin }
    }

    /// The fields that every thing has: `type`, `id`, `uri`, `href`, `external_urls`.
    pub(super) fn thing(&self, kind: Kind, key: Key) -> Map<String, Value> {
        let id = encode(kind, key);
        let word = kind.word();
        let mut thing = Map::new();
        thing.insert("type".to_owned(), word.into());
        thing.insert("uri".to_owned(), format!("spotify:{word}:{id}").into());
        thing.insert("href".to_owned(), self.href(kind, &id).into());
        thing.insert("external_urls".to_owned(), open_url(word, &id));
        thing.insert("id".to_owned(), id.into());
        thing
    }

    /// A full track. With a market it says whether it can be played there.
    pub(super) fn track(&self, key: Key, market: bool) -> Option<Value> {
        let track = self.world.track(key)?;
        let mut written = self.simple_track(key, &track, market);
        let album = self.world.album(track.album)?;
        written.insert(
            "album".to_owned(),
            self.simple_album(track.album, album).into(),
        );
        written.insert("external_ids".to_owned(), json!({"isrc": track.isrc}));
        Some(written.into())
    }

    /// A track without its album and its ISRC.
    pub(super) fn simple_track(&self, key: Key, track: &Track, market: bool) -> Map<String, Value> {
        let mut written = self.thing(Kind::Track, key);
        written.insert("name".to_owned(), track.name.as_str().into());
        written.insert("artists".to_owned(), self.artists(&track.artists));
        written.insert("disc_number".to_owned(), 1.into());
        written.insert("track_number".to_owned(), track.number.into());
        written.insert("duration_ms".to_owned(), track.ms.into());
        written.insert("explicit".to_owned(), track.explicit.into());
        written.insert("is_local".to_owned(), false.into());
        written.insert("preview_url".to_owned(), Value::Null);
        if market {
            written.insert("is_playable".to_owned(), track.playable.into());
            if !track.playable {
                written.insert("restrictions".to_owned(), json!({"reason": "market"}));
            }
        }
        written
    }

    /// An album without its tracks.
    pub(super) fn simple_album(&self, key: Key, album: &Album) -> Map<String, Value> {
        let mut written = self.thing(Kind::Album, key);
        written.insert("name".to_owned(), album.name.as_str().into());
        written.insert("album_type".to_owned(), album.form.word().into());
        written.insert("total_tracks".to_owned(), album.tracks.len().into());
        written.insert("release_date".to_owned(), album.released.as_str().into());
        written.insert(
            "release_date_precision".to_owned(),
            album.precision().into(),
        );
        written.insert("images".to_owned(), images(Kind::Album, key));
        let artists = if album.artists.is_empty() {
            json!([self.various_artists()])
        } else {
            self.artists(&album.artists)
        };
        written.insert("artists".to_owned(), artists);
        written
    }

    /// A full artist; `genres` is deprecated but still there.
    pub(super) fn artist(&self, key: Key) -> Option<Value> {
        let artist = self.world.artist(key)?;
        let mut written = self.thing(Kind::Artist, key);
        written.insert("name".to_owned(), artist.name.as_str().into());
        written.insert("genres".to_owned(), json!(artist.genres));
        written.insert("images".to_owned(), images(Kind::Artist, key));
        Some(written.into())
    }

    /// A person as a playlist's owner or as the one who added something.
    pub(super) fn user(&self, owner: u32) -> Map<String, Value> {
        let (id, _) = self.identity(owner);
        let mut written = Map::new();
        written.insert("type".to_owned(), "user".into());
        written.insert("uri".to_owned(), format!("spotify:user:{id}").into());
        written.insert(
            "href".to_owned(),
            format!("{}/v1/users/{id}", self.origin).into(),
        );
        written.insert("external_urls".to_owned(), open_url("user", id));
        written.insert("id".to_owned(), id.into());
        written
    }

    /// The id and the display name of an account; number 0 is the house's.
    pub(super) fn identity(&self, owner: u32) -> (&'a str, &'a str) {
        self.world
            .person(owner)
            .map_or(("quietharbour", "Quiet Harbour"), |person: &Person| {
                (&*person.id, &*person.display_name)
            })
    }

    /// The address of a thing.
    pub(super) fn href(&self, kind: Kind, id: &str) -> String {
        format!("{}/v1/{}/{id}", self.origin, kind.segment())
    }

    fn artists(&self, keys: &[Key]) -> Value {
        keys.iter()
            .filter_map(|key| {
                let artist = self.world.artist(*key)?;
                let mut written = self.thing(Kind::Artist, *key);
                written.insert("name".to_owned(), artist.name.as_str().into());
                Some(Value::from(written))
            })
            .collect()
    }

    /// The artist of compilations, who has no page of their own here.
    fn various_artists(&self) -> Value {
        let mut written = self.thing(Kind::Artist, Key::common(u32::MAX));
        written.insert("name".to_owned(), "Various Artists".into());
        written.into()
    }
}

/// Three sizes of a cover, as Spotify gives for music.
pub(super) fn images(kind: Kind, key: Key) -> Value {
    [640, 300, 64]
        .into_iter()
        .map(|size| json!({"url": image_url(kind, key, size), "height": size, "width": size}))
        .collect()
}

/// The address of a picture; nothing here ever fetches it.
pub(super) fn image_url(kind: Kind, key: Key, size: u32) -> String {
    let mut url = String::from("https://i.scdn.co/image/ab67616d");
    let number = (kind as u64) << 56 | u64::from(key.owner) << 32 | u64::from(key.n);
    // Writing to a string cannot fail.
    let _ = write!(
        url,
        "{size:08x}{:024x}",
        u128::from(number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    );
    url
}

/// The link that people follow.
pub(super) fn open_url(word: &str, id: &str) -> Value {
    json!({"spotify": format!("https://open.spotify.com/{word}/{id}")})
}
