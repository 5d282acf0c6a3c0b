//! One Spotify app and what is left of it: whether a call may be made, in which turn, and what its outcome teaches.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio_util::task::TaskTracker;

use super::{
    Budgets,
    closures::{Closures, Shut},
    counts::Counts,
    standing::{Gone, GroupStanding, Standing},
    turns::{Errand, Turns},
};
use crate::{
    clock::Clock,
    spotify::{Call, Group, SpotifyError},
    store::{AppId, Closure, ClosureKind, Db, HourlyCalls, PersonId},
};

/// What is left of one Spotify app.
#[derive(Debug)]
pub struct App {
    id: AppId,
    db: Db,
    clock: Clock,
    budgets: Budgets,
    counts: Mutex<Counts>,
    closures: Mutex<Closures>,
    turns: Turns,
    tasks: TaskTracker,
}

impl App {
    pub(super) fn new(
        id: AppId,
        db: Db,
        clock: Clock,
        budgets: Budgets,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            id,
            db,
            turns: Turns::new(clock.clone()),
            clock,
            budgets,
            counts: Mutex::default(),
            closures: Mutex::default(),
            tasks,
        }
    }

    /// Its row.
    pub fn id(&self) -> AppId {
        self.id
    }

    /// Makes `call` by `send`, if it may be made, in its turn. What may be repeated is sent once more after a short
    /// refusal of the whole app.
    ///
    /// # Errors
    /// Those of `send`. Without a call: [`QuotaExceeded`](SpotifyError::QuotaExceeded),
    /// [`EndpointGone`](SpotifyError::EndpointGone), [`RateLimited`](SpotifyError::RateLimited).
    pub async fn make<T, R, Sent>(
        &self,
        errand: &Errand,
        call: &Call<T>,
        send: impl Fn() -> Sent + Send + Sync,
    ) -> Result<R, SpotifyError>
    where
        Sent: Future<Output = Result<R, SpotifyError>> + Send,
    {
        let mut outcome = self.in_turn(errand, call, &send).await;
        let refused =
            matches!(&outcome, Err(SpotifyError::RateLimited(context)) if context.status.is_some());
        if refused && call.is_repeatable() {
            outcome = self.in_turn(errand, call, &send).await;
        }
        self.learn(errand.person, call, outcome.as_ref().err())
            .await;
        outcome
    }

    /// Counts calls that are about to be made.
    pub fn count(&self, group: Group, calls: u64) {
        let now = self.clock.now();
        lock(&self.counts).add(group, calls, now);
    }

    /// What is left, as far as this process knows.
    pub fn standing(&self) -> Standing {
        let now = self.clock.now();
        let counts = lock(&self.counts);
        let closures = lock(&self.closures);
        let group = |group: Group| {
            let shut = closures.shut(group);
            let closed = closures.wait_for(group, now);
            GroupStanding {
                group,
                calls: counts.made(group, now),
                budget: self.budgets[group.index()],
                ceiling: shut.and_then(|shut| shut.ceiling),
                closed_until: closed.and(shut).map(|shut| shut.until),
            }
        };
        let gone = closures.gone(now).map(|(endpoint, until)| Gone {
            endpoint: endpoint.to_owned(),
            until,
        });
        let mut gone: Vec<Gone> = gone.collect();
        gone.sort_unstable_by(|a, b| a.endpoint.cmp(&b.endpoint));
        Standing {
            groups: Group::ALL.into_iter().map(group).collect(),
            gone,
            cooling_ms: self
                .turns
                .left()
                .and_then(|left| u64::try_from(left.as_millis()).ok()),
        }
    }

    /// What is to be written.
    pub(super) fn pending(&self) -> Vec<HourlyCalls> {
        let counts = lock(&self.counts);
        let pending = counts.pending().map(|((group, hour), made)| HourlyCalls {
            app: self.id,
            bucket: group.as_str().to_owned(),
            hour,
            made,
        });
        pending.collect()
    }

    /// `written` is in the store, where all replicas together now have `total`.
    pub(super) fn written(&self, written: &HourlyCalls, total: &HourlyCalls) {
        if let Some(group) = Group::parse(&written.bucket) {
            lock(&self.counts).wrote((group, written.hour), written.made, total.made);
        }
    }

    /// All replicas together have made these calls.
    pub(super) fn learn_calls(&self, total: &HourlyCalls) {
        if let Some(group) = Group::parse(&total.bucket) {
            lock(&self.counts).learn((group, total.hour), total.made);
        }
    }

    /// Some replica has seen this closed.
    pub(super) fn learn_closure(&self, closure: Closure) {
        let mut closures = lock(&self.closures);
        match closure.kind {
            ClosureKind::Endpoint => closures.learn_gone(closure.name, closure.until),
            ClosureKind::Group => {
                if let Some(group) = Group::parse(&closure.name) {
                    let shut = Shut {
                        since: closure.closed_at,
                        until: closure.until,
                        ceiling: closure.ceiling.and_then(|calls| u64::try_from(calls).ok()),
                    };
                    closures.learn_group(group, shut);
                }
            }
        }
    }

    /// Forgets what is over.
    pub(super) fn tidy(&self) {
        let now = self.clock.now();
        lock(&self.counts).tidy(now);
        lock(&self.closures).tidy(now);
    }

    async fn in_turn<T, R, Sent>(
        &self,
        errand: &Errand,
        call: &Call<T>,
        send: &(impl Fn() -> Sent + Send + Sync),
    ) -> Result<R, SpotifyError>
    where
        Sent: Future<Output = Result<R, SpotifyError>> + Send,
    {
        self.admit(errand, call)?;
        let turn = self.turns.take(errand).await;
        let turn = turn.map_err(|wait| SpotifyError::cooling(call, wait))?;
        if turn.has_waited() {
            self.admit(errand, call)?;
        }
        let outcome = send().await;
        match &outcome {
            Err(SpotifyError::RateLimited(context)) => self.turns.cool_down(context.retry_after),
            _ => self.turns.went_well(&turn),
        }
        outcome
    }

    /// Whether the call may be made at all.
    fn admit<T>(&self, errand: &Errand, call: &Call<T>) -> Result<(), SpotifyError> {
        let now = self.clock.now();
        let closures = lock(&self.closures);
        if let Some(wait) = closures.wait_for(call.group(), now) {
            return Err(SpotifyError::quota_closed(call, wait));
        }
        if closures.is_gone(|| call.endpoint(), errand.person, now) {
            return Err(SpotifyError::known_gone(call));
        }
        drop(closures);
        if errand.is_to_be_ended() {
            // What has begun may go beyond our own budget rather than leave half an edit.
            return Ok(());
        }
        let budget = self.budgets[call.group().index()];
        let wait = budget.and_then(|budget| lock(&self.counts).wait_for(call.group(), budget, now));
        match wait {
            Some(wait) => {
                let wait = Duration::from_millis(wait.unsigned_abs());
                Err(SpotifyError::quota_closed(call, wait))
            }
            None => Ok(()),
        }
    }

    /// What Spotify said teaches everybody; what was refused without a call teaches nothing.
    async fn learn<T>(&self, person: PersonId, call: &Call<T>, failure: Option<&SpotifyError>) {
        let now = self.clock.now();
        let closure = match failure {
            None => {
                lock(&self.closures).works(call.endpoint(), person, now);
                return;
            }
            Some(SpotifyError::QuotaExceeded(context)) if context.status.is_some() => {
                let group = call.group();
                // The call that was refused is not one of those that Spotify granted.
                let made = lock(&self.counts).made(group, now).saturating_sub(1);
                let shut = lock(&self.closures).shut_group(group, context.retry_after, made, now);
                shut.map(|shut| Closure {
                    app: self.id,
                    kind: ClosureKind::Group,
                    name: group.as_str().to_owned(),
                    closed_at: shut.since,
                    until: shut.until,
                    ceiling: shut.ceiling.and_then(|calls| i64::try_from(calls).ok()),
                })
            }
            Some(SpotifyError::EndpointGone(context)) if context.status.is_some() => {
                let endpoint = call.endpoint();
                let until = lock(&self.closures).remove(&endpoint, person, now);
                until.map(|until| Closure {
                    app: self.id,
                    kind: ClosureKind::Endpoint,
                    name: endpoint,
                    closed_at: now,
                    until,
                    ceiling: None,
                })
            }
            Some(_) => return,
        };
        if let Some(closure) = closure {
            self.tell(closure).await;
        }
    }

    /// Writes it at once, as a task of its own: a caller that goes away must not keep it from the others.
    async fn tell(&self, closure: Closure) {
        tracing::warn!(
            kind = closure.kind.as_str(),
            name = closure.name,
            until = closure.until,
            "spotify has closed this to the app"
        );
        let db = self.db.clone();
        let told = self.tasks.spawn(async move {
            if let Err(fault) = db.insert_closure(&closure).await {
                tracing::error!(error = %fault, "other replicas cannot be told what spotify has closed");
            }
        });
        // It only fails if the process is ending.
        let _ = told.await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
