//! Spotify's tokens as values that cannot be printed. This file knows no wire and no database.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

macro_rules! blind_token {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Takes over a token as Spotify sent it.
            pub fn new(token: String) -> Self {
                Self(SecretString::from(token))
            }

            /// The plain token, for the wire and for sealing only.
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

blind_token!(
    /// A Spotify access token: opens the Web API for one person for an hour.
    AccessToken
);
blind_token!(
    /// A Spotify refresh token: renews access for six months after the person's consent.
    RefreshToken
);
