//! What Spotify has closed to one app: groups whose quota is used up, and endpoints that it has not got. Pure: it is
//! told the time.

use std::{collections::HashMap, time::Duration};

use crate::{
    clock::{DAY, HOUR, MINUTE, Millis},
    spotify::Group,
    store::PersonId,
};

/// How long a group stays closed when Spotify does not say.
const UNTOLD: Millis = 15 * MINUTE;
/// How long an endpoint is taken for gone.
const GONE_FOR: Millis = DAY;
/// How long a success of somebody speaks for an endpoint that is refused to somebody else.
const SPEAKS_FOR: Millis = HOUR;
/// An end that is later by less is the same.
const SAME: Millis = 2_000;

/// A group whose quota was used up at least once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shut {
    pub(super) since: Millis,
    pub(super) until: Millis,
    /// How many calls the day before had when it closed.
    pub(super) ceiling: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Closures {
    groups: [Option<Shut>; Group::ALL.len()],
    gone: HashMap<String, Millis>,
    /// Who last had an answer from each endpoint, and when.
    worked: HashMap<String, (PersonId, Millis)>,
}

impl Closures {
    /// How long the group stays closed, if it is.
    pub(super) fn wait_for(&self, group: Group, now: Millis) -> Option<Duration> {
        let shut = self.groups[group.index()]?;
        let left = shut.until - now;
        // Before it was closed it was open, whatever a clock says that was put back.
        (left > 0 && now >= shut.since - HOUR).then(|| Duration::from_millis(left.unsigned_abs()))
    }

    /// What is known of the group.
    pub(super) fn shut(&self, group: Group) -> Option<Shut> {
        self.groups[group.index()]
    }

    /// Spotify says that the group's quota is used up, after `made` calls. What there is to be told to others, if
    /// that is news.
    pub(super) fn shut_group(
        &mut self,
        group: Group,
        wait: Option<Duration>,
        made: u64,
        now: Millis,
    ) -> Option<Shut> {
        let wait = wait
            .filter(|wait| !wait.is_zero())
            .and_then(|wait| Millis::try_from(wait.as_millis()).ok())
            .unwrap_or(UNTOLD);
        let until = now.saturating_add(wait);
        let known = &mut self.groups[group.index()];
        let shut = match *known {
            // Calls that were under way when it closed say the same again.
            Some(shut) if shut.until > now && until <= shut.until + SAME => return None,
            Some(shut) if shut.until > now => Shut { until, ..shut },
            _ => Shut {
                since: now,
                until,
                ceiling: Some(made),
            },
        };
        *known = Some(shut);
        Some(shut)
    }

    /// Another replica, or this one before it was started again, has seen the group closed.
    pub(super) fn learn_group(&mut self, group: Group, told: Shut) {
        let known = &mut self.groups[group.index()];
        if known.is_none_or(|known| told.until > known.until) {
            *known = Some(told);
        }
    }

    /// Whether the endpoint that `name` makes is known to be gone. `name` is not asked for as long as none is.
    pub(super) fn is_gone(&self, name: impl FnOnce() -> String, now: Millis) -> bool {
        !self.gone.is_empty() && self.gone.get(&name()).is_some_and(|until| *until > now)
    }

    /// Endpoints that are gone, and until when they are taken for it.
    pub(super) fn gone(&self, now: Millis) -> impl Iterator<Item = (&str, Millis)> {
        self.gone
            .iter()
            .filter(move |(_, until)| **until > now)
            .map(|(name, until)| (name.as_str(), *until))
    }

    /// `person` had an answer from the endpoint.
    pub(super) fn works(&mut self, endpoint: String, person: PersonId, now: Millis) {
        self.worked.insert(endpoint, (person, now));
    }

    /// Spotify says to `person` that the app has not got the endpoint. Until when it is taken for gone, if that is news.
    ///
    /// Somebody else had an answer a while ago? Then it is this person whom Spotify refuses, and nobody else is to be
    /// kept from it.
    pub(super) fn remove(
        &mut self,
        endpoint: &str,
        person: PersonId,
        now: Millis,
    ) -> Option<Millis> {
        let speaks = |(whose, at): &(PersonId, Millis)| *whose != person && now - at < SPEAKS_FOR;
        if self.worked.get(endpoint).is_some_and(speaks) {
            return None;
        }
        let until = now + GONE_FOR;
        let known = self.gone.insert(endpoint.to_owned(), until);
        known.is_none_or(|known| known <= now).then_some(until)
    }

    /// Another replica, or this one before it was started again, has seen the endpoint gone.
    pub(super) fn learn_gone(&mut self, endpoint: String, until: Millis) {
        let known = self.gone.entry(endpoint).or_insert(until);
        *known = until.max(*known);
    }

    /// Forgets what is over; ceilings stay.
    pub(super) fn tidy(&mut self, now: Millis) {
        self.gone.retain(|_, until| *until > now);
    }
}
