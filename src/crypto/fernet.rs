//! Opens what the Python server sealed: Fernet (version 0x80, AES-128-CBC, HMAC-SHA256; the Fernet specification).
//! It only reads, because nothing of ours is kept in this form, and it asks no clock: what is stored does not go stale.

use std::fmt;

use aes::Aes128;
use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The only version there is.
const VERSION: u8 = 0x80;
/// Version and time stamp, in bytes; nothing of them is needed.
const HEAD_BYTES: usize = 9;
/// Length of each of the two keys, of a block, and of the initialisation vector, in bytes.
const BLOCK_BYTES: usize = 16;
/// Length of the authentication code at the end, in bytes.
const MAC_BYTES: usize = 32;

/// Base64url as Python writes it, with padding, and as people copy it, without.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A Fernet key: 32 bytes, of which the first half signs and the second encrypts.
#[derive(Clone)]
pub struct Fernet {
    signing: Zeroizing<[u8; BLOCK_BYTES]>,
    encryption: Zeroizing<[u8; BLOCK_BYTES]>,
}

/// Why a value did not open. Never repeats the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FernetFault {
    /// It has not the form of a Fernet token.
    #[error("the value has not the form of a Fernet token")]
    Malformed,
    /// It was sealed with another key, or changed afterwards.
    #[error("the value does not open with this Fernet key")]
    Refused,
}

impl Fernet {
    /// The key that `text` is: 32 bytes in base64url.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64URL.decode(text.trim()).ok()?);
        let (signing, rest) = bytes.split_first_chunk::<BLOCK_BYTES>()?;
        let encryption = <[u8; BLOCK_BYTES]>::try_from(rest).ok()?;
        Some(Self {
            signing: Zeroizing::new(*signing),
            encryption: Zeroizing::new(encryption),
        })
    }

    /// Opens a token; the code is checked, in constant time, before anything is decrypted.
    ///
    /// # Errors
    /// [`FernetFault`].
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn open(&self, token: &str) -> Result<Zeroizing<Vec<u8>>, FernetFault> {
        let bytes = BASE64URL
            .decode(token.trim())
            .map_err(|_not_base64| FernetFault::Malformed)?;
        let (signed, code) = bytes
            .split_last_chunk::<MAC_BYTES>()
            .ok_or(FernetFault::Malformed)?;
        let (iv, sealed) = signed
            .get(HEAD_BYTES..)
            .and_then(|rest| rest.split_first_chunk::<BLOCK_BYTES>())
            .ok_or(FernetFault::Malformed)?;
        let whole = !sealed.is_empty() && sealed.len().is_multiple_of(BLOCK_BYTES);
        if signed[0] != VERSION || !whole {
            return Err(FernetFault::Malformed);
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(self.signing.as_slice())
            .expect("HMAC takes keys of any length");
        mac.update(signed);
        mac.verify_slice(code)
            .map_err(|_differs| FernetFault::Refused)?;
        self.decrypt(iv, sealed)
    }

    fn decrypt(
        &self,
        iv: &[u8; BLOCK_BYTES],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, FernetFault> {
        let mut plain = Zeroizing::new(sealed.to_vec());
        let mut cipher = cbc::Decryptor::<Aes128>::new((&*self.encryption).into(), iv.into());
        for block in plain.chunks_exact_mut(BLOCK_BYTES) {
            let block: &mut [u8; BLOCK_BYTES] = block
                .try_into()
                .expect("chunks_exact_mut gives whole blocks");
            cipher.decrypt_block(block.into());
        }
        let length = unpadded(&plain).ok_or(FernetFault::Refused)?;
        plain.truncate(length);
        Ok(plain)
    }
}

impl fmt::Debug for Fernet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fernet(..)")
    }
}

/// How much of `plain` is left without its padding (PKCS #7, RFC 5652 section 6.3), if that is right.
fn unpadded(plain: &[u8]) -> Option<usize> {
    let last = *plain.last()?;
    let padding = usize::from(last);
    if !(1..=BLOCK_BYTES).contains(&padding) {
        return None;
    }
    let length = plain.len().checked_sub(padding)?;
    plain[length..]
        .iter()
        .all(|byte| *byte == last)
        .then_some(length)
}
