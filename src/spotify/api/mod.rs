//! Every request that is made of the Web API, as a pure function from arguments to a [`Call`].
//!
//! Limits are clamped here to what Spotify takes, and only endpoints that a new app has are named.
//! Knows no token and no connection. Spotify: "Web API reference".

mod catalogue;
mod library;
mod player;
mod playlists;
mod rework;
mod search;
mod spoken;

pub use catalogue::{
    ReleaseGroup, album, album_tracks, artist, artist_albums, audiobook, episode, show, track,
};
pub use library::{
    TimeRange, URIS_PER_CALL, followed_artists, library_contains, me, remove_from_library,
    save_to_library, saved_albums, saved_audiobooks, saved_episodes, saved_shows, saved_tracks,
    top_artists, top_tracks,
};
pub use player::{
    Entry, ITEMS_PER_PLAY, Repeat, Since, Start, add_to_queue, currently_playing, devices, pause,
    play, player, queue, recently_played, seek, set_repeat, set_shuffle, set_volume, skip_to_next,
    skip_to_previous, transfer,
};
pub use playlists::{
    ITEMS_PER_WRITE, NewPlaylist, PlaylistParts, add_items, create_playlist, my_playlists,
    playlist, playlist_items,
};
pub use rework::{
    Move, PlaylistChange, change_playlist, remove_items, reorder_items, replace_items, set_cover,
};
pub use search::{Search, SearchKind, search};
pub use spoken::{audiobook_chapters, show_episodes};

use super::call::Call;

/// Which part of a long list; both numbers are clamped to what the endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Paging {
    /// How many entries at most.
    pub limit: u32,
    /// How many entries to leave out.
    pub offset: u32,
}

impl Paging {
    /// `limit` entries from `offset` on.
    pub const fn new(limit: u32, offset: u32) -> Self {
        Self { limit, offset }
    }

    fn limit_up_to(self, most: u32) -> u32 {
        self.limit.clamp(1, most)
    }
}

/// The page that follows the one which `of` answered; `next` is that page's `next`.
///
/// The client refuses an address that is not below the API's base.
pub fn next_page<P>(of: &Call<P>, next: &str) -> Call<P> {
    of.following(next)
}

/// The most entries of a page, save for search.
const PAGE: u32 = 50;
/// Without this Spotify leaves episodes out or sends them malformed.
const BOTH_TYPES: &str = "track,episode";
