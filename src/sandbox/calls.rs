//! What the sandbox remembers for tests: how often each endpoint was called, what was written, which secrets were
//! handed out. It judges nothing.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

/// Counts of calls by endpoint, and the writes.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    counts: Mutex<BTreeMap<String, u64>>,
    writes: Mutex<Vec<Write>>,
}

/// One change that a call made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Write {
    /// Spotify's `id` of the person whose token made it.
    pub person: String,
    /// Method and route, such as `POST /v1/playlists/{id}/items`.
    pub endpoint: String,
    /// What changed, for people to read.
    pub what: String,
}

impl Calls {
    /// Counts a call of an endpoint, such as `GET /v1/search`.
    pub(crate) fn count(&self, endpoint: &str) {
        let mut counts = lock(&self.counts);
        if let Some(count) = counts.get_mut(endpoint) {
            *count += 1;
        } else {
            counts.insert(endpoint.to_owned(), 1);
        }
    }

    /// The counts so far.
    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        lock(&self.counts).clone()
    }

    /// Starts counting from nothing and forgets the writes.
    pub(crate) fn reset(&self) {
        lock(&self.counts).clear();
        lock(&self.writes).clear();
    }

    /// Remembers a change.
    pub(crate) fn wrote(&self, write: Write) {
        lock(&self.writes).push(write);
    }

    /// The changes so far.
    pub(crate) fn writes(&self) -> Vec<Write> {
        lock(&self.writes).clone()
    }

    /// The changes since they were last taken.
    pub(crate) fn take_writes(&self) -> Vec<Write> {
        std::mem::take(&mut lock(&self.writes))
    }
}

/// What sort of secret was handed out or taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Secret {
    /// An authorization code.
    Code,
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
    /// The `state` that a client sent.
    State,
    /// The `code_verifier` that a client sent.
    Verifier,
    /// The cookie of a browser that is signed in here.
    Session,
}

/// Every secret of a run, so that logs and databases can be searched for them.
#[derive(Default)]
pub(crate) struct Issued {
    all: Mutex<Vec<(Secret, String)>>,
}

impl Issued {
    /// Makes a secret of `bytes` random bytes in base64url after a prefix, and remembers it.
    pub(crate) fn make(&self, secret: Secret, prefix: &str, bytes: usize) -> String {
        let mut random = vec![0; bytes];
        getrandom::fill(&mut random).expect("the operating system's random numbers do not run out");
        let made = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random));
        self.note(secret, &made);
        made
    }

    /// Remembers a secret that a client made.
    pub(crate) fn note(&self, secret: Secret, value: &str) {
        lock(&self.all).push((secret, value.to_owned()));
    }

    /// All of them, oldest first.
    pub(crate) fn all(&self) -> Vec<(Secret, String)> {
        lock(&self.all).clone()
    }
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
