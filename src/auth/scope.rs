//! auxcord's own scopes and the Spotify permissions behind each. This file knows no request and no tool.

use std::fmt;

/// One permission in auxcord's vocabulary, as clients ask for it and people grant it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// `music:read`: the baseline; everything that only looks.
    MusicRead,
    /// `playback:control`: play, pause, skip, queue, volume, devices.
    PlaybackControl,
    /// `playlists:write`: create, change and delete the person's playlists.
    PlaylistsWrite,
    /// `library:write`: save to and remove from the person's library.
    LibraryWrite,
}

impl Scope {
    /// Every scope, baseline first.
    pub const ALL: [Self; 4] = [
        Self::MusicRead,
        Self::PlaybackControl,
        Self::PlaylistsWrite,
        Self::LibraryWrite,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MusicRead => "music:read",
            Self::PlaybackControl => "playback:control",
            Self::PlaylistsWrite => "playlists:write",
            Self::LibraryWrite => "library:write",
        }
    }

    /// The scope of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    /// The Spotify permissions that this scope needs (Spotify: Concepts, Scopes).
    pub fn spotify(self) -> &'static [&'static str] {
        match self {
            Self::MusicRead => &[
                "user-read-private",
                "user-library-read",
                "user-follow-read",
                "user-top-read",
                "user-read-recently-played",
                "user-read-playback-state",
                "user-read-currently-playing",
                "user-read-playback-position",
                "playlist-read-private",
                "playlist-read-collaborative",
            ],
            Self::PlaybackControl => &["user-modify-playback-state"],
            Self::PlaylistsWrite => &[
                "playlist-modify-private",
                "playlist-modify-public",
                "ugc-image-upload",
            ],
            Self::LibraryWrite => &["user-library-modify", "playlist-modify-public"],
        }
    }

    /// What the person allows, in plain words, for the page that asks.
    pub fn words(self) -> &'static str {
        match self {
            Self::MusicRead => {
                "See your account name, library, playlists, followed artists, top and recent tracks, and what is playing"
            }
            Self::PlaybackControl => {
                "Play, pause, skip, queue and change the volume on your devices"
            }
            Self::PlaylistsWrite => "Create, change and delete your playlists and their covers",
            Self::LibraryWrite => "Save music, shows and books to your library and remove them",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of [`Scope`]s; small and cheap to copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Every scope there is.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Only what reads.
    pub fn read_only() -> Self {
        [Scope::MusicRead].into_iter().collect()
    }

    /// Whether `scope` is in the set.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// Whether the set has no member.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The set that a stored or sent list names; names that this version does not know are left out.
    pub fn of_names(names: &str) -> Self {
        names
            .split_ascii_whitespace()
            .filter_map(Scope::parse)
            .collect()
    }

    /// The members, baseline first.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .into_iter()
            .filter(move |scope| self.contains(*scope))
    }

    /// The Spotify permissions behind all members, each once, in a fixed order.
    pub fn spotify(self) -> Vec<&'static str> {
        let mut all = Vec::new();
        for permission in self.iter().flat_map(Scope::spotify) {
            if !all.contains(permission) {
                all.push(*permission);
            }
        }
        all
    }
}

/// The names, separated by spaces (RFC 6749 section 3.3).
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

/// The scopes of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needed {
    /// Without these it is not done.
    pub required: Scopes,
    /// All that it makes use of: what a client that steps up is to ask for.
    pub whole: Scopes,
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(
            scopes
                .into_iter()
                .fold(0, |set, scope| set | 1 << scope as u8),
        )
    }
}
