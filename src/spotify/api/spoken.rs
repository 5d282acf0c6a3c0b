//! Spoken word: the episodes of a podcast and the chapters of an audiobook.

use http::Method;

use crate::spotify::{
    call::{Call, Group, Query, json},
    id::SpotifyId,
    model::{Page, Part},
};

use super::{PAGE, Paging};

/// The episodes of a podcast, newest first, at most 50. Needs `user-read-playback-position`.
pub fn show_episodes(id: &SpotifyId, paging: Paging) -> Call<Page<Part>> {
    list(format!("shows/{id}/episodes"), paging)
}

/// The chapters of an audiobook, in their order, at most 50. There are audiobooks in a few countries only.
pub fn audiobook_chapters(id: &SpotifyId, paging: Paging) -> Call<Page<Part>> {
    list(format!("audiobooks/{id}/chapters"), paging)
}

fn list(path: String, paging: Paging) -> Call<Page<Part>> {
    let query = Query::default()
        .number("limit", paging.limit_up_to(PAGE))
        .number("offset", paging.offset);
    Call::new(Method::GET, path, Group::Spoken, json).with_query(query)
}
