//! `auxcord import`: which database, with which key, into ours.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::{OpenFailure, bring::Bringing, open::is_blank};
use crate::{
    auth::Scopes,
    clock::Clock,
    config::{Config, DatabaseUrl},
    crypto::Fernet,
    import::{Importer, Report, Source, SourceFault, Wish, WrongKey, judge},
    store::{StoreError, Target},
};

/// What an operator asks for.
#[derive(Clone, Debug)]
pub struct ImportWish {
    /// A URL, or the path of a SQLite file.
    pub database: String,
    /// The Fernet key, if it comes from a file.
    pub key: Option<SecretString>,
    /// Whether Spotify is asked whose each link is.
    pub check: bool,
    /// Whether nothing is to be changed.
    pub dry_run: bool,
}

/// Why nobody was taken over, or not everybody was looked at.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    /// The database is not named as one.
    #[error("the database to import from cannot be used: {what}")]
    Database {
        /// What is wrong.
        what: &'static str,
        /// What to write instead.
        remedy: &'static str,
    },
    /// There is no key.
    #[error("the key that sealed the tokens is not here")]
    NoKey,
    /// The key has not the form of one.
    #[error("the key that sealed the tokens is not a Fernet key: 32 bytes in base64url")]
    BadKey,
    /// The other database.
    #[error(transparent)]
    Source(#[from] SourceFault),
    /// The key is another one's.
    #[error(transparent)]
    WrongKey(#[from] WrongKey),
    /// Our own house.
    #[error(transparent)]
    Open(#[from] OpenFailure),
    /// Our own database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportFailure {
    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            Self::Database { remedy, .. } => (*remedy).to_owned(),
            Self::NoKey => {
                "set IMPORT_ENCRYPTION_KEY to the TOKEN_ENCRYPTION_KEY of that server, or name a file that holds it with --key-file".into()
            }
            Self::BadKey | Self::WrongKey(_) => {
                "give the TOKEN_ENCRYPTION_KEY of that server, in IMPORT_ENCRYPTION_KEY or with --key-file; nothing was imported".into()
            }
            Self::Source(SourceFault::Ours) => {
                "name the Python server's database; --database and DATABASE_URL name the one to import into".into()
            }
            Self::Source(SourceFault::Empty | SourceFault::Foreign { .. }) => {
                "name the database in which that server keeps users, spotify_tokens and user_sessions; nothing was changed".into()
            }
            Self::Source(_) => {
                "check the path or URL, and that this user may read it; nothing was changed".into()
            }
            Self::Open(failure) => failure.hint(),
            Self::Store(_) => {
                "who was imported stays so; run this again when the database answers".into()
            }
        }
    }
}

/// Takes the people of the Python server over. `begun` is told how many there are, `done` is called after each.
///
/// # Errors
/// [`ImportFailure`]; until the first person is looked at nothing is written.
pub async fn import(
    config: &Config,
    clock: Clock,
    wish: &ImportWish,
    begun: impl FnOnce(usize),
    done: impl Fn(),
) -> Result<Report, ImportFailure> {
    let fernet = fernet(config, wish)?;
    let source = Source::read(&target(&wish.database)?).await?;
    let judged = judge(&source, &fernet)?;
    let mut config = config.clone();
    // A rehearsal makes no database and no key file where there are none yet.
    if wish.dry_run && is_blank(&config).await? {
        config.database.url = DatabaseUrl::Temporary;
    }
    let bringing = Bringing::open(&config, clock, !wish.dry_run).await?;
    let importer = Importer {
        hash_key: bringing.keys.hash_key().clone(),
        db: bringing.db.clone(),
        links: bringing.links.clone(),
        clock: bringing.clock.clone(),
        usual_scopes: Scopes::all().spotify().join(" "),
    };
    begun(judged.candidates.len() + judged.refused.len());
    let wish = Wish {
        check: wish.check,
        dry_run: wish.dry_run,
    };
    let report = importer.run(judged, wish, done).await?;
    bringing.db.close().await;
    Ok(report)
}

/// The key from the file, else from its own variable, else ours if it is one bare key.
fn fernet(config: &Config, wish: &ImportWish) -> Result<Fernet, ImportFailure> {
    let own = config.secrets.import_key.as_ref();
    if let Some(key) = wish.key.as_ref().or(own) {
        return Fernet::parse(key.expose_secret()).ok_or(ImportFailure::BadKey);
    }
    let shared = config.secrets.keyring.as_ref();
    shared
        .and_then(|keyring| Fernet::parse(keyring.expose_secret()))
        .ok_or(ImportFailure::NoKey)
}

/// A database's URL in either spelling, or the path of a file.
fn target(text: &str) -> Result<Target, ImportFailure> {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    let kind = scheme.split_once('+').map_or(scheme, |(kind, _)| kind);
    let is_url = text.contains("://") || matches!(kind, "sqlite" | "postgres" | "postgresql");
    if !is_url {
        return Ok(Target::Sqlite(PathBuf::from(text)));
    }
    match DatabaseUrl::parse(text) {
        Ok(DatabaseUrl::Sqlite { path }) => Ok(Target::Sqlite(path)),
        Ok(DatabaseUrl::Postgres(url)) => Ok(Target::Postgres(url)),
        Ok(DatabaseUrl::Temporary) => Err(ImportFailure::Database {
            what: "it is in memory",
            remedy: "name a file, or a PostgreSQL server",
        }),
        Err((what, remedy)) => Err(ImportFailure::Database { what, remedy }),
    }
}
