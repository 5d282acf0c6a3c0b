//! What tests and other processes see and steer: people, time, tokens, calls. It is no part of what is simulated.

mod http;
mod http_state;
mod state;
mod steer;

use std::{collections::BTreeMap, time::Duration};

use axum::Router;
use serde::Serialize;

pub use state::{DeviceState, PlayerState, PlaylistState, Shelf};
pub use steer::{DeviceChange, OnAir};

use super::{Fault, Secret, Shared, Write, accounts::Bearer, scope::Scopes, seed::Person};

/// Sees and steers a running sandbox; cheap to clone.
#[derive(Clone, Debug)]
pub struct Control {
    inner: Shared,
}

/// Somebody who lives in the sandbox, as others may know them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonCard {
    /// Spotify's `id`.
    pub id: String,
    /// Spotify's `account_id`.
    pub account_id: String,
    /// The display name; it contains the marker.
    pub display_name: String,
    /// A word that is in everything of theirs and in nothing of anybody else's.
    pub marker: String,
    /// `premium` or `free`.
    pub plan: &'static str,
    /// Whether apps without a list of their own let them in.
    pub allow_listed: bool,
    /// What is special about the account; empty for generated people.
    pub note: &'static str,
}

/// Tokens handed out without a browser.
#[derive(Clone, Serialize)]
pub struct TokenPair {
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: String,
}

impl std::fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenPair").finish_non_exhaustive()
    }
}

impl Control {
    pub(super) fn new(inner: Shared) -> Self {
        Self { inner }
    }

    /// Everybody: the eight made by hand first, then the generated ones.
    pub fn people(&self) -> Vec<PersonCard> {
        let people = self.inner.world.people().iter();
        people.map(|person| self.card(person)).collect()
    }

    /// The sandbox's time, in Unix milliseconds.
    pub fn now(&self) -> i64 {
        self.inner.now()
    }

    /// Moves the sandbox's time forward.
    pub fn advance(&self, by: Duration) {
        self.inner.options.time.advance(by);
    }

    /// Consents for a person without a browser. `scopes` are separated by spaces; `None` grants everything. Gives
    /// nothing for an unknown person or scope.
    pub fn grant(&self, person: &str, client_id: &str, scopes: Option<&str>) -> Option<TokenPair> {
        let bearer = Bearer {
            person: self.inner.world.person_by_id(person)?.owner,
            client_id: client_id.to_owned(),
            scopes: scopes.map_or(Some(Scopes::all()), |list| Scopes::parse(list).ok())?,
        };
        let tokens =
            self.inner
                .grants
                .consent(bearer, true, self.inner.now(), self.inner.access_life());
        Some(TokenPair {
            access_token: tokens.access,
            refresh_token: tokens.refresh?,
        })
    }

    /// Lets every access token of a person end now; `None` is everybody. Gives whether there is such a person.
    pub fn expire(&self, person: Option<&str>) -> bool {
        let owner = person.map(|id| self.inner.world.person_by_id(id).map(|person| person.owner));
        match owner {
            Some(None) => false,
            owner => {
                self.inner.grants.expire(owner.flatten(), self.inner.now());
                true
            }
        }
    }

    /// Takes back every consent of a person, as they could at spotify.com. Gives whether there is such a person.
    pub fn revoke(&self, person: &str) -> bool {
        let found = self.inner.world.person_by_id(person);
        if let Some(person) = found {
            self.inner.grants.revoke(person.owner);
        }
        found.is_some()
    }

    /// How often each endpoint was called, such as `GET /v1/search` or `POST /api/token`.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.inner.calls.counts()
    }

    /// How often one endpoint was called.
    pub fn count(&self, endpoint: &str) -> u64 {
        self.calls().get(endpoint).copied().unwrap_or(0)
    }

    /// Counts from nothing again and forgets the writes.
    pub fn reset_calls(&self) {
        self.inner.calls.reset();
    }

    /// Every change that calls have made.
    pub fn writes(&self) -> Vec<Write> {
        self.inner.calls.writes()
    }

    /// The changes since they were last taken.
    pub fn take_writes(&self) -> Vec<Write> {
        self.inner.calls.take_writes()
    }

    /// Puts a fault into force and gives its number.
    pub fn add_fault(&self, fault: Fault) -> u64 {
        self.inner.faults.add(fault)
    }

    /// Ends every fault and releases what is held.
    pub fn clear_faults(&self) {
        self.inner.faults.clear(None);
    }

    /// Lets the held answers out.
    pub fn release(&self) {
        self.inner.faults.release();
    }

    /// How many answers are held now.
    pub fn held(&self) -> usize {
        *self.inner.faults.held().borrow()
    }

    /// Waits until at least `count` answers are held.
    pub async fn until_held(&self, count: usize) {
        let mut held = self.inner.faults.held();
        // The sender lives as long as the sandbox, which this keeps alive.
        let _ = held.wait_for(|now| *now >= count).await;
    }

    /// Every secret that was handed out or taken in, so that logs and databases can be searched for them.
    pub fn issued(&self) -> Vec<(Secret, String)> {
        self.inner.grants.issued().all()
    }

    fn card(&self, person: &Person) -> PersonCard {
        PersonCard {
            id: person.id.clone(),
            account_id: person.account_id.clone(),
            display_name: person.display_name.clone(),
            marker: person.marker.clone(),
            plan: self.inner.plan(person.owner).unwrap_or(person.plan).word(),
            allow_listed: person.life != super::seed::Life::Stranger,
            note: person.note,
        }
    }
}

/// The routes under `/_sandbox`.
pub(super) fn routes() -> Router<Shared> {
    http::routes().merge(http_state::routes())
}
