//! THE WIRE: a thin, careful client of Spotify's accounts service and Web API.
//!
//! [`api`] makes requests as plain values ([`Call`]), [`Client::send`] carries one out, [`model`] is what comes
//! back, [`SpotifyError`] is what went wrong, [`accounts`] is the OAuth side and [`id`] reads references that
//! people paste. The room keeps no state of any person: the token is an argument. It names no other room.

mod base;
mod body;
mod call;
mod classify;
mod client;
mod error;
mod token;

pub mod accounts;
pub mod api;
pub mod id;
pub mod model;

/// The address that a client with the API at `base` goes to for a page at `next`, if it goes there at all. For property
/// tests and fuzzing.
#[doc(hidden)]
pub fn page_address(base: &url::Url, next: &str) -> Option<url::Url> {
    base::Base::new(base)?.own(next)
}

pub use call::{Call, Group};
pub use client::{Client, ClientBuildError, ClientConfig, Received};
pub use error::{Context, SpotifyError};
pub use token::{AccessToken, RefreshToken};
