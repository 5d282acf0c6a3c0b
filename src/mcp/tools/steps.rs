//! The steps of a long work, counted for whoever watches: the number only grows, also when parts run together.

use std::sync::atomic::{AtomicU32, Ordering};

use super::Context;

/// How much is done, and how much there is to do.
#[derive(Debug)]
pub(crate) struct Steps {
    done: AtomicU32,
    total: AtomicU32,
}

impl Steps {
    /// `total` steps, none of them made.
    pub(crate) fn of(total: u32) -> Self {
        Self {
            done: AtomicU32::new(0),
            total: AtomicU32::new(total),
        }
    }

    /// There are `more` steps than was known.
    pub(crate) fn expect(&self, more: u32) {
        self.total.fetch_add(more, Ordering::Relaxed);
    }

    /// `count` of the steps were made before, and nobody is told.
    pub(crate) fn skip(&self, count: u32) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }

    /// `count` steps were made; `what` says what was done.
    pub(crate) async fn made(&self, context: &Context<'_>, count: u32, what: &str) {
        let done = self.done.fetch_add(count, Ordering::Relaxed) + count;
        let total = self.total.load(Ordering::Relaxed).max(done);
        context.progress(done, total, what).await;
    }
}
