//! The keyring: whether there is one, whether it opens what this database sealed, and who may read its file. Draws no
//! key and makes no file.

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};

use secrecy::ExposeSecret;

use super::{Case, database::Vault, report::Finding};
use crate::{
    app::{
        OpenFailure,
        open::{hash_key, key_file},
    },
    crypto::Keyring,
};

const CHECK: &str = "keyring";
const FILE: &str = "keyring.file";

/// How to mend a key file that others may read; also what `auxcord.key` is made with.
const PRIVATE: u32 = 0o600;

pub(super) fn examine(case: &Case<'_>, vault: &Vault) -> Vec<Finding> {
    if let Some(spoilt) = case.spoilt(CHECK, "TOKEN_ENCRYPTION_KEY") {
        return vec![
            spoilt,
            Finding::unchecked(FILE, "the keyring is in no key file"),
        ];
    }
    if let Some(text) = &case.config.secrets.keyring {
        let mut findings = vec![judge(
            Keyring::parse(text.expose_secret()).map_err(Into::into),
            vault,
        )];
        findings.push(Finding::ok(
            FILE,
            "TOKEN_ENCRYPTION_KEY is set: no key file is needed",
        ));
        return findings;
    }
    let path = key_file(case.config);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let keyring = Keyring::parse(text.trim()).map_err(|source| OpenFailure::KeyFileText {
                path: path.clone(),
                source,
            });
            vec![judge(keyring, vault), guarded(&path)]
        }
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => vec![
            missing(&path, vault),
            Finding::unchecked(FILE, format!("{} is not there", path.display())),
        ],
        Err(source) => {
            let failure = OpenFailure::KeyFile { path, source };
            vec![
                Finding::fault(CHECK, failure.to_string(), failure.hint()),
                Finding::unchecked(FILE, "the key file cannot be read"),
            ]
        }
    }
}

fn judge(keyring: Result<Keyring, OpenFailure>, vault: &Vault) -> Finding {
    let keyring = match keyring {
        Ok(keyring) => keyring,
        Err(failure) => return Finding::fault(CHECK, failure.to_string(), failure.hint()),
    };
    let names = keyring.kids().collect::<Vec<_>>().join(", ");
    match vault {
        Vault::Sealed(sealed) => match hash_key(&keyring, sealed) {
            Ok(_fits) => Finding::ok(CHECK, format!("it fits this database (keys: {names})")),
            Err(failure) => Finding::fault(CHECK, failure.to_string(), failure.hint()),
        },
        Vault::Empty => Finding::ok(
            CHECK,
            format!("it can be used (keys: {names}); nothing is sealed yet"),
        ),
        Vault::Unknown => Finding::unchecked(
            CHECK,
            format!("it can be read (keys: {names}); whether it fits, only the database can tell"),
        ),
    }
}

fn missing(path: &Path, vault: &Vault) -> Finding {
    match vault {
        Vault::Sealed(_) => {
            let failure = OpenFailure::KeyMissing(path.to_owned());
            Finding::fault(CHECK, failure.to_string(), failure.hint())
        }
        Vault::Empty => Finding::ok(
            CHECK,
            format!("none yet: the first start makes {}", path.display()),
        ),
        Vault::Unknown => Finding::unchecked(
            CHECK,
            "there is none; whether one is missing, only the database can tell",
        ),
    }
}

fn guarded(path: &Path) -> Finding {
    let shown = path.display();
    match fs::metadata(path) {
        Ok(meta) if meta.permissions().mode() & 0o777 & !PRIVATE == 0 => {
            Finding::ok(FILE, format!("only its owner may read {shown}"))
        }
        Ok(meta) => Finding::fault(
            FILE,
            format!(
                "others than its owner may use {shown} (mode {:04o})",
                meta.permissions().mode() & 0o777
            ),
            format!("chmod {PRIVATE:04o} {shown}"),
        ),
        Err(fault) => Finding::unchecked(FILE, format!("{shown} does not tell: {fault}")),
    }
}
