//! What a list of references names: each thing once, with the Spotify permissions that it takes, and what cannot be
//! there at all with the reason. Knows no wire.

use std::{collections::HashMap, fmt::Write};

use serde::Serialize;

use crate::{
    mcp::{
        fault::Fault,
        text::{self, IN_ERROR},
    },
    spotify::{
        SpotifyError,
        id::{IdError, Kind, Reference},
    },
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
    pub(super) reason: &'static str,
}

/// What was named, each thing once, in the order in which it was named first.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// The things.
    pub(super) things: Vec<Thing>,
    /// What cannot be used.
    pub(super) unsupported: Vec<Unsupported>,
    by_uri: HashMap<String, usize>,
}

impl Named {
    /// Reads `given` for `deed`.
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
        let next = self.things.len();
        if self.by_uri.insert(thing.uri.clone(), next).is_none() {
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

/// The thing that `item` names; a bare id names a track.
fn thing(item: &str, deed: Deed) -> Result<Thing, &'static str> {
    if item.trim_start().starts_with("spotify:local:") {
        return Err("a local file; Spotify cannot save it");
    }
    let reference = Reference::parse(item).map_err(|problem| match problem {
        IdError::NotAnId | IdError::WrongKind { .. } => {
            "not a link, URI or id; find it with `search` first"
        }
        IdError::ForeignAddress => "not an open.spotify.com link",
        IdError::UnknownKind => "of a kind that is not known here",
    })?;
    let kind = reference.kind.unwrap_or(Kind::Track);
    match (kind, deed) {
        (Kind::Chapter, _) => Err("a chapter; name its audiobook"),
        (Kind::Artist, Deed::Change) => {
            Err("an artist; Spotify lets apps neither follow nor unfollow artists for certain")
        }
        (Kind::User, Deed::Change) => Err("a person; this server follows nobody"),
        _ => Ok(Thing {
            kind,
            uri: reference.id.uri(kind),
            link: reference.id.url(kind),
        }),
    }
}
