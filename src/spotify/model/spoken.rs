//! Spoken word: episodes of podcasts and chapters of audiobooks, with how far the person has listened.

use serde::Deserialize;

use super::{
    catalogue::ShowRef,
    lenient::{self, Entry},
};

/// An episode or a chapter.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Part {
    /// The URI.
    #[serde(deserialize_with = "lenient::text")]
    pub uri: Option<String>,
    /// The title.
    #[serde(deserialize_with = "lenient::name")]
    pub name: String,
    /// The podcast of an episode; left out where the podcast was asked for.
    #[serde(deserialize_with = "lenient::found")]
    pub show: Option<ShowRef>,
    /// Length in milliseconds.
    #[serde(deserialize_with = "lenient::count")]
    pub duration_ms: Option<u64>,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(deserialize_with = "lenient::text")]
    pub release_date: Option<String>,
    /// Whether it is marked explicit.
    #[serde(deserialize_with = "lenient::yes")]
    pub explicit: bool,
    /// Whether it can be played in the person's country, where Spotify says so.
    #[serde(deserialize_with = "lenient::flag")]
    pub is_playable: Option<bool>,
    /// How far the person has listened; without `user-read-playback-position` Spotify leaves it out.
    #[serde(deserialize_with = "lenient::found")]
    pub resume_point: Option<ResumePoint>,
}

impl Entry for Part {
    /// Places count: a list that is walked by offset must not lose one.
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// How far somebody has listened.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResumePoint {
    /// Whether they have heard it to its end.
    #[serde(deserialize_with = "lenient::yes")]
    pub fully_played: bool,
    /// Where they stopped, in milliseconds.
    #[serde(deserialize_with = "lenient::count")]
    pub resume_position_ms: Option<u64>,
}
