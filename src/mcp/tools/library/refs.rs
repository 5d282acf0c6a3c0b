//! What a list of references names: each thing once, with the Spotify permissions that it takes, and what cannot be
//! there at all with the reason. Knows no wire.

use std::{collections::HashSet, fmt::Write};

use serde::Serialize;

use crate::{
    mcp::{
        fault::Fault,
        text::{self, IN_ERROR},
        tools::catalogue::references,
    },
    spotify::{SpotifyError, id::Kind},
};

use super::Context;

/// What is to happen to the things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// See whether they are saved.
    Look,
    /// Save or remove them.
    Change,
}

/// Something that can be in a library.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    /// What it is.
    pub(super) kind: Kind,
    /// The Spotify URI.
    pub(super) uri: String,
    /// The page at open.spotify.com.
    pub(super) link: String,
}

/// A reference that cannot be used here.
#[derive(Debug, Serialize)]
pub(super) struct Unsupported {
    /// What was given.
    pub(super) item: String,
    /// Why not.
    pub(super) reason: String,
}

/// What was named, each thing once, in the order in which it was named first.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// The things.
    pub(super) things: Vec<Thing>,
    /// What cannot be used.
    pub(super) unsupported: Vec<Unsupported>,
    uris: HashSet<String>,
}

impl Named {
    /// Reads `given` for `deed`; a bare id names a track.
    pub(super) fn of(given: &[String], deed: Deed) -> Self {
        let mut named = Self::default();
        for item in given {
            match thing(item, deed) {
                Ok(thing) => named.add(thing),
                Err(reason) => named.unsupported.push(Unsupported {
                    item: text::clean(item, IN_ERROR).into_owned(),
                    reason,
                }),
            }
        }
        named
    }

    /// One more thing, unless it is there already.
    pub(super) fn add(&mut self, thing: Thing) {
        if self.uris.insert(thing.uri.clone()) {
            self.things.push(thing);
        }
    }

    /// Goes on only if there is anything to do.
    ///
    /// # Errors
    /// `invalid_argument` with the reasons: the first five.
    pub(super) fn or_nothing(self, so: &str) -> Result<Self, Fault> {
        if !self.things.is_empty() || self.unsupported.is_empty() {
            return Ok(self);
        }
        let mut words = format!("{so}: ");
        for (at, one) in self.unsupported.iter().take(5).enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            let _ = write!(
                words,
                "{separator}\"{}\" is unsupported ({})",
                one.item, one.reason
            );
        }
        if self.unsupported.len() > 5 {
            let _ = write!(words, "; and {} more", self.unsupported.len() - 5);
        }
        Err(Fault::invalid_argument(words))
    }

    /// Goes on only if the person granted what `deed` takes for all of these kinds. Costs no Spotify call.
    ///
    /// # Errors
    /// No token, or `missing_scope` with everything that is missing.
    pub(super) async fn require(&self, context: &Context<'_>, deed: Deed) -> Result<(), Fault> {
        let mut missing = Vec::new();
        for permission in self.needs(deed) {
            match context.upstream.require(permission).await {
                Err(Fault::MissingScope(lacking)) => missing.extend(lacking),
                outcome => outcome?,
            }
        }
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Fault::MissingScope(missing))
        }
    }

    /// The fault in `outcome`, with the permissions of these kinds where Spotify says that one is missing.
    pub(super) fn explain(&self, fault: Fault, deed: Deed) -> Fault {
        match fault {
            Fault::Spotify(SpotifyError::InsufficientScope(_)) => Fault::MissingScope(
                self.needs(deed)
                    .into_iter()
                    .flat_map(|permission| permission.iter().copied())
                    .collect(),
            ),
            fault => fault,
        }
    }

    fn needs(&self, deed: Deed) -> Vec<&'static [&'static str]> {
        let mut needs: Vec<&'static [&'static str]> = Vec::new();
        for thing in &self.things {
            let permissions: &'static [&'static [&'static str]] = match (thing.kind, deed) {
                (Kind::Artist | Kind::User, _) => &[&["user-follow-read"]],
                (Kind::Playlist, Deed::Look) => &[&["playlist-read-private"]],
                (Kind::Playlist, Deed::Change) => {
                    &[&["playlist-read-private"], &["playlist-modify-public"]]
                }
                (_, Deed::Look) => &[&["user-library-read"]],
                (_, Deed::Change) => &[&["user-library-read"], &["user-library-modify"]],
            };
            for permission in permissions {
                if !needs.contains(permission) {
                    needs.push(permission);
                }
            }
        }
        needs
    }
}

/// The thing that `item` names, or why there is none.
fn thing(item: &str, deed: Deed) -> Result<Thing, String> {
    let (kind, id) = references::parse(item, &Kind::ALL)?;
    match why_not(kind, deed) {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(Thing {
            kind,
            uri: id.uri(kind),
            link: id.url(kind),
        }),
    }
}

/// Why a thing of `kind` cannot be saved, or not even be asked about.
fn why_not(kind: Kind, deed: Deed) -> Option<&'static str> {
    match (kind, deed) {
        (Kind::Chapter, _) => Some("a chapter; name its audiobook"),
        (Kind::Artist, Deed::Change) => {
            Some("an artist; Spotify lets apps neither follow nor unfollow artists for certain")
        }
        (Kind::User, Deed::Change) => Some("a person; this server follows nobody"),
        _ => None,
    }
}
