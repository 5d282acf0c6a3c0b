//! Strangers' text made safe to print: names of tracks, playlists and people are data, never instructions.
//! This file knows no tool.

use std::{
    borrow::Cow,
    fmt::{Display, Write},
};

use crate::clock::Millis;

/// The most characters of a title, an artist or a playlist name that an answer shows.
pub(crate) const NAME: usize = 200;

/// Once so many bytes of names are joined, no further one is shown.
const JOINED: usize = 400;

/// The most characters of somebody else's text inside an error.
pub(crate) const IN_ERROR: usize = 80;

/// `raw` on one line, without characters that hide or reorder text, at most `cap` characters long.
///
/// Control characters and line breaks become a space; bidirectional controls, zero-width spaces and the invisible
/// tag characters vanish (Unicode Technical Report 36, section 2). What is cut ends in `…`.
pub(crate) fn clean(raw: &str, cap: usize) -> Cow<'_, str> {
    let harmless = raw.len() <= cap && raw.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if harmless {
        return Cow::Borrowed(raw);
    }
    let mut kept = String::with_capacity(raw.len().min(cap * 4));
    let visible = raw.chars().filter(|character| !is_invisible(*character));
    for (count, character) in visible.enumerate() {
        if count == cap {
            kept.pop();
            kept.push('…');
            break;
        }
        let breaks = character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
        kept.push(if breaks { ' ' } else { character });
    }
    Cow::Owned(kept)
}

/// As [`clean`], for text that is ours to keep: nothing is copied when nothing is wrong with it.
pub(crate) fn cleaned(raw: String, cap: usize) -> String {
    match clean(&raw, cap) {
        Cow::Borrowed(_) => raw,
        Cow::Owned(clean) => clean,
    }
}

/// Characters that nobody sees and that can reorder or smuggle text: what Unicode calls default-ignorable, but for the
/// joiners that scripts and emoji need and the two selectors of how an emoji looks.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'
            | '\u{200E}'
            | '\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0D}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// A length of time as people write it: `3:45`, `1:02:03`.
pub(crate) fn duration(millis: u64) -> String {
    let seconds = millis / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

/// `names` joined by commas, each cleaned; `None` if there are none. Where they grow long the rest is a number.
pub(crate) fn join<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut joined = String::new();
    let mut names = names.filter(|name| !name.is_empty());
    for name in names.by_ref() {
        let separator = if joined.is_empty() { "" } else { ", " };
        let _ = write!(joined, "{separator}{}", clean(name, NAME));
        if joined.len() > JOINED {
            break;
        }
    }
    let more = names.count();
    if more > 0 {
        let _ = write!(joined, " and {more} more");
    }
    (!joined.is_empty()).then_some(joined)
}

/// `1 item`, `2 items`: `one` with its number, in a plural that only adds an s.
pub(crate) fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, one: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {one}{plural}")
}

/// The verb of so many.
pub(crate) fn were<N: Copy + PartialEq + From<u8>>(count: N) -> &'static str {
    if count == N::from(1) { "was" } else { "were" }
}

/// A point in time (Unix milliseconds) as a UTC date, `2026-11-20`.
pub(crate) fn date(at: Millis) -> String {
    let instant = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    instant.strftime("%Y-%m-%d").to_string()
}

/// A point in time (Unix milliseconds) to the minute, `2026-11-20 09:30 UTC`.
pub(crate) fn minute(at: Millis) -> String {
    let instant = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    instant.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::{NAME, clean, counted, duration, join, were};

    #[test]
    fn plain_text_is_borrowed_as_it_is() {
        assert!(matches!(
            clean("Ordinary Title", 20),
            std::borrow::Cow::Borrowed("Ordinary Title")
        ));
    }

    #[test]
    fn text_that_hides_or_breaks_lines_is_flattened() {
        assert_eq!(
            clean("a\u{202E}b\u{0}c\nd\u{2028}e\u{E0041}f", 20),
            "ab c d ef"
        );
    }

    #[test]
    fn what_nobody_sees_goes() {
        for hidden in [
            '\u{AD}',
            '\u{34F}',
            '\u{1160}',
            '\u{17B4}',
            '\u{180B}',
            '\u{180E}',
            '\u{200B}',
            '\u{2060}',
            '\u{2064}',
            '\u{3164}',
            '\u{FE00}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{1D173}',
            '\u{E0001}',
            '\u{E0020}',
            '\u{E0100}',
            '\u{E01EF}',
        ] {
            let code = u32::from(hidden);
            assert_eq!(clean(&format!("a{hidden}b"), 20), "ab", "U+{code:04X}");
        }
    }

    #[test]
    fn many_names_end_in_a_number() {
        let one = ["Ada", "", "Ben"];
        assert_eq!(join(one.into_iter()).unwrap(), "Ada, Ben");
        let long = "x".repeat(NAME);
        let joined = join(std::iter::repeat_n(long.as_str(), 100)).unwrap();
        assert!(joined.ends_with(" and 98 more"), "{joined}");
        assert!(joined.len() < 4 * NAME);
        assert_eq!(join(std::iter::empty()), None);
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!(counted(1, "item"), "1 item");
        assert_eq!(counted(0_usize, "item"), "0 items");
        assert_eq!((were(1_u32), were(2_u32)), ("was", "were"));
    }

    #[test]
    fn scripts_and_emoji_survive() {
        let family = "家族 👨\u{200D}👩\u{200D}👧 ❤\u{FE0F} ☎\u{FE0E} שלום";
        assert_eq!(clean(family, 40), family);
    }

    #[test]
    fn long_text_is_cut_at_a_character_and_says_so() {
        assert_eq!(clean("ééééé", 3), "éé…");
    }

    #[test]
    fn durations_read_like_a_clock() {
        assert_eq!(duration(225_999), "3:45");
        assert_eq!(duration(3_723_000), "1:02:03");
    }
}
