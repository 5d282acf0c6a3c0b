//! How many questions Spotify is asked, and when it is enough: a 429 makes everybody wait, and where nothing comes back
//! the rest is left for another time. Knows no row and no table.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use crate::{link::ExamineFault, store::StoreError};

/// How often Spotify is asked about one person.
const ATTEMPTS: u32 = 3;
/// How long to wait when a 429 does not say.
const USUAL_WAIT: Duration = Duration::from_secs(5);
/// A longer wait than this is left to the operator.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// How long to wait after an answer that never came, times the number of attempts.
const BREATH: Duration = Duration::from_millis(500);
/// So many people in succession of whom Spotify said nothing are enough.
const ENOUGH: u32 = 5;

/// What all questions of one import share.
#[derive(Debug, Default)]
pub(super) struct Pace {
    not_before: Mutex<Option<Instant>>,
    stopped: Mutex<Option<Left>>,
    in_vain: AtomicU32,
}

/// Why somebody was left for another time; [`Left::Ended`] is an answer, and the others are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Spotify does not accept the tokens any more.
    Ended,
    /// The account is not on the app's list.
    NotAllowListed,
    /// The app is unknown.
    AppRefused,
    /// The app's owner has no Premium.
    AppOwnerPremium,
    /// The day's calls are used up.
    Quota,
    /// Spotify asks to wait for longer than an import waits.
    Slow { retry_after: Option<u64> },
    /// Nothing came back.
    Unreachable,
}

impl Left {
    /// What is told of it.
    pub(super) fn words(self) -> String {
        match self {
            Self::Ended => "Spotify does not accept the tokens any more".into(),
            Self::NotAllowListed => "the account is not on the user list of the Spotify app: add it there, and run this again".into(),
            Self::AppRefused => "Spotify does not know SPOTIFY_CLIENT_ID or its secret: set those of the Python server, and run this again".into(),
            Self::AppOwnerPremium => "the owner of the Spotify app has no Premium; run this again when that has changed".into(),
            Self::Quota => "the day's calls of the Spotify app are used up; run this again tomorrow".into(),
            Self::Slow { retry_after: Some(wait) } => format!("Spotify asks to slow down for {wait} s; run this again later"),
            Self::Slow { retry_after: None } => "Spotify asks to slow down; run this again later".into(),
            Self::Unreachable => "Spotify could not be reached; run this again".into(),
        }
    }
}

impl Pace {
    /// Asks until there is an answer, or it is clear that there is none now.
    ///
    /// # Errors
    /// [`StoreError`] when the question could not be put for want of the database.
    pub(super) async fn ask<T>(
        &self,
        question: impl AsyncFn() -> Result<T, ExamineFault>,
    ) -> Result<Result<T, Left>, StoreError> {
        let mut left = Left::Unreachable;
        for attempt in 1..=ATTEMPTS {
            if let Some(why) = self.stopped() {
                return Ok(Err(why));
            }
            self.wait().await;
            left = match question().await {
                Ok(answer) => {
                    self.in_vain.store(0, Ordering::Relaxed);
                    return Ok(Ok(answer));
                }
                Err(ExamineFault::Store(fault)) => return Err(fault),
                Err(ExamineFault::Ended) => {
                    self.in_vain.store(0, Ordering::Relaxed);
                    return Ok(Err(Left::Ended));
                }
                Err(ExamineFault::NotAllowListed) => return Ok(Err(Left::NotAllowListed)),
                Err(ExamineFault::AppRefused) => return Ok(Err(self.stop(Left::AppRefused))),
                Err(ExamineFault::AppOwnerPremium) => {
                    return Ok(Err(self.stop(Left::AppOwnerPremium)));
                }
                Err(ExamineFault::Quota) => return Ok(Err(self.stop(Left::Quota))),
                Err(ExamineFault::Slow { retry_after }) => {
                    let wait = retry_after.map_or(USUAL_WAIT, Duration::from_secs);
                    if wait > LONGEST_WAIT {
                        return Ok(Err(self.stop(Left::Slow { retry_after })));
                    }
                    self.put_off(wait);
                    Left::Slow { retry_after }
                }
                Err(ExamineFault::Unreachable) => {
                    tokio::time::sleep(BREATH * attempt).await;
                    Left::Unreachable
                }
            };
        }
        if self.in_vain.fetch_add(1, Ordering::Relaxed) + 1 >= ENOUGH {
            self.stop(left);
        }
        Ok(Err(left))
    }

    fn stopped(&self) -> Option<Left> {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self, why: Left) -> Left {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
        why
    }

    fn put_off(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut not_before = self
            .not_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *not_before = Some(not_before.map_or(until, |known| known.max(until)));
    }

    async fn wait(&self) {
        let until = *self
            .not_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
    }
}
