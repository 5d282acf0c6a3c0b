//! SECRETS: sealing what must be replayed, hashing what must only be recognised. Knows no database and no HTTP.

mod fernet;
mod imported;
mod keyring;
mod seal;
mod secret;
mod token;

pub use fernet::{Fernet, FernetFault};
pub use imported::ImportedKey;
pub use keyring::{Keyring, KeyringFault};
pub use seal::{OpenFault, Place};
pub use secret::{ApiKey, HashKey, KeyKind, Opaque, Purpose, SecretHash};
pub use token::{Token, TokenKind};

/// `N` bytes from the operating system's random source, the only source of randomness for secrets.
///
/// # Panics
/// When the operating system has no randomness to give, which leaves nothing safe to do.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .expect("the operating system's random source works once it has booted");
    bytes
}
