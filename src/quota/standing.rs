//! What is left of an app, for people and for whoever watches the server.

use crate::{clock::Millis, spotify::Group};

/// What is left of one app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Every group, in the order of [`Group::ALL`].
    pub groups: Vec<GroupStanding>,
    /// Endpoints that the app has not got, by name.
    pub gone: Vec<Gone>,
    /// For how many milliseconds Spotify still asks to wait between calls.
    pub cooling_ms: Option<u64>,
}

/// What is left of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupStanding {
    /// The group.
    pub group: Group,
    /// Calls of the last day, replicas together.
    pub calls: u64,
    /// How many calls the operator allows a day.
    pub budget: Option<u32>,
    /// How many calls a day had when Spotify last said that it was enough.
    pub ceiling: Option<u64>,
    /// Until when the group is closed.
    pub closed_until: Option<Millis>,
}

/// An endpoint that the app has not got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Method and path.
    pub endpoint: String,
    /// Until when nobody tries it again.
    pub until: Millis,
}

impl GroupStanding {
    /// About how many calls are left, if that is known.
    pub fn left(&self) -> Option<u64> {
        if self.closed_until.is_some() {
            return Some(0);
        }
        let most = [self.budget.map(u64::from), self.ceiling];
        let most = most.into_iter().flatten().min()?;
        Some(most.saturating_sub(self.calls))
    }
}
