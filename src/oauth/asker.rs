//! The client behind a request that is kept: where its answer goes, and the `state` that it gets back, sealed
//! meanwhile. Decides nothing.

use axum::response::Response;

use super::{
    Door,
    redirect::{Refusal, ReturnAddress, see_other},
};
use crate::{
    crypto::{Keyring, Opaque, Place, Token, random_bytes},
    store::{AuthorizationId, AuthorizationRow, StoreError},
};

/// Whoever is to be answered.
#[derive(Debug)]
pub(super) struct Asker<'a> {
    pub(super) address: ReturnAddress,
    state: Option<Opaque>,
    issuer: &'a str,
}

impl<'a> Asker<'a> {
    /// The one whose request has just been read.
    pub(super) fn new(door: &'a Door, address: ReturnAddress, state: Option<&str>) -> Self {
        Self {
            address,
            state: state.map(Opaque::from_text),
            issuer: &door.issuer,
        }
    }

    /// The one behind a request that was kept.
    pub(super) fn of(door: &'a Door, row: &AuthorizationRow) -> Result<Self, StoreError> {
        let address = ReturnAddress::parse(&row.redirect_uri)
            .ok_or(StoreError::Invalid("redirect URI of an authorization"))?;
        let state = match &row.state_sealed {
            Some(sealed) => Some(open_state(&door.keyring, row.id, sealed)?),
            None => None,
        };
        Ok(Self {
            address,
            state,
            issuer: &door.issuer,
        })
    }

    /// 303 to the client with its code.
    pub(super) fn give(&self, code: &Token) -> Response {
        see_other(
            &self
                .address
                .with_code(code.expose(), self.state(), self.issuer),
        )
    }

    /// 303 to the client, which gets none.
    pub(super) fn refuse(&self, refusal: Refusal) -> Response {
        see_other(&self.refusal(refusal))
    }

    /// The same as an address for a page.
    pub(super) fn refusal(&self, refusal: Refusal) -> url::Url {
        self.address
            .with_refusal(refusal, self.state(), self.issuer)
    }

    fn state(&self) -> Option<&str> {
        self.state.as_ref().map(Opaque::expose)
    }
}

/// A client's `state`, sealed for the row of its request.
pub(super) fn seal_state(keyring: &Keyring, id: AuthorizationId, state: &str) -> Vec<u8> {
    keyring.seal(place(&id.to_string()), state.as_bytes(), random_bytes())
}

fn open_state(keyring: &Keyring, id: AuthorizationId, sealed: &[u8]) -> Result<Opaque, StoreError> {
    keyring
        .open(place(&id.to_string()), sealed)
        .ok()
        .and_then(|plain| std::str::from_utf8(&plain).map(Opaque::from_text).ok())
        .ok_or(StoreError::Invalid("sealed state"))
}

fn place(row: &str) -> Place<'_> {
    Place {
        table: "authorizations",
        column: "state_sealed",
        row,
    }
}
