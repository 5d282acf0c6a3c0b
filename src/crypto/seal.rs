//! Sealing with XChaCha20-Poly1305: what is sealed opens only in the row and column that it was sealed for.
//!
//! Form: one version byte, one byte for the length of the key's name, the name, a nonce of 24 bytes, the
//! ciphertext with its tag. The associated data is table, column, row and key name.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use super::keyring::{Entry, Keyring};

const VERSION: u8 = 1;
/// Length of an XChaCha20 nonce in bytes; long enough to be random.
const NONCE_BYTES: usize = 24;

/// Where a sealed value lives. A value moved elsewhere does not open.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's identifier.
    pub row: &'a str,
}

/// Why a sealed value did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenFault {
    /// The keyring has no key of the name that sealed it.
    #[error("the key that sealed this value is not in the keyring")]
    UnknownKey,
    /// The key is another, the value was changed, or it was moved from another place.
    #[error("the sealed value does not open with the keyring")]
    Refused,
}

impl Keyring {
    /// Seals `plain` for `place` with the first key; `nonce` is fresh random bytes.
    ///
    /// # Panics
    /// Never: the cipher takes any message that fits in memory, and names of keys are at most 32 bytes.
    pub fn seal(&self, place: Place<'_>, plain: &[u8], nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
        let entry = self.sealing();
        let sealed = cipher(entry)
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: &associated_data(place, &entry.kid),
                },
            )
            .expect("XChaCha20-Poly1305 takes any message that fits in memory");
        let mut out = Vec::with_capacity(2 + entry.kid.len() + NONCE_BYTES + sealed.len());
        out.push(VERSION);
        out.push(u8::try_from(entry.kid.len()).expect("the keyring refuses names over 32 bytes"));
        out.extend_from_slice(entry.kid.as_bytes());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        out
    }

    /// Opens what [`Keyring::seal`] made for `place`, with whichever key sealed it.
    ///
    /// # Errors
    /// [`OpenFault`]; a damaged value is [`OpenFault::Refused`].
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenFault> {
        let (kid, rest) = split(sealed).ok_or(OpenFault::Refused)?;
        let entry = self.named(kid).ok_or(OpenFault::UnknownKey)?;
        let (nonce, ciphertext) = rest
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(OpenFault::Refused)?;
        cipher(entry)
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: ciphertext,
                    aad: &associated_data(place, &entry.kid),
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| OpenFault::Refused)
    }
}

fn cipher(entry: &Entry) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*entry.key).into())
}

fn split(sealed: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&version, rest) = sealed.split_first()?;
    let (&length, rest) = rest.split_first()?;
    (version == VERSION).then(|| rest.split_at_checked(usize::from(length)))?
}

fn associated_data(place: Place<'_>, kid: &str) -> Vec<u8> {
    ["auxcord/1", place.table, place.column, place.row, kid]
        .join("\0")
        .into_bytes()
}
