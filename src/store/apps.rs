//! Spotify apps: the operator's, and later people's own.

use super::{AppId, Db, StoreError, on};
use crate::clock::Millis;

/// Whose app it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppMode {
    /// The operator's, from the configuration.
    Operator,
    /// One person's own.
    Own,
}

impl AppMode {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Own => "own",
        }
    }
}

/// A Spotify app.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct App {
    /// Its row.
    #[sqlx(try_from = "String")]
    pub id: AppId,
    /// Spotify's client id.
    pub client_id: String,
}

impl Db {
    /// The row of the app with `client_id`, made as `id` when there is none.
    pub async fn insert_app(
        &self,
        id: AppId,
        client_id: &str,
        mode: AppMode,
        now: Millis,
    ) -> Result<App, StoreError> {
        on!(self, pool => {
            sqlx::query(
                "insert into spotify_apps (id, client_id, mode, created_at) values ($1, $2, $3, $4) \
                 on conflict (client_id) do nothing",
            )
            .bind(id.to_string()).bind(client_id).bind(mode.as_str()).bind(now).execute(pool).await?;
        });
        Ok(
            on!(self, pool => sqlx::query_as("select id, client_id from spotify_apps where client_id = $1")
            .bind(client_id).fetch_one(pool).await?),
        )
    }
}
