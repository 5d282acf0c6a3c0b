//! What references and words of a call mean for the player: something that plays, words to look for, or nothing that
//! could be played, with the reason. Parsing only.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spotify::{
    api::SearchKind,
    id::{IdError, Kind, Reference, SpotifyId},
};

use crate::mcp::text::{self, IN_ERROR};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Hint {
    Track,
    Album,
    Artist,
    Playlist,
    Show,
    Episode,
}

impl Hint {
    /// The kind of things.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Track => Kind::Track,
            Self::Album => Kind::Album,
            Self::Artist => Kind::Artist,
            Self::Playlist => Kind::Playlist,
            Self::Show => Kind::Show,
            Self::Episode => Kind::Episode,
        }
    }

    /// The same for a search.
    pub(super) fn search(self) -> SearchKind {
        match self {
            Self::Track => SearchKind::Track,
            Self::Album => SearchKind::Album,
            Self::Artist => SearchKind::Artist,
            Self::Playlist => SearchKind::Playlist,
            Self::Show => SearchKind::Show,
            Self::Episode => SearchKind::Episode,
        }
    }
}

/// What a text means.
#[derive(Debug)]
pub(super) enum Meant {
    /// A track or an episode, by URI.
    Item(String),
    /// An album, artist, playlist or show.
    List(Kind, SpotifyId),
    /// No reference: words.
    Words,
    /// It cannot be played.
    Nothing(String),
}

/// Something that was left out.
#[derive(Debug, Serialize)]
pub(super) struct Skipped {
    /// What the caller wrote, or what it stood for.
    pub(super) item: String,
    /// Why.
    pub(super) reason: String,
}

impl Skipped {
    /// `item` was left out because of `reason`.
    pub(super) fn new(item: &str, reason: impl Into<String>) -> Self {
        Self {
            item: text::clean(item, IN_ERROR).into_owned(),
            reason: reason.into(),
        }
    }
}

/// What `text` means; a bare id is taken for one of `bare`.
pub(super) fn read(text: &str, bare: Kind) -> Meant {
    let text = text.trim();
    if text.starts_with("spotify:local:") {
        return Meant::Nothing("a local file: only Spotify's own apps can play it".to_owned());
    }
    let found = match Reference::parse(text) {
        Ok(found) => found,
        Err(IdError::NotAnId) if !text.is_empty() && !text.starts_with("spotify:") => {
            return if text.starts_with("http") && text.contains("open.spotify.com") {
                Meant::Nothing(IdError::NotAnId.to_string())
            } else {
                Meant::Words
            };
        }
        Err(problem) => return Meant::Nothing(problem.to_string()),
    };
    let kind = found.kind.unwrap_or(bare);
    match kind {
        Kind::Track | Kind::Episode => Meant::Item(found.id.uri(kind)),
        Kind::Album | Kind::Artist | Kind::Playlist | Kind::Show => Meant::List(kind, found.id),
        Kind::Audiobook | Kind::Chapter => Meant::Nothing(format!(
            "of kind {kind}: Spotify lets other apps play no audiobooks"
        )),
        Kind::User => Meant::Nothing("an account, which holds nothing to play".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Meant, read};
    use crate::spotify::id::Kind;

    #[test]
    fn what_cannot_be_played_says_why() {
        for (text, word) in [
            ("spotify:local:Artist:Album:Title:180", "local file"),
            ("spotify:user:somebody", "account"),
            ("spotify:chapter:0000000000000000000001", "audiobooks"),
            ("https://example.com/track/1", "open.spotify.com"),
            ("https://open.spotify.com/track/short", "22 letters"),
            ("spotify:track:short", "22 letters"),
            (" ", "22 letters"),
        ] {
            let meant = read(text, Kind::Track);
            assert!(
                matches!(&meant, Meant::Nothing(reason) if reason.contains(word)),
                "{text}: {meant:?}"
            );
        }
    }

    #[test]
    fn a_bare_id_is_of_the_kind_that_is_expected() {
        let id = "0000000000000000000001";
        assert!(matches!(read(id, Kind::Track), Meant::Item(uri) if uri.contains(":track:")));
        assert!(matches!(read(id, Kind::Album), Meant::List(Kind::Album, _)));
        assert!(matches!(read("yesterday", Kind::Track), Meant::Words));
    }
}
