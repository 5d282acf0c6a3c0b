//! The pair of tokens that a client gets: made, written out, and sealed so that it can be given again.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::wire::unstored;
use crate::{
    auth::Scopes,
    clock::{DAY, HOUR, Millis, SECOND},
    crypto::{HashKey, Token, TokenKind, random_bytes},
    store::{NewToken, NewTokens, StoreError},
};

/// How long an access token lives.
const ACCESS_LIFE: Millis = HOUR;
/// How long a refresh token lives without being used.
const REFRESH_LIFE: Millis = 30 * DAY;

/// An access token and the refresh token that follows it.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) access: Token,
    /// When the access token ends.
    pub(super) access_ends: Millis,
    /// The scopes of the access token.
    pub(super) scopes: Scopes,
    refresh: Token,
}

/// What is sealed of it.
#[derive(Serialize, Deserialize)]
struct Sealed<'a> {
    access: &'a str,
    access_ends: Millis,
    scopes: String,
    refresh: &'a str,
}

impl Issued {
    /// New ones at `now`, of a grant that ends at `grant_end`.
    pub(super) fn new(scopes: Scopes, grant_end: Millis, now: Millis) -> Self {
        Self {
            access: Token::new(TokenKind::Access, random_bytes()),
            access_ends: grant_end.min(now + ACCESS_LIFE),
            scopes,
            refresh: Token::new(TokenKind::Refresh, random_bytes()),
        }
    }

    /// The same refresh token with a new access token.
    pub(super) fn with_fresh_access(&self, scopes: Scopes, grant_end: Millis, now: Millis) -> Self {
        Self {
            refresh: self.refresh.clone(),
            ..Self::new(scopes, grant_end, now)
        }
    }

    /// The access token as it is kept.
    pub(super) fn stored_access(&self, key: &HashKey) -> NewToken {
        NewToken {
            hash: self.access.hash(key),
            scopes: self.scopes.to_string(),
            expires_at: self.access_ends,
        }
    }

    /// Both as they are kept; the refresh token is good for all that was `granted`.
    pub(super) fn stored(
        &self,
        key: &HashKey,
        granted: &str,
        grant_end: Millis,
        now: Millis,
    ) -> NewTokens {
        NewTokens {
            access: self.stored_access(key),
            refresh: NewToken {
                hash: self.refresh.hash(key),
                scopes: granted.to_owned(),
                expires_at: grant_end.min(now + REFRESH_LIFE),
            },
        }
    }

    /// Both in a form that only the holder of `old` can open.
    ///
    /// # Panics
    /// Never: texts and a number can be written as JSON.
    pub(super) fn seal(&self, old: &Token, key: &HashKey) -> Vec<u8> {
        let plain = serde_json::to_vec(&Sealed {
            access: self.access.expose(),
            access_ends: self.access_ends,
            scopes: self.scopes.to_string(),
            refresh: self.refresh.expose(),
        });
        let plain = Zeroizing::new(plain.expect("texts and a number can be written as JSON"));
        old.seal(key, &plain, random_bytes())
    }

    /// What [`Issued::seal`] made for the holder of `old`.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if it is something else.
    pub(super) fn open(sealed: &[u8], old: &Token, key: &HashKey) -> Result<Self, StoreError> {
        let invalid = StoreError::Invalid("sealed answer");
        let Some(plain) = old.open(key, sealed) else {
            return Err(invalid);
        };
        // No text in it has anything that JSON escapes, so borrowing never fails.
        let Ok(sealed) = serde_json::from_slice::<Sealed<'_>>(&plain) else {
            return Err(invalid);
        };
        let (Some(access), Some(refresh)) =
            (Token::parse(sealed.access), Token::parse(sealed.refresh))
        else {
            return Err(invalid);
        };
        Ok(Self {
            access,
            access_ends: sealed.access_ends,
            scopes: Scopes::of_names(&sealed.scopes),
            refresh,
        })
    }

    /// The answer at `now` (RFC 6749 section 5.1).
    pub(super) fn answer(&self, now: Millis) -> Response {
        unstored(Json(json!({
            "access_token": self.access.expose(),
            "token_type": "Bearer",
            "expires_in": (self.access_ends - now) / SECOND,
            "refresh_token": self.refresh.expose(),
            "scope": self.scopes.to_string(),
        })))
        .into_response()
    }
}
