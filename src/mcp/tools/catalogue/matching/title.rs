//! A title taken apart: the song's own name, who else is on it, and which version of it this is. Knows words, no
//! track.

use std::collections::BTreeSet;

use super::{
    fold::{fold, without_the},
    words::{
        COVER_PHRASES, COVERS, EDITIONS, FILLERS, LIVE_GOES_ON, LIVE_PARTS, LIVES, OTHER_PARTS,
        OTHERS, REMIXES, VERSION_ENDS,
    },
};

/// A title taken apart. All parts are folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Title {
    /// All of it.
    pub(super) whole: String,
    /// The song's own name.
    pub(super) core: String,
    /// Who else is on it, by the words behind `feat.` and its like.
    pub(super) credits: Vec<String>,
    /// The words of remasters and the like: other issues of the same recording.
    pub(super) editions: BTreeSet<String>,
    /// Which other recordings of the song this is.
    pub(super) kinds: BTreeSet<Kind>,
    /// What the versions are called beside their kind: where, when, by whom.
    pub(super) version: BTreeSet<String>,
    /// Bracketed words that nobody knows: part of the name.
    pub(super) asides: BTreeSet<String>,
    /// Words behind a dash that nobody knows: perhaps another version.
    pub(super) suffixes: BTreeSet<String>,
}

/// A kind of recording that is not the song as it first came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Live,
    Remix,
    /// Somebody else plays it, or nobody sings it.
    Cover,
    /// Acoustic, demo, radio edit and so on.
    Other,
}

/// What a part behind the name is.
enum Part {
    Credit(Vec<String>),
    Edition(BTreeSet<String>),
    Version(Kind, BTreeSet<String>),
    Unknown(String),
}

impl Title {
    /// Takes `raw` apart.
    pub(super) fn of(raw: &str) -> Self {
        let mut title = Self {
            whole: fold(raw),
            ..Self::default()
        };
        let (mut name, parts) = split(raw);
        for (place, part) in parts {
            match place {
                Place::Credit => title.credits.extend(names(part)),
                Place::Bracket | Place::Dash => title.take(classify(part), place),
            }
        }
        if let Some((aside, rest)) = first_bracket(name) {
            title.asides.insert(fold(aside));
            name = rest;
        }
        without_the(&fold(name)).clone_into(&mut title.core);
        title
    }

    fn take(&mut self, part: Part, place: Place) {
        match (part, place) {
            (Part::Credit(names), _) => self.credits.extend(names),
            (Part::Edition(words), _) => self.editions.extend(words),
            (Part::Version(kind, words), _) => {
                self.kinds.insert(kind);
                self.version.extend(words);
            }
            (Part::Unknown(words), Place::Dash) => {
                self.suffixes.insert(words);
            }
            (Part::Unknown(words), Place::Bracket | Place::Credit) => {
                self.asides.insert(words);
            }
        }
    }
}

/// Where a part stands.
#[derive(Clone, Copy)]
enum Place {
    Bracket,
    Dash,
    /// Behind `feat.`, without brackets.
    Credit,
}

/// The song's own name as it was written, and the words of the version if there are any.
pub(crate) fn name_and_version(raw: &str) -> (&str, String) {
    let (name, parts) = split(raw);
    let mut version = String::new();
    for (place, part) in parts {
        let is_version = match (classify(part), place) {
            (Part::Version(..), _) | (Part::Unknown(_), Place::Dash) => true,
            (Part::Credit(_) | Part::Edition(_) | Part::Unknown(_), _) => false,
        };
        if is_version && !matches!(place, Place::Credit) {
            version.push_str(part);
            version.push(' ');
        }
    }
    version.truncate(version.trim_end().len());
    (name, version)
}

/// The name, and what stands behind it, last first.
fn split(raw: &str) -> (&str, Vec<(Place, &str)>) {
    let mut name = raw.trim();
    let mut parts = Vec::new();
    loop {
        let found = last_bracket(name)
            .map(|(rest, part)| (rest, (Place::Bracket, part)))
            .or_else(|| last_dash(name).map(|(rest, part)| (rest, (Place::Dash, part))))
            .or_else(|| credit(name).map(|(rest, part)| (rest, (Place::Credit, part))));
        let Some((rest, part)) = found else {
            return (name, parts);
        };
        parts.push(part);
        name = rest;
    }
}

/// The names in a list of artists, folded, without articles: `A & B, C feat. D` has four.
pub(super) fn names(raw: &str) -> Vec<String> {
    let pieces = raw.split([',', ';', '/', '&', '+', '、', '，']);
    let mut found = Vec::new();
    for piece in pieces {
        let folded = fold(piece);
        let mut name: Vec<&str> = Vec::new();
        for word in folded.split(' ') {
            if matches!(
                word,
                "and" | "feat" | "ft" | "featuring" | "with" | "x" | "vs"
            ) {
                push(&mut found, &name);
                name.clear();
            } else {
                name.push(word);
            }
        }
        push(&mut found, &name);
    }
    found
}

fn push(found: &mut Vec<String>, name: &[&str]) {
    let name = name.join(" ");
    let name = without_the(&name);
    if !name.is_empty() {
        found.push(name.to_owned());
    }
}

const OPENING: [char; 7] = ['(', '[', '{', '（', '［', '【', '〔'];
const CLOSING: [char; 7] = [')', ']', '}', '）', '］', '】', '〕'];

/// What comes before the last bracket, and what is in it; nothing before it means that it is the name.
fn last_bracket(name: &str) -> Option<(&str, &str)> {
    let inner = name.strip_suffix(CLOSING)?;
    let mut depth = 0_u32;
    for (at, c) in inner.char_indices().rev() {
        if CLOSING.contains(&c) {
            depth += 1;
        } else if OPENING.contains(&c) {
            if depth == 0 {
                let rest = name[..at].trim_end();
                return (!rest.is_empty()).then(|| (rest, &inner[at + c.len_utf8()..]));
            }
            depth -= 1;
        }
    }
    None
}

/// What is in a bracket at the beginning, and what follows it.
fn first_bracket(name: &str) -> Option<(&str, &str)> {
    let inner = name.strip_prefix(OPENING)?;
    let end = inner.find(CLOSING)?;
    let closing = inner[end..].chars().next().map_or(1, char::len_utf8);
    let rest = inner[end + closing..].trim_start();
    (!rest.is_empty()).then(|| (&inner[..end], rest))
}

/// What comes before the last dash that stands between spaces, and what comes after it.
fn last_dash(name: &str) -> Option<(&str, &str)> {
    let (at, dash) = [" - ", " – ", " — ", " ― "]
        .iter()
        .filter_map(|dash| name.rfind(dash).map(|at| (at, *dash)))
        .max_by_key(|(at, _)| *at)?;
    let (rest, part) = (name[..at].trim_end(), name[at + dash.len()..].trim());
    (!rest.is_empty() && !part.is_empty()).then_some((rest, part))
}

/// What comes before `feat.` and its like, and who comes after.
fn credit(name: &str) -> Option<(&str, &str)> {
    let mut words = name.split_whitespace();
    // The first word is the name's, whatever it is.
    words.next()?;
    let found = words.find(|word| {
        let plain = word.trim_end_matches('.');
        ["feat", "ft", "featuring"]
            .iter()
            .any(|known| plain.eq_ignore_ascii_case(known))
    })?;
    // Both are parts of one string, so the distance of their beginnings is the place of the word.
    let at = found.as_ptr() as usize - name.as_ptr() as usize;
    let after = name[at + found.len()..].trim();
    (!after.is_empty()).then(|| (name[..at].trim_end(), after))
}

fn classify(part: &str) -> Part {
    let folded = fold(part);
    let words: Vec<&str> = folded.split(' ').collect();
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    let first = words.first().copied().unwrap_or_default();
    let last = words.last().copied().unwrap_or_default();
    if matches!(first, "feat" | "ft" | "featuring" | "with" | "w") && !VERSION_ENDS.contains(&last)
    {
        return Part::Credit(names(after_first_word(part)));
    }
    if has(&COVERS) || COVER_PHRASES.iter().any(|phrase| folded.contains(phrase)) {
        return Part::Version(Kind::Cover, telling(&words));
    }
    if is_live(&folded, &words) {
        return Part::Version(Kind::Live, telling(&words));
    }
    if is_edition(&words, &folded) {
        return Part::Edition(issue(&words));
    }
    if has(&REMIXES) {
        return Part::Version(Kind::Remix, telling(&words));
    }
    if has(&OTHERS) || OTHER_PARTS.iter().any(|part| folded.contains(part)) {
        return Part::Version(Kind::Other, telling(&words));
    }
    Part::Unknown(folded)
}

fn after_first_word(part: &str) -> &str {
    part.trim_start()
        .split_once(|c: char| c.is_whitespace() || matches!(c, '.' | '/'))
        .map_or("", |(_, rest)| rest)
}

/// Whether it names a performance before people.
pub(super) fn is_live(folded: &str, words: &[&str]) -> bool {
    let alone = words.iter().enumerate().any(|(at, word)| {
        let next = words.get(at + 1);
        *word == "live"
            && (at == 0 || next.is_none_or(|next| LIVE_GOES_ON.contains(next) || is_number(next)))
    });
    alone
        || words.iter().any(|word| LIVES.contains(word))
        || LIVE_PARTS.iter().any(|part| folded.contains(part))
}

/// Whether it is another issue of the same recording.
fn is_edition(words: &[&str], folded: &str) -> bool {
    words.iter().any(|word| word.starts_with("remaster"))
        || matches!(words.first(), Some(&"from"))
        || EDITIONS.contains(&folded)
}

/// What tells one issue from another: its years, if it names any.
fn issue(words: &[&str]) -> BTreeSet<String> {
    let years = words.iter().filter(|word| is_number(word));
    let years = years.map(|word| (*word).to_owned());
    years.chain(["issue".to_owned()]).collect()
}

/// The words of a version beside its kind.
fn telling(words: &[&str]) -> BTreeSet<String> {
    words
        .iter()
        .filter(|word| !FILLERS.contains(*word))
        .map(|word| (*word).to_owned())
        .collect()
}

pub(super) fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}
