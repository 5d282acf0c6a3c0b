//! How many calls one app has made in each group and hour: its own of the last second, and those of all replicas as
//! they were last read. Pure: it is told the time.

use std::collections::BTreeMap;

use crate::{
    clock::{DAY, HOUR, Millis},
    spotify::Group,
};

/// A group's calls in the hour that began then.
pub(super) type Slot = (Group, Millis);

#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Not written yet.
    pending: BTreeMap<Slot, i64>,
    /// All replicas together, as far as they have written.
    written: BTreeMap<Slot, i64>,
}

/// When the first hour began that counts at `now`. A day and the part of an hour: a quota is better used too little.
pub(super) fn first_hour(now: Millis) -> Millis {
    hour_of(now - DAY)
}

fn hour_of(at: Millis) -> Millis {
    at - at.rem_euclid(HOUR)
}

impl Counts {
    pub(super) fn add(&mut self, group: Group, calls: u64, now: Millis) {
        let calls = i64::try_from(calls).unwrap_or(i64::MAX);
        if calls > 0 {
            let pending = self.pending.entry((group, hour_of(now))).or_default();
            *pending = pending.saturating_add(calls);
        }
    }

    /// What is to be written.
    pub(super) fn pending(&self) -> impl Iterator<Item = (Slot, i64)> {
        self.pending.iter().map(|(slot, calls)| (*slot, *calls))
    }

    /// `calls` of what was pending were written, after which all replicas together have `total`.
    pub(super) fn wrote(&mut self, slot: Slot, calls: i64, total: i64) {
        if let Some(pending) = self.pending.get_mut(&slot) {
            *pending -= calls;
            if *pending <= 0 {
                self.pending.remove(&slot);
            }
        }
        self.learn(slot, total);
    }

    /// All replicas together have `total` in `slot`. Totals only grow, so an answer that comes late changes nothing.
    pub(super) fn learn(&mut self, slot: Slot, total: i64) {
        let written = self.written.entry(slot).or_default();
        *written = total.max(*written);
    }

    /// Calls in the last day.
    pub(super) fn made(&self, group: Group, now: Millis) -> u64 {
        let made = self
            .hours(group, now)
            .into_values()
            .fold(0, i64::saturating_add);
        u64::try_from(made).unwrap_or(0)
    }

    /// How long until fewer than `budget` calls lie in the day before, if there are more now.
    pub(super) fn wait_for(&self, group: Group, budget: u32, now: Millis) -> Option<Millis> {
        let budget = i64::from(budget);
        let hours = self.hours(group, now);
        let mut made: i64 = hours
            .values()
            .fold(0, |sum, calls| sum.saturating_add(*calls));
        if made < budget {
            return None;
        }
        for (hour, calls) in hours {
            made -= calls;
            if made < budget {
                return Some((hour + HOUR + DAY - now).max(1));
            }
        }
        Some(DAY)
    }

    /// Forgets hours that count no more.
    pub(super) fn tidy(&mut self, now: Millis) {
        let first = first_hour(now);
        self.written.retain(|(_, hour), _| *hour >= first);
    }

    /// The hours that count, oldest first. Those of a clock that was put back since count too.
    fn hours(&self, group: Group, now: Millis) -> BTreeMap<Millis, i64> {
        let range = (group, first_hour(now))..=(group, Millis::MAX);
        let mut hours = BTreeMap::new();
        for counted in [&self.written, &self.pending] {
            for ((_, hour), calls) in counted.range(range.clone()) {
                *hours.entry(*hour).or_default() += calls;
            }
        }
        hours
    }
}
