//! What an operator does with keyrings, without a database.

use zeroize::Zeroizing;

use crate::crypto::{Keyring, KeyringFault, random_bytes};

/// A new key named `name`, as an entry of `TOKEN_ENCRYPTION_KEY`.
///
/// # Errors
/// [`KeyringFault`] when the name cannot be one.
pub fn new_key(name: &str) -> Result<Zeroizing<String>, KeyringFault> {
    if Keyring::takes_name(name) {
        Ok(Keyring::entry(name, random_bytes()))
    } else {
        Err(KeyringFault::BadName(1))
    }
}

/// The names of the keys in a keyring's text, the sealing one first.
///
/// # Errors
/// [`KeyringFault`].
pub fn key_names(text: &str) -> Result<Vec<String>, KeyringFault> {
    Ok(Keyring::parse(text)?.kids().map(str::to_owned).collect())
}
