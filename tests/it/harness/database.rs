//! A database for one story: a SQLite file, or a database of its own on the PostgreSQL server that
//! `AUXCORD_TEST_DATABASE_URL` names.

use std::{fs, time::Duration};

use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection,
    sqlite::SqliteConnectOptions,
};
use tempfile::TempDir;
use url::Url;

/// How long a look into SQLite's file waits for a writer.
const BUSY: Duration = Duration::from_secs(30);

/// A database that is gone when the story is over.
#[derive(Debug)]
pub struct TestDatabase {
    /// As in `DATABASE_URL`.
    pub url: String,
    /// For files that belong beside it.
    pub folder: TempDir,
    server: Option<(String, String)>,
}

impl TestDatabase {
    /// Makes an empty one.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test command names the server in the environment"
    )]
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let Ok(server) = std::env::var("AUXCORD_TEST_DATABASE_URL") else {
            let path = folder.path().join("auxcord.db");
            return Self {
                url: format!("sqlite:///{}", path.display()),
                folder,
                server: None,
            };
        };
        let name = format!("story_{}", hex_of(&auxcord::crypto::random_bytes::<12>()));
        let mut connection = PgConnection::connect(&server).await.unwrap();
        connection
            .execute(sqlx::AssertSqlSafe(format!("create database {name}")))
            .await
            .unwrap();
        let mut url = Url::parse(&server).unwrap();
        url.set_path(&name);
        Self {
            url: url.to_string(),
            folder,
            server: Some((server, name)),
        }
    }

    /// Whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.server.is_some()
    }

    /// The first column, a text, of every row that `statement` gives, over a connection of its own.
    pub async fn texts(&self, statement: &str) -> Vec<String> {
        let statement = AssertSqlSafe(statement.to_owned());
        if let Some(path) = self.path() {
            let options = SqliteConnectOptions::new()
                .filename(path)
                .busy_timeout(BUSY);
            let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
            let query = sqlx::query_scalar(statement);
            query.fetch_all(&mut connection).await.unwrap()
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            let query = sqlx::query_scalar(statement);
            query.fetch_all(&mut connection).await.unwrap()
        }
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> usize {
        self.texts(&format!("select 'row' from {table}"))
            .await
            .len()
    }

    /// An expression that writes the bytes of `column` in hexadecimal digits.
    pub fn hex(&self, column: &str) -> String {
        if self.is_postgres() {
            format!("encode({column}, 'hex')")
        } else {
            format!("lower(hex({column}))")
        }
    }

    /// Everything that is kept: each column of each row of each table as text and as hexadecimal digits, and the
    /// bytes of SQLite's files.
    pub async fn dump(&self) -> Vec<u8> {
        let (tables, columns) = if self.is_postgres() {
            (
                "select table_name::text from information_schema.tables where table_schema = current_schema()",
                "select column_name::text from information_schema.columns where table_schema = current_schema() \
                 and table_name = '{table}'",
            )
        } else {
            (
                "select name from sqlite_master where type = 'table'",
                "select name from pragma_table_info('{table}')",
            )
        };
        let mut dump = self.files();
        for table in self.texts(tables).await {
            for column in self.texts(&columns.replace("{table}", &table)).await {
                let text = if self.is_postgres() {
                    // A bytea reads as `\x` and its digits, which is the hexadecimal form.
                    format!("coalesce({column}::text, '')")
                } else {
                    format!(
                        "case typeof({column}) when 'blob' then '' else coalesce(cast({column} as text), '') end \
                         || ' ' || coalesce(lower(hex({column})), '')"
                    )
                };
                let rows = self.texts(&format!("select {text} from {table}")).await;
                dump.extend(format!("{table}.{column}: {}\n", rows.join("\n")).into_bytes());
            }
        }
        dump
    }

    /// The bytes of the database file and of those beside it that belong to it.
    fn files(&self) -> Vec<u8> {
        let Some(path) = self.path() else {
            return Vec::new();
        };
        let beside = ["", "-wal", "-shm", "-journal"].map(|end| format!("{path}{end}"));
        beside.iter().flat_map(fs::read).flatten().collect()
    }

    fn path(&self) -> Option<&str> {
        self.url.strip_prefix("sqlite:///")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some((server, name)) = self.server.take() else {
            return;
        };
        let done = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let mut connection = PgConnection::connect(&server).await?;
                let drop = format!("drop database if exists {name} with (force)");
                connection.execute(sqlx::AssertSqlSafe(drop)).await
            })
        })
        .join();
        if !std::thread::panicking() {
            done.unwrap().unwrap();
        }
    }
}

/// Bytes as hexadecimal digits.
pub fn hex_of(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The bytes that hexadecimal digits stand for.
pub fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}
