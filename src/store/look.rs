//! A look at a database that changes nothing: not one byte of a file, no table, no lock that others would wait for.
//! It tells what is there; what that means is for others to say.

use std::{path::Path, str::FromStr};

use secrecy::ExposeSecret;
use sqlx::{
    ConnectOptions, Connection, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use tokio::time::timeout;

use super::{
    Db, DbOptions, StoreError, Target, on,
    open::{POSTGRES, SQLITE},
};

/// How the tables stand against the migrations that this program brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrations {
    /// How many have run.
    pub applied: usize,
    /// Numbers of those that the next start will run.
    pub pending: Vec<i64>,
    /// Numbers of those that have run and that this program does not know: a newer one wrote them.
    pub newer: Vec<i64>,
    /// Numbers of those that began and did not end, or that read otherwise when they ran.
    pub broken: Vec<i64>,
}

impl Db {
    /// Connects for reading. A SQLite file that is not there is not made.
    ///
    /// # Errors
    /// [`StoreError::Open`].
    pub async fn look(options: &DbOptions) -> Result<Self, StoreError> {
        match &options.target {
            Target::Sqlite(path) => look_at_file(path, options).await,
            Target::Postgres(url) => look_at_server(url.expose_secret(), options).await,
        }
        .map_err(StoreError::Open)
    }

    /// The tables that are not ours; with one of them the database belongs to another program.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn find_foreign_tables(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.find_foreign().await?)
    }

    /// Which migrations have run.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn find_migrations(&self) -> Result<Migrations, StoreError> {
        let migrator = match self {
            Self::Sqlite(_) => &SQLITE,
            Self::Postgres(_) => &POSTGRES,
        };
        let ran: Vec<(i64, bool, Vec<u8>)> = if self.find_tables().await?.iter().any(is_ledger) {
            on!(self, pool => sqlx::query_as(
                "select version, success, checksum from _sqlx_migrations order by version",
            ).fetch_all(pool).await?)
        } else {
            Vec::new()
        };
        let mut found = Migrations {
            applied: ran.len(),
            ..Migrations::default()
        };
        for (version, success, checksum) in &ran {
            match migrator.iter().find(|known| known.version == *version) {
                None => found.newer.push(*version),
                Some(known) if !success || *known.checksum != checksum[..] => {
                    found.broken.push(*version);
                }
                Some(_) => {}
            }
        }
        found.pending = migrator
            .iter()
            .map(|known| known.version)
            .filter(|version| !ran.iter().any(|(one, ..)| one == version))
            .collect();
        Ok(found)
    }

    /// What this connection's user may not do and a server must, as fragments of a sentence; for SQLite that is for the
    /// file system to say. With `migrating` tables must be made too.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn find_lacking_rights(&self, migrating: bool) -> Result<Vec<String>, StoreError> {
        let Self::Postgres(pool) = self else {
            return Ok(Vec::new());
        };
        let mut lacking = Vec::new();
        let read_only: bool =
            sqlx::query_scalar("select current_setting('transaction_read_only') = 'on'")
                .fetch_one(pool)
                .await?;
        if read_only {
            lacking.push("it takes no writes".to_owned());
        }
        let makes_tables: Option<bool> = sqlx::query_scalar(
            "select has_schema_privilege(current_schema(), 'create') where current_schema() is not null",
        )
        .fetch_optional(pool)
        .await?;
        if migrating && makes_tables != Some(true) {
            lacking.push("the user may not make tables".to_owned());
        }
        let closed: Vec<String> = sqlx::query_scalar(
            "select tablename::text from pg_catalog.pg_tables where schemaname = current_schema() and not ( \
             has_table_privilege(format('%I.%I', schemaname, tablename), 'select') and \
             has_table_privilege(format('%I.%I', schemaname, tablename), 'insert') and \
             has_table_privilege(format('%I.%I', schemaname, tablename), 'update') and \
             has_table_privilege(format('%I.%I', schemaname, tablename), 'delete')) order by tablename",
        )
        .fetch_all(pool)
        .await?;
        if !closed.is_empty() {
            lacking.push(format!("the user may not write {}", closed.join(", ")));
        }
        Ok(lacking)
    }

    /// What SQLite finds wrong with the file, if anything; PostgreSQL looks after itself.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn find_damage(&self) -> Result<Vec<String>, StoreError> {
        let Self::Sqlite(pool) = self else {
            return Ok(Vec::new());
        };
        let mut lines: Vec<String> = sqlx::query_scalar("pragma quick_check(3)")
            .fetch_all(pool)
            .await?;
        lines.retain(|line| line != "ok");
        Ok(lines)
    }

    /// How large the database is, in bytes.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn find_size(&self) -> Result<i64, StoreError> {
        Ok(match self {
            Self::Sqlite(pool) => {
                sqlx::query_scalar(
                    "select page_count * page_size from pragma_page_count(), pragma_page_size()",
                )
                .fetch_one(pool)
                .await?
            }
            Self::Postgres(pool) => {
                sqlx::query_scalar("select pg_database_size(current_database())")
                    .fetch_one(pool)
                    .await?
            }
        })
    }
}

async fn look_at_file(path: &Path, options: &DbOptions) -> Result<Db, sqlx::Error> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .read_only(true)
        // A reader makes the files beside the database that it finds missing, and leaves them. Where they are missing
        // nobody has it open, and it can be read as a file that does not change.
        .immutable(!Path::new(&log).exists())
        .busy_timeout(options.busy_timeout)
        .disable_statement_logging();
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(options.acquire_timeout);
    Ok(Db::Sqlite(pool.connect_with(connect).await?))
}

async fn look_at_server(url: &str, options: &DbOptions) -> Result<Db, sqlx::Error> {
    let connect = PgConnectOptions::from_str(url)?.disable_statement_logging();
    // A pool tries again until its time is over, and then tells only that.
    let first = timeout(
        options.acquire_timeout,
        PgConnection::connect_with(&connect),
    )
    .await
    .map_err(|_late| sqlx::Error::PoolTimedOut)??;
    first.close().await?;
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(options.acquire_timeout);
    Ok(Db::Postgres(pool.connect_with(connect).await?))
}

fn is_ledger(name: &String) -> bool {
    name == "_sqlx_migrations"
}
