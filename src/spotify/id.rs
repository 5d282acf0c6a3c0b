//! References to things at Spotify, as people and models write them. Parsing only: no wire, no names.
//!
//! Everything that later enters the path of a request passes through here, so a [`SpotifyId`] is always one
//! harmless path segment. Spotify: "Spotify URIs and IDs".

use std::{fmt, str::FromStr};

/// Length of every id but a person's, in characters.
const ID_LENGTH: usize = 22;
/// Longest account name that is taken for one, in characters.
const MAX_USER_LENGTH: usize = 64;
/// The only address whose links are understood.
const OPEN_ORIGIN: &str = "https://open.spotify.com/";

/// Something at Spotify: an id and, unless it was written bare, what kind of thing it names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// What the id names; `None` for a bare id.
    pub kind: Option<Kind>,
    /// The id.
    pub id: SpotifyId,
}

impl Reference {
    /// Reads a bare id (`4iV5W9uYEdYUVa79Axb7Rh`), a URI (`spotify:track:…`) or a link
    /// (`https://open.spotify.com/intl-de/track/…?si=…`). White space around it is ignored.
    ///
    /// # Errors
    /// [`IdError`] says what is wrong with it; the text itself is not repeated.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("spotify:") {
            return named(&rest.split(':').collect::<Vec<_>>());
        }
        if let Some(rest) = text.strip_prefix(OPEN_ORIGIN) {
            return link(rest);
        }
        if text.contains("://") || text.starts_with("//") {
            return Err(IdError::ForeignAddress);
        }
        Ok(Self {
            kind: None,
            id: SpotifyId::parse(text)?,
        })
    }

    /// The id, provided that this names a thing of `kind`; a bare id is taken at its word.
    ///
    /// # Errors
    /// [`IdError::WrongKind`] when it names something else.
    pub fn expect(self, kind: Kind) -> Result<SpotifyId, IdError> {
        match self.kind {
            Some(found) if found != kind => Err(IdError::WrongKind {
                found,
                wanted: kind,
            }),
            _ => Ok(self.id),
        }
    }
}

impl FromStr for Reference {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

/// An id at Spotify: 22 base62 characters, or an account name. Always safe as one segment of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpotifyId(Box<str>);

impl SpotifyId {
    /// Takes 22 characters of base62.
    ///
    /// # Errors
    /// [`IdError::NotAnId`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let base62 = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if text.len() == ID_LENGTH && base62 {
            Ok(Self(text.into()))
        } else {
            Err(IdError::NotAnId)
        }
    }

    /// Account names are older than ids: letters, digits and a few marks, of any length.
    fn parse_user(text: &str) -> Result<Self, IdError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let dots_only = text.bytes().all(|byte| byte == b'.');
        if text.len() <= MAX_USER_LENGTH && text.bytes().all(plain) && !dots_only {
            Ok(Self(text.into()))
        } else {
            Err(IdError::NotAnId)
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Spotify URI, `spotify:kind:id`.
    pub fn uri(&self, kind: Kind) -> String {
        format!("spotify:{kind}:{self}")
    }

    /// The link that opens it, `https://open.spotify.com/kind/id`.
    pub fn url(&self, kind: Kind) -> String {
        format!("{OPEN_ORIGIN}{kind}/{self}")
    }
}

impl fmt::Display for SpotifyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a reference names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A song.
    Track,
    /// An album, single or compilation.
    Album,
    /// An artist.
    Artist,
    /// A playlist.
    Playlist,
    /// A podcast.
    Show,
    /// An episode of a podcast.
    Episode,
    /// An audiobook.
    Audiobook,
    /// A chapter of an audiobook.
    Chapter,
    /// A person's account.
    User,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Track,
        Self::Album,
        Self::Artist,
        Self::Playlist,
        Self::Show,
        Self::Episode,
        Self::Audiobook,
        Self::Chapter,
        Self::User,
    ];

    /// The name that URIs and links use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::Album => "album",
            Self::Artist => "artist",
            Self::Playlist => "playlist",
            Self::Show => "show",
            Self::Episode => "episode",
            Self::Audiobook => "audiobook",
            Self::Chapter => "chapter",
            Self::User => "user",
        }
    }

    fn parse(name: &str) -> Result<Self, IdError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or(IdError::UnknownKind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Neither an id, a URI nor a link.
    #[error("not a spotify id: 22 letters and digits, a spotify: URI or an open.spotify.com link")]
    NotAnId,
    /// A link to somewhere else, or not over https.
    #[error("not a link to https://open.spotify.com/")]
    ForeignAddress,
    /// A URI or link to something that is not one of [`Kind`].
    #[error("names something that is not known here")]
    UnknownKind,
    /// A good reference to the wrong kind of thing.
    #[error("of kind {found}, not {wanted}")]
    WrongKind {
        /// What it names.
        found: Kind,
        /// What was asked for.
        wanted: Kind,
    },
}

/// The rest of a link. Segments are compared as they stand: nothing is decoded and no `..` is resolved.
fn link(rest: &str) -> Result<Reference, IdError> {
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut segments: Vec<_> = path.split('/').collect();
    if segments.first().is_some_and(|first| is_locale(first)) {
        segments.remove(0);
    }
    named(&segments)
}

/// `intl-de`, `intl-pt-br`: the language that the web player puts in front.
fn is_locale(segment: &str) -> bool {
    segment.strip_prefix("intl-").is_some_and(|language| {
        (2..=8).contains(&language.len())
            && language
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
    })
}

/// Kind and id, or the old form of playlists that named their owner first.
fn named(parts: &[&str]) -> Result<Reference, IdError> {
    let (kind, id) = match parts {
        ["user", _owner, "playlist", id] => (Kind::Playlist, *id),
        [kind, id] => (Kind::parse(kind)?, *id),
        _ => return Err(IdError::NotAnId),
    };
    let id = match kind {
        Kind::User => SpotifyId::parse_user(id)?,
        _ => SpotifyId::parse(id)?,
    };
    Ok(Reference {
        kind: Some(kind),
        id,
    })
}
