//! What a player or a playlist can hold: a track, an episode, or something newer than this program.

use serde::Deserialize;

use super::{
    catalogue::{AlbumRef, ArtistRef, Episode, ExternalIds, ExternalUrls, ShowRef, Track},
    lenient::{self, Entry},
};

/// Something that plays.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Mixed")]
pub enum Playable {
    /// A song.
    Track(Box<Track>),
    /// An episode of a podcast.
    Episode(Box<Episode>),
    /// Something of a kind that is not known here.
    Other {
        /// Spotify's `type`.
        kind: Option<String>,
        /// The URI.
        uri: Option<String>,
        /// The title.
        name: String,
    },
}

impl Playable {
    /// The URI, if it has one.
    pub fn uri(&self) -> Option<&str> {
        match self {
            Self::Track(track) => track.uri.as_deref(),
            Self::Episode(episode) => episode.uri.as_deref(),
            Self::Other { uri, .. } => uri.as_deref(),
        }
    }

    /// The title; may be empty.
    pub fn name(&self) -> &str {
        match self {
            Self::Track(track) => &track.name,
            Self::Episode(episode) => &episode.name,
            Self::Other { name, .. } => name,
        }
    }

    /// Length in milliseconds.
    pub fn duration_ms(&self) -> Option<u64> {
        match self {
            Self::Track(track) => track.duration_ms,
            Self::Episode(episode) => episode.duration_ms,
            Self::Other { .. } => None,
        }
    }
}

impl Entry for Playable {}

/// The fields of every kind together: looking at `type` first would mean to buffer each entry.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Mixed {
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    kind: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    uri: Option<String>,
    #[serde(deserialize_with = "lenient::name")]
    name: String,
    #[serde(deserialize_with = "lenient::list")]
    artists: Vec<ArtistRef>,
    #[serde(deserialize_with = "lenient::found")]
    album: Option<AlbumRef>,
    #[serde(deserialize_with = "lenient::found")]
    show: Option<ShowRef>,
    #[serde(deserialize_with = "lenient::count")]
    duration_ms: Option<u64>,
    #[serde(deserialize_with = "lenient::yes")]
    explicit: bool,
    #[serde(deserialize_with = "lenient::yes")]
    is_local: bool,
    #[serde(deserialize_with = "lenient::flag")]
    is_playable: Option<bool>,
    #[serde(deserialize_with = "lenient::text")]
    release_date: Option<String>,
    #[serde(deserialize_with = "lenient::part")]
    external_ids: ExternalIds,
    #[serde(deserialize_with = "lenient::part")]
    external_urls: ExternalUrls,
}

impl From<Mixed> for Playable {
    fn from(mixed: Mixed) -> Self {
        let kind = mixed
            .kind
            .as_deref()
            .or_else(|| kind_in(mixed.uri.as_deref()?));
        match kind {
            Some("track" | "local") => Self::Track(Box::new(mixed.into_track())),
            Some("episode") => Self::Episode(Box::new(mixed.into_episode())),
            _ => Self::Other {
                kind: mixed.kind,
                uri: mixed.uri,
                name: mixed.name,
            },
        }
    }
}

impl Mixed {
    fn into_track(self) -> Track {
        Track {
            id: self.id,
            uri: self.uri,
            name: self.name,
            artists: self.artists,
            album: self.album,
            track_number: None,
            disc_number: None,
            duration_ms: self.duration_ms,
            explicit: self.explicit,
            is_local: self.is_local,
            is_playable: self.is_playable,
            external_ids: self.external_ids,
            external_urls: self.external_urls,
        }
    }

    fn into_episode(self) -> Episode {
        Episode {
            id: self.id,
            uri: self.uri,
            name: self.name,
            show: self.show,
            duration_ms: self.duration_ms,
            explicit: self.explicit,
            release_date: self.release_date,
            external_urls: self.external_urls,
        }
    }
}

/// The kind that a URI names.
fn kind_in(uri: &str) -> Option<&str> {
    uri.strip_prefix("spotify:")?.split(':').next()
}
