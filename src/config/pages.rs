//! `[pages]`: the operator's own words in the place of ours.

use std::path::PathBuf;

use super::reader::Reader;

/// The operator's own words in the place of ours.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    /// `PRIVACY_FILE`: the text of `/privacy`.
    pub privacy_file: Option<PathBuf>,
    /// `TERMS_FILE`: the text of `/terms`.
    pub terms_file: Option<PathBuf>,
}

impl Pages {
    pub(super) fn read(reader: &Reader) -> Self {
        Self {
            privacy_file: reader.path("pages.privacy_file"),
            terms_file: reader.path("pages.terms_file"),
        }
    }
}
