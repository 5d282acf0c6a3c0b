//! Spotify on behalf of one caller: the only file of this room that touches a token.
//!
//! It asks for the link's token once a call of ours. Reads are answered from memory where they may be; what is really
//! sent goes through the quota of the link's app, and on a 401 once more with a newer token.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::{
    auth::PersonId,
    link::{Access, LinkFault},
    quota::{App, Basis, Errand, Grounds, Whose},
    spotify::{Call, Received, SpotifyError},
};

use super::{fault::Fault, server::Deps};

/// One caller's way to Spotify, for the length of one tool call.
pub(crate) struct Upstream<'a> {
    deps: &'a Deps,
    person: PersonId,
    needs: &'static [&'static str],
    first: OnceCell<Way>,
    renewed: OnceCell<Access>,
    errand: Errand,
    basis: Basis,
    calls: AtomicU32,
    stop: CancellationToken,
    finishing: AtomicBool,
}

/// The link's token, and what is left of the app that it goes through.
struct Way {
    access: Access,
    app: Arc<App>,
}

/// Why a call has no answer; all who wait for the same answer are told the same.
#[derive(Clone, Debug)]
enum Failure {
    Link(LinkFault),
    Spotify(SpotifyError),
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
            deps,
            person,
            needs,
            first: OnceCell::new(),
            renewed: OnceCell::new(),
            errand: Errand::new(person),
            basis: Basis::default(),
            calls: AtomicU32::new(0),
            stop,
            finishing: AtomicBool::new(false),
        }
    }

    /// From here on the work is brought to its end even if the client leaves, because half of it would lose something
    /// of the person's. Call it right before the first of several writes that belong together.
    pub(crate) fn finish(&self) {
        self.finishing.store(true, Ordering::Relaxed);
        self.errand.must_end();
    }

    /// Whether the work is brought to its end whoever leaves.
    pub(crate) fn is_finishing(&self) -> bool {
        self.finishing.load(Ordering::Relaxed)
    }

    /// Goes on only if the person granted these Spotify permissions too; for what only some arguments need. Costs no
    /// Spotify call.
    ///
    /// # Errors
    /// No token, or `missing_scope`.
    pub(crate) async fn require(&self, needs: &'static [&'static str]) -> Result<(), Fault> {
        let way = self.first.get_or_try_init(|| self.open()).await?;
        lacking(&way.access, needs)
    }

    /// How many calls were sent to Spotify. Answers from memory cost none, and repetitions count.
    pub(crate) fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// What was read so far, if all of it was remembered.
    pub(crate) fn grounds(&self) -> Option<Grounds> {
        self.basis.grounds(self.person)
    }

    /// What is left of the app that the caller's link goes through; without a link, of the operator's.
    pub(crate) fn app(&self) -> Arc<App> {
        self.first
            .get()
            .map_or_else(|| self.deps.quota.home(), |way| Arc::clone(&way.app))
    }

    /// The answer to `call` for the person: from memory if it was read a moment ago and they have written nothing since.
    ///
    /// # Errors
    /// No token, a permission that was not granted (found out without a call), or what Spotify answered.
    /// [`Cancelled`](Fault::Cancelled) once the client has left; a write that is under way is not broken off.
    pub(crate) async fn send<T>(&self, call: &Call<T>) -> Result<T, Fault>
    where
        T: Clone + Send + Sync + 'static,
    {
        self.unless_left(call, false).await
    }

    /// As [`send`](Self::send), but never from memory: for looking at what a write has just changed. What comes is
    /// remembered.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub(crate) async fn fresh<T>(&self, call: &Call<T>) -> Result<T, Fault>
    where
        T: Clone + Send + Sync + 'static,
    {
        self.unless_left(call, true).await
    }

    async fn unless_left<T>(&self, call: &Call<T>, fresh: bool) -> Result<T, Fault>
    where
        T: Clone + Send + Sync + 'static,
    {
        if self.is_finishing() {
            return self.answer(call, fresh).await;
        }
        if !call.is_read() && !self.stop.is_cancelled() {
            return self.answer(call, fresh).await;
        }
        self.stop
            .run_until_cancelled(self.answer(call, fresh))
            .await
            .unwrap_or(Err(Fault::Cancelled))
    }

    async fn answer<T>(&self, call: &Call<T>, fresh: bool) -> Result<T, Fault>
    where
        T: Clone + Send + Sync + 'static,
    {
        let way = self.first.get_or_try_init(|| self.open()).await?;
        let quota = &self.deps.quota;
        if !call.is_read() {
            self.basis.spoil();
            let _writing = quota.writing(self.person, call.group());
            let received = self.carry_out(way, call).await?;
            return Ok(received.value);
        }
        let whose = Whose {
            person: self.person,
            app: way.app.id(),
        };
        let send = || self.carry_out(way, call);
        let memory = quota.memory();
        Ok(memory.read(whose, call, fresh, &self.basis, send).await?)
    }

    /// Asks Spotify, with a newer token if the first one is refused.
    async fn carry_out<T>(&self, way: &Way, call: &Call<T>) -> Result<Received<T>, Failure> {
        if let Some(renewed) = self.renewed.get() {
            return self.in_turn(way, renewed, call).await;
        }
        match self.in_turn(way, &way.access, call).await {
            Err(Failure::Spotify(SpotifyError::Unauthorized(_))) => {}
            answered => return answered,
        }
        let renew = || self.deps.links.renew(self.person, &way.access);
        let renewed = self.renewed.get_or_try_init(renew).await?;
        self.in_turn(way, renewed, call).await
    }

    async fn in_turn<T>(
        &self,
        way: &Way,
        access: &Access,
        call: &Call<T>,
    ) -> Result<Received<T>, Failure> {
        let sending = || {
            self.calls.fetch_add(1, Ordering::Relaxed);
            way.app.count(call.group(), 1);
        };
        let send = || self.deps.spotify.send_counted(&access.token, call, sending);
        Ok(way.app.make(&self.errand, call, send).await?)
    }

    async fn open(&self) -> Result<Way, Fault> {
        let access = self.deps.links.access(self.person).await?;
        lacking(&access, self.needs)?;
        let app = self.deps.quota.app(access.app);
        Ok(Way { access, app })
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

impl From<LinkFault> for Failure {
    fn from(fault: LinkFault) -> Self {
        Self::Link(fault)
    }
}

impl From<SpotifyError> for Failure {
    fn from(fault: SpotifyError) -> Self {
        Self::Spotify(fault)
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Link(fault) => Self::Link(fault),
            Failure::Spotify(fault) => Self::Spotify(fault),
        }
    }
}
