//! The operator's keyring: named 256-bit keys, the first of which seals while all of them open.
//!
//! Text form: `kid:base64url32` entries, comma-separated; a single bare `base64url32` is the key `default`.

use std::fmt;

use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::{Zeroize, Zeroizing};

/// Length of a key in bytes.
pub(super) const KEY_BYTES: usize = 32;
/// The name of a key that was given without one.
const DEFAULT_KID: &str = "default";
/// The longest name of a key, in bytes; the sealed form has one byte for it.
const KID_MAX: usize = 32;

/// Base64url with or without padding: Fernet keys come with it, ours without.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The keys that seal and open what the database keeps.
#[derive(Clone)]
pub struct Keyring {
    keys: Vec<Entry>,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) kid: String,
    pub(super) key: Zeroizing<[u8; KEY_BYTES]>,
}

/// What is wrong with a keyring's text. Never repeats the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringFault {
    /// No entry at all.
    #[error("the keyring is empty")]
    Empty,
    /// An entry is not 32 bytes of base64url.
    #[error("entry {0} of the keyring is not 32 bytes in base64url")]
    Malformed(usize),
    /// An entry's name is empty, too long or has other characters than `A-Z a-z 0-9 _ -`.
    #[error("entry {0} of the keyring has a name that is not 1 to {KID_MAX} of A-Z a-z 0-9 _ -")]
    BadName(usize),
    /// Two entries have one name.
    #[error("entry {0} of the keyring repeats an earlier name")]
    Repeated(usize),
    /// A key whose bytes are all equal: a placeholder, not a key.
    #[error("entry {0} of the keyring is a placeholder, not a key")]
    Placeholder(usize),
    /// A bare key beside others: only named entries can be told apart.
    #[error("entry {0} of the keyring needs a name (kid:key), as there are several")]
    Unnamed(usize),
}

impl Keyring {
    /// Reads the text form.
    ///
    /// # Errors
    /// [`KeyringFault`], with the number of the entry, counted from 1.
    pub fn parse(text: &str) -> Result<Self, KeyringFault> {
        let entries: Vec<&str> = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .collect();
        let mut keys: Vec<Entry> = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let number = index + 1;
            let (kid, encoded) = match entry.split_once(':') {
                Some((kid, encoded)) => (kid.trim(), encoded.trim()),
                None if entries.len() == 1 => (DEFAULT_KID, *entry),
                None => return Err(KeyringFault::Unnamed(number)),
            };
            if !is_kid(kid) {
                return Err(KeyringFault::BadName(number));
            }
            if keys.iter().any(|known| known.kid == kid) {
                return Err(KeyringFault::Repeated(number));
            }
            let key = decode(encoded).ok_or(KeyringFault::Malformed(number))?;
            if key.iter().all(|byte| *byte == key[0]) {
                return Err(KeyringFault::Placeholder(number));
            }
            keys.push(Entry {
                kid: kid.to_owned(),
                key,
            });
        }
        if keys.is_empty() {
            return Err(KeyringFault::Empty);
        }
        Ok(Self { keys })
    }

    /// Whether a key may have the name `kid`.
    pub fn takes_name(kid: &str) -> bool {
        is_kid(kid)
    }

    /// The text form of one new entry named `kid`, from 32 random bytes.
    pub fn entry(kid: &str, mut random: [u8; KEY_BYTES]) -> Zeroizing<String> {
        let encoded = Zeroizing::new(BASE64URL.encode(random));
        random.zeroize();
        Zeroizing::new(format!("{kid}:{}", encoded.as_str()))
    }

    /// The names of the keys; the first one seals.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|entry| entry.kid.as_str())
    }

    pub(super) fn sealing(&self) -> &Entry {
        &self.keys[0]
    }

    pub(super) fn named(&self, kid: &[u8]) -> Option<&Entry> {
        self.keys.iter().find(|entry| entry.kid.as_bytes() == kid)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kids()).finish()
    }
}

fn is_kid(kid: &str) -> bool {
    (1..=KID_MAX).contains(&kid.len())
        && kid
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn decode(encoded: &str) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let bytes = Zeroizing::new(BASE64URL.decode(encoded).ok()?);
    Some(Zeroizing::new(
        <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).ok()?,
    ))
}
