//! What we issue to OAuth clients: codes, tokens and client secrets, in the form of an API key; and sealing for
//! the holder of a token alone.

use std::fmt;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{
    HashKey, Purpose, SecretHash,
    secret::{has_form, write_form},
};

/// Length of an XChaCha20 nonce in bytes.
const NONCE_BYTES: usize = 24;

/// What a secret that we issued to a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `auxa_`: a bearer token for the MCP endpoint (RFC 6750).
    Access,
    /// `auxr_`: good for the next access token, once (RFC 6749 section 6).
    Refresh,
    /// `auxc_`: an authorization code (RFC 6749 section 4.1.2).
    Code,
    /// `auxs_`: the secret of a confidential client.
    ClientSecret,
}

impl TokenKind {
    const ALL: [Self; 4] = [Self::Access, Self::Refresh, Self::Code, Self::ClientSecret];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Code => "code",
            Self::ClientSecret => "secret",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Access => "auxa_",
            Self::Refresh => "auxr_",
            Self::Code => "auxc_",
            Self::ClientSecret => "auxs_",
        }
    }

    fn purpose(self) -> Purpose {
        match self {
            Self::Access => Purpose::AccessToken,
            Self::Refresh => Purpose::RefreshToken,
            Self::Code => Purpose::Code,
            Self::ClientSecret => Purpose::ClientSecret,
        }
    }
}

/// A code, token or client secret as its client holds it.
#[derive(Clone)]
pub struct Token {
    kind: TokenKind,
    text: SecretString,
}

impl Token {
    /// A new one of `kind` from fresh random bytes.
    pub fn new(kind: TokenKind, random: [u8; 32]) -> Self {
        Self {
            kind,
            text: write_form(kind.prefix(), random),
        }
    }

    /// The token that `text` is, if its form and checksum are right; says nothing about whether it was issued.
    pub fn parse(text: &str) -> Option<Self> {
        TokenKind::ALL
            .into_iter()
            .find(|kind| has_form(text, kind.prefix()))
            .map(|kind| Self {
                kind,
                text: text.to_owned().into(),
            })
    }

    /// What it is.
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The plain text, for its client and for hashing.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// The hash under which it is stored.
    pub fn hash(&self, key: &HashKey) -> SecretHash {
        key.hash(self.kind.purpose(), self.expose())
    }

    /// Seals `plain` so that only somebody with this token opens it, and only with the database's hash key.
    ///
    /// # Panics
    /// Never: the cipher takes any message that fits in memory.
    pub fn seal(&self, key: &HashKey, plain: &[u8], nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
        let sealed = self
            .cipher(key)
            .encrypt(&XNonce::from(nonce), payload(plain))
            .expect("XChaCha20-Poly1305 takes any message that fits in memory");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Token::seal`] made with the same token; `None` for anything else.
    pub fn open(&self, key: &HashKey, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        self.cipher(key)
            .decrypt(&XNonce::from(*nonce), payload(ciphertext))
            .ok()
            .map(Zeroizing::new)
    }

    fn cipher(&self, key: &HashKey) -> XChaCha20Poly1305 {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes keys of any length");
        mac.update(b"holder\0");
        mac.update(self.expose().as_bytes());
        let derived = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
        XChaCha20Poly1305::new((&*derived).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}..)", self.kind.prefix())
    }
}

fn payload(msg: &[u8]) -> Payload<'_, '_> {
    Payload {
        msg,
        aad: b"auxcord/1\0holder",
    }
}
