//! The words about each person: what became of them, and why. Decides nothing.

use super::{
    report::{KeyOutcome, Line, LinkOutcome, Outcome},
    rows::{Candidate, FoundKey, FoundTokens, Refused},
};
use crate::store::{Account, KeyBrought};

/// Of somebody whose link has ended.
pub(super) const ENDED: &str =
    "Spotify does not accept the tokens any more: the person connects anew, and the key works then";
/// Of somebody whose key nothing proves.
pub(super) const UNPROVEN: &str = "the person is connected here already, and nothing proves that this key is theirs; they make a new one";

/// What to say of tokens of which no link was made.
pub(super) fn tokens_words(tokens: &FoundTokens) -> &'static str {
    match tokens {
        FoundTokens::Both(_) => {
            "not checked: the link works after the person reconnects, or after a run with the check"
        }
        FoundTokens::None => {
            "there were no tokens: the person connects anew, and the key works then"
        }
        FoundTokens::Half => "half a token: the person connects anew, and the key works then",
        FoundTokens::Unreadable => {
            "the tokens do not open: the person connects anew, and the key works then"
        }
    }
}

pub(super) fn refused(row: &Refused) -> Line {
    Line {
        user_id: row.user.clone(),
        spotify_id: row.spotify_id.clone(),
        display_name: row.display_name.clone(),
        outcome: row.why.outcome(),
        link: None,
        key: None,
        detail: Some(row.why.words().to_owned()),
    }
}

pub(super) fn line(candidate: &Candidate, outcome: Outcome, words: &str) -> Line {
    Line {
        user_id: candidate.user.clone(),
        spotify_id: candidate.spotify_id.clone(),
        display_name: candidate.display_name.clone(),
        outcome,
        link: None,
        key: None,
        detail: Some(words.to_owned()).filter(|words| !words.is_empty()),
    }
}

pub(super) fn mixed_up(candidate: &Candidate, named: &Account) -> Line {
    let words = format!(
        "the tokens are those of the account {}, not of {}: nothing was taken over; the person connects anew",
        named.spotify_id, candidate.spotify_id
    );
    line(candidate, Outcome::Quarantined, &words)
}

/// What would become of somebody whom nobody asks about.
pub(super) fn foreseen(candidate: &Candidate) -> Line {
    let told = with_key(
        line(candidate, Outcome::Imported, ""),
        candidate,
        KeyBrought::Kept,
    );
    let link = match &candidate.tokens {
        FoundTokens::Both(_) => LinkOutcome::Suspended,
        FoundTokens::None | FoundTokens::Half | FoundTokens::Unreadable => LinkOutcome::None,
    };
    let words = match &candidate.tokens {
        FoundTokens::Both(_) => None,
        tokens => Some(tokens_words(tokens)),
    };
    with_link(told, link, words)
}

pub(super) fn with_link(told: Line, link: LinkOutcome, words: Option<&str>) -> Line {
    let told = Line {
        link: Some(link),
        ..told
    };
    explained(told, words)
}

pub(super) fn with_key(told: Line, candidate: &Candidate, key: KeyBrought) -> Line {
    let words = match (&candidate.key, key) {
        (FoundKey::Malformed, _) => Some("the key is not 32 letters and digits"),
        (FoundKey::Shared, _) => Some("several rows have this key"),
        (FoundKey::Usable(_), KeyBrought::OfAnother) => Some("the key is another person's here"),
        (FoundKey::Usable(_), KeyBrought::TooMany) => {
            Some("the person has as many keys as a person may have")
        }
        (FoundKey::Usable(_), KeyBrought::Kept | KeyBrought::None) => None,
    };
    let told = Line {
        key: Some(match words {
            None => KeyOutcome::Imported,
            Some(_) => KeyOutcome::NotImported,
        }),
        ..told
    };
    explained(told, words)
}

/// Adds to what is said of somebody.
pub(super) fn explained(told: Line, words: Option<&str>) -> Line {
    let detail = match (told.detail, words) {
        (Some(said), Some(words)) => Some(format!("{said}; {words}")),
        (said, words) => said.or_else(|| words.map(str::to_owned)),
    };
    Line { detail, ..told }
}
