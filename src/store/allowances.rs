//! How often somebody asked within the minute that began with their first time. Shared by all replicas. Knows who is
//! counted only as a hash.

use super::{Db, StoreError, on};
use crate::{
    clock::{MINUTE, Millis},
    crypto::SecretHash,
};

/// How long a window is; it begins with the first request and not at the full minute.
pub(super) const WINDOW: Millis = MINUTE;

/// A window with the request that was just counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When a new one begins.
    pub ends_at: Millis,
    /// Requests in it so far, this one included.
    pub taken: i64,
}

impl Db {
    /// Counts one request of `subject` at `now`, in the open window or in a new one. One statement, so that requests
    /// at the same instant are all counted.
    pub async fn insert_allowance(
        &self,
        bucket: &str,
        subject: &SecretHash,
        now: Millis,
    ) -> Result<Window, StoreError> {
        // A window from the future is one of a clock that was put back since.
        let (began_at, taken): (i64, i64) = on!(self, pool => sqlx::query_as(
            "insert into allowances (bucket, subject, began_at, taken) values ($1, $2, $3, 1) \
             on conflict (bucket, subject) do update set \
             taken = case when allowances.began_at > $4 and allowances.began_at < $5 \
                     then allowances.taken + 1 else 1 end, \
             began_at = case when allowances.began_at > $4 and allowances.began_at < $5 \
                        then allowances.began_at else excluded.began_at end \
             returning began_at, taken")
            .bind(bucket)
            .bind(subject.as_bytes())
            .bind(now)
            .bind(now - WINDOW)
            .bind(now + WINDOW)
            .fetch_one(pool)
            .await?);
        Ok(Window {
            ends_at: began_at + WINDOW,
            taken,
        })
    }
}
