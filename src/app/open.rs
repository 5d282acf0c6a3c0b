//! Opening the house: the database, the operator's keyring, and the database's own key that fits it.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret;
use tempfile::{NamedTempFile, TempDir};

use crate::{
    clock::Millis,
    config::{Config, DatabaseUrl, Faults},
    crypto::{HashKey, Keyring, KeyringFault, OpenFault, Place, random_bytes},
    fetch::FetchBuildError,
    http::TlsFault,
    local::FolderFault,
    spotify::ClientBuildError,
    store::{Db, DbOptions, StoreError, Target},
};

/// The row of the vault that holds the hash key.
pub(super) const HASH_KEY: &str = "hash-key";
/// Where it is sealed for.
const PLACE: Place<'static> = Place {
    table: "vault",
    column: "sealed",
    row: HASH_KEY,
};
/// The name of the key file that `dev` makes beside the database.
const KEY_FILE: &str = "auxcord.key";
/// The name of the key that `dev` makes.
const DEV_KID: &str = "dev";

/// What to do while another program writes to a SQLite file.
pub(super) const LOCKED: &str = "another program is writing to this database: stop it, or wait until it is done; DATABASE_BUSY_TIMEOUT_MS is how long auxcord waits";

/// Why the house cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenFailure {
    /// The configuration has faults.
    #[error("the configuration is not usable:\n{0}")]
    Config(#[from] Faults),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The temporary directory of the sandbox's database.
    #[error("no temporary directory can be made: {0}")]
    Temporary(#[source] io::Error),
    /// The keyring's text.
    #[error("TOKEN_ENCRYPTION_KEY is not a keyring: {0}")]
    Keyring(#[from] KeyringFault),
    /// The key file cannot be read or made.
    #[error("the key file {path} cannot be used: {source}")]
    KeyFile {
        /// Where it is.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The key file's text.
    #[error("the key file {path} holds no keyring: {source}")]
    KeyFileText {
        /// Where it is.
        path: PathBuf,
        /// Why not.
        source: KeyringFault,
    },
    /// The database was sealed, and its key is nowhere.
    #[error(
        "the database was sealed with a key that is not here: TOKEN_ENCRYPTION_KEY is not set and {0} does not exist"
    )]
    KeyMissing(PathBuf),
    /// The keyring is another database's.
    #[error("the keyring does not fit this database: {0}")]
    WrongKeyring(OpenFault),
    /// The client of Spotify cannot be built.
    #[error(transparent)]
    Client(#[from] ClientBuildError),
    /// The extra roots cannot be read.
    #[error("the certificates in {path} cannot be read: {source}")]
    CaFile {
        /// Where they are.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The way to client documents cannot be built.
    #[error("client documents cannot be fetched: {0}")]
    Fetch(#[from] FetchBuildError),
    /// The certificate.
    #[error("https cannot be spoken: {0}")]
    Tls(#[from] TlsFault),
    /// A text of the operator's.
    #[error("{variable} names the file {path}, which cannot be read: {source}")]
    Notice {
        /// The variable that names it.
        variable: &'static str,
        /// Where it is.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The data folder of somebody who works alone.
    #[error("the data folder cannot be used: {0}")]
    Folder(#[from] FolderFault),
    /// No Spotify app, for somebody who works alone.
    #[error("SPOTIFY_CLIENT_ID is not set, and without a Spotify app no account can be connected")]
    NoOwnApp {
        /// What to register at Spotify.
        redirect_uri: String,
    },
    /// No Spotify app.
    #[error("SPOTIFY_CLIENT_ID is not set, so nobody could connect")]
    NoApp {
        /// What to register at Spotify.
        redirect_uri: String,
    },
}

impl OpenFailure {
    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            Self::Config(faults) => faults.hint(),
            Self::Store(StoreError::Foreign(tables)) if tables.contains("spotify_tokens") => {
                "this looks like the Python server's database; nothing in it was changed. Name a new one in DATABASE_URL and bring its people over with `auxcord import DATABASE`".into()
            }
            Self::Store(StoreError::Foreign(_)) => {
                "nothing in it was changed; name a database of auxcord's own in DATABASE_URL".into()
            }
            Self::Store(fault) if fault.is_locked() => LOCKED.into(),
            Self::Store(fault) if fault.is_other_version() => {
                "run the version of auxcord that wrote this database or a newer one; nothing was changed".into()
            }
            Self::Store(_) | Self::Temporary(_) => {
                "check DATABASE_URL, that the server or folder exists, that it may be written, and that the disk is not full".into()
            }
            Self::Keyring(_) | Self::KeyFileText { .. } => {
                "`auxcord keyring generate` makes a key; keep the old one in the list as long as the database needs it".into()
            }
            Self::KeyFile { .. } => "make the file readable for this user, or set TOKEN_ENCRYPTION_KEY".into(),
            Self::KeyMissing(_) | Self::WrongKeyring(_) => {
                "restore the key that this database was made with; nothing was changed. Without it people must connect anew, on a new database".into()
            }
            Self::Fetch(_) | Self::CaFile { .. } => {
                "check OAUTH_TRUSTED_CLIENT_HOSTS (host or host:port) and OAUTH_EXTRA_CA_FILE (certificates in PEM)".into()
            }
            Self::Client(_) => "check SPOTIFY_ACCOUNTS_URL and SPOTIFY_API_URL".into(),
            Self::Tls(_) => "name in TLS_CERT a PEM file with the certificate and those between it and the root, and in TLS_KEY one with its unencrypted private key".into(),
            Self::Notice { .. } => "name a text file in UTF-8 that this user may read, or leave the variable out for auxcord's own text".into(),
            Self::Folder(_) => "make the folder and its files yours and writable, or name another database with DATABASE_URL; a file auxcord.machine that holds no secret can be removed, and you connect once more then".into(),
            Self::NoOwnApp { redirect_uri } => format!(
                "at https://developer.spotify.com/dashboard create an app with the Redirect URI {redirect_uri} (exactly so) and the Web API ticked, and add your account's e-mail address under User Management; then set SPOTIFY_CLIENT_ID to the app's Client ID, in the \"env\" of your assistant's settings for auxcord. To try without: `auxcord stdio --sandbox`"
            ),
            Self::NoApp { redirect_uri } => format!(
                "make an app at developer.spotify.com with the redirect URI {redirect_uri} and set its client id; or try `auxcord serve --sandbox`"
            ),
        }
    }
}

/// An open database with the keys that fit it.
#[derive(Debug)]
pub struct Opened {
    /// The database.
    pub db: Db,
    /// The operator's keyring.
    pub keyring: Keyring,
    /// The key of every hash in this database.
    pub hash_key: HashKey,
    /// A key file that was made just now, to tell the operator about.
    pub made_key_file: Option<PathBuf>,
    /// Keeps a temporary database until the end.
    pub temporary: Option<TempDir>,
}

/// Opens and migrates the database that `config` names.
///
/// # Errors
/// [`OpenFailure`].
pub async fn open_database(config: &Config) -> Result<(Db, Option<TempDir>), OpenFailure> {
    let (options, temporary) = options(config)?;
    Ok((Db::open(&options).await?, temporary))
}

/// Whether nothing was ever kept in the database that `config` names. Makes and changes nothing.
///
/// # Errors
/// [`OpenFailure`].
pub(super) async fn is_blank(config: &Config) -> Result<bool, OpenFailure> {
    let (options, _temporary) = options(config)?;
    Ok(Db::is_blank(&options).await?)
}

fn options(config: &Config) -> Result<(DbOptions, Option<TempDir>), OpenFailure> {
    let mut temporary = None;
    let target = if let Some(target) = target(&config.database.url) {
        target
    } else {
        let folder = tempfile::Builder::new()
            .prefix("auxcord-")
            .tempdir()
            .map_err(OpenFailure::Temporary)?;
        let path = folder.path().join("sandbox.db");
        temporary = Some(folder);
        Target::Sqlite(path)
    };
    let options = DbOptions {
        target,
        max_connections: config.database.max_connections,
        acquire_timeout: config.database.acquire_timeout,
        busy_timeout: config.database.busy_timeout,
    };
    Ok((options, temporary))
}

/// Opens the database, the keyring, and the hash key, which is made on a database that has none.
///
/// # Errors
/// [`OpenFailure`]; a keyring that does not fit changes nothing.
pub async fn open(config: &Config, now: Millis) -> Result<Opened, OpenFailure> {
    let (db, temporary) = open_database(config).await?;
    let sealed = db.find_sealed(HASH_KEY).await?;
    let (keyring, made_key_file) = keyring(config, sealed.is_some(), temporary.is_some())?;
    let sealed = if let Some(sealed) = sealed {
        sealed
    } else {
        let fresh = keyring.seal(PLACE, &random_bytes::<32>(), random_bytes());
        db.insert_sealed(HASH_KEY, &fresh, now).await?
    };
    let hash_key = hash_key(&keyring, &sealed)?;
    Ok(Opened {
        db,
        keyring,
        hash_key,
        made_key_file,
        temporary,
    })
}

/// Where an address leads, unless that is to a file yet to be made in a temporary folder.
pub(super) fn target(url: &DatabaseUrl) -> Option<Target> {
    match url {
        DatabaseUrl::Sqlite { path } => Some(Target::Sqlite(path.clone())),
        DatabaseUrl::Postgres(url) => Some(Target::Postgres(url.clone())),
        DatabaseUrl::Temporary => None,
    }
}

/// Opens the database's own key, which is the check that the keyring is this database's.
///
/// # Errors
/// [`OpenFailure::WrongKeyring`].
pub(super) fn hash_key(keyring: &Keyring, sealed: &[u8]) -> Result<HashKey, OpenFailure> {
    let plain = keyring
        .open(PLACE, sealed)
        .map_err(OpenFailure::WrongKeyring)?;
    HashKey::from_slice(&plain).ok_or(OpenFailure::WrongKeyring(OpenFault::Refused))
}

/// The configured keyring, else the one in the key file, which is made only for a database that needs no old one.
fn keyring(
    config: &Config,
    sealed_before: bool,
    temporary: bool,
) -> Result<(Keyring, Option<PathBuf>), OpenFailure> {
    if let Some(text) = &config.secrets.keyring {
        return Ok((Keyring::parse(text.expose_secret())?, None));
    }
    if temporary {
        return Ok((
            Keyring::parse(&Keyring::entry(DEV_KID, random_bytes()))?,
            None,
        ));
    }
    let path = key_file(config);
    match fs::read_to_string(&path) {
        Ok(text) => of_file(&text, path),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound && sealed_before => {
            Err(OpenFailure::KeyMissing(path))
        }
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            let entry = Keyring::entry(DEV_KID, random_bytes());
            match write_private(&path, &entry) {
                Ok(()) => Ok((Keyring::parse(&entry)?, Some(path))),
                // Another process that starts at the same moment was faster.
                Err(there) if there.kind() == io::ErrorKind::AlreadyExists => {
                    fs::read_to_string(&path)
                        .map_err(|source| OpenFailure::KeyFile {
                            path: path.clone(),
                            source,
                        })
                        .and_then(|text| of_file(&text, path))
                }
                Err(source) => Err(OpenFailure::KeyFile { path, source }),
            }
        }
        Err(source) => Err(OpenFailure::KeyFile { path, source }),
    }
}

/// The keyring in a key file that was there.
fn of_file(text: &str, path: PathBuf) -> Result<(Keyring, Option<PathBuf>), OpenFailure> {
    Keyring::parse(text.trim())
        .map(|keyring| (keyring, None))
        .map_err(|source| OpenFailure::KeyFileText { path, source })
}

/// Beside a database that is a file; else in the data folder of somebody who works alone, or where the server runs.
pub(super) fn key_file(config: &Config) -> PathBuf {
    match &config.database.url {
        DatabaseUrl::Sqlite { path } => path.parent().unwrap_or(Path::new("")).join(KEY_FILE),
        DatabaseUrl::Postgres(_) | DatabaseUrl::Temporary => match &config.local {
            Some(local) => local.folder.join(KEY_FILE),
            None => PathBuf::from(KEY_FILE),
        },
    }
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Writes a file that only its owner can read: whole or not at all, and never over another one.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let folder = folder_of(path);
    // Only its owner can read a file that this library makes.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}
