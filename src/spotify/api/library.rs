//! The person: `GET /me`, `GET /me/tracks`, `GET /me/albums`.

use http::Method;
use serde::de::Error as _;

use crate::spotify::{
    call::{Call, Group, Query, json},
    model::{Account, Page, SavedAlbum, SavedTrack},
};

use super::{PAGE, Paging};

/// Whose token it is. The fields that are used need no scope. An account without an id is refused: people are told
/// apart by it.
pub fn me() -> Call<Account> {
    Call::new(Method::GET, "me", Group::Profile, account)
}

/// Saved tracks, newest first, at most 50. Needs `user-library-read`.
pub fn saved_tracks(paging: Paging) -> Call<Page<SavedTrack>> {
    Call::new(Method::GET, "me/tracks", Group::Library, json).with_query(part(paging))
}

/// Saved albums, newest first, at most 50. Needs `user-library-read`.
pub fn saved_albums(paging: Paging) -> Call<Page<SavedAlbum>> {
    Call::new(Method::GET, "me/albums", Group::Library, json).with_query(part(paging))
}

fn part(paging: Paging) -> Query {
    Query::default()
        .number("limit", paging.limit_up_to(PAGE))
        .number("offset", paging.offset)
}

fn account(body: &[u8]) -> serde_json::Result<Account> {
    let account: Account = json(body)?;
    if account.id.is_empty() {
        return Err(serde_json::Error::custom("an account without an id"));
    }
    Ok(account)
}
