//! Secrets that we issue: shown once, kept as a keyed hash, never printed by accident.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Random bytes in every secret.
const SECRET_BYTES: usize = 32;
/// Base62 digits that 32 bytes fill.
const BODY_DIGITS: usize = 43;
/// Base62 digits of the CRC-32 at the end of a key; it tells a typing error without the database.
const CHECKSUM_DIGITS: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a secret is for. Hashes of one purpose never match another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A key in the `Authorization` header.
    ApiKey,
    /// A key in the URL of the connector route.
    LinkKey,
    /// A key of 32 characters that an earlier server issued.
    ImportedKey,
    /// Where something was brought in from: somebody's row at an earlier server, a token that was typed in.
    Import,
    /// The `state` of a login at Spotify.
    State,
    /// The cookie that binds a login to one browser.
    Browser,
    /// An access token that we issued to an MCP client.
    AccessToken,
    /// A refresh token that we issued to an MCP client.
    RefreshToken,
    /// An authorization code that we issued to an MCP client.
    Code,
    /// The secret of a confidential client.
    ClientSecret,
    /// The cookie that binds a client's request for authorization to one browser.
    Consent,
    /// The cookie of a signed-in browser.
    Session,
    /// Whoever a limit counts: an address, a client, a host.
    Subject,
    /// The secret in the data folder of somebody who works alone.
    Machine,
    /// What binds a login to such a machine, as a cookie binds one to a browser.
    MachineLogin,
    /// Not a secret but a key: signs the state that travels with a question to a person.
    RequestState,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::ApiKey => b"api-key\0",
            Self::LinkKey => b"link-key\0",
            Self::ImportedKey => b"imported-key\0",
            Self::Import => b"import\0",
            Self::State => b"state\0",
            Self::Browser => b"browser\0",
            Self::AccessToken => b"access-token\0",
            Self::RefreshToken => b"refresh-token\0",
            Self::Code => b"code\0",
            Self::ClientSecret => b"client-secret\0",
            Self::Consent => b"consent\0",
            Self::Session => b"session\0",
            Self::Subject => b"subject\0",
            Self::Machine => b"machine\0",
            Self::MachineLogin => b"machine-login\0",
            Self::RequestState => b"request-state\0",
        }
    }
}

/// The key under which everything that we issue is hashed. Made once per database.
#[derive(Clone)]
pub struct HashKey(Zeroizing<[u8; SECRET_BYTES]>);

impl HashKey {
    /// Takes over 32 random bytes.
    pub fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Takes over what the database kept, if it has the right length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        <[u8; SECRET_BYTES]>::try_from(bytes).ok().map(Self::new)
    }

    /// The plain bytes, for sealing only.
    pub fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The keyed hash (HMAC-SHA256) under which `secret` is stored and looked up.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn hash(&self, purpose: Purpose, secret: &str) -> SecretHash {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.expose()).expect("HMAC takes keys of any length");
        mac.update(purpose.label());
        mac.update(secret.as_bytes());
        SecretHash(mac.finalize().into_bytes().into())
    }

    /// A key of its own for `purpose`: the same wherever this key is the same, and it tells nothing about this key.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn derive(&self, purpose: Purpose) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.expose()).expect("HMAC takes keys of any length");
        mac.update(purpose.label());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(..)")
    }
}

/// The keyed hash of a secret. Not secret itself, and useless without the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Takes over what the database kept, if it has the right length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes, for the database.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

/// Which door a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// `aux_`: only in the `Authorization` header.
    Api,
    /// `auxl_`: only in the URL of the connector route.
    Link,
}

impl KeyKind {
    /// The purpose under which a key of this kind is hashed.
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Api => Purpose::ApiKey,
            Self::Link => Purpose::LinkKey,
        }
    }

    /// The name in the database and in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Link => "link",
        }
    }

    /// The kind of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Api, Self::Link]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Api => "aux_",
            Self::Link => "auxl_",
        }
    }
}

/// A key as its owner holds it: prefix, 32 random bytes in base62, checksum.
#[derive(Clone)]
pub struct ApiKey {
    kind: KeyKind,
    text: SecretString,
}

impl ApiKey {
    /// A new key of `kind` from fresh random bytes.
    pub fn new(kind: KeyKind, random: [u8; SECRET_BYTES]) -> Self {
        Self {
            kind,
            text: write_form(kind.prefix(), random),
        }
    }

    /// The key that `text` is, if its form and checksum are right; says nothing about whether it was issued.
    pub fn parse(text: &str) -> Option<Self> {
        [KeyKind::Api, KeyKind::Link]
            .into_iter()
            .find(|kind| has_form(text, kind.prefix()))
            .map(|kind| Self {
                kind,
                text: text.to_owned().into(),
            })
    }

    /// Which door it opens.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The plain key, for showing it once and for hashing.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// The hash under which it is stored.
    pub fn hash(&self, key: &HashKey) -> SecretHash {
        key.hash(self.kind.purpose(), self.expose())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}..)", self.kind.prefix())
    }
}

/// A random secret without structure: states, cookies, PKCE verifiers (RFC 7636 section 4.1: 43 characters).
#[derive(Clone)]
pub struct Opaque(SecretString);

impl Opaque {
    /// A new secret from fresh random bytes.
    pub fn new(random: [u8; SECRET_BYTES]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random).into())
    }

    /// Takes over a secret that came from outside.
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned().into())
    }

    /// The secret in its wrapping, for handing it on.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }

    /// The PKCE challenge of this verifier, method S256 (RFC 7636 section 4.2).
    pub fn s256_challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.expose()))
    }

    /// The plain secret.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opaque(..)")
    }
}

/// `prefix`, `random` in base62, checksum: the form of every secret that people and programs keep.
pub(super) fn write_form(prefix: &str, random: [u8; SECRET_BYTES]) -> SecretString {
    let mut text = String::with_capacity(prefix.len() + BODY_DIGITS + CHECKSUM_DIGITS);
    text.push_str(prefix);
    text.push_str(&Zeroizing::new(base62(random)));
    let checksum = checksum(&text);
    text.push_str(&checksum);
    text.into()
}

/// Whether `text` has that form under `prefix`.
pub(super) fn has_form(text: &str, prefix: &str) -> bool {
    let Some(rest) = text.strip_prefix(prefix) else {
        return false;
    };
    rest.len() == BODY_DIGITS + CHECKSUM_DIGITS
        && rest.bytes().all(|b| b.is_ascii_alphanumeric())
        && text
            .split_at_checked(text.len() - CHECKSUM_DIGITS)
            .is_some_and(|(body, sum)| checksum(body) == sum)
}

/// `bytes` as one big number in base62, most significant digit first, always 43 digits.
fn base62(mut bytes: [u8; SECRET_BYTES]) -> String {
    let mut digits = [0; BODY_DIGITS];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u16;
        for byte in &mut bytes {
            let value = remainder << 8 | u16::from(*byte);
            *byte = u8::try_from(value / 62).expect("remainder < 62, so the quotient is below 256");
            remainder = value % 62;
        }
        *digit = BASE62[usize::from(remainder)];
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes()) as usize;
    let mut digits = [b'0'; CHECKSUM_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % 62];
        rest /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}
