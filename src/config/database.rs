//! `[database]`: which database, and how patiently. Understands the URLs of `SQLAlchemy`, because the Python
//! server's settings are taken over as they are.

use std::{fmt, path::PathBuf, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::reader::Reader;

const URL: &str = "database.url";

/// Which database, and how patiently.
#[derive(Clone, Debug)]
pub struct Database {
    /// `DATABASE_URL`
    pub url: DatabaseUrl,
    /// `DATABASE_MAX_CONNECTIONS`: connections in the pool.
    pub max_connections: u32,
    /// `DATABASE_ACQUIRE_TIMEOUT_MS`: how long to wait for a free one.
    pub acquire_timeout: Duration,
    /// `DATABASE_BUSY_TIMEOUT_MS`: how long `SQLite` waits for another writer.
    pub busy_timeout: Duration,
}

/// A database's address.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file, relative to the working directory unless absolute.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A `postgres://` URL, which may hold a password.
    Postgres(SecretString),
    /// A `SQLite` file of the sandbox's own, to be made in a temporary directory.
    Temporary,
}

impl Database {
    pub(super) fn read(reader: &mut Reader, sandbox: bool) -> Option<Self> {
        let url = if sandbox && !reader.is_given(URL) {
            Some(DatabaseUrl::Temporary)
        } else {
            url(reader)
        };
        let max_connections = reader.small("database.max_connections", 1..=1000);
        let acquire_timeout = reader.millis("database.acquire_timeout_ms", 100..=60_000);
        let busy_timeout = reader.millis("database.busy_timeout_ms", 0..=60_000);
        Some(Self {
            url: url?,
            max_connections: max_connections?,
            acquire_timeout: acquire_timeout?,
            busy_timeout: busy_timeout?,
        })
    }
}

impl DatabaseUrl {
    /// The database that `text` names, in the spelling of this server or of `SQLAlchemy`.
    ///
    /// # Errors
    /// What is wrong with it, and what to write instead; neither repeats the text, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, (&'static str, &'static str)> {
        parse(text)
    }
}

impl fmt::Display for DatabaseUrl {
    /// Without user, password and parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => write!(f, "SQLite file {}", path.display()),
            Self::Temporary => f.write_str("a temporary SQLite file"),
            Self::Postgres(url) => match Url::parse(url.expose_secret()) {
                Ok(url) => {
                    let host = url.host_str().unwrap_or("(local)");
                    let port = url.port().unwrap_or(5432);
                    write!(f, "PostgreSQL at {host}:{port}{}", url.path())
                }
                Err(_) => f.write_str("PostgreSQL"),
            },
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

fn url(reader: &mut Reader) -> Option<DatabaseUrl> {
    // The text may hold a password: no fault quotes it.
    match parse(reader.text(URL)?) {
        Ok(url) => Some(url),
        Err((what, remedy)) => {
            reader.fault(URL, what, remedy);
            None
        }
    }
}

type Refusal = (&'static str, &'static str);

fn parse(text: &str) -> Result<DatabaseUrl, Refusal> {
    const FORMS: &str = "write sqlite://auxcord.db, sqlite:////absolute/path.db or postgres://user:password@host/name";
    let Some((scheme, rest)) = text.split_once(':') else {
        return Err(("not a database URL", FORMS));
    };
    // SQLAlchemy names the driver after a plus: `postgresql+asyncpg`, `sqlite+aiosqlite`.
    let kind = scheme.split_once('+').map_or(scheme, |(kind, _)| kind);
    match kind.to_ascii_lowercase().as_str() {
        "sqlite" => sqlite(rest),
        "postgres" | "postgresql" => postgres(rest),
        _ => Err(("only SQLite and PostgreSQL are supported", FORMS)),
    }
}

fn sqlite(rest: &str) -> Result<DatabaseUrl, Refusal> {
    let name = rest.strip_prefix("//").unwrap_or(rest);
    let (name, parameters) = name.split_once('?').unwrap_or((name, "mode=rwc"));
    if parameters != "mode=rwc" {
        return Err((
            "parameters after `?` are not understood for SQLite",
            "remove them; `DATABASE_BUSY_TIMEOUT_MS` is a setting of its own",
        ));
    }
    // With SQLAlchemy the third slash only ends the empty host: `sqlite:///x` is the relative file `x`.
    let path = if rest.starts_with("//") {
        name.strip_prefix('/').unwrap_or(name)
    } else {
        name
    };
    if matches!(path, "" | ":memory:") || path.starts_with("file:") {
        return Err((
            "a database in memory forgets every link when the process ends",
            "name a file, such as sqlite://auxcord.db",
        ));
    }
    if path.ends_with('/') || path.contains('\0') {
        return Err((
            "it names no file",
            "write it like sqlite:////data/auxcord.db",
        ));
    }
    Ok(DatabaseUrl::Sqlite {
        path: PathBuf::from(path),
    })
}

fn postgres(rest: &str) -> Result<DatabaseUrl, Refusal> {
    let text = format!("postgres:{rest}");
    let url = Url::parse(&text).map_err(|_| {
        (
            "not a URL",
            "write postgres://user:password@host:5432/name, with special characters of the password percent-encoded",
        )
    })?;
    let local = url.query_pairs().any(|(name, _)| name == "host");
    if !rest.starts_with("//") || (url.host_str().is_none_or(str::is_empty) && !local) {
        return Err((
            "it names no host",
            "write postgres://user:password@host:5432/name",
        ));
    }
    if url.path().len() < 2 {
        return Err((
            "it names no database",
            "write postgres://user:password@host:5432/name",
        ));
    }
    Ok(DatabaseUrl::Postgres(SecretString::from(text)))
}
