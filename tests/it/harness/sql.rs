//! A story's own hand in a database: another program's tables, a lock that is held, what is really stored.

use std::path::{Path, PathBuf};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

use super::database::TestDatabase;

/// A connection beside the server's.
#[derive(Debug)]
pub enum Hand {
    /// To a file.
    Sqlite(SqliteConnection),
    /// To a server.
    Postgres(PgConnection),
}

impl Hand {
    /// Connects to a story's database.
    pub async fn on(database: &TestDatabase) -> Self {
        if database.is_postgres() {
            Self::Postgres(PgConnection::connect(&database.url).await.unwrap())
        } else {
            Self::on_file(&file_of(database)).await
        }
    }

    /// Opens a SQLite file, which is made when there is none.
    pub async fn on_file(path: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true);
        Self::Sqlite(options.connect().await.unwrap())
    }

    /// Runs statements.
    pub async fn execute(&mut self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => {
                connection.execute(sql).await.unwrap();
            }
            Self::Postgres(connection) => {
                connection.execute(sql).await.unwrap();
            }
        }
    }

    /// The first column of what a query answers; it must be text.
    pub async fn texts(&mut self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => {
                let rows = connection.fetch_all(sql).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
            Self::Postgres(connection) => {
                let rows = connection.fetch_all(sql).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
        }
    }

    /// The tables.
    pub async fn tables(&mut self) -> Vec<String> {
        self.texts(match self {
            Self::Sqlite(_) => {
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name"
            }
            Self::Postgres(_) => {
                "select table_name::text from information_schema.tables where table_schema = current_schema() \
                 order by table_name"
            }
        })
        .await
    }

    /// `table.column` of everything in which `text` stands.
    pub async fn places_of(&mut self, text: &str) -> Vec<String> {
        let mut places = Vec::new();
        for table in self.tables().await {
            let columns = match self {
                Self::Sqlite(_) => format!("select name from pragma_table_info('{table}')"),
                Self::Postgres(_) => format!(
                    "select column_name::text from information_schema.columns where table_schema = current_schema() \
                     and table_name = '{table}'"
                ),
            };
            for column in self.texts(&columns).await {
                let found = format!(
                    "select 'found' from {table} where cast({column} as text) like '%{text}%'"
                );
                if !self.texts(&found).await.is_empty() {
                    places.push(format!("{table}.{column}"));
                }
            }
        }
        places
    }
}

/// The file of a story's SQLite database.
pub fn file_of(database: &TestDatabase) -> PathBuf {
    assert!(!database.is_postgres(), "it is no file");
    database.folder.path().join("auxcord.db")
}
