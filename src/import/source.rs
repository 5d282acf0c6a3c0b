//! The Python server's database: opened for reading only, recognised by its tables, and read as one moment of it.
//! Everything comes as text, so that one statement does for both databases. Nothing is judged here but whose it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    ConnectOptions, Connection, FromRow, PgConnection, Row, SqliteConnection,
    postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};

use crate::store::Target;

/// The columns by which that server's tables are known, all of which it makes.
const TABLES: [(&str, &[&str]); 3] = [
    (
        "users",
        &[
            "user_id",
            "api_key",
            "spotify_user_id",
            "display_name",
            "created_at",
            "last_active",
        ],
    ),
    (
        "spotify_tokens",
        &[
            "user_id",
            "access_token",
            "refresh_token",
            "expires_at",
            "scope",
            "created_at",
            "updated_at",
        ],
    ),
    ("user_sessions", &["session_id", "user_id", "api_key"]),
];
/// Tables of our own that the other server has not.
const OURS: [&str; 2] = ["_sqlx_migrations", "vault"];
/// How long to wait for that server's writer.
const BUSY: Duration = Duration::from_secs(10);
/// How long to wait for PostgreSQL's answer.
const CONNECT: Duration = Duration::from_secs(15);
/// Where a SQLite file says how it is written, and the word for a log of changes beside it (SQLite: file format 1.3).
const WRITE_VERSION: usize = 18;
const WITH_LOG: u8 = 2;

/// All that is taken from the other server, as it stands there.
#[derive(Debug, Default)]
pub struct Source {
    /// The table `users`.
    pub users: Vec<UserRow>,
    /// The table `spotify_tokens`.
    pub tokens: Vec<TokenRow>,
    /// The owners in the table `user_sessions`.
    pub sessions: Vec<SessionRow>,
}

/// A row of `users`. Its `Debug` is blind: it holds a key.
#[derive(Clone, Default, FromRow)]
pub struct UserRow {
    /// A UUID.
    pub user_id: Option<String>,
    /// 32 letters and digits, in plain text.
    pub api_key: Option<String>,
    /// Spotify's `id` of the account.
    pub spotify_user_id: Option<String>,
    /// The name of the account.
    pub display_name: Option<String>,
    /// UTC without a zone.
    pub created_at: Option<String>,
    /// UTC without a zone.
    pub last_active: Option<String>,
}

/// A row of `spotify_tokens`. Its `Debug` is blind.
#[derive(Clone, Default, FromRow)]
pub struct TokenRow {
    /// Whose they are.
    pub user_id: Option<String>,
    /// Sealed with Fernet.
    pub access_token: Option<String>,
    /// Sealed with Fernet.
    pub refresh_token: Option<String>,
    /// UTC without a zone.
    pub expires_at: Option<String>,
    /// The permissions, separated by spaces; that server forgets them with the first renewal.
    pub scope: Option<String>,
    /// UTC without a zone.
    pub created_at: Option<String>,
    /// UTC without a zone.
    pub updated_at: Option<String>,
}

/// A row of `user_sessions`: only whose it is matters, for its key is the user's.
#[derive(Clone, Debug, Default, FromRow)]
pub struct SessionRow {
    /// Whose it is.
    pub user_id: Option<String>,
}

/// Why the other database cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceFault {
    /// There is no such file, or it cannot be read.
    #[error("{path} cannot be read: {source}")]
    File {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It cannot be opened.
    #[error("the database cannot be opened for reading: {0}")]
    Open(#[source] sqlx::Error),
    /// It is one of ours.
    #[error("the database is auxcord's own, not the Python server's")]
    Ours,
    /// It holds no table at all.
    #[error("the database is empty")]
    Empty,
    /// It is another program's.
    #[error("the database is not the Python server's: it has {has}, and lacks {lacks}")]
    Foreign {
        /// Its tables.
        has: String,
        /// What that server's has and this one has not.
        lacks: String,
    },
    /// It could not be read to the end.
    #[error("the database cannot be read: {0}")]
    Read(#[from] sqlx::Error),
}

enum Reading {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

/// Runs one body on whichever connection is open.
macro_rules! reading {
    ($reading:expr, $connection:ident => $body:expr) => {
        match $reading {
            Reading::Sqlite(connection) => {
                let $connection = &mut **connection;
                $body
            }
            Reading::Postgres(connection) => {
                let $connection = &mut **connection;
                $body
            }
        }
    };
}

impl Source {
    /// Reads the whole database at `target`, and changes nothing in it.
    ///
    /// # Errors
    /// [`SourceFault`].
    pub async fn read(target: &Target) -> Result<Self, SourceFault> {
        let mut reading = match target {
            Target::Sqlite(path) => Reading::Sqlite(Box::new(open_file(path).await?)),
            Target::Postgres(url) => Reading::Postgres(Box::new(open_server(url).await?)),
        };
        recognise(&mut reading).await?;
        let source = Self {
            users: reading!(&mut reading, connection => sqlx::query_as(
                "select cast(user_id as text) user_id, cast(api_key as text) api_key, \
                 cast(spotify_user_id as text) spotify_user_id, cast(display_name as text) display_name, \
                 cast(created_at as text) created_at, cast(last_active as text) last_active \
                 from users order by created_at, user_id").fetch_all(connection).await?),
            tokens: reading!(&mut reading, connection => sqlx::query_as(
                "select cast(user_id as text) user_id, cast(access_token as text) access_token, \
                 cast(refresh_token as text) refresh_token, cast(expires_at as text) expires_at, \
                 cast(scope as text) scope, cast(created_at as text) created_at, \
                 cast(updated_at as text) updated_at \
                 from spotify_tokens order by user_id").fetch_all(connection).await?),
            sessions: reading!(&mut reading, connection => sqlx::query_as(
                "select cast(user_id as text) user_id from user_sessions order by user_id")
                .fetch_all(connection).await?),
        };
        // Nothing was written, so that it makes no difference how the reading ends.
        let _ = match reading {
            Reading::Sqlite(connection) => connection.close().await,
            Reading::Postgres(connection) => connection.close().await,
        };
        Ok(source)
    }
}

impl std::fmt::Debug for UserRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserRow").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for TokenRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenRow").finish_non_exhaustive()
    }
}

async fn open_file(path: &Path) -> Result<SqliteConnection, SourceFault> {
    let unreadable = |source| SourceFault::File {
        path: path.to_owned(),
        source,
    };
    let mut head = [0; WRITE_VERSION + 1];
    let mut file = File::open(path).map_err(unreadable)?;
    let read = file.read(&mut head).map_err(unreadable)?;
    drop(file);
    // Reading beside a log of changes makes files of its own, which a copy of the file alone does not need.
    let logged = read > WRITE_VERSION && head[WRITE_VERSION] == WITH_LOG;
    let alone = !beside(path, "-wal").exists();
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .create_if_missing(false)
        .immutable(logged && alone)
        .busy_timeout(BUSY)
        .disable_statement_logging()
        .connect()
        .await
        .map_err(SourceFault::Open)?;
    sqlx::query("begin")
        .execute(&mut connection)
        .await
        .map_err(SourceFault::Open)?;
    Ok(connection)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

async fn open_server(url: &SecretString) -> Result<PgConnection, SourceFault> {
    let options = PgConnectOptions::from_str(url.expose_secret())
        .map_err(SourceFault::Open)?
        .disable_statement_logging();
    let late = |_late| SourceFault::Open(sqlx::Error::PoolTimedOut);
    let mut connection = tokio::time::timeout(CONNECT, options.connect())
        .await
        .map_err(late)?
        .map_err(SourceFault::Open)?;
    for statement in [
        "set time zone 'UTC'",
        "set datestyle = 'ISO'",
        "begin isolation level repeatable read read only",
    ] {
        sqlx::query(statement)
            .execute(&mut connection)
            .await
            .map_err(SourceFault::Open)?;
    }
    Ok(connection)
}

/// Refuses every database but that server's.
async fn recognise(reading: &mut Reading) -> Result<(), SourceFault> {
    let columns = match reading {
        Reading::Sqlite(_) => {
            "select m.name, p.name from sqlite_master m, pragma_table_info(m.name) p \
             where m.type = 'table' and m.name not like 'sqlite\\_%' escape '\\'"
        }
        Reading::Postgres(_) => {
            "select table_name::text, column_name::text from information_schema.columns \
             where table_schema = current_schema()"
        }
    };
    let pairs: Vec<(String, String)> = reading!(reading, connection => {
        let rows = sqlx::query(columns).fetch_all(connection).await;
        let rows = rows.map_err(SourceFault::Open)?;
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    });
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, column) in pairs {
        tables.entry(table).or_default().insert(column);
    }
    if OURS.iter().all(|table| tables.contains_key(*table)) {
        return Err(SourceFault::Ours);
    }
    if tables.is_empty() {
        return Err(SourceFault::Empty);
    }
    let lacks: Vec<String> = TABLES
        .iter()
        .flat_map(|(table, columns)| lacking(tables.get(*table), table, columns))
        .collect();
    if lacks.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = tables.keys().map(String::as_str).collect();
    Err(SourceFault::Foreign {
        has: names.join(", "),
        lacks: lacks.join(", "),
    })
}

/// The table if it is missing, else its missing columns.
fn lacking(found: Option<&BTreeSet<String>>, table: &str, columns: &[&str]) -> Vec<String> {
    let Some(found) = found else {
        return vec![table.to_owned()];
    };
    columns
        .iter()
        .filter(|column| !found.contains(**column))
        .map(|column| format!("{table}.{column}"))
        .collect()
}
