//! What is true in the simulated world, for tests that ask what a call has really done. It changes nothing.

use serde::Serialize;

use super::Control;
use crate::sandbox::{
    api::{context_uri, label},
    seed::Person,
    world::{Content, Cover, Key, Kind, On, Play, Saved, decode_as, encode},
};

/// A playlist as it is, whoever may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlaylistState {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// Whether it is public.
    pub public: bool,
    /// Whether it is collaborative.
    pub collaborative: bool,
    /// Spotify's `id` of the person who made it; the house's own belong to `quietharbour`.
    pub owner: String,
    /// The label of its newest version.
    pub snapshot_id: String,
    /// The URI of each row in order; empty where content was taken down.
    pub uris: Vec<String>,
    /// The JPEG that its owner sent.
    #[serde(skip)]
    pub cover: Option<Vec<u8>>,
}

/// What is on, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlayerState {
    /// Whether it plays.
    pub playing: bool,
    /// What is on; an advertisement and nothing have none.
    pub uri: Option<String>,
    /// What it is played from.
    pub context: Option<String>,
    /// The name of the active device; `None` when the player has fallen asleep.
    pub device: Option<String>,
    /// How far it is, in milliseconds.
    pub progress_ms: i64,
    /// Whether the order is left to chance.
    pub shuffle: bool,
    /// `off`, `track` or `context`.
    pub repeat: &'static str,
    /// The active device's volume, in percent.
    pub volume: Option<u8>,
    /// What comes next, queued things first, at most 20.
    pub queue: Vec<String>,
}

/// A device as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceState {
    /// Its id, if it tells one.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// `Computer`, `Smartphone`, `Speaker` and so on.
    pub sort: String,
    /// Whether it is the active one.
    pub active: bool,
    /// Whether it takes no commands.
    pub restricted: bool,
    /// Whether its volume can be set.
    pub supports_volume: bool,
    /// Its volume, in percent.
    pub volume: Option<u8>,
}

/// A shelf of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    /// Saved tracks.
    Tracks,
    /// Saved albums.
    Albums,
    /// Saved shows.
    Shows,
    /// Saved episodes.
    Episodes,
    /// Saved audiobooks.
    Audiobooks,
    /// Followed artists.
    Artists,
    /// Followed people.
    Users,
    /// The person's list of playlists, own and followed.
    Playlists,
}

impl Control {
    /// A playlist, by its id or URI.
    pub fn playlist(&self, reference: &str) -> Option<PlaylistState> {
        let id = reference.rsplit(':').next()?;
        let key = decode_as(Kind::Playlist, id)?;
        let world = &self.inner.world;
        let account = world.account(key.owner)?;
        let playlist = account.playlists.get(&key.n)?;
        let uri = |content: &Content| content.uri().unwrap_or_default();
        Some(PlaylistState {
            id: id.to_owned(),
            name: playlist.name.clone(),
            description: playlist.description.clone(),
            public: playlist.public,
            collaborative: playlist.collaborative,
            owner: self.owner(key.owner),
            snapshot_id: label(key, playlist.edition),
            uris: playlist.rows.iter().map(|row| uri(&row.content)).collect(),
            cover: match &playlist.cover {
                Cover::Own(image) => Some(image.to_vec()),
                Cover::Some | Cover::Empty | Cover::Null => None,
            },
        })
    }

    /// The URIs of a playlist's rows, in order; nothing for an unknown playlist.
    pub fn rows(&self, playlist: &str) -> Vec<String> {
        self.playlist(playlist)
            .map(|playlist| playlist.uris)
            .unwrap_or_default()
    }

    /// The playlists in a person's list, own and followed, newest first.
    pub fn playlists(&self, person: &str) -> Vec<PlaylistState> {
        let listed = self.library(person, Shelf::Playlists);
        listed.iter().filter_map(|uri| self.playlist(uri)).collect()
    }

    /// The URIs on a shelf of a person's library, newest first.
    pub fn library(&self, person: &str, of: Shelf) -> Vec<String> {
        let account = self
            .named(person)
            .and_then(|person| self.inner.world.account(person.owner));
        let Some(account) = account else {
            return Vec::new();
        };
        let music = |kind, list: &[Saved<Key>]| {
            let uri = |saved: &Saved<Key>| uri(kind, saved.what);
            list.iter().map(uri).collect()
        };
        let spoken = |kind, list: &[Saved<u32>]| {
            let uri = |saved: &Saved<u32>| uri(kind, Key::common(saved.what));
            list.iter().map(uri).collect()
        };
        let keys = |kind, list: &[Key]| list.iter().map(|key| uri(kind, *key)).collect();
        match of {
            Shelf::Tracks => music(Kind::Track, &account.tracks),
            Shelf::Albums => music(Kind::Album, &account.albums),
            Shelf::Shows => spoken(Kind::Show, &account.shows),
            Shelf::Episodes => spoken(Kind::Episode, &account.episodes),
            Shelf::Audiobooks => spoken(Kind::Audiobook, &account.books),
            Shelf::Artists => keys(Kind::Artist, &account.artists),
            Shelf::Playlists => keys(Kind::Playlist, &account.listed),
            Shelf::Users => {
                let user = |owner: &u32| format!("spotify:user:{}", self.owner(*owner));
                account.follows.iter().map(user).collect()
            }
        }
    }

    /// What is on for a person, also what reads are not yet told; `None` if nothing ever was.
    pub fn player(&self, person: &str) -> Option<PlayerState> {
        let person = self.named(person)?;
        let (world, now) = (&self.inner.world, self.now());
        let mut account = world.account(person.owner)?;
        let playback = account.settled(now, |content| world.length(content));
        let player = playback.player.as_ref()?;
        let device = player.device.and_then(|place| playback.devices.get(place));
        Some(PlayerState {
            playing: player.playing,
            uri: match &player.on {
                On::Content(content) => content.uri(),
                On::Advertisement | On::Nothing => None,
            },
            context: player
                .context
                .map(|context| context_uri(context, &person.id)),
            device: device.map(|device| device.name.clone()),
            progress_ms: player.progress_at(now),
            shuffle: player.shuffle,
            repeat: player.repeat.word(),
            volume: device.and_then(|device| device.volume),
            queue: player
                .upcoming()
                .into_iter()
                .filter_map(Content::uri)
                .collect(),
        })
    }

    /// A person's devices, also what reads are not yet told.
    pub fn devices(&self, person: &str) -> Vec<DeviceState> {
        let account = self
            .named(person)
            .and_then(|person| self.inner.world.account(person.owner));
        let Some(account) = account else {
            return Vec::new();
        };
        let playback = &account.playback;
        let active = playback.player.as_ref().and_then(|player| player.device);
        let devices = playback.devices.iter().enumerate();
        devices
            .map(|(at, device)| DeviceState {
                id: device.id.clone(),
                name: device.name.clone(),
                sort: device.sort.clone(),
                active: active == Some(at),
                restricted: device.restricted,
                supports_volume: device.supports_volume,
                volume: device.volume,
            })
            .collect()
    }

    /// The URIs of a person's last plays, newest first.
    pub fn plays(&self, person: &str) -> Vec<String> {
        let world = &self.inner.world;
        let account = self
            .named(person)
            .and_then(|person| world.account(person.owner));
        let Some(mut account) = account else {
            return Vec::new();
        };
        account.settled(self.now(), |content| world.length(content));
        let uri = |play: &Play| uri(Kind::Track, play.track);
        account.plays.iter().map(uri).collect()
    }

    pub(super) fn named(&self, person: &str) -> Option<&Person> {
        self.inner.world.person_by_id(person)
    }

    fn owner(&self, owner: u32) -> String {
        let person = self.inner.world.person(owner);
        person.map_or_else(|| "quietharbour".to_owned(), |person| person.id.clone())
    }
}

fn uri(kind: Kind, key: Key) -> String {
    format!("spotify:{}:{}", kind.word(), encode(kind, key))
}
