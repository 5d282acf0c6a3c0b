//! Lays the sources over each other: defaults < file < environment (over `.env`) < flags. The result is one
//! text a setting, with the name under which a person finds it again. Values are judged elsewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use super::{
    faults::Faults,
    notes::Note,
    sources::Sources,
    table::{self, SETTINGS, Setting},
};

/// What a `.env` does not say for one person's own auxcord.
const NOT_FROM_A_FOLDER: [&str; 5] = [
    "spotify.accounts_url",
    "spotify.api_url",
    "database.url",
    "secrets.token_encryption_key",
    "server.environment",
];

/// The embedded defaults, which `auxcord config default` prints.
pub(super) const DEFAULTS: &str = include_str!("../../config.default.toml");

/// The largest file that is read for a configuration or a secret, in bytes.
const LARGEST_FILE: u64 = 256 * 1024;

/// Which layer a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    Default,
    File(PathBuf),
    Dotenv,
    Environment,
    Flag(&'static str),
}

/// The effective text of a setting. Blind `Debug`, because it may be a secret.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) text: String,
    pub(super) layer: Layer,
    /// The name under which the value was given, `X_FILE` included.
    pub(super) name: String,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("name", &self.name)
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}

/// The layers, laid over each other.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) entries: BTreeMap<&'static str, Entry>,
    pub(super) notes: Vec<String>,
    /// Those of the notes that are about variables which are none of ours.
    pub(super) foreign: Vec<Note>,
    pub(super) faults: Faults,
    /// The settings that a fault is about.
    pub(super) spoilt: BTreeSet<&'static str>,
    /// Where a secret was read from a file of its own.
    pub(super) files: BTreeMap<&'static str, PathBuf>,
    sandbox: bool,
    /// Whether it is for one person on one machine.
    pub(super) local: bool,
}

impl Layers {
    /// Reads every source.
    pub(super) fn lay(sources: &Sources) -> Self {
        let mut layers = Self {
            sandbox: sources.sandbox,
            ..Self::default()
        };
        layers.file(DEFAULTS, &Layer::Default);
        if let Some(path) = &sources.file {
            match read_small(path) {
                Ok(text) => layers.file(&text, &Layer::File(path.clone())),
                Err(what) => layers.faults.push(
                    format!("--config {}", path.display()),
                    what,
                    "name a readable TOML file; `auxcord config default` prints one to start from",
                ),
            }
        }
        let dotenv = layers.dotenv(sources.dotenv.as_deref());
        layers.environment(&dotenv, &sources.environment);
        for (key, flag, value) in sources.flags.given() {
            layers.put(key, value, Layer::Flag(flag), flag.to_owned());
        }
        layers.local = sources.local.unwrap_or_else(|| layers.is_for_stdio());
        if layers.local {
            layers.distrust_dotenv();
        }
        layers
    }

    /// Remembers that there is a fault about the setting.
    pub(super) fn spoil(&mut self, key: &str) {
        if let Some(setting) = table::by_key(key) {
            self.spoilt.insert(setting.key);
        }
    }

    /// Gives these settings their defaults again.
    pub(super) fn leave_out(&mut self, keys: &BTreeSet<&'static str>) {
        let mut defaults = Self::default();
        defaults.file(DEFAULTS, &Layer::Default);
        for key in keys {
            self.files.remove(key);
            match defaults.entries.remove(key) {
                Some(entry) => self.entries.insert(key, entry),
                None => self.entries.remove(key),
            };
        }
    }

    fn is_for_stdio(&self) -> bool {
        let transport = self.entries.get("server.transport");
        transport.is_some_and(|entry| entry.text.eq_ignore_ascii_case("stdio"))
    }

    /// Clients start the program in whatever folder their person has opened, and a `.env` that came with that folder
    /// must not say where tokens are sent.
    fn distrust_dotenv(&mut self) {
        let mut untrusted = BTreeSet::new();
        for key in NOT_FROM_A_FOLDER {
            let entry = self.entries.get(key);
            if let Some(entry) = entry.filter(|entry| entry.layer == Layer::Dotenv) {
                self.notes.push(format!(
                    "{} in .env is not taken by one person's own auxcord: it would say where tokens go and what seals \
                     them, and assistants start programs in whatever folder is open; set it in the environment",
                    entry.name
                ));
                untrusted.insert(key);
            }
        }
        self.leave_out(&untrusted);
    }

    fn file(&mut self, text: &str, layer: &Layer) {
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => {
                // The error's own `Display` quotes the line, which may hold a secret.
                let line = error
                    .span()
                    .map_or(1, |span| text[..span.start].matches('\n').count() + 1);
                self.faults.push(
                    format!("{} line {line}", place(layer)),
                    format!("not TOML: {}", error.message()),
                    "correct the line; `auxcord config default` shows the form",
                );
                return;
            }
        };
        let mut given = BTreeMap::new();
        for (section, value) in &table {
            match value {
                toml::Value::Table(keys) => {
                    for (key, value) in keys {
                        given.insert(format!("{section}.{key}"), value);
                    }
                }
                other => {
                    given.insert(section.clone(), other);
                }
            }
        }
        for (key, value) in &given {
            self.file_key(key, value, &given, layer);
        }
    }

    fn file_key(
        &mut self,
        key: &str,
        value: &toml::Value,
        given: &BTreeMap<String, &toml::Value>,
        layer: &Layer,
    ) {
        let from_file = key
            .strip_suffix("_file")
            .and_then(table::by_key)
            .filter(|setting| setting.secret);
        let Some(setting) = table::by_key(key).or(from_file) else {
            self.unknown_key(key, layer);
            return;
        };
        let is_given = |key: &str| {
            given
                .get(key)
                .and_then(|value| as_text(value, false))
                .is_some_and(|text| !is_blank(&text))
        };
        if from_file.is_some() && is_given(key) && is_given(setting.key) {
            self.both(setting, key);
            return;
        }
        let Some(text) = as_text(value, setting.list) else {
            self.spoil(setting.key);
            self.faults.push(
                format!("{} ({key} in {})", setting.variable, place(layer)),
                format!("a {} is not what belongs here", value.type_str()),
                if setting.list {
                    "write an array of strings"
                } else {
                    "write one string, number or true/false"
                },
            );
            return;
        };
        if from_file.is_some() {
            self.put_secret_file(setting, &text, layer.clone(), key.to_owned());
        } else {
            self.put(setting.key, &text, layer.clone(), key.to_owned());
        }
    }

    fn unknown_key(&mut self, key: &str, layer: &Layer) {
        let remedy = match table::nearest(key, SETTINGS.iter().map(|setting| setting.key)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "remove it; `auxcord config default` lists every key".to_owned(),
        };
        self.faults.push(
            format!("{key} in {}", place(layer)),
            "no setting has this name",
            remedy,
        );
    }

    pub(super) fn put_secret_file(
        &mut self,
        setting: &Setting,
        path: &str,
        layer: Layer,
        name: String,
    ) {
        if is_blank(path) || self.is_ignored(setting.key) {
            return;
        }
        let path = Path::new(path.trim());
        match read_small(path) {
            Ok(text) if is_blank(&text) => {
                self.spoil(setting.key);
                self.faults.push(
                    name,
                    format!("the file {} is empty", path.display()),
                    "put the value into it, or unset the variable",
                );
            }
            Ok(text) => {
                self.put(setting.key, &text, layer, name);
                self.files.insert(setting.key, path.to_owned());
            }
            Err(what) => {
                self.spoil(setting.key);
                self.faults.push(
                    name,
                    format!("the file {}: {what}", path.display()),
                    "name a file that this process may read",
                );
            }
        }
    }

    pub(super) fn both(&mut self, setting: &Setting, file_name: &str) {
        self.spoil(setting.key);
        self.faults.push(
            setting.variable,
            format!("given twice, the second time through {file_name}"),
            "keep one of the two",
        );
    }

    pub(super) fn put(&mut self, key: &'static str, text: &str, layer: Layer, name: String) {
        let from_flag = matches!(layer, Layer::Flag(_));
        if is_blank(text) || (!from_flag && layer != Layer::Default && self.is_ignored(key)) {
            return;
        }
        let text = text.trim().to_owned();
        self.files.remove(key);
        self.entries.insert(key, Entry { text, layer, name });
    }

    /// In the sandbox the operator's Spotify app and database are out of reach, lest a trial touches them.
    pub(super) fn is_ignored(&self, key: &str) -> bool {
        self.sandbox && (key.starts_with("spotify.") || key == "database.url")
    }
}

fn place(layer: &Layer) -> String {
    match layer {
        Layer::File(path) => path.display().to_string(),
        Layer::Default => "config.default.toml".to_owned(),
        Layer::Dotenv => ".env".to_owned(),
        Layer::Environment => "the environment".to_owned(),
        Layer::Flag(flag) => (*flag).to_owned(),
    }
}

fn as_text(value: &toml::Value, list: bool) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Array(items) if list => items
            .iter()
            .map(toml::Value::as_str)
            .collect::<Option<Vec<_>>>()
            .map(|items| items.join(",")),
        toml::Value::Array(_) | toml::Value::Table(_) | toml::Value::Datetime(_) => None,
    }
}

pub(super) fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// Reads a file of a sensible size; the error is a fragment for a fault.
pub(super) fn read_small(path: &Path) -> Result<String, String> {
    let file = File::open(path).map_err(|error| format!("cannot be read ({})", error.kind()))?;
    let mut text = String::new();
    file.take(LARGEST_FILE + 1)
        .read_to_string(&mut text)
        .map_err(|error| format!("cannot be read ({})", error.kind()))?;
    if text.len() as u64 > LARGEST_FILE {
        return Err(format!("larger than {LARGEST_FILE} bytes"));
    }
    Ok(text)
}
