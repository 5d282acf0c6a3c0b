//! WHAT IS LEFT of Spotify, for everybody together: remembers answers for a moment, counts calls, and keeps closed
//! what Spotify has closed.
//!
//! A read passes `memory` (was it asked just now? is it being asked?), and what is really to be sent passes an [`App`]
//! (is its group open? is Spotify asking to slow down?). Counts and closures are shared by the replicas through the
//! store; answers stay in this process and are never written down. The room holds no token and makes no call: the
//! sending is an argument.

mod app;
mod basis;
mod closures;
mod counts;
mod flights;
mod generations;
mod lasting;
mod memory;
mod shelf;
mod standing;
mod turns;

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use tokio::{sync::Notify, time::MissedTickBehavior};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use app::App;
pub use basis::{Basis, Grounds};
pub use memory::{Memory, Whose};
pub use shelf::Shelf;
pub use standing::{Gone, GroupStanding, Standing};
pub use turns::Errand;

use crate::{
    clock::{Clock, Millis},
    spotify::Group,
    store::{AppId, ContentChange, Db, Freshness, HourlyCalls, PersonId, StoreError},
};

/// How often counts are written and read back.
const FLUSH_EVERY: Duration = Duration::from_secs(1);
/// After so many writes of counts those of all groups are read, also of those that are used elsewhere only.
const READ_ALL_EVERY: u32 = 60;
/// How long the end of the process waits for what is to be written.
const SETTLE: Duration = Duration::from_secs(5);

/// How many calls a day the operator allows for each group, in the order of [`Group::ALL`].
pub type Budgets = [Option<u32>; Group::ALL.len()];

/// What [`Quota`] is made of.
#[derive(Debug)]
pub struct QuotaParts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Whether what is remembered may be trusted.
    pub freshness: Freshness,
    /// The operator's app, through which logins go.
    pub home: AppId,
    /// The operator's own limits.
    pub budgets: Budgets,
    /// A name for this process, unlike any other's.
    pub origin: String,
}

/// Everything that is shared about Spotify's scarce calls. Cloning is cheap.
#[derive(Clone)]
pub struct Quota {
    inner: Arc<Inner>,
}

struct Inner {
    parts: QuotaParts,
    apps: RwLock<HashMap<AppId, Arc<App>>>,
    memory: Memory,
    /// Changes that the other replicas have not been told about.
    untold: Mutex<BTreeSet<ContentChange>>,
    changed: Notify,
    tasks: TaskTracker,
}

impl Quota {
    /// Joins the parts. Nothing is known yet of what the other replicas counted.
    pub fn new(parts: QuotaParts) -> Self {
        let memory = Memory::new(parts.clock.clone(), parts.freshness.clone());
        Self {
            inner: Arc::new(Inner {
                parts,
                apps: RwLock::default(),
                memory,
                untold: Mutex::default(),
                changed: Notify::new(),
                tasks: TaskTracker::new(),
            }),
        }
    }

    /// What is left of one app.
    pub fn app(&self, id: AppId) -> Arc<App> {
        let inner = &self.inner;
        let apps = inner.apps.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(app) = apps.get(&id) {
            return Arc::clone(app);
        }
        drop(apps);
        let mut apps = inner.apps.write().unwrap_or_else(PoisonError::into_inner);
        let made = || {
            Arc::new(App::new(
                id,
                inner.parts.db.clone(),
                inner.parts.clock.clone(),
                inner.parts.budgets,
                inner.tasks.clone(),
            ))
        };
        Arc::clone(apps.entry(id).or_insert_with(made))
    }

    /// What is left of the operator's app.
    pub fn home(&self) -> Arc<App> {
        self.app(self.inner.parts.home)
    }

    /// Remembered answers.
    pub fn memory(&self) -> &Memory {
        &self.inner.memory
    }

    /// Begins a write of `person`: no answer that was asked for before it ends is remembered after it. The other
    /// replicas are told once it ends, however it does.
    pub fn writing(&self, person: PersonId, group: Group) -> Writing<'_> {
        self.inner.memory.changed(person, group);
        Writing {
            quota: self,
            person,
            group,
        }
    }

    /// Drops all that `person` asked for before `at`, when they disconnected, connected again or left.
    pub fn forget(&self, person: PersonId, at: Millis) {
        self.inner.memory.forget(person, at);
    }

    /// Drops what another replica's write has made old.
    pub fn changed_elsewhere(&self, change: &ContentChange) {
        if change.origin == self.inner.parts.origin {
            return;
        }
        match Group::parse(&change.bucket) {
            Some(group) => {
                self.inner.memory.changed(change.person, group);
            }
            // A newer version wrote to something that is not known here.
            None => {
                for group in Group::ALL {
                    self.inner.memory.changed(change.person, group);
                }
            }
        }
    }

    /// Learns what any replica has closed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read_closures(&self) -> Result<(), StoreError> {
        for closure in self.inner.parts.db.list_closures().await? {
            self.app(closure.app).learn_closure(closure);
        }
        Ok(())
    }

    /// Learns how many calls all replicas have made.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read_calls(&self) -> Result<(), StoreError> {
        let since = counts::first_hour(self.inner.parts.clock.now());
        for hourly in self.inner.parts.db.list_calls(since).await? {
            self.app(hourly.app).learn_calls(&hourly);
        }
        Ok(())
    }

    /// Writes what was counted since the last time, and learns what the other replicas have counted in the same hours.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is lost then.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let apps: Vec<Arc<App>> = {
            let apps = self.inner.apps.read();
            let apps = apps.unwrap_or_else(PoisonError::into_inner);
            apps.values().cloned().collect()
        };
        // In one order everywhere, so that two replicas wait for each other instead of failing.
        let mut pending: Vec<HourlyCalls> = apps.iter().flat_map(|app| app.pending()).collect();
        if pending.is_empty() {
            return Ok(());
        }
        pending.sort_unstable_by_key(|one| (one.app, one.bucket.clone(), one.hour));
        let totals = self.inner.parts.db.insert_calls(&pending).await?;
        for (written, total) in pending.iter().zip(&totals) {
            self.app(written.app).written(written, total);
        }
        Ok(())
    }

    /// Tells the other replicas what people have changed here.
    ///
    /// # Errors
    /// [`StoreError`]; they are told the next time.
    pub async fn tell_changes(&self) -> Result<(), StoreError> {
        let changes: Vec<ContentChange> = std::mem::take(&mut *self.untold()).into_iter().collect();
        if changes.is_empty() {
            return Ok(());
        }
        let Inner { parts, .. } = &*self.inner;
        let told = parts
            .db
            .insert_content_changes(&changes, parts.clock.now())
            .await;
        if told.is_err() {
            self.untold().extend(changes);
        }
        told
    }

    /// Counts every second until `stop`, and once more then. `logins` says how many calls logins have made meanwhile.
    pub async fn count(self, logins: impl Fn() -> u64 + Send + Sync, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(FLUSH_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut failing, mut turns) = (false, 0_u32);
        loop {
            let stopped = stop.run_until_cancelled(ticks.tick()).await.is_none();
            self.home().count(Group::Profile, logins());
            let mut outcome = self.flush().await;
            turns = turns.wrapping_add(1);
            if turns.is_multiple_of(READ_ALL_EVERY) {
                outcome = outcome.and(self.read_calls().await);
                self.tidy();
            }
            report(&mut failing, outcome, "calls of spotify cannot be counted");
            if stopped {
                return;
            }
        }
    }

    /// Tells changes as they happen until `stop`, and once more then.
    pub async fn tell(self, stop: CancellationToken) {
        let mut failing = false;
        loop {
            let stopped = stop
                .run_until_cancelled(self.inner.changed.notified())
                .await
                .is_none();
            let outcome = self.tell_changes().await;
            let failed = outcome.is_err();
            report(
                &mut failing,
                outcome,
                "other replicas cannot be told what people changed",
            );
            if stopped {
                return;
            }
            if failed {
                stop.run_until_cancelled(tokio::time::sleep(FLUSH_EVERY))
                    .await;
                self.inner.changed.notify_one();
            }
        }
    }

    /// Waits for closures that are being written.
    pub async fn settle(&self) {
        self.inner.tasks.close();
        if tokio::time::timeout(SETTLE, self.inner.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("what spotify has closed could not be written in time");
        }
    }

    /// Lets go of what is over.
    fn tidy(&self) {
        self.inner.memory.tidy();
        let apps = self.inner.apps.read();
        for app in apps.unwrap_or_else(PoisonError::into_inner).values() {
            app.tidy();
        }
    }

    fn untold(&self) -> MutexGuard<'_, BTreeSet<ContentChange>> {
        self.inner
            .untold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quota").finish_non_exhaustive()
    }
}

/// A write that is under way.
#[derive(Debug)]
pub struct Writing<'a> {
    quota: &'a Quota,
    person: PersonId,
    group: Group,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let Inner { memory, parts, .. } = &*self.quota.inner;
        memory.changed(self.person, self.group);
        // Nothing of the player is remembered anywhere, and its commands are many.
        if self.group != Group::Player {
            self.quota.untold().insert(ContentChange {
                person: self.person,
                bucket: self.group.as_str().to_owned(),
                origin: parts.origin.clone(),
            });
            self.quota.inner.changed.notify_one();
        }
    }
}

/// Logs the first failure of a row of them.
fn report(failing: &mut bool, outcome: Result<(), StoreError>, what: &str) {
    match outcome {
        Ok(()) => *failing = false,
        Err(fault) if !*failing => {
            *failing = true;
            tracing::error!(error = %fault, "{what}");
        }
        Err(_) => {}
    }
}
