//! What came of saving and removing, in words and as structure: every reference accounted for.

use std::fmt::Write;

use serde::Serialize;

use super::{
    refs::{Thing, Unsupported},
    state::Applied,
};

/// The most links of one kind that the text lists; the structure has all.
const SHOWN: usize = 50;

/// Something that was not done.
#[derive(Debug, Serialize)]
pub(super) struct Failed {
    uri: String,
    reason: &'static str,
}

/// The failures of `applied` as the structure has them.
pub(super) fn failed(applied: &Applied) -> Vec<Failed> {
    let failed = applied.failed.iter();
    failed
        .map(|(thing, reason)| Failed {
            uri: thing.uri.clone(),
            reason,
        })
        .collect()
}

/// The URIs of `things`.
pub(super) fn uris<'t>(things: impl IntoIterator<Item = &'t Thing>) -> Vec<String> {
    things.into_iter().map(|thing| thing.uri.clone()).collect()
}

/// A line of `lead` and how many there are, with a line for each; nothing for none.
pub(super) fn list<'t>(
    lead: &str,
    things: impl ExactSizeIterator<Item = &'t Thing>,
    words: &mut String,
) {
    let count = things.len();
    if count == 0 {
        return;
    }
    let _ = write!(words, "\n{lead}: {count}");
    for thing in things.take(SHOWN) {
        let _ = write!(words, "\n- {}", thing.link);
    }
    if count > SHOWN {
        let _ = write!(words, "\n- and {} more", count - SHOWN);
    }
}

/// What was not done, with the reasons.
pub(super) fn list_failed(applied: &Applied, words: &mut String) {
    if applied.failed.is_empty() {
        return;
    }
    let _ = write!(words, "\nNot done: {}", applied.failed.len());
    for (thing, reason) in applied.failed.iter().take(SHOWN) {
        let _ = write!(words, "\n- {} ({reason})", thing.link);
    }
    if applied.failed.len() > SHOWN {
        let _ = write!(words, "\n- and {} more", applied.failed.len() - SHOWN);
    }
    words.push_str("\nThe same call again does no harm: it does only what is missing.");
}

/// What cannot be used, with the reasons.
pub(super) fn unsupported(all: &[Unsupported], words: &mut String) {
    if all.is_empty() {
        return;
    }
    let _ = write!(words, "\nUnsupported: {}", all.len());
    for one in all.iter().take(SHOWN) {
        let _ = write!(words, "\n- {} ({})", one.item, one.reason);
    }
    if all.len() > SHOWN {
        let _ = write!(words, "\n- and {} more", all.len() - SHOWN);
    }
}
