//! Dates in words.

use jiff::{Timestamp, tz::TimeZone};

use crate::clock::Millis;

/// `at` as a date in UTC, in `format` (strftime); empty for a time that no calendar has.
pub fn date(at: Millis, format: &str) -> String {
    Timestamp::from_millisecond(at)
        .map(|at| at.to_zoned(TimeZone::UTC).strftime(format).to_string())
        .unwrap_or_default()
}

/// `at` as people read it: `20 May 2027`, in UTC.
pub fn long_date(at: Millis) -> String {
    date(at, "%-d %B %Y")
}
