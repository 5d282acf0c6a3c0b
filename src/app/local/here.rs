//! Who is calling on this machine, and what other processes have changed since the last call: looked for when somebody
//! calls, because a process that waits for its person should not wake up for nothing.

use std::{
    fmt,
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use tokio::sync::Mutex;

use super::super::jobs::Revoker;
use crate::{
    auth::{Caller, Machine},
    mcp::{Identify, Unidentified},
};

/// For how long after a reading nothing is read again.
const READ_EVERY: Duration = Duration::from_millis(300);

/// Names the caller of each request.
pub(super) struct Here {
    machine: Machine,
    others: Mutex<Others>,
}

struct Others {
    revoker: Revoker,
    read_at: Option<Instant>,
}

impl Here {
    pub(super) fn new(machine: Machine, revoker: Revoker) -> Self {
        let others = Others {
            revoker,
            read_at: None,
        };
        Self {
            machine,
            others: Mutex::new(others),
        }
    }

    /// Without a successful reading nothing that is remembered is trusted.
    async fn read_others(&self) {
        let mut others = self.others.lock().await;
        if others.read_at.is_some_and(|at| at.elapsed() < READ_EVERY) {
            return;
        }
        match others.revoker.read().await {
            Ok(()) => others.read_at = Some(Instant::now()),
            Err(fault) => {
                tracing::warn!(error = %fault, "what other processes changed cannot be read");
            }
        }
    }
}

impl Identify for Here {
    fn identify(&self) -> BoxFuture<'_, Result<Caller, Unidentified>> {
        Box::pin(async {
            self.read_others().await;
            self.machine.caller().await.map_err(|fault| {
                tracing::error!(error = %fault, "the person of this machine cannot be looked up");
                Unidentified
            })
        })
    }
}

impl fmt::Debug for Here {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Here").finish_non_exhaustive()
    }
}
