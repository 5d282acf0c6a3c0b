//! Spotify on behalf of one caller: the only file of this room that touches a token.
//!
//! It asks for the link's token once a call of ours, sends, and on a 401 asks for a newer one and repeats once.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::OnceCell;

use crate::{
    auth::PersonId,
    link::{Access, Links},
    spotify::{Call, Client, SpotifyError},
};

use super::fault::Fault;

/// One caller's way to Spotify, for the length of one tool call.
pub(crate) struct Upstream<'a> {
    links: &'a Links,
    client: &'a Client,
    person: PersonId,
    needs: &'static [&'static str],
    first: OnceCell<Access>,
    renewed: OnceCell<Access>,
    calls: AtomicU32,
}

impl<'a> Upstream<'a> {
    /// A way for `person`, for a tool that needs the Spotify scopes `needs`.
    pub(crate) fn new(
        links: &'a Links,
        client: &'a Client,
        person: PersonId,
        needs: &'static [&'static str],
    ) -> Self {
        Self {
            links,
            client,
            person,
            needs,
            first: OnceCell::new(),
            renewed: OnceCell::new(),
            calls: AtomicU32::new(0),
        }
    }

    /// How many calls were sent to Spotify.
    pub(crate) fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Sends `call` for the person.
    ///
    /// # Errors
    /// No token, a permission that was not granted (found out without a call), or what Spotify answered.
    pub(crate) async fn send<T>(&self, call: &Call<T>) -> Result<T, Fault> {
        if let Some(renewed) = self.renewed.get() {
            return Ok(self.count_and_send(renewed, call).await?);
        }
        let first = self.first.get_or_try_init(|| self.open()).await?;
        match self.count_and_send(first, call).await {
            Err(SpotifyError::Unauthorized(_)) => {}
            answered => return Ok(answered?),
        }
        let renew = || self.links.renew(self.person, first);
        let renewed = self.renewed.get_or_try_init(renew).await?;
        Ok(self.count_and_send(renewed, call).await?)
    }

    async fn open(&self) -> Result<Access, Fault> {
        let access = self.links.access(self.person).await?;
        let granted = |needed: &str| {
            access
                .scopes
                .iter()
                .any(|granted| granted.as_ref() == needed)
        };
        let missing: Vec<_> = self
            .needs
            .iter()
            .copied()
            .filter(|needed| !granted(needed))
            .collect();
        if missing.is_empty() {
            Ok(access)
        } else {
            Err(Fault::MissingScope(missing))
        }
    }

    async fn count_and_send<T>(&self, access: &Access, call: &Call<T>) -> Result<T, SpotifyError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.client.send(&access.token, call).await
    }
}
