//! Between rows and plain tokens: opening, sealing, and the dates that follow from them.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::{Access, Inner, LinkFault, LinkState, SpotifyScopes, Standing, store_fault};
use crate::{
    clock::Millis,
    crypto::{Place, random_bytes},
    spotify::{AccessToken, RefreshToken},
    store::{LinkId, LinkRow, LinkStatus, PersonId, PersonRow, StoreError},
};

/// A token is renewed when this many percent of its life are over, give or take [`SPREAD_PERCENT`].
const RENEW_AT_PERCENT: i64 = 80;
/// Spreads renewals, so that people who connected together do not renew together.
const SPREAD_PERCENT: i64 = 5;
/// Spotify ends a consent this many months after it was given (Spotify: Refreshing tokens).
const CONSENT_MONTHS: i64 = 6;

/// A link's access token, opened, and until when it serves.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) access: Access,
    pub(super) renew_at: Millis,
    pub(super) expires_at: Millis,
}

impl Held {
    /// The same, to be renewed at `renew_at` or when it ends.
    pub(super) fn rested(&self, renew_at: Millis) -> Self {
        Self {
            access: self.access.clone(),
            renew_at: renew_at.min(self.expires_at),
            expires_at: self.expires_at,
        }
    }
}

impl Inner {
    /// The current edition of a person's link, opened.
    pub(super) async fn open_current(&self, person: PersonId) -> Result<Arc<Held>, LinkFault> {
        let row = self.find_active(person).await?;
        self.open_access(&row)
    }

    /// The row of a person's link, if it can be used.
    pub(super) async fn find_active(&self, person: PersonId) -> Result<LinkRow, LinkFault> {
        let row = self
            .parts
            .db
            .find_link(person)
            .await
            .map_err(|fault| store_fault(&fault))?
            .ok_or(LinkFault::Missing)?;
        match row.status {
            LinkStatus::Active => Ok(row),
            LinkStatus::Suspended => Err(LinkFault::Suspended),
        }
    }

    pub(super) fn open_access(&self, row: &LinkRow) -> Result<Arc<Held>, LinkFault> {
        let token = AccessToken::new(self.open(row.id, "access_sealed", &row.access_sealed)?);
        Ok(Arc::new(Held {
            access: Access {
                token,
                scopes: split_scopes(&row.scopes),
                app: row.app_id,
                version: row.version,
            },
            renew_at: renew_at(row),
            expires_at: row.access_expires_at,
        }))
    }

    pub(super) fn open_refresh(&self, row: &LinkRow) -> Result<RefreshToken, LinkFault> {
        self.open(row.id, "refresh_sealed", &row.refresh_sealed)
            .map(RefreshToken::new)
    }

    /// How a person stands with the link that they have, if any.
    pub(super) fn standing(&self, person: PersonRow, link: Option<&LinkRow>) -> Standing {
        Standing {
            person: person.id,
            spotify_id: person.spotify_id,
            display_name: person.display_name,
            state: link.map_or(LinkState::Missing, |link| self.state(link)),
            scopes: split_scopes(link.map_or("", |link| &link.scopes)),
            authorized_at: link.map(|link| link.authorized_at),
            reauthorize_by: link.and_then(|link| {
                if renews(link) {
                    consent_end(link.authorized_at)
                } else {
                    Some(link.access_expires_at)
                }
            }),
        }
    }

    /// A link whose tokens do not open is of as little use as one that Spotify ended.
    fn state(&self, link: &LinkRow) -> LinkState {
        let lasts = || {
            if renews(link) {
                self.open_refresh(link).is_ok()
            } else {
                self.parts.clock.now() < link.access_expires_at
            }
        };
        let opens = || self.open_access(link).is_ok() && lasts();
        match link.status {
            LinkStatus::Active if opens() => LinkState::Active,
            LinkStatus::Active | LinkStatus::Suspended => LinkState::Suspended,
        }
    }

    pub(super) fn seal_access(&self, id: LinkId, token: &AccessToken) -> Vec<u8> {
        self.seal(id, "access_sealed", token.expose())
    }

    pub(super) fn seal_refresh(&self, id: LinkId, token: &RefreshToken) -> Vec<u8> {
        self.seal(id, "refresh_sealed", token.expose())
    }

    fn seal(&self, id: LinkId, column: &'static str, plain: &str) -> Vec<u8> {
        let row = id.to_string();
        self.parts.keyring.seal(
            Place {
                table: "spotify_links",
                column,
                row: &row,
            },
            plain.as_bytes(),
            random_bytes(),
        )
    }

    /// Seals a refresh token that waits until it is known whose it is, for the origin named by `row`.
    pub(super) fn seal_waiting(&self, row: &str, token: &RefreshToken) -> Vec<u8> {
        self.parts.keyring.seal(
            waiting_place(row),
            token.expose().as_bytes(),
            random_bytes(),
        )
    }

    /// Opens one that waits; `None` when it does not open.
    pub(super) fn open_waiting(&self, row: &str, sealed: &[u8]) -> Option<RefreshToken> {
        let plain = self.parts.keyring.open(waiting_place(row), sealed).ok()?;
        let text = String::from_utf8(plain.to_vec()).ok()?;
        Some(RefreshToken::new(text))
    }

    /// Fails closed: a token that does not open counts as a link that has ended, and nothing is overwritten.
    fn open(&self, id: LinkId, column: &'static str, sealed: &[u8]) -> Result<String, LinkFault> {
        let row = id.to_string();
        self.parts
            .keyring
            .open(Place { table: "spotify_links", column, row: &row }, sealed)
            .ok()
            .and_then(|plain| String::from_utf8(plain.to_vec()).ok())
            .ok_or_else(|| {
                tracing::error!(link = %id, column, "a sealed token does not open with the keyring");
                LinkFault::Suspended
            })
    }
}

fn waiting_place(row: &str) -> Place<'_> {
    Place {
        table: "imports",
        column: "refresh_sealed",
        row,
    }
}

/// Separates permissions as Spotify writes them.
pub(super) fn split_scopes(scopes: &str) -> SpotifyScopes {
    scopes.split_whitespace().map(Box::from).collect()
}

/// When the consent given at `authorized_at` ends, by the calendar in UTC.
pub(super) fn consent_end(authorized_at: Millis) -> Option<Millis> {
    let given = Timestamp::from_millisecond(authorized_at)
        .ok()?
        .to_zoned(TimeZone::UTC);
    let end = given.checked_add(CONSENT_MONTHS.months()).ok()?;
    Some(end.timestamp().as_millisecond())
}

/// Whether the link has a refresh token. One that was made of an access token alone ends with it.
pub(super) fn renews(row: &LinkRow) -> bool {
    !row.refresh_sealed.is_empty()
}

fn renew_at(row: &LinkRow) -> Millis {
    if !renews(row) {
        return row.access_expires_at;
    }
    let life = (row.access_expires_at - row.access_issued_at).max(0);
    let spread = row.access_issued_at.rem_euclid(2 * SPREAD_PERCENT + 1) - SPREAD_PERCENT;
    row.access_issued_at + life * (RENEW_AT_PERCENT + spread) / 100
}

impl From<StoreError> for LinkFault {
    fn from(fault: StoreError) -> Self {
        store_fault(&fault)
    }
}
