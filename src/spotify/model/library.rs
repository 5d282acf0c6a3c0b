//! The person: their account and what they have saved.

use serde::Deserialize;

use super::{
    catalogue::{Album, Track},
    lenient::{self, Entry},
};

/// The person's account at Spotify.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Account {
    /// The key that stays the same for good; missing where Spotify has not brought it in.
    #[serde(deserialize_with = "lenient::text")]
    pub account_id: Option<String>,
    /// The account's name; compares with `playlist.owner.id`.
    #[serde(deserialize_with = "lenient::name")]
    pub id: String,
    /// The name to show.
    #[serde(deserialize_with = "lenient::text")]
    pub display_name: Option<String>,
}

/// A saved song.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SavedTrack {
    /// When it was saved, RFC 3339.
    #[serde(deserialize_with = "lenient::text")]
    pub added_at: Option<String>,
    /// The song.
    pub track: Option<Track>,
}

impl Entry for SavedTrack {
    /// Places count: a list that is walked by offset must not lose one.
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// A saved album.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SavedAlbum {
    /// When it was saved, RFC 3339.
    #[serde(deserialize_with = "lenient::text")]
    pub added_at: Option<String>,
    /// The album.
    pub album: Option<Album>,
}

impl Entry for SavedAlbum {
    /// Places count: a list that is walked by offset must not lose one.
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}
