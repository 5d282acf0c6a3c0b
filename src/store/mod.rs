//! THE DATABASE: one type over SQLite and PostgreSQL, a file an aggregate. Knows no HTTP and no Spotify.
//!
//! Each statement is written once and runs on both. Times are Unix milliseconds, `now` is an argument,
//! secrets arrive sealed or hashed. One-shot transitions are one conditional `UPDATE ... RETURNING`.

mod allowances;
mod apps;
mod audit;
mod authorizations;
mod bringing;
mod clients;
mod flows;
mod freshness;
mod grants;
mod ids;
mod imports;
mod keys;
mod links;
mod look;
mod machines;
mod open;
mod people;
mod quota;
mod redemption;
mod revocations;
mod rotation;
mod sessions;
mod sweep;
mod tokens;
mod vault;

use sqlx::migrate::MigrateError;

pub use allowances::Window;
pub use apps::{App, AppMode};
pub use audit::{AuditEvent, AuditRow, Outcome};
pub use authorizations::{
    Approval, AuthorizationRow, AuthorizationStatus, MAX_PENDING, NewAuthorization,
};
pub use clients::{ClientKind, ClientRow, CountedClient, NewClient};
pub use flows::{FlowState, LoginPurpose, NewFlow, TakenFlow};
pub use freshness::Freshness;
pub use grants::{GRANT_LASTS, GrantRow, GrantStatus, MAX_GRANTS, NewGrant};
pub use ids::{
    AppId, AuthorizationId, ClientId, FlowId, GrantId, KeyId, LinkId, PersonId, SessionId,
};
pub use imports::{
    BroughtAccount, BroughtKey, BroughtLink, ImportRow, ImportStatus, Imported, KeyBrought,
    LinkBrought, NewImport,
};
pub use keys::{FoundKey, KeyKept, KeyRow, MAX_KEYS, NewKey};
pub use links::{LinkRow, LinkStatus, RotatedTokens};
pub use look::Migrations;
pub use machines::MachineRow;
pub use open::{DbOptions, Target};
pub use people::{Account, Connected, Given, LinkChange, NewConnection, NewLink, PersonRow};
pub use quota::{Closure, ClosureKind, HourlyCalls};
pub use redemption::FoundCode;
pub use revocations::{ContentChange, Revocation};
pub use rotation::{FoundRefresh, Recovered, Rotated, Rotation};
pub use sessions::{FoundSession, NewSession};
pub use sweep::Swept;
pub use tokens::{FoundToken, NewToken, NewTokens, TokenGrant};

/// The open database. Cloning shares the pool.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file, one node.
    Sqlite(sqlx::SqlitePool),
    /// Shared by any number of replicas.
    Postgres(sqlx::PgPool),
}

/// Why the database did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It could not be opened.
    #[error("the database cannot be opened: {0}")]
    Open(#[source] sqlx::Error),
    /// It holds tables that are not ours.
    #[error("the database belongs to another program (tables: {0})")]
    Foreign(String),
    /// Its tables could not be brought up to date.
    #[error("the database cannot be migrated: {0}")]
    Migration(#[from] MigrateError),
    /// A statement failed.
    #[error("the database failed: {0}")]
    Query(#[from] sqlx::Error),
    /// What was read before is not so any more; nothing was written.
    #[error("the database was changed meanwhile")]
    Overtaken,
    /// A row holds what this program never writes.
    #[error("the database holds an invalid {0}")]
    Invalid(&'static str),
}

impl StoreError {
    /// Whether another program kept SQLite's write lock for longer than the busy time-out.
    pub fn is_locked(&self) -> bool {
        const SQLITE_BUSY: u32 = 5;
        let Some(sqlx::Error::Database(fault)) = self.statement_fault() else {
            return false;
        };
        // The low byte of an extended result code is the result code; PostgreSQL's have five digits.
        fault
            .code()
            .and_then(|code| code.parse::<u32>().ok())
            .is_some_and(|code| code < 10_000 && code & 0xff == SQLITE_BUSY)
    }

    /// Whether the tables are of another version of this program.
    pub fn is_other_version(&self) -> bool {
        matches!(self, Self::Migration(_)) && self.statement_fault().is_none()
    }

    fn statement_fault(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Open(fault)
            | Self::Query(fault)
            | Self::Migration(
                MigrateError::Execute(fault) | MigrateError::ExecuteMigration(fault, _),
            ) => Some(fault),
            Self::Migration(_) | Self::Foreign(_) | Self::Overtaken | Self::Invalid(_) => None,
        }
    }
}

/// Runs one body against whichever pool is open.
macro_rules! on {
    ($db:expr, $pool:ident => $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite($pool) => $body,
            $crate::store::Db::Postgres($pool) => $body,
        }
    };
}

/// Runs one body in a write transaction and commits it; leaving early with `?` rolls it back.
///
/// SQLite takes its write lock at the start, so that two writers wait for each other instead of failing.
macro_rules! in_transaction {
    ($db:expr, $tx:ident => $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite(pool) => {
                let mut $tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                let out = $body;
                $tx.commit().await?;
                out
            }
            $crate::store::Db::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let out = $body;
                $tx.commit().await?;
                out
            }
        }
    };
}

use {in_transaction, on};

impl Db {
    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Query`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        on!(self, pool => { sqlx::query("select 1").execute(pool).await?; });
        Ok(())
    }

    /// Closes the pool once every statement in flight is done.
    pub async fn close(&self) {
        on!(self, pool => pool.close().await);
    }
}
