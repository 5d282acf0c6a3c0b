//! What may keep a track from being exactly what was asked for. Knows no track.

use serde::Serialize;

/// What keeps a probable track from being exact, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Near {
    /// A remaster or another issue of the recording.
    Remaster,
    /// Only one of the two names a featured artist.
    Credit,
    /// It is on another album than was said.
    Album,
    /// It is longer or shorter than was said.
    Duration,
    /// The artist is only a guest on it.
    Guest,
    /// Its title has more words.
    Longer,
    /// Title or artist are spelled differently.
    Spelling,
    /// It is another recording than the ISRC names.
    Isrc,
    /// The ISRC names it, and it bears another title, artist or version.
    Names,
}

impl Near {
    /// Why it is not exact.
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Remaster => "a remaster or another issue",
            Self::Credit => "the featured artists differ",
            Self::Album => "on another album",
            Self::Duration => "of another length",
            Self::Guest => "the artist is a guest on it",
            Self::Longer => "its title has more words",
            Self::Spelling => "spelled differently",
            Self::Isrc => "another ISRC",
            Self::Names => "the ISRC's, but under another title, artist or version",
        }
    }

    /// Whether title and artist agree up to the words that issues and guests add.
    pub(crate) fn is_same_song(self) -> bool {
        matches!(self, Self::Remaster | Self::Credit | Self::Album)
    }

    /// Whether several such are issues of one recording, of which any will do.
    pub(in crate::mcp::tools::catalogue) fn is_another_issue(self) -> bool {
        matches!(self, Self::Remaster | Self::Duration)
    }
}
