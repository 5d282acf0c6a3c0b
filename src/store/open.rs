//! Opening the database: connection settings, whose database it is, migrations.

use std::{path::PathBuf, str::FromStr, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    ConnectOptions, Executor,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Db, StoreError, on};

/// A statement that waits for a lock longer than this fails, instead of holding its request for ever.
const STATEMENT_TIMEOUT: &str = "set statement_timeout = '15s'";

/// Our tables and the migrator's. Anything else means that the database is somebody else's.
const OURS: [&str; 21] = [
    "_sqlx_migrations",
    "allowances",
    "api_keys",
    "audit",
    "authorizations",
    "clients",
    "counters",
    "flows",
    "grants",
    "imports",
    "machines",
    "people",
    "quota_calls",
    "quota_closures",
    "revocations",
    "sessions",
    "spotify_apps",
    "spotify_links",
    "tokens",
    "vault",
    "sqlite_sequence",
];
/// What brings a SQLite file up to date.
pub(super) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
/// The same for PostgreSQL: as many files, of the same names.
pub(super) static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
/// How often a start tries again when another process is opening or migrating the same SQLite file.
const OPEN_ATTEMPTS: u32 = 5;

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Target {
    /// A file, made when it does not exist.
    Sqlite(PathBuf),
    /// A `postgres://` URL, which may hold a password.
    Postgres(SecretString),
}

/// How to open the database.
#[derive(Clone, Debug)]
pub struct DbOptions {
    /// Where it is.
    pub target: Target,
    /// Connections in the pool at most.
    pub max_connections: u32,
    /// How long a statement waits for a connection.
    pub acquire_timeout: Duration,
    /// How long SQLite waits for another writer.
    pub busy_timeout: Duration,
}

impl Db {
    /// Connects, refuses a database of another program, and brings ours up to date.
    ///
    /// # Errors
    /// [`StoreError::Open`], [`StoreError::Foreign`], [`StoreError::Migration`].
    pub async fn open(options: &DbOptions) -> Result<Self, StoreError> {
        let db = Self::connect(options).await.map_err(StoreError::Open)?;
        db.refuse_foreign().await?;
        // SQLite does not wait for another process that is changing the journal's mode, as a start beside ours does.
        let mut attempt = 1;
        while let Err(fault) = db.prepare().await.map_err(StoreError::Open) {
            if attempt == OPEN_ATTEMPTS || !fault.is_locked() {
                return Err(fault);
            }
            attempt += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        db.migrate().await?;
        Ok(db)
    }

    /// Whether nothing was ever kept here: no database, or one in which no server has started. Makes and changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Open`] when a server does not answer.
    pub async fn is_blank(options: &DbOptions) -> Result<bool, StoreError> {
        if let Target::Sqlite(path) = &options.target
            && !path.exists()
        {
            return Ok(true);
        }
        let db = Self::connect(options).await.map_err(StoreError::Open)?;
        let tables = db.find_tables().await.map_err(StoreError::Open)?;
        let kept = if tables.iter().any(|table| table == "vault") {
            let sealed: i64 = on!(&db, pool => {
                sqlx::query_scalar("select count(*) from vault").fetch_one(pool).await?
            });
            sealed > 0
        } else {
            // Somebody else's tables are for the real opening to refuse.
            !tables.is_empty()
        };
        db.close().await;
        Ok(!kept)
    }

    async fn connect(options: &DbOptions) -> Result<Self, sqlx::Error> {
        match &options.target {
            Target::Sqlite(path) => {
                let connect = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(options.busy_timeout)
                    .foreign_keys(true)
                    .disable_statement_logging();
                let pool = SqlitePoolOptions::new()
                    .max_connections(options.max_connections)
                    .acquire_timeout(options.acquire_timeout);
                Ok(Self::Sqlite(pool.connect_with(connect).await?))
            }
            Target::Postgres(url) => {
                let connect =
                    PgConnectOptions::from_str(url.expose_secret())?.disable_statement_logging();
                let pool = PgPoolOptions::new()
                    .max_connections(options.max_connections)
                    .acquire_timeout(options.acquire_timeout)
                    // After connecting, because poolers in between refuse settings at the start of a connection.
                    .after_connect(|connection, _| {
                        Box::pin(
                            async move { connection.execute(STATEMENT_TIMEOUT).await.map(drop) },
                        )
                    });
                Ok(Self::Postgres(pool.connect_with(connect).await?))
            }
        }
    }

    async fn refuse_foreign(&self) -> Result<(), StoreError> {
        let foreign = self.find_foreign().await.map_err(StoreError::Open)?;
        if foreign.is_empty() {
            Ok(())
        } else {
            Err(StoreError::Foreign(foreign.join(", ")))
        }
    }

    /// The tables that are not ours.
    pub(super) async fn find_foreign(&self) -> Result<Vec<String>, sqlx::Error> {
        let mut tables = self.find_tables().await?;
        tables.retain(|name| !OURS.contains(&name.as_str()));
        Ok(tables)
    }

    /// Every table.
    pub(super) async fn find_tables(&self) -> Result<Vec<String>, sqlx::Error> {
        match self {
            Self::Sqlite(pool) => {
                sqlx::query_scalar("select name from sqlite_master where type = 'table' order by name")
                    .fetch_all(pool)
                    .await
            }
            Self::Postgres(pool) => {
                sqlx::query_scalar(
                    "select table_name::text from information_schema.tables \
                     where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name",
                )
                .fetch_all(pool)
                .await
            }
        }
    }

    /// Readers and one writer at a time. The file remembers it, so it is set only once the file is known to be ours.
    async fn prepare(&self) -> Result<(), sqlx::Error> {
        if let Self::Sqlite(pool) = self {
            sqlx::query("pragma journal_mode = wal")
                .execute(pool)
                .await?;
        }
        Ok(())
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Postgres(pool) => POSTGRES.run(pool).await?,
            Self::Sqlite(pool) => {
                // SQLite's migrator takes no lock, so a second process that starts at the same moment
                // may lose the race for a table; the next attempt finds it there.
                let mut attempt = 1;
                while let Err(fault) = SQLITE.run(pool).await {
                    if attempt == OPEN_ATTEMPTS {
                        return Err(fault.into());
                    }
                    attempt += 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        Ok(())
    }
}
