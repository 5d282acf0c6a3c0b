//! What became of each person: the words and numbers of an import, for people and for programs. Knows no statement.

use std::collections::BTreeMap;

use serde::Serialize;

use super::rows::{Orphans, RowFault};

/// What became of everybody.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Everybody: whose rows cannot be taken over first, then the others, oldest first.
    pub people: Vec<Line>,
    /// How often each outcome was met.
    pub counts: BTreeMap<&'static str, usize>,
    /// Rows whose user is not there; nothing is taken from them.
    pub orphans: OrphansView,
}

/// Rows without an owner, by table.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OrphansView {
    /// In `spotify_tokens`.
    pub spotify_tokens: usize,
    /// In `user_sessions`.
    pub user_sessions: usize,
}

/// What became of one person.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The other server's id of them.
    pub user_id: String,
    /// Spotify's `id`, as the other server has it.
    pub spotify_id: String,
    /// The name of the account.
    pub display_name: Option<String>,
    /// What became of them.
    pub outcome: Outcome,
    /// What became of their link; `None` where nothing was done about it.
    pub link: Option<LinkOutcome>,
    /// What became of their key; `None` where nothing was done about it.
    pub key: Option<KeyOutcome>,
    /// Why, and what to do, where there is something to say.
    pub detail: Option<String>,
}

/// What became of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// They are here now, or would be.
    Imported,
    /// They were here, and nothing was changed.
    Unchanged,
    /// They were imported once and have been deleted here since.
    Gone,
    /// Their tokens are another person's, or several rows claim one account: nothing was taken over.
    Quarantined,
    /// Their row cannot be taken over.
    Refused,
    /// Spotify could not say whose tokens they are: the next run tries again.
    Left,
}

/// What became of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkOutcome {
    /// It works.
    Active,
    /// It is kept, and does not work until the person reconnects or it is checked.
    Suspended,
    /// The person has connected here, and that link stays.
    KeptNewer,
    /// Spotify does not accept it any more.
    Ended,
    /// There is none.
    None,
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOutcome {
    /// It works here.
    Imported,
    /// It does not.
    NotImported,
}

impl Outcome {
    /// The name in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Unchanged => "unchanged",
            Self::Gone => "gone",
            Self::Quarantined => "quarantined",
            Self::Refused => "refused",
            Self::Left => "left",
        }
    }
}

impl LinkOutcome {
    /// The name in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::KeptNewer => "kept newer",
            Self::Ended => "ended",
            Self::None => "none",
        }
    }
}

impl KeyOutcome {
    /// The name in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::NotImported => "not imported",
        }
    }
}

impl RowFault {
    /// What is told of it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NoUser => "the row has no user_id",
            Self::NoSpotifyId => "the row names no Spotify account; the person connects anew",
            Self::SharedSpotifyId => {
                "several rows name this Spotify account, and nothing tells whose the keys are; the person connects anew"
            }
            Self::SharedUser => "several rows have this user_id",
        }
    }

    /// Whether somebody may have been taken for somebody else.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::NoUser | Self::NoSpotifyId => Outcome::Refused,
            Self::SharedSpotifyId | Self::SharedUser => Outcome::Quarantined,
        }
    }
}

impl Line {
    /// Whether it says more than that somebody was taken over whole.
    pub fn is_notable(&self) -> bool {
        match self.outcome {
            Outcome::Quarantined | Outcome::Refused | Outcome::Left => true,
            Outcome::Imported => self.key == Some(KeyOutcome::NotImported),
            Outcome::Unchanged | Outcome::Gone => false,
        }
    }
}

impl Report {
    pub(super) fn of(people: Vec<Line>, orphans: Orphans, dry_run: bool) -> Self {
        let mut counts = BTreeMap::new();
        for line in &people {
            *counts.entry(line.outcome.as_str()).or_insert(0) += 1;
        }
        Self {
            dry_run,
            people,
            counts,
            orphans: OrphansView {
                spotify_tokens: orphans.tokens,
                user_sessions: orphans.sessions,
            },
        }
    }

    /// Whether Spotify accepted not one of several links, which is a sign that they are another app's.
    pub fn all_ended(&self) -> bool {
        let met = |wanted| {
            self.people
                .iter()
                .filter(|line| line.link == Some(wanted))
                .count()
        };
        let accepted = met(LinkOutcome::Active) + met(LinkOutcome::KeptNewer);
        met(LinkOutcome::Ended) > 1 && accepted == 0
    }

    /// How many people were not taken over whole, for whatever reason.
    pub fn notable(&self) -> usize {
        self.people.iter().filter(|line| line.is_notable()).count()
    }

    /// How many people another run may still take over.
    pub fn left(&self) -> usize {
        let left = self
            .people
            .iter()
            .filter(|line| line.outcome == Outcome::Left);
        left.count()
    }
}
