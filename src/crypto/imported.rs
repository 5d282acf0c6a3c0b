//! Keys of the Python server, which stand in people's client settings and therefore go on working: 32 letters and
//! digits, without prefix and checksum. They are recognised here and never made.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::{HashKey, Purpose, SecretHash};

/// Length of such a key in characters.
const CHARACTERS: usize = 32;

/// A key that an earlier server issued. It opens both doors, because that server's did.
#[derive(Clone)]
pub struct ImportedKey(SecretString);

impl ImportedKey {
    /// The kind of these keys in the database and in lists.
    pub const KIND: &str = "imported";

    /// The key that `text` is, if its form is right; says nothing about whether it was ever issued.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == CHARACTERS && text.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then(|| Self(text.to_owned().into()))
    }

    /// The hash under which it is stored.
    pub fn hash(&self, key: &HashKey) -> SecretHash {
        key.hash(Purpose::ImportedKey, self.0.expose_secret())
    }
}

impl fmt::Debug for ImportedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImportedKey(..)")
    }
}
