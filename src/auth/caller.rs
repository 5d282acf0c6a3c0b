//! The person behind a request, and what their credential allows. Made only by this room.

use std::fmt;

use crate::store::{ClientId, GrantId, KeyId, PersonId};

use super::scope::{Scope, Scopes};

/// Who is calling and what they may do. Its existence is the proof of a checked credential.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person that every answer is about.
    pub person: PersonId,
    /// The credential that was presented.
    pub credential: Credential,
    /// What is taken away from the credential by its maker.
    pub limits: KeyLimits,
    /// What this very request does without, by its headers or by the address that it goes to.
    pub asked: KeyLimits,
    /// What the stream that it came on does without, where there is one.
    pub stream: KeyLimits,
}

/// In the extensions of a request that goes to an address at which everything only reads.
#[derive(Clone, Copy, Debug)]
pub struct ReadingAddress;

/// What a caller presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// An API key or link key.
    Key(KeyId),
    /// The secret in the data folder of somebody who works alone.
    Machine,
    /// An access token.
    Grant {
        /// The grant that it belongs to.
        id: GrantId,
        /// The client that was granted something.
        client: ClientId,
        /// What the token may do.
        granted: Scopes,
        /// What its client asked for and the person withheld.
        withheld: Scopes,
    },
}

impl Caller {
    /// The scopes of the credential.
    pub fn scopes(&self) -> Scopes {
        let held = match self.credential {
            Credential::Key(_) | Credential::Machine => Scopes::all(),
            Credential::Grant { granted, .. } => granted,
        };
        if self.reads_only() {
            held.intersection(Scopes::read_only())
        } else {
            held
        }
    }

    /// Whether the credential carries `scope`.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes().contains(scope)
    }

    /// Whether the caller is shown what needs `scope`: what was withheld is hidden, what the client merely did not
    /// ask for is shown, so that it can step up.
    pub fn sees(&self, scope: Scope) -> bool {
        let hidden = match self.credential {
            Credential::Key(_) | Credential::Machine => Scopes::default(),
            Credential::Grant { withheld, .. } => withheld,
        };
        let kept = !self.reads_only() || Scopes::read_only().contains(scope);
        kept && !hidden.contains(scope)
    }

    /// Whether everything but reading is taken away.
    pub fn reads_only(&self) -> bool {
        let all = [&self.limits, &self.asked, &self.stream];
        all.into_iter().any(|limits| limits.read_only)
    }

    /// Whether tools of `toolset` are left, as far as toolsets decide it.
    pub fn may_use(&self, toolset: Toolset) -> bool {
        [&self.limits, &self.asked, &self.stream]
            .into_iter()
            .all(|limits| limits.leave_toolset(toolset))
    }
}

/// What is taken away from a caller. Limits that lie over each other only ever take away more; within one of them an
/// exclusion beats everything, read-only beats what is named, and single tools, if any are named, stand in the place
/// of toolsets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyLimits {
    /// No tool that writes.
    pub read_only: bool,
    /// Only these toolsets; `None` is all that the server offers.
    pub toolsets: Option<Vec<Toolset>>,
    /// Only these tools; `None` leaves it to the toolsets.
    pub tools: Option<Vec<String>>,
    /// Never these tools.
    pub exclude_tools: Vec<String>,
}

impl KeyLimits {
    /// Whether a tool of `toolset`, which writes or does not, is left; `means` tells whether a name is the tool's.
    pub fn leave(&self, means: impl Fn(&str) -> bool, toolset: Toolset, writes: bool) -> bool {
        let named = |list: &[String]| list.iter().any(|name| means(name));
        let chosen = match &self.tools {
            Some(only) => named(only),
            None => self.leave_toolset(toolset),
        };
        chosen && !named(&self.exclude_tools) && !(self.read_only && writes)
    }

    fn leave_toolset(&self, toolset: Toolset) -> bool {
        self.toolsets
            .as_ref()
            .is_none_or(|only| only.contains(&toolset))
    }
}

/// A named group of tools that an operator or a key can switch on and off together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Toolset {
    /// Search, playback, playlists, library.
    Core,
    /// Podcasts and audiobooks.
    Spoken,
    /// Reworking whole playlists; opt-in.
    Curation,
    /// Connecting an account where there is no page for it. It comes with the transport: nobody switches it.
    Connect,
}

impl Toolset {
    /// Every toolset that can be switched.
    pub const ALL: [Self; 3] = [Self::Core, Self::Spoken, Self::Curation];

    /// The name in settings and headers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Spoken => "spoken",
            Self::Curation => "curation",
            Self::Connect => "connect",
        }
    }

    /// The toolset of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.as_str() == name)
    }
}

impl fmt::Display for Toolset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
