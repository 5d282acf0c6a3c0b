//! How many Spotify calls each app has made in which hour, and what Spotify has closed to it. Shared by all replicas.
//! It holds nothing of any person, and knows no endpoint but as a text.

use super::{AppId, Db, StoreError, in_transaction, on};
use crate::clock::Millis;

/// Calls of one app in one group of endpoints in one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourlyCalls {
    /// The app.
    pub app: AppId,
    /// The group of endpoints.
    pub bucket: String,
    /// When the hour began.
    pub hour: Millis,
    /// How many calls.
    pub made: i64,
}

/// What sort of thing is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosureKind {
    /// A group of endpoints whose quota is used up.
    Group,
    /// An endpoint that the app has not got.
    Endpoint,
}

/// Something that Spotify has closed to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// The app.
    pub app: AppId,
    /// What sort of thing.
    pub kind: ClosureKind,
    /// Which one.
    pub name: String,
    /// When it was closed.
    pub closed_at: Millis,
    /// Until when.
    pub until: Millis,
    /// How many calls had been made in the day before, for a group.
    pub ceiling: Option<i64>,
}

type ClosureColumns = (String, String, String, Millis, Millis, Option<i64>);

impl ClosureKind {
    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Endpoint => "endpoint",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Group, Self::Endpoint]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

impl Db {
    /// Adds `calls`, a statement for each, and gives back how many each app, group and hour has now, replicas together.
    pub async fn insert_calls(
        &self,
        calls: &[HourlyCalls],
    ) -> Result<Vec<HourlyCalls>, StoreError> {
        let mut totals = Vec::with_capacity(calls.len());
        in_transaction!(self, tx => {
            for one in calls {
                let made: i64 = sqlx::query_scalar(
                    "insert into quota_calls (app_id, bucket, hour, made) values ($1, $2, $3, $4) \
                     on conflict (app_id, bucket, hour) do update set made = quota_calls.made + excluded.made \
                     returning made",
                )
                .bind(one.app.to_string())
                .bind(&one.bucket)
                .bind(one.hour)
                .bind(one.made)
                .fetch_one(&mut *tx)
                .await?;
                totals.push(HourlyCalls { made, ..one.clone() });
            }
        });
        Ok(totals)
    }

    /// The calls of every app in the hours from `since` on.
    pub async fn list_calls(&self, since: Millis) -> Result<Vec<HourlyCalls>, StoreError> {
        let rows: Vec<(String, String, Millis, i64)> = on!(self, pool => sqlx::query_as(
            "select app_id, bucket, hour, made from quota_calls where hour >= $1")
            .bind(since).fetch_all(pool).await?);
        Ok(rows
            .into_iter()
            .filter_map(|(app, bucket, hour, made)| {
                Some(HourlyCalls {
                    app: AppId::parse(&app)?,
                    bucket,
                    hour,
                    made,
                })
            })
            .collect())
    }

    /// Keeps a closure; one that is known is replaced.
    pub async fn insert_closure(&self, closure: &Closure) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query(
                "insert into quota_closures (app_id, kind, name, closed_at, closed_until, ceiling) \
                 values ($1, $2, $3, $4, $5, $6) \
                 on conflict (app_id, kind, name) do update set closed_at = excluded.closed_at, \
                 closed_until = case when excluded.closed_until > quota_closures.closed_until \
                 then excluded.closed_until else quota_closures.closed_until end, ceiling = excluded.ceiling",
            )
            .bind(closure.app.to_string())
            .bind(closure.kind.as_str())
            .bind(&closure.name)
            .bind(closure.closed_at)
            .bind(closure.until)
            .bind(closure.ceiling)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Every closure, also those that are over and say only how many calls there were.
    pub async fn list_closures(&self) -> Result<Vec<Closure>, StoreError> {
        let rows: Vec<ClosureColumns> = on!(self, pool => sqlx::query_as(
            "select app_id, kind, name, closed_at, closed_until, ceiling from quota_closures")
            .fetch_all(pool).await?);
        Ok(rows
            .into_iter()
            .filter_map(|(app, kind, name, closed_at, until, ceiling)| {
                Some(Closure {
                    app: AppId::parse(&app)?,
                    kind: ClosureKind::parse(&kind)?,
                    name,
                    closed_at,
                    until,
                    ceiling,
                })
            })
            .collect())
    }
}
