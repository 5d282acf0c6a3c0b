//! What can be listened to, as plain data: artists, albums, tracks, shows, audiobooks. It knows no people and no wire.

use super::ids::Key;

/// An artist.
#[derive(Clone, Debug)]
pub(crate) struct Artist {
    pub(crate) name: String,
    pub(crate) genres: Vec<&'static str>,
}

/// What an album calls itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Album,
    Single,
    Compilation,
}

impl Form {
    /// The word in `album_type` and `include_groups`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Album => "album",
            Self::Single => "single",
            Self::Compilation => "compilation",
        }
    }
}

/// An album, a single or a compilation.
#[derive(Clone, Debug)]
pub(crate) struct Album {
    pub(crate) name: String,
    pub(crate) form: Form,
    /// Whose it is; empty for various artists.
    pub(crate) artists: Vec<Key>,
    /// `1987`, `1987-06` or `1987-06-01`: old releases are known less exactly.
    pub(crate) released: String,
    pub(crate) upc: String,
    /// Numbers of its tracks in the same collection, in order.
    pub(crate) tracks: Vec<u32>,
    /// Among the least played tenth, which `tag:hipster` finds.
    pub(crate) obscure: bool,
}

impl Album {
    /// `year`, `month` or `day`.
    pub(crate) fn precision(&self) -> &'static str {
        match self.released.len() {
            4 => "year",
            7 => "month",
            _ => "day",
        }
    }

    /// The year of release.
    pub(crate) fn year(&self) -> u16 {
        self.released
            .get(..4)
            .and_then(|year| year.parse().ok())
            .unwrap_or(0)
    }
}

/// One track on one album. The same recording on two albums is two tracks with one ISRC.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) name: String,
    pub(crate) artists: Vec<Key>,
    pub(crate) album: Key,
    pub(crate) number: u32,
    pub(crate) ms: u32,
    pub(crate) explicit: bool,
    pub(crate) isrc: String,
    /// Whether it may be played in the listener's market.
    pub(crate) playable: bool,
    /// How high it ranks among equal hits; Spotify no longer tells this number.
    pub(crate) rank: u16,
}

/// A podcast.
#[derive(Clone, Debug)]
pub(crate) struct Show {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) episodes: Vec<u32>,
}

/// One episode of a podcast, or one chapter of an audiobook.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) about: String,
    /// The show or the audiobook.
    pub(crate) whole: u32,
    pub(crate) number: u32,
    pub(crate) ms: u32,
    pub(crate) released: String,
}

/// An audiobook.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    pub(crate) name: String,
    pub(crate) author: String,
    pub(crate) narrator: String,
    pub(crate) about: String,
    pub(crate) chapters: Vec<u32>,
}

/// Music that refers to itself by number: the public catalogue, or what is one person's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collection {
    pub(crate) artists: Vec<Artist>,
    pub(crate) albums: Vec<Album>,
    pub(crate) tracks: Vec<Track>,
}

/// Spoken word; only the public catalogue has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoken {
    pub(crate) shows: Vec<Show>,
    pub(crate) episodes: Vec<Part>,
    pub(crate) books: Vec<Book>,
    pub(crate) chapters: Vec<Part>,
}
