//! Spotify on behalf of one caller: the only file of this room that touches a token.
//!
//! It asks for the link's token once a call of ours, sends, and on a 401 asks for a newer one and repeats once.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::{
    auth::PersonId,
    link::{Access, Links},
    spotify::{Call, Client, SpotifyError},
};

use super::{fault::Fault, server::Deps};

/// One caller's way to Spotify, for the length of one tool call.
pub(crate) struct Upstream<'a> {
    links: &'a Links,
    client: &'a Client,
    person: PersonId,
    needs: &'static [&'static str],
    first: OnceCell<Access>,
    renewed: OnceCell<Access>,
    calls: AtomicU32,
    stop: CancellationToken,
    finishing: AtomicBool,
}

impl<'a> Upstream<'a> {
    /// A way for `person`, for a tool that needs the Spotify scopes `needs`.
    /// Once `stop` is cancelled nothing is sent any more.
    pub(crate) fn new(
        deps: &'a Deps,
        person: PersonId,
        needs: &'static [&'static str],
        stop: CancellationToken,
    ) -> Self {
        Self {
            links: &deps.links,
            client: &deps.spotify,
            person,
            needs,
            first: OnceCell::new(),
            renewed: OnceCell::new(),
            calls: AtomicU32::new(0),
            stop,
            finishing: AtomicBool::new(false),
        }
    }

    /// From here on the work is brought to its end even if the client leaves, because half of it would lose something
    /// of the person's. Call it right before the first of several writes that belong together.
    pub(crate) fn finish(&self) {
        self.finishing.store(true, Ordering::Relaxed);
    }

    /// Goes on only if the person granted these Spotify permissions too; for what only some arguments need. Costs no
    /// Spotify call.
    ///
    /// # Errors
    /// No token, or `missing_scope`.
    pub(crate) async fn require(&self, needs: &'static [&'static str]) -> Result<(), Fault> {
        let access = self.first.get_or_try_init(|| self.open()).await?;
        lacking(access, needs)
    }

    /// As [`send`](Self::send), but never from memory: for looking at what a write has just changed.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub(crate) async fn fresh<T>(&self, call: &Call<T>) -> Result<T, Fault> {
        self.send(call).await
    }

    /// How many calls were sent to Spotify.
    pub(crate) fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Sends `call` for the person.
    ///
    /// # Errors
    /// No token, a permission that was not granted (found out without a call), or what Spotify answered.
    /// [`Cancelled`](Fault::Cancelled) once the client has left; a write that is under way is not broken off.
    pub(crate) async fn send<T>(&self, call: &Call<T>) -> Result<T, Fault> {
        if self.finishing.load(Ordering::Relaxed) {
            return self.carry_out(call).await;
        }
        if !call.is_read() && !self.stop.is_cancelled() {
            return self.carry_out(call).await;
        }
        self.stop
            .run_until_cancelled(self.carry_out(call))
            .await
            .unwrap_or(Err(Fault::Cancelled))
    }

    async fn carry_out<T>(&self, call: &Call<T>) -> Result<T, Fault> {
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
        lacking(&access, self.needs)?;
        Ok(access)
    }

    async fn count_and_send<T>(&self, access: &Access, call: &Call<T>) -> Result<T, SpotifyError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.client.send(&access.token, call).await
    }
}

/// Whether all of `needs` was granted.
fn lacking(access: &Access, needs: &[&'static str]) -> Result<(), Fault> {
    let granted = |needed: &&str| access.scopes.iter().any(|held| held.as_ref() == *needed);
    let missing: Vec<_> = needs
        .iter()
        .copied()
        .filter(|needed| !granted(needed))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Fault::MissingScope(missing))
    }
}
