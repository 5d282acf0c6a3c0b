//! Spotify's permissions as a small set. It knows the names and nothing of who holds them.

use std::fmt;

/// Every permission that Spotify knows (Spotify: Concepts, Scopes), with its words for the consent page.
pub(crate) const ALL: [(&str, &str); 19] = [
    ("ugc-image-upload", "Upload images on your behalf"),
    (
        "user-read-playback-state",
        "See what is playing and your devices",
    ),
    ("user-modify-playback-state", "Control your playback"),
    ("user-read-currently-playing", "See what you are playing"),
    ("playlist-read-private", "See your private playlists"),
    (
        "playlist-read-collaborative",
        "See your collaborative playlists",
    ),
    ("playlist-modify-private", "Change your private playlists"),
    ("playlist-modify-public", "Change your public playlists"),
    ("user-follow-modify", "Change whom you follow"),
    ("user-follow-read", "See whom you follow"),
    (
        "user-read-playback-position",
        "See where you are in podcasts",
    ),
    ("user-top-read", "See your top artists and tracks"),
    ("user-read-recently-played", "See what you played recently"),
    ("user-library-modify", "Change your library"),
    ("user-library-read", "See your library"),
    ("user-read-private", "See your subscription"),
    ("user-read-email", "See your e-mail address"),
    (
        "app-remote-control",
        "Talk to the Spotify app on your device",
    ),
    ("streaming", "Play on your other devices"),
];

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scopes(u32);

impl Scopes {
    /// Every permission.
    pub(crate) fn all() -> Self {
        Self((1 << ALL.len()) - 1)
    }

    /// Reads a list separated by spaces; the error is the name that Spotify does not know.
    pub(crate) fn parse(list: &str) -> Result<Self, String> {
        list.split_ascii_whitespace()
            .try_fold(Self::default(), |set, name| {
                let bit = position(name).ok_or_else(|| name.to_owned())?;
                Ok(Self(set.0 | 1 << bit))
            })
    }

    /// Whether the permission of that name is in the set.
    pub(crate) fn has(self, name: &str) -> bool {
        position(name).is_some_and(|bit| self.0 & (1 << bit) != 0)
    }

    /// Whether every member of `other` is in the set.
    pub(crate) fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What is in both sets.
    pub(crate) fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either set.
    pub(crate) fn either(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The members with their words.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        ALL.into_iter()
            .enumerate()
            .filter(move |(bit, _)| self.0 & (1 << bit) != 0)
            .map(|(_, scope)| scope)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, _)) in self.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

fn position(name: &str) -> Option<usize> {
    ALL.iter().position(|(known, _)| *known == name)
}
