//! What the operator wrote in the place of our own texts, read once at start.

use std::{fs, io, path::Path};

use super::OpenFailure;
use crate::{
    config::Pages,
    web::{Notices, Prose},
};

/// Reads the files that `pages` names.
///
/// # Errors
/// [`OpenFailure::Notice`]: people must not read our text where the operator meant to show another.
pub(super) fn read(pages: &Pages) -> Result<Notices, OpenFailure> {
    Ok(Notices {
        privacy: prose("PRIVACY_FILE", pages.privacy_file.as_deref())?,
        terms: prose("TERMS_FILE", pages.terms_file.as_deref())?,
    })
}

fn prose(variable: &'static str, path: Option<&Path>) -> Result<Option<Prose>, OpenFailure> {
    let Some(path) = path else {
        return Ok(None);
    };
    fs::read_to_string(path)
        .and_then(|text| {
            if text.trim().is_empty() {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "it holds no text",
                ));
            }
            Ok(Some(Prose::parse(&text)))
        })
        .map_err(|source| OpenFailure::Notice {
            variable,
            path: path.to_owned(),
            source,
        })
}
