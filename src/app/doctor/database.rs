//! The database: whether it answers, whose it is, whether it can be written to, what room is left, how its tables
//! stand. The vault's sealed key goes on to the keyring's check.

use std::{
    fs::{File, OpenOptions},
    path::Path,
    time::Duration,
};

use super::{Case, keyring, report::Finding};
use crate::{
    app::{
        OpenFailure,
        open::{self, HASH_KEY},
    },
    config::{Config, DatabaseUrl},
    store::{Db, DbOptions, Migrations, StoreError},
};

const REACHABLE: &str = "database.reachable";
const WRITABLE: &str = "database.writable";
const SPACE: &str = "database.space";
const MIGRATIONS: &str = "migrations";

/// The longest wait for a database.
const PATIENCE: Duration = Duration::from_secs(5);

/// With less room than this a start may already fail, in bytes.
const TOO_LITTLE: u64 = 32 * 1024 * 1024;
/// With less than this it is time to look, in bytes.
const LITTLE: u64 = 256 * 1024 * 1024;

pub(super) async fn examine(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let sealed = if let Some(spoilt) = case.spoilt(REACHABLE, "DATABASE_URL") {
        findings.push(spoilt);
        rest_unchecked(&mut findings, "nobody knows which database is meant");
        Vault::Unknown
    } else {
        look(case, &mut findings).await
    };
    findings.extend(keyring::examine(case, &sealed));
    findings
}

/// What is known of the database's own key.
pub(super) enum Vault {
    /// It is there, sealed.
    Sealed(Vec<u8>),
    /// There is none yet: the first start makes it.
    Empty,
    /// The database did not tell.
    Unknown,
}

async fn look(case: &Case<'_>, findings: &mut Vec<Finding>) -> Vault {
    let config = case.config;
    if let DatabaseUrl::Sqlite { path } = &config.database.url
        && !path.exists()
    {
        // One person's own folder is made with the database; any other one is somebody's choice, or a slip.
        let with_folder = config.local.as_ref().is_some_and(|local| local.is_default);
        findings.extend(to_be_made(path, with_folder));
        return Vault::Empty;
    }
    let db = match open_to_look(config).await {
        Ok(db) => db,
        Err(failure) => {
            findings.push(failed(REACHABLE, config, &failure));
            rest_unchecked(findings, "the database does not answer");
            return Vault::Unknown;
        }
    };
    let vault = match ask(&db, config, findings).await {
        Ok(vault) => vault,
        Err(failure) => {
            findings.push(failed(REACHABLE, config, &failure.into()));
            rest_unchecked(findings, "the database failed");
            Vault::Unknown
        }
    };
    db.close().await;
    vault
}

async fn open_to_look(config: &Config) -> Result<Db, OpenFailure> {
    let Some(target) = open::target(&config.database.url) else {
        return Err(StoreError::Invalid("address").into());
    };
    let options = DbOptions {
        target,
        max_connections: 1,
        acquire_timeout: config.database.acquire_timeout.min(PATIENCE),
        busy_timeout: config.database.busy_timeout.min(PATIENCE),
    };
    Ok(Db::look(&options).await?)
}

async fn ask(db: &Db, config: &Config, findings: &mut Vec<Finding>) -> Result<Vault, StoreError> {
    let url = &config.database.url;
    let foreign = db.find_foreign_tables().await?;
    findings.push(Finding::ok(REACHABLE, format!("{url} answers")));
    if !foreign.is_empty() {
        let failure = OpenFailure::from(StoreError::Foreign(foreign.join(", ")));
        findings.push(Finding::fault(
            "database.owner",
            failure.to_string(),
            failure.hint(),
        ));
        rest_unchecked(findings, "the database belongs to another program");
        return Ok(Vault::Unknown);
    }
    findings.push(Finding::ok("database.owner", "no table of another program"));
    let complaints = db.find_damage().await?;
    findings.push(sound(&complaints));
    let migrations = db.find_migrations().await?;
    let pending = !migrations.pending.is_empty();
    findings.push(match url {
        DatabaseUrl::Sqlite { path } => file_writable(path),
        DatabaseUrl::Postgres(_) | DatabaseUrl::Temporary => {
            rights(&db.find_lacking_rights(pending).await?)
        }
    });
    findings.push(space(url, db.find_size().await?));
    findings.push(judge(&migrations));
    if migrations.applied == 0 {
        return Ok(Vault::Empty);
    }
    let sealed = db.find_sealed(HASH_KEY).await?;
    Ok(sealed.map_or(Vault::Empty, Vault::Sealed))
}

fn failed(check: &'static str, config: &Config, failure: &OpenFailure) -> Finding {
    let hint = failure.hint();
    Finding::fault(check, format!("{}: {failure}", config.database.url), hint)
}

fn sound(complaints: &[String]) -> Finding {
    match complaints.first() {
        None => Finding::ok("database.sound", "no damage found"),
        Some(first) => Finding::fault(
            "database.sound",
            format!("the file is damaged: {first}"),
            "stop the server, keep a copy of the file, and restore a backup",
        ),
    }
}

/// A SQLite file that the first start makes.
fn to_be_made(path: &Path, with_folder: bool) -> Vec<Finding> {
    let mut folder = open::folder_of(path);
    if with_folder {
        let there = folder.ancestors().find(|one| one.is_dir());
        folder = there.unwrap_or(folder);
    }
    let shown = folder.display();
    let mut findings = if folder.is_dir() {
        let what = format!(
            "{} is not there yet: the first start makes it",
            path.display()
        );
        vec![Finding::ok(REACHABLE, what)]
    } else {
        vec![Finding::fault(
            REACHABLE,
            format!("the folder {shown} does not exist"),
            format!("make the folder {shown}, or name another file in DATABASE_URL"),
        )]
    };
    if folder.is_dir() {
        findings.push(folder_writable(folder));
        findings.push(room(folder));
    }
    rest_unchecked(&mut findings, "there is no database yet");
    findings
}

fn file_writable(path: &Path) -> Finding {
    // Opening for writing writes nothing.
    match OpenOptions::new().write(true).open(path) {
        Ok(_file) => folder_writable(open::folder_of(path)),
        Err(fault) => Finding::fault(
            WRITABLE,
            format!("{} cannot be written to: {fault}", path.display()),
            "give the file to the user that runs the server, on a file system that is not read-only",
        ),
    }
}

/// SQLite makes files beside the database. A file without a name is gone with its handle.
fn folder_writable(folder: &Path) -> Finding {
    match tempfile::tempfile_in(folder) {
        Ok::<File, _>(_file) => Finding::ok(WRITABLE, "this user may write there"),
        Err(fault) => Finding::fault(
            WRITABLE,
            format!(
                "nothing can be made in the folder {}: {fault}",
                folder.display()
            ),
            "give the folder to the user that runs the server: SQLite makes files beside the database",
        ),
    }
}

fn rights(lacking: &[String]) -> Finding {
    if lacking.is_empty() {
        return Finding::ok(WRITABLE, "the user has the rights that a server needs");
    }
    Finding::fault(
        WRITABLE,
        lacking.join("; "),
        "name the primary and a user who owns the tables in DATABASE_URL, or grant the rights",
    )
}

fn space(url: &DatabaseUrl, size: i64) -> Finding {
    let mib = size / (1024 * 1024);
    match url {
        DatabaseUrl::Sqlite { path } => room(open::folder_of(path)),
        DatabaseUrl::Postgres(_) | DatabaseUrl::Temporary => Finding::unchecked(
            SPACE,
            format!(
                "{mib} MiB are used; the room that is left is for the database's server to tell"
            ),
        ),
    }
}

fn room(folder: &Path) -> Finding {
    match rustix::fs::statvfs(folder) {
        Ok(disk) => judge_room(disk.f_bavail.saturating_mul(disk.f_frsize)),
        Err(fault) => Finding::unchecked(SPACE, format!("the file system does not tell: {fault}")),
    }
}

/// How `free` bytes beside a SQLite file are to be taken.
fn judge_room(free: u64) -> Finding {
    let what = format!("{} MiB are free for the database", free / (1024 * 1024));
    let remedy = "make room on this file system, or move the database";
    if free < TOO_LITTLE {
        Finding::fault(SPACE, what, remedy)
    } else if free < LITTLE {
        Finding::warning(SPACE, what, remedy)
    } else {
        Finding::ok(SPACE, what)
    }
}

fn judge(migrations: &Migrations) -> Finding {
    let Migrations {
        applied,
        pending,
        newer,
        broken,
    } = migrations;
    if !newer.is_empty() {
        return Finding::fault(
            MIGRATIONS,
            format!(
                "a newer version wrote this database (migration {})",
                numbers(newer)
            ),
            "run the version of auxcord that wrote this database or a newer one; nothing was changed",
        );
    }
    if !broken.is_empty() {
        return Finding::fault(
            MIGRATIONS,
            format!(
                "migration {} was not finished, or is not the one that ran",
                numbers(broken)
            ),
            "restore a backup, and run the version of auxcord that wrote this database or a newer one",
        );
    }
    match (applied, pending.len()) {
        (applied, 0) => Finding::ok(MIGRATIONS, format!("all {applied} have run")),
        (0, _) => Finding::ok(
            MIGRATIONS,
            "the database is empty: the first start makes the tables",
        ),
        (_, count) => Finding::warning(
            MIGRATIONS,
            format!("{count} have not run yet ({})", numbers(pending)),
            "make a backup; the next start runs them, or `auxcord migrate`",
        ),
    }
}

fn numbers(versions: &[i64]) -> String {
    let texts: Vec<String> = versions.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

/// What nobody could look at, each with the reason.
fn rest_unchecked(findings: &mut Vec<Finding>, why: &str) {
    for check in [
        "database.owner",
        "database.sound",
        WRITABLE,
        SPACE,
        MIGRATIONS,
    ] {
        if !findings.iter().any(|finding| finding.check == check) {
            findings.push(Finding::unchecked(check, why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LITTLE, TOO_LITTLE, judge_room};
    use crate::app::doctor::report::State;

    #[test]
    fn a_full_disk_is_a_fault_and_one_that_fills_a_warning() {
        for (free, state) in [
            (0, State::Fault),
            (TOO_LITTLE - 1, State::Fault),
            (TOO_LITTLE, State::Warning),
            (LITTLE - 1, State::Warning),
            (LITTLE, State::Ok),
        ] {
            let finding = judge_room(free);
            assert_eq!(finding.state, state, "{finding:?}");
            assert_eq!(finding.remedy.is_some(), state != State::Ok);
        }
    }
}
