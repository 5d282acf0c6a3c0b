//! The data folder: for its owner alone, and with a secret that is this machine's name to the database.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::crypto::{Opaque, random_bytes};

/// The file with the machine's secret.
const SECRET_FILE: &str = "auxcord.machine";
/// Characters of such a secret: 32 bytes in base64url.
const SECRET_LENGTH: usize = 43;
/// Nobody but the owner reads, writes or searches.
const FOLDER_MODE: u32 = 0o700;
/// Nobody but the owner reads or writes.
const FILE_MODE: u32 = 0o600;

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderFault {
    /// The system refused.
    #[error("{path} cannot be used: {source}")]
    Io {
        /// What.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The secret's file holds something else.
    #[error("{0} holds no secret of a machine")]
    NoSecret(PathBuf),
}

/// Makes the folder, if it `is_ours` to make, and an empty file for a new `database`, so that neither is ever open to
/// others. What SQLite puts beside the file gets the file's permissions.
///
/// # Errors
/// [`FolderFault::Io`].
pub fn prepare(folder: &Path, is_ours: bool, database: Option<&Path>) -> Result<(), FolderFault> {
    let fault = |path: &Path| {
        let path = path.to_owned();
        |source| FolderFault::Io { path, source }
    };
    if is_ours {
        DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(folder)
            .map_err(fault(folder))?;
        tighten(folder, FOLDER_MODE).map_err(fault(folder))?;
    }
    let Some(database) = database else {
        return Ok(());
    };
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(database);
    match made {
        Ok(_) => Ok(()),
        Err(there) if there.kind() == ErrorKind::AlreadyExists && is_ours => {
            tighten(database, FILE_MODE).map_err(fault(database))
        }
        Err(there) if there.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(fault(database)(source)),
    }
}

/// The machine's secret, made if there is none: of processes that start together all get the same.
///
/// # Errors
/// [`FolderFault`].
pub fn machine_secret(folder: &Path) -> Result<Opaque, FolderFault> {
    let path = folder.join(SECRET_FILE);
    let found = match read(&path) {
        Err(absent) if absent.kind() == ErrorKind::NotFound => {
            make(folder, &path).and_then(|()| read(&path))
        }
        found => found,
    };
    let text = found.map_err(|source| FolderFault::Io {
        path: path.clone(),
        source,
    })?;
    let text = text.trim_ascii();
    let is_secret = text.len() == SECRET_LENGTH && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_secret {
        Ok(Opaque::from_text(text))
    } else {
        Err(FolderFault::NoSecret(path))
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    // More than the secret says that it is none; how much more does not matter.
    File::open(path)?.take(1_024).read_to_string(&mut text)?;
    tighten(path, FILE_MODE)?;
    Ok(text)
}

/// Whole or not at all, and never over another process's.
fn make(folder: &Path, path: &Path) -> io::Result<()> {
    let place = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    // Only its owner can read a file that this library makes.
    let mut file = NamedTempFile::new_in(place)?;
    writeln!(file, "{}", Opaque::new(random_bytes()).expose())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(fault) if fault.error.kind() != ErrorKind::AlreadyExists => Err(fault.error),
        _ => Ok(()),
    }
}

/// Takes from others what they must not have.
fn tighten(path: &Path, mode: u32) -> io::Result<()> {
    let now = fs::metadata(path)?.permissions().mode();
    let others = 0o077;
    if now & others == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode))
}
