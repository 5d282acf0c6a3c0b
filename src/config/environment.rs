//! The environment as a layer: the process's variables over those of a `.env`, names of other versions, and
//! names that look misspelt.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::Path,
};

use super::{
    layers::{Layer, Layers, is_blank, read_small},
    notes::{About, Note},
    table::{OLDER, SETTINGS, Setting},
};

/// From this likeness on (Jaro-Winkler, 1 is equal) a foreign variable counts as a misspelt one of ours.
const MISSPELT: f64 = 0.95;

/// Shorter names look like many others.
const SHORTEST_MISSPELT: usize = 8;

impl Layers {
    pub(super) fn dotenv(&mut self, path: Option<&Path>) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let Some(path) = path.filter(|path| path.exists()) else {
            return found;
        };
        let text = match read_small(path) {
            Ok(text) => text,
            Err(what) => {
                let name = path.display().to_string();
                self.faults
                    .push(name, what, "make it readable, or move it away");
                return found;
            }
        };
        for line in dotenvy::from_read_iter(text.as_bytes()) {
            match line {
                Ok((name, value)) => {
                    found.insert(name, value);
                }
                Err(error) => {
                    let at = line_of(&error, &text)
                        .map_or_else(String::new, |number| format!(" line {number}"));
                    self.faults.push(
                        format!("{}{at}", path.display()),
                        "not of the form NAME=value",
                        "put values with blanks, quotes, $ or # into single quotes",
                    );
                    break;
                }
            }
        }
        found
    }

    pub(super) fn environment(
        &mut self,
        dotenv: &BTreeMap<String, String>,
        environment: &BTreeMap<String, OsString>,
    ) {
        let look = |name: &str| -> Option<(Cow<'_, OsStr>, Layer)> {
            let real = environment
                .get(name)
                .filter(|value| !is_blank(&value.to_string_lossy()));
            if let Some(value) = real {
                return Some((Cow::Borrowed(value.as_os_str()), Layer::Environment));
            }
            let value = dotenv.get(name).filter(|value| !is_blank(value))?;
            Some((Cow::Borrowed(OsStr::new(value)), Layer::Dotenv))
        };
        for setting in SETTINGS {
            if self.is_ignored(setting.key) {
                continue;
            }
            let plain = look(setting.variable);
            let file_variable = format!("{}_FILE", setting.variable);
            let file = setting.secret.then(|| look(&file_variable)).flatten();
            if plain.is_some() && file.is_some() {
                self.both(setting, &file_variable);
                continue;
            }
            if let Some((value, layer)) = plain {
                if let Some(text) = self.utf8(setting, &value, setting.variable) {
                    self.put(setting.key, &text, layer, setting.variable.to_owned());
                }
            } else if let Some((value, layer)) = file
                && let Some(path) = self.utf8(setting, &value, &file_variable)
            {
                self.put_secret_file(setting, &path, layer, file_variable);
            }
        }
        self.foreign_names(|name| look(name).is_some());
        for name in environment.keys().chain(dotenv.keys()) {
            self.misspelt(name);
        }
    }

    /// Names that are not settings of this version but that somebody has a reason to set.
    fn foreign_names(&mut self, is_set: impl Fn(&str) -> bool) {
        for (name, why) in OLDER {
            if is_set(name) {
                let text = format!("{name} is known from older servers and not needed: {why}");
                self.foreign(About::Older(name), text);
            }
        }
    }

    /// The environment is full of other people's names, so a near miss is a note and not a fault.
    fn misspelt(&mut self, name: &str) {
        let known = SETTINGS.iter().any(|setting| {
            name == setting.variable
                || (setting.secret && name.strip_suffix("_FILE") == Some(setting.variable))
        });
        let near = SETTINGS.iter().map(|setting| setting.variable).find(|one| {
            one.len() >= SHORTEST_MISSPELT && strsim::jaro_winkler(one, name) >= MISSPELT
        });
        if let Some(near) = near.filter(|_| !known) {
            let text = format!("{name} is not a setting and has no effect; did you mean {near}?");
            self.foreign(About::Misspelt(name.to_owned()), text);
        }
    }

    fn foreign(&mut self, about: About, text: String) {
        self.notes.push(text.clone());
        self.foreign.push(Note { about, text });
    }

    fn utf8(&mut self, setting: &Setting, value: &OsStr, name: &str) -> Option<String> {
        let text = value.to_str().map(str::to_owned);
        if text.is_none() {
            self.spoil(setting.key);
            self.faults
                .push(name, "not UTF-8", "write it again as plain text");
        }
        text
    }
}

/// The number of the line that an error is about. The error itself quotes the line, which may hold a secret.
fn line_of(error: &dotenvy::Error, text: &str) -> Option<usize> {
    let dotenvy::Error::LineParse(line, _) = error else {
        return None;
    };
    let first = line.lines().map(str::trim).find(|one| !one.is_empty())?;
    let at = text.lines().position(|one| one.contains(first))?;
    Some(at + 1)
}
