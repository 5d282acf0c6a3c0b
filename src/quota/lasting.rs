//! How long which answers are remembered: one table. Everything here is short, because Spotify's terms allow a cache for
//! performance only and because people use Spotify elsewhere too.

use crate::{
    clock::{MINUTE, Millis, SECOND},
    spotify::{Call, Group},
};

/// Answers of a known edition: they never grow old, and are kept no longer than any other.
const EDITION: Millis = 5 * MINUTE;
/// What Spotify computes anew about once a day.
const TOP: Millis = 10 * MINUTE;

/// For how long the answer to `call` is remembered, if at all.
pub(super) fn lasts<T>(call: &Call<T>) -> Option<Millis> {
    if !call.is_read() {
        return None;
    }
    if call.has_edition() {
        return Some(EDITION);
    }
    match call.group() {
        Group::Search => Some(5 * MINUTE),
        Group::Catalogue => Some(10 * MINUTE),
        Group::Profile => Some(MINUTE),
        Group::Library if call.path().starts_with("me/top/") => Some(TOP),
        // People change these in Spotify's own apps and look here at once.
        Group::Playlists | Group::Library | Group::Spoken => Some(30 * SECOND),
        // What plays is over in a moment.
        Group::Player => None,
    }
}
