//! The person: `GET /me`, what they saved and follow (`/me/tracks` and its siblings, `/me/following`,
//! `/me/library`), and what they hear most (`/me/top`).

use http::Method;
use serde::de::Error as _;

use crate::spotify::{
    call::{Call, Group, Query, json, nothing},
    id::SpotifyId,
    model::{
        Account, Artist, Followed, Page, SavedAlbum, SavedAudiobook, SavedEpisode, SavedShow,
        SavedTrack, Track,
    },
};

use super::{PAGE, Paging};

/// The most URIs that Spotify takes in one call about the library.
pub const URIS_PER_CALL: usize = 40;

/// The time that top items are about. Spotify reckons it, and does not say when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeRange {
    /// About four weeks.
    Short,
    /// About six months.
    Medium,
    /// About a year.
    Long,
}

impl TimeRange {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Short => "short_term",
            Self::Medium => "medium_term",
            Self::Long => "long_term",
        }
    }
}

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

/// Saved podcasts, at most 50. Needs `user-library-read`.
pub fn saved_shows(paging: Paging) -> Call<Page<SavedShow>> {
    Call::new(Method::GET, "me/shows", Group::Library, json).with_query(part(paging))
}

/// Saved episodes, newest first, at most 50. Needs `user-library-read` and `user-read-playback-position`.
pub fn saved_episodes(paging: Paging) -> Call<Page<SavedEpisode>> {
    Call::new(Method::GET, "me/episodes", Group::Library, json).with_query(part(paging))
}

/// Saved audiobooks, at most 50. Needs `user-library-read`.
pub fn saved_audiobooks(paging: Paging) -> Call<Page<SavedAudiobook>> {
    Call::new(Method::GET, "me/audiobooks", Group::Library, json).with_query(part(paging))
}

/// Artists whom the person follows, at most 50, those that come `after` this one. Needs `user-follow-read`.
///
/// The first page is asked for without `after`: Spotify refuses `after=0`.
pub fn followed_artists(limit: u32, after: Option<&SpotifyId>) -> Call<Followed> {
    let query = Query::default()
        .text("type", "artist")
        .maybe_text("after", after.map(SpotifyId::as_str))
        .number("limit", limit.clamp(1, PAGE));
    Call::new(Method::GET, "me/following", Group::Library, json).with_query(query)
}

/// The tracks that the person hears most, in Spotify's order, at most 50. Needs `user-top-read`.
pub fn top_tracks(range: TimeRange, paging: Paging) -> Call<Page<Track>> {
    Call::new(Method::GET, "me/top/tracks", Group::Library, json).with_query(top(range, paging))
}

/// The artists whom the person hears most, in Spotify's order, at most 50. Needs `user-top-read`.
pub fn top_artists(range: TimeRange, paging: Paging) -> Call<Page<Artist>> {
    Call::new(Method::GET, "me/top/artists", Group::Library, json).with_query(top(range, paging))
}

/// Whether each of the URIs, at most [`URIS_PER_CALL`], is saved or followed, in their order. Needs
/// `user-library-read`, `user-follow-read` for artists and people, `playlist-read-private` for playlists.
pub fn library_contains(uris: &[impl AsRef<str>]) -> Call<Vec<bool>> {
    Call::new(
        Method::GET,
        "me/library/contains",
        Group::Library,
        truth_values,
    )
    .with_query(these(uris))
}

/// Saves or follows what the URIs name, at most [`URIS_PER_CALL`]; what is there already stays. Needs
/// `user-library-modify`, and `playlist-modify-public` for playlists.
pub fn save_to_library(uris: &[impl AsRef<str>]) -> Call<()> {
    Call::new(Method::PUT, "me/library", Group::Library, nothing).with_query(these(uris))
}

/// Removes or unfollows what the URIs name, at most [`URIS_PER_CALL`]; what is not there is no error. Needs
/// `user-library-modify`, and `playlist-modify-public` for playlists.
pub fn remove_from_library(uris: &[impl AsRef<str>]) -> Call<()> {
    Call::new(Method::DELETE, "me/library", Group::Library, nothing).with_query(these(uris))
}

fn part(paging: Paging) -> Query {
    Query::default()
        .number("limit", paging.limit_up_to(PAGE))
        .number("offset", paging.offset)
}

fn top(range: TimeRange, paging: Paging) -> Query {
    Query::default()
        .text("time_range", range.as_str())
        .number("limit", paging.limit_up_to(PAGE))
        .number("offset", paging.offset)
}

/// Spotify takes them in the query only, also in writes.
fn these(uris: &[impl AsRef<str>]) -> Query {
    let uris: Vec<_> = uris.iter().map(AsRef::as_ref).collect();
    Query::default().text("uris", &uris.join(","))
}

fn account(body: &[u8]) -> serde_json::Result<Account> {
    let account: Account = json(body)?;
    if account.id.is_empty() {
        return Err(serde_json::Error::custom("an account without an id"));
    }
    Ok(account)
}

fn truth_values(body: &[u8]) -> serde_json::Result<Vec<bool>> {
    serde_json::from_slice(body)
}
