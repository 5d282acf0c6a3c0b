//! What tests turn while a sandbox runs. It knows nothing of what obeys.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use super::seed::Plan;

/// Settings that change while the sandbox runs.
#[derive(Debug, Default)]
pub(crate) struct Knobs {
    player_lag_ms: AtomicU64,
    private_ignored: AtomicBool,
    /// The plans of those who have changed theirs, by owner.
    plans: Mutex<HashMap<u32, Plan>>,
}

impl Knobs {
    /// With that lag of the player, and everything else as usual.
    pub(crate) fn new(player_lag_ms: u64) -> Self {
        let knobs = Self::default();
        knobs.set_player_lag_ms(player_lag_ms);
        knobs
    }

    /// How much later reads see a command of the player, in milliseconds.
    pub(crate) fn player_lag_ms(&self) -> u64 {
        self.player_lag_ms.load(Ordering::SeqCst)
    }

    /// Sets how much later reads see a command of the player, in milliseconds.
    pub(crate) fn set_player_lag_ms(&self, lag: u64) {
        self.player_lag_ms.store(lag, Ordering::SeqCst);
    }

    /// Whether playlists that are made private become public all the same, as has been measured.
    pub(crate) fn private_ignored(&self) -> bool {
        self.private_ignored.load(Ordering::SeqCst)
    }

    /// Sets whether playlists that are made private become public all the same.
    pub(crate) fn set_private_ignored(&self, ignored: bool) {
        self.private_ignored.store(ignored, Ordering::SeqCst);
    }

    /// The plan that a person has changed to.
    pub(crate) fn plan(&self, owner: u32) -> Option<Plan> {
        let plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.get(&owner).copied()
    }

    /// Changes a person's plan.
    pub(crate) fn set_plan(&self, owner: u32, plan: Plan) {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.insert(owner, plan);
    }
}
