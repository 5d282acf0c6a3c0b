//! What a tool works with: the caller's way to Spotify, the house's settings, and the request's own wishes: whether
//! somebody watches the progress, whether the client is still there, and whether the person can be asked.

use std::{sync::Arc, time::Duration};

use rmcp::{
    Peer, RoleServer,
    model::{ProgressNotificationParam, ProgressToken},
};
use tokio::{sync::OwnedMutexGuard, time};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::Caller,
    mcp::{
        ask::{Consent, Question},
        fault::Fault,
        lacking::Lacking,
        premium,
        registry::{Registry, Spec},
        replies::Told,
        server::{Deps, Shared},
        turns::Turns,
        upstream::Upstream,
        visit::Visiting,
    },
};

/// How long telling about the progress may take between writes that belong together.
const ASIDE: Duration = Duration::from_millis(100);

/// What a request says of itself, beside its arguments.
#[derive(Debug, Default)]
pub(crate) struct Request {
    /// Cancelled when the client has left or has taken the request back.
    pub(crate) stop: CancellationToken,
    /// Whom to tell about progress.
    pub(crate) watcher: Option<(Peer<RoleServer>, ProgressToken)>,
    /// What the person said about this very call, or whether they can be asked.
    pub(crate) consent: Consent,
    /// Whether the client shows its person an address.
    pub(crate) visiting: Visiting,
    /// Whom to tell what the answer stands on.
    pub(crate) told: Option<Told>,
    /// Whether it came to an address at which everything only reads.
    pub(crate) reading_address: bool,
}

/// What a tool works with.
pub(crate) struct Context<'a> {
    /// The way to Spotify.
    pub(crate) upstream: Upstream<'a>,
    /// Who is calling.
    pub(crate) caller: &'a Caller,
    /// The rest of the house.
    pub(crate) deps: &'a Deps,
    /// What commands told about Premium.
    pub(crate) premium: &'a premium::Memory,
    /// Whose turn it is at the player.
    pub(crate) turns: &'a Turns,
    edits: &'a Turns,
    registry: &'a Registry,
    request: Request,
}

impl<'a> Context<'a> {
    /// What the tool `spec` works with for `caller` at `request`.
    pub(crate) fn new(
        shared: &'a Shared,
        caller: &'a Caller,
        spec: &'static Spec,
        request: Request,
    ) -> Self {
        let deps = &shared.deps;
        let upstream = Upstream::new(deps, caller.person, spec.spotify, request.stop.clone());
        Self {
            upstream,
            caller,
            deps,
            premium: &shared.premium,
            turns: &shared.turns,
            edits: &shared.edits,
            registry: &shared.registry,
            request,
        }
    }

    /// What the caller goes without because it was not permitted at Spotify; costs no Spotify call.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub(crate) async fn lacking(&self) -> Result<Lacking, Fault> {
        let granted = self.deps.links.granted(self.caller.person).await?;
        Ok(self.registry.seen_by(self.caller, granted).lacking())
    }

    /// Spotify's `id` of the caller's account; costs no Spotify call.
    pub(crate) async fn me(&self) -> Result<Arc<str>, Fault> {
        Ok(self.deps.links.spotify_id(self.caller.person).await?)
    }

    /// Waits until no other call changes the person's playlists; none does until the guard goes. For everything from
    /// the first look at a playlist to the last one after the change.
    ///
    /// # Errors
    /// `rate_limited` when that takes too long; nothing was changed then.
    pub(crate) async fn editing(&self) -> Result<OwnedMutexGuard<()>, Fault> {
        self.edits.take(self.caller.person).await
    }

    /// The same, unless the call only tells what it would do.
    ///
    /// # Errors
    /// Those of [`editing`](Self::editing).
    pub(crate) async fn editing_unless(
        &self,
        dry_run: bool,
    ) -> Result<Option<OwnedMutexGuard<()>>, Fault> {
        if dry_run {
            return Ok(None);
        }
        self.editing().await.map(Some)
    }

    /// Whether the client shows its person an address.
    pub(crate) fn visiting(&self) -> &Visiting {
        &self.request.visiting
    }

    /// Cancelled when the client has left or has taken the call back.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.request.stop
    }

    /// The answer is made: whoever may send it again is told what it stands on, if it is memory alone.
    pub(crate) fn answered(&self) {
        if let (Some(told), Some(grounds)) = (&self.request.told, self.upstream.grounds()) {
            told.tell(grounds);
        }
    }

    /// Tells whoever watches that `done` of `total` steps are made. Costs nothing when nobody does; a client that has
    /// left is found out elsewhere, and one that does not read holds up no writes that belong together.
    pub(crate) async fn progress(&self, done: u32, total: u32, what: &str) {
        if let Some((peer, token)) = &self.request.watcher {
            let told = ProgressNotificationParam::new(token.clone(), f64::from(done))
                .with_total(f64::from(total))
                .with_message(what);
            let telling = peer.notify_progress(told);
            if self.upstream.is_finishing() {
                let _ = time::timeout(ASIDE, telling).await;
            } else {
                let _ = telling.await;
            }
        }
    }

    /// Goes on only if the person agreed to what `question` says would happen: they are asked where the client can
    /// ask them, and otherwise `confirm` (the tool's argument) must be true.
    ///
    /// # Errors
    /// `confirmation_required` or a question for the person, before anything was changed; `declined`.
    pub(crate) fn ask(&self, confirm: Option<bool>, question: Question) -> Result<(), Fault> {
        self.request.consent.to(confirm, question)
    }
}
