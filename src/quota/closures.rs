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
/// How long a success speaks for an endpoint, and for a person.
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
    /// The same for one person alone, of whom nothing else is known to work.
    gone_for: HashMap<(PersonId, String), Millis>,
    /// When each endpoint last gave an answer.
    worked: HashMap<String, Millis>,
    /// When each person last had an answer from any.
    served: HashMap<PersonId, Millis>,
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

    /// Whether the endpoint that `name` makes is known to be gone for `person`. `name` is not asked for as long as none
    /// is.
    pub(super) fn is_gone(
        &self,
        name: impl FnOnce() -> String,
        person: PersonId,
        now: Millis,
    ) -> bool {
        if self.gone.is_empty() && self.gone_for.is_empty() {
            return false;
        }
        let name = name();
        let is_over = |until: &Millis| *until <= now;
        let for_all = self.gone.get(&name).is_some_and(|until| !is_over(until));
        let for_them = self.gone_for.get(&(person, name));
        for_all || for_them.is_some_and(|until| !is_over(until))
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
        self.worked.insert(endpoint, now);
        self.served.insert(person, now);
    }

    /// Spotify says to `person` that the app has not got the endpoint. Until when it is taken for gone, if that is news
    /// for everybody.
    ///
    /// Anybody had an answer from it a while ago? Then the refusal was a mistake, or meant this person, and nobody is
    /// kept from it. Others were served lately and they were not? Then it is perhaps they whom Spotify refuses, and
    /// only they are.
    pub(super) fn remove(
        &mut self,
        endpoint: &str,
        person: PersonId,
        now: Millis,
    ) -> Option<Millis> {
        let speaks = |at: &Millis| now - at < SPEAKS_FOR;
        if self.worked.get(endpoint).is_some_and(speaks) {
            return None;
        }
        let until = now + GONE_FOR;
        let others_are_served = self
            .served
            .iter()
            .any(|(whose, at)| *whose != person && speaks(at));
        if others_are_served && !self.served.get(&person).is_some_and(speaks) {
            self.gone_for.insert((person, endpoint.to_owned()), until);
            return None;
        }
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
        self.gone_for.retain(|_, until| *until > now);
        self.served.retain(|_, at| now - *at < SPEAKS_FOR);
    }
}
