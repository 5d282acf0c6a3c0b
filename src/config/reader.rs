//! Turns the text of a setting into a value of its type, or into a fault that names it. A reader never stops
//! at the first fault: a section reads all its fields before it gives up.

use std::{fmt::Write, ops::RangeInclusive, path::PathBuf, str::FromStr, time::Duration};

use secrecy::SecretString;
use url::Url;

use super::{
    faults::Faults,
    layers::{Entry, Layer, Layers},
    table,
};

/// The layered settings, and the faults found so far.
pub(super) struct Reader {
    pub(super) layers: Layers,
}

impl Reader {
    /// The text of a setting, if it is set.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.entry(key).map(|entry| entry.text.as_str())
    }

    /// Whether a person set it, rather than the embedded defaults.
    pub(super) fn is_given(&self, key: &str) -> bool {
        self.entry(key)
            .is_some_and(|entry| entry.layer != Layer::Default)
    }

    /// A whole number in `range`.
    pub(super) fn number(&mut self, key: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let text = self.text(key)?;
        match text.parse::<u64>() {
            Ok(number) if range.contains(&number) => Some(number),
            _ => {
                let what = format!("{} is not a number in range", shown(text));
                let remedy = format!(
                    "write a whole number from {} to {}",
                    range.start(),
                    range.end()
                );
                self.fault(key, what, remedy);
                None
            }
        }
    }

    /// A whole number in `range` that fits `T`.
    pub(super) fn small<T: TryFrom<u64>>(
        &mut self,
        key: &str,
        range: RangeInclusive<u64>,
    ) -> Option<T> {
        self.number(key, range)
            .and_then(|number| T::try_from(number).ok())
    }

    /// A number of seconds.
    pub(super) fn seconds(&mut self, key: &str, range: RangeInclusive<u64>) -> Option<Duration> {
        self.number(key, range).map(Duration::from_secs)
    }

    /// A number of milliseconds.
    pub(super) fn millis(&mut self, key: &str, range: RangeInclusive<u64>) -> Option<Duration> {
        self.number(key, range).map(Duration::from_millis)
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text));
        if let Some((_, value)) = found {
            return Some(*value);
        }
        let names: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let what = format!("{} is not understood", shown(text));
        self.fault(key, what, format!("write {}", names.join(" or ")));
        None
    }

    /// `true` or `false`, and the other spellings that people use.
    pub(super) fn truth(&mut self, key: &str) -> Option<bool> {
        let text = self.text(key)?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => {
                let what = format!("{} is neither true nor false", shown(text));
                self.fault(key, what, "write `true` or `false`");
                None
            }
        }
    }

    /// A comma-separated list without its empty items.
    pub(super) fn list(&self, key: &str) -> Vec<String> {
        self.text(key)
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A value with a `FromStr` of its own; `remedy` says what one looks like.
    pub(super) fn parse<T: FromStr>(&mut self, key: &str, remedy: &str) -> Option<T> {
        let text = self.text(key)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let what = format!("{} is not understood", shown(text));
            self.fault(key, what, remedy);
        }
        parsed
    }

    /// A URL with a host, without user info, query and fragment.
    pub(super) fn url(&mut self, key: &str, example: &str) -> Option<Url> {
        let text = self.text(key)?.to_owned();
        let remedy = format!("write it like {example}");
        let what = match Url::parse(&text) {
            Err(error) => format!("{} is not a URL ({error})", shown(&text)),
            Ok(url) if !matches!(url.scheme(), "http" | "https") || url.host().is_none() => {
                format!("{} is neither an http nor an https URL", shown(&text))
            }
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                "it holds a user name or a password".to_owned()
            }
            Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                "it holds a `?` or a `#`".to_owned()
            }
            Ok(url) => return Some(url),
        };
        self.fault(key, what, remedy);
        None
    }

    /// A path, as it is.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    /// A secret, as it is.
    pub(super) fn secret(&self, key: &str) -> Option<SecretString> {
        self.text(key).map(SecretString::from)
    }

    /// Reports a fault of the setting `key`.
    pub(super) fn fault(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let name = self.name(key);
        self.layers.spoil(key);
        self.layers.faults.push(name, what, remedy);
    }

    /// Adds something that is worth knowing and stops nothing.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.layers.notes.push(note.into());
    }

    /// The variable of a setting, with the place where it was given if that is another one.
    pub(super) fn name(&self, key: &str) -> String {
        let variable = table::by_key(key).map_or(key, |setting| setting.variable);
        let Some(entry) = self.entry(key) else {
            return variable.to_owned();
        };
        match &entry.layer {
            Layer::Default => variable.to_owned(),
            Layer::Environment => entry.name.clone(),
            Layer::Dotenv => format!("{} (in .env)", entry.name),
            Layer::Flag(flag) => format!("{flag} ({variable})"),
            Layer::File(path) => format!("{variable} ({} in {})", entry.name, path.display()),
        }
    }

    /// The faults found so far.
    pub(super) fn faults(&self) -> &Faults {
        &self.layers.faults
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.layers.entries.get(key)
    }
}

/// A value as a fault may quote it: short, on one line, and not at all if it could hold a password.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.contains('@') {
        return "the value".to_owned();
    }
    let mut quoted = String::from("`");
    for one in text.chars().take(LONGEST) {
        if one.is_control() {
            // Writing to a `String` cannot fail.
            let _ = write!(quoted, "{}", one.escape_default());
        } else {
            quoted.push(one);
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        quoted.push('…');
    }
    quoted.push('`');
    quoted
}
