//! `[secrets]`: the keyring, and what makes a secret too weak to start with. It never parses more than it
//! needs to judge, and no fault quotes a secret.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{reader::Reader, server::Environment};

const KEYRING: &str = "secrets.token_encryption_key";
const IMPORT_KEY: &str = "secrets.import_encryption_key";
const CLIENT_SECRET: &str = "spotify.client_secret";

/// Spotify's client secrets have 32 characters; what is shorter than half of that is something else.
const SHORTEST_CLIENT_SECRET: usize = 16;

/// A key of 32 random bytes has about 30 different ones; fewer than this means that nobody drew it.
const FEWEST_DIFFERENT_BYTES: usize = 12;

/// The longest name of a key, in characters.
const LONGEST_NAME: usize = 32;

/// base64url with or without padding, as Fernet keys and our own are written.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The keyring that seals what is stored.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// `TOKEN_ENCRYPTION_KEY`; without it one is made and kept beside the database (never in `prod`).
    pub keyring: Option<SecretString>,
    /// `IMPORT_ENCRYPTION_KEY`: the Fernet key of the Python server whose database is imported. Judged where it is
    /// used, because nothing else needs it.
    pub import_key: Option<SecretString>,
}

impl Secrets {
    pub(super) fn read(reader: &mut Reader, environment: Option<Environment>) -> Self {
        const REMEDY: &str = "write the output of `auxcord keyring generate`";
        let prod = environment == Some(Environment::Prod);
        let what = match reader.text(KEYRING) {
            None if prod => Some("not set, and ENVIRONMENT=prod needs it".to_owned()),
            None => None,
            Some(text) => judge_keyring(text, prod).err(),
        };
        if let Some(what) = what {
            reader.fault(KEYRING, what, REMEDY);
        }
        Self {
            keyring: reader.secret(KEYRING),
            import_key: reader.secret(IMPORT_KEY),
        }
    }
}

/// `SPOTIFY_CLIENT_SECRET`, unless it cannot be one.
pub(super) fn client_secret(
    reader: &mut Reader,
    environment: Option<Environment>,
) -> Option<SecretString> {
    let text = reader.text(CLIENT_SECRET)?;
    let prod = environment == Some(Environment::Prod);
    let what = if is_example(text) {
        Some("it is the example's")
    } else if !text.bytes().all(|one| one.is_ascii_graphic()) {
        Some("it holds blanks or special characters")
    } else if prod && text.len() < SHORTEST_CLIENT_SECRET {
        Some("it is too short to be Spotify's")
    } else if prod && different(text.as_bytes()) < 4 {
        Some("it is the same few characters again and again")
    } else {
        None
    };
    if let Some(what) = what {
        reader.fault(
            CLIENT_SECRET,
            what,
            "copy it from https://developer.spotify.com/dashboard, or unset it: PKCE needs none",
        );
    }
    reader.secret(CLIENT_SECRET)
}

/// Whether a value is a placeholder that somebody forgot to replace.
pub(super) fn is_example(text: &str) -> bool {
    const MARKS: &[&str] = &[
        "your_",
        "your-",
        "changeme",
        "change_me",
        "change-me",
        "replace",
        "placeholder",
        "example",
        "insert_",
        "insert-",
        "todo",
        "<",
        "xxxx",
        "...",
    ];
    let text = text.to_ascii_lowercase();
    MARKS.iter().any(|mark| text.contains(mark))
}

/// Judges the form of a keyring, `name:key,name:key` or one bare key. The fragment names entries by their place.
fn judge_keyring(text: &str, prod: bool) -> Result<(), String> {
    let entries: Vec<_> = text
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .collect();
    if entries.is_empty() {
        return Err("it holds no key".to_owned());
    }
    let mut names: Vec<&str> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let place = at + 1;
        let (name, key) = match entry.split_once(':') {
            Some((name, key)) => (name.trim(), key.trim()),
            None if entries.len() == 1 => ("default", *entry),
            None => {
                return Err(format!(
                    "entry {place} has no name, and only a lone key may lack one"
                ));
            }
        };
        if !is_name(name) {
            return Err(format!(
                "entry {place} has a name that is not made of letters, digits, `-` and `_`"
            ));
        }
        if names.contains(&name) {
            return Err(format!("entry {place} has the name of an earlier one"));
        }
        names.push(name);
        judge_key(key, prod).map_err(|what| format!("entry {place} {what}"))?;
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let plain = |one: u8| one.is_ascii_alphanumeric() || b"-_".contains(&one);
    !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(plain)
}

fn judge_key(key: &str, prod: bool) -> Result<(), String> {
    let bytes = match BASE64URL.decode(key) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(_) if is_example(key) => return Err("is the example's".to_owned()),
        Err(_) => return Err("is not base64url".to_owned()),
    };
    if bytes.len() != 32 {
        return Err(format!("has {} bytes instead of 32", bytes.len()));
    }
    let different = different(&bytes);
    if different == 1 {
        return Err("is one byte 32 times".to_owned());
    }
    if prod && (different < FEWEST_DIFFERENT_BYTES || is_counting(&bytes)) {
        return Err("is an example's and not random".to_owned());
    }
    Ok(())
}

fn different(bytes: &[u8]) -> usize {
    let mut seen = [false; 256];
    for one in bytes {
        seen[usize::from(*one)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

/// Whether each byte follows the one before by the same step, such as 0, 1, 2, ...
fn is_counting(bytes: &[u8]) -> bool {
    let step = |pair: &[u8]| pair[1].wrapping_sub(pair[0]);
    let mut steps = bytes.windows(2).map(step);
    steps
        .next()
        .is_some_and(|first| steps.all(|next| next == first))
}
