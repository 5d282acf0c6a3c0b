//! The player: what plays where, what comes next, what was played.

use serde::Deserialize;

use super::{
    catalogue::{ExternalUrls, Track},
    lenient::{self, Entry},
    playable::Playable,
};

/// What the player does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Playback {
    /// Where; left out by `currently-playing`.
    #[serde(deserialize_with = "lenient::found")]
    pub device: Option<Device>,
    /// Whether it plays.
    #[serde(deserialize_with = "lenient::yes")]
    pub is_playing: bool,
    /// How far it is, in milliseconds.
    #[serde(deserialize_with = "lenient::count")]
    pub progress_ms: Option<u64>,
    /// Whether the order is shuffled.
    #[serde(deserialize_with = "lenient::flag")]
    pub shuffle_state: Option<bool>,
    /// `off`, `track`, `context`, or a word that Spotify adds later.
    #[serde(deserialize_with = "lenient::text")]
    pub repeat_state: Option<String>,
    /// `track`, `episode`, `ad`, `unknown`, or a word that Spotify adds later.
    #[serde(deserialize_with = "lenient::text")]
    pub currently_playing_type: Option<String>,
    /// What plays; nothing during ads and private sessions.
    #[serde(deserialize_with = "lenient::found")]
    pub item: Option<Playable>,
    /// The list that it plays from.
    #[serde(deserialize_with = "lenient::found")]
    pub context: Option<PlayContext>,
}

/// The list that something plays from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PlayContext {
    /// `album`, `artist`, `playlist`, `show`, `collection`, or a word that Spotify adds later.
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    pub kind: Option<String>,
    /// The URI.
    #[serde(deserialize_with = "lenient::text")]
    pub uri: Option<String>,
    /// Links.
    #[serde(deserialize_with = "lenient::part")]
    pub external_urls: ExternalUrls,
}

/// A device of Spotify Connect.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Device {
    /// The id, which changes from time to time; some devices have none and take no commands.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The name that its owner gave it.
    #[serde(deserialize_with = "lenient::name")]
    pub name: String,
    /// `Computer`, `Smartphone`, `Speaker`, or another word.
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    pub kind: Option<String>,
    /// Whether it is the one that plays.
    #[serde(deserialize_with = "lenient::yes")]
    pub is_active: bool,
    /// Whether it plays in a private session.
    #[serde(deserialize_with = "lenient::yes")]
    pub is_private_session: bool,
    /// Whether it takes no commands from the Web API.
    #[serde(deserialize_with = "lenient::yes")]
    pub is_restricted: bool,
    /// Whether its volume can be set, where Spotify says so.
    #[serde(deserialize_with = "lenient::flag")]
    pub supports_volume: Option<bool>,
    /// The volume, 0 to 100.
    #[serde(deserialize_with = "lenient::count")]
    pub volume_percent: Option<u64>,
}

impl Entry for Device {}

/// The person's devices.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Devices {
    /// Those that Spotify knows at the moment.
    #[serde(deserialize_with = "lenient::list")]
    pub devices: Vec<Device>,
}

/// What comes next.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Queue {
    /// What plays.
    #[serde(deserialize_with = "lenient::found")]
    pub currently_playing: Option<Playable>,
    /// What follows.
    #[serde(deserialize_with = "lenient::list")]
    pub queue: Vec<Playable>,
}

/// Something that was played. Spotify leaves episodes out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PlayHistory {
    /// The song.
    #[serde(deserialize_with = "lenient::found")]
    pub track: Option<Track>,
    /// When, RFC 3339.
    #[serde(deserialize_with = "lenient::text")]
    pub played_at: Option<String>,
    /// The list that it played from.
    #[serde(deserialize_with = "lenient::found")]
    pub context: Option<PlayContext>,
}

impl Entry for PlayHistory {}
