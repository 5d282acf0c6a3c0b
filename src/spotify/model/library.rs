//! The person: their account, what they have saved and whom they follow.

use serde::Deserialize;

use super::{
    catalogue::{Album, Artist, Author, Show, Track},
    lenient::{self, Entry},
    page::CursorPage,
    spoken::Part,
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
    #[serde(deserialize_with = "lenient::found")]
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
    #[serde(deserialize_with = "lenient::found")]
    pub album: Option<Album>,
}

impl Entry for SavedAlbum {
    /// Places count: a list that is walked by offset must not lose one.
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// A saved podcast.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SavedShow {
    /// When it was saved, RFC 3339.
    #[serde(deserialize_with = "lenient::text")]
    pub added_at: Option<String>,
    /// The podcast.
    #[serde(deserialize_with = "lenient::found")]
    pub show: Option<Show>,
}

impl Entry for SavedShow {
    /// Places count: a list that is walked by offset must not lose one.
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// A saved episode.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SavedEpisode {
    /// When it was saved, RFC 3339.
    #[serde(deserialize_with = "lenient::text")]
    pub added_at: Option<String>,
    /// The episode.
    #[serde(deserialize_with = "lenient::found")]
    pub episode: Option<Part>,
}

impl Entry for SavedEpisode {
    /// Places count: a list that is walked by offset must not lose one.
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// A saved audiobook. Spotify's description lists the books themselves; the form of the other lists is understood
/// too.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "EitherBook")]
pub struct SavedAudiobook {
    /// When it was saved, RFC 3339, where Spotify says so.
    pub added_at: Option<String>,
    /// The book.
    #[serde(deserialize_with = "lenient::found")]
    pub audiobook: Option<Show>,
}

impl Entry for SavedAudiobook {
    /// Places count: a list that is walked by offset must not lose one.
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// The artists whom the person follows, by cursor.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Followed {
    /// One page of them.
    #[serde(deserialize_with = "lenient::part")]
    pub artists: CursorPage<Artist>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EitherBook {
    #[serde(deserialize_with = "lenient::text")]
    added_at: Option<String>,
    #[serde(deserialize_with = "lenient::found")]
    audiobook: Option<Show>,
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    uri: Option<String>,
    #[serde(deserialize_with = "lenient::name")]
    name: String,
    #[serde(deserialize_with = "lenient::list")]
    authors: Vec<Author>,
    #[serde(deserialize_with = "lenient::count")]
    total_chapters: Option<u64>,
}

impl From<EitherBook> for SavedAudiobook {
    fn from(either: EitherBook) -> Self {
        let itself = || {
            either.uri.is_some().then_some(Show {
                id: either.id,
                uri: either.uri,
                name: either.name,
                authors: either.authors,
                total_chapters: either.total_chapters,
                ..Show::default()
            })
        };
        Self {
            added_at: either.added_at,
            audiobook: either.audiobook.or_else(itself),
        }
    }
}
