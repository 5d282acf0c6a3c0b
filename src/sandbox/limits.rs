//! How often an app may call: Spotify's rolling 30 seconds, and its quota of a day for each group of endpoints
//! (reference: Spotify, Rate limits; the sizes are unpublished). It knows paths and no answers.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Counts calls and says when there are too many.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    inner: Mutex<Counts>,
}

/// Too many calls, and in how many seconds there may be more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// Of the rolling 30 seconds.
    Window(u64),
    /// Of the day.
    Quota(u64),
}

#[derive(Debug, Default)]
struct Counts {
    daily: Option<u64>,
    window: Option<u64>,
    /// By app and group: when the day began, and the calls since.
    days: HashMap<(String, &'static str), (i64, u64)>,
    /// By app: when the calls of the last 30 seconds were.
    recent: HashMap<String, VecDeque<i64>>,
}

impl Limits {
    /// Counts with these limits; `None` is none.
    pub(crate) fn new(daily: Option<u64>, window: Option<u64>) -> Self {
        let limits = Self::default();
        limits.set_daily(daily);
        limits.set_window(window);
        limits
    }

    /// Sets the calls of an app in 24 hours to one group of endpoints, and counts from nothing.
    pub(crate) fn set_daily(&self, most: Option<u64>) {
        let mut counts = self.counts();
        counts.daily = most;
        counts.days.clear();
    }

    /// Sets the calls of an app in 30 seconds, and counts from nothing.
    pub(crate) fn set_window(&self, most: Option<u64>) {
        let mut counts = self.counts();
        counts.window = most;
        counts.recent.clear();
    }

    /// Counts a call of that path under `/v1`, unless it is one too many; refused calls do not count.
    pub(crate) fn take(&self, app: &str, path: &str, now: i64) -> Result<(), Over> {
        let counts = &mut *self.counts();
        if let Some(most) = counts.window {
            let recent = counts.recent.entry(app.to_owned()).or_default();
            while recent.front().is_some_and(|at| at + WINDOW <= now) {
                recent.pop_front();
            }
            if recent.len() as u64 >= most {
                let oldest = recent.front().copied().unwrap_or(now);
                return Err(Over::Window(seconds(oldest + WINDOW - now)));
            }
        }
        if let Some(most) = counts.daily {
            let key = (app.to_owned(), group(path));
            let (began, calls) = counts.days.entry(key).or_insert((now, 0));
            if *began + DAY <= now {
                (*began, *calls) = (now, 0);
            }
            if *calls >= most {
                return Err(Over::Quota(seconds(*began + DAY - now)));
            }
            *calls += 1;
        }
        if counts.window.is_some() {
            let recent = counts.recent.entry(app.to_owned()).or_default();
            recent.push_back(now);
        }
        Ok(())
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const WINDOW: i64 = 30_000;
const DAY: i64 = 86_400_000;

/// The group of endpoints that share a quota.
fn group(path: &str) -> &'static str {
    let mut parts = path.trim_start_matches('/').split('/');
    match (parts.next().unwrap_or_default(), parts.next()) {
        ("search", _) => "search",
        ("me", None) => "profile",
        ("me", Some("playlists")) | ("playlists", _) => "playlists",
        ("me", Some("player")) => "player",
        ("me", Some(_)) => "library",
        ("shows" | "episodes" | "audiobooks" | "chapters", _) => "spoken",
        _ => "catalogue",
    }
}

fn seconds(millis: i64) -> u64 {
    u64::try_from(millis).unwrap_or(0).div_ceil(1_000).max(1)
}
