//! The person's playlists: list, read, make, change.

mod adding;
pub(crate) mod contents;
mod cover;
mod creating;
mod deleting;
pub(crate) mod emptying;
mod filling;
mod gathering;
mod listing;
pub(crate) mod named;
mod reading;
pub(crate) mod removal;
mod removing;
mod reordering;
pub(crate) mod replacing;
mod report;
mod summary;
pub(crate) mod told;
mod updating;

use super::{Context, Kind, Scope, Spec, Toolset, run, schema, total};
use crate::mcp::answer;

/// Spotify scopes for reading any playlist of the person.
const READ: &[&str] = &["playlist-read-private", "playlist-read-collaborative"];

/// Spotify scopes for changing any playlist of the person, and for looking at it before and after.
const CHANGE: &[&str] = &[
    "playlist-modify-private",
    "playlist-modify-public",
    "playlist-read-private",
];

/// Spotify scopes for a new cover, and for finding the playlist by its name.
const PICTURE: &[&str] = &[
    "ugc-image-upload",
    "playlist-modify-private",
    "playlist-modify-public",
    "playlist-read-private",
];

/// Spotify scopes for taking a playlist out of the library, and for looking at it before and after.
const UNFOLLOW: &[&str] = &["playlist-modify-public", "playlist-read-private"];

/// The tools of this family, in the order in which clients see them.
pub(super) static TOOLS: [Spec; 10] = [
    Spec {
        name: "list_playlists",
        title: "List the user's playlists",
        description: "Playlists that the user owns or follows: name, owner, number of items, link. One Spotify call; \
                      with a filter up to 4 (200 playlists).",
        kind: Kind::Read,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: READ,
        input: schema::of::<listing::Args>,
        output: answer::page_schema,
        run: run!(listing::list_playlists),
    },
    Spec {
        name: "get_playlist",
        title: "Read a playlist",
        description: "One playlist's items with 0-based positions, or a summary: length, duplicates, unavailable items. \
                      Contents only of playlists that the user owns or works on. Up to 3 Spotify calls; a summary \
                      one for each 50 items, at most 40.",
        kind: Kind::Read,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: READ,
        input: schema::of::<reading::Args>,
        output: reading::output,
        run: run!(reading::get_playlist),
    },
    Spec {
        name: "create_playlist",
        title: "Create a playlist",
        description: "Makes a playlist, private unless public=true, fills it in the given order and reads it back. \
                      Takes links or {title, artist}; adds exact matches, and probable ones up to a remaster or \
                      feat. suffix, marked. Returns the link, what was added and what not. About 3 Spotify calls, \
                      one for each title and each 100 tracks.",
        kind: Kind::Add {
            shown_by: "list_playlists",
        },
        toolset: Toolset::Core,
        scope: Scope::PlaylistsWrite,
        spotify: CHANGE,
        input: schema::of::<creating::Args>,
        output: report::output,
        run: run!(creating::create_playlist),
    },
    Spec {
        name: "update_playlist",
        title: "Rename or describe a playlist",
        description: "Changes name, description or visibility of one of the user's own playlists. Returns old and new \
                      values, read back. 3 Spotify calls.",
        kind: Kind::Set {
            shown_by: "get_playlist",
        },
        toolset: Toolset::Core,
        scope: Scope::PlaylistsWrite,
        spotify: CHANGE,
        input: schema::of::<updating::Args>,
        output: told::output,
        run: run!(updating::update_playlist),
    },
    Spec {
        name: "add_to_playlist",
        title: "Add to a playlist",
        description: "Adds tracks or episodes to a playlist of the user, by link or by {title, artist} as \
                      create_playlist does, at the end or at a position. Returns what was added or skipped and why. \
                      Duplicates are told by URI. One Spotify call for each title and each 100 items, two to look, \
                      and with skip_duplicates one for each 50 items already there, at most 40.",
        kind: Kind::Add {
            shown_by: "get_playlist",
        },
        toolset: Toolset::Core,
        scope: Scope::PlaylistsWrite,
        spotify: CHANGE,
        input: schema::of::<adding::Args>,
        output: report::output,
        run: run!(adding::add_to_playlist),
    },
    Spec {
        name: "remove_from_playlist",
        title: "Remove from a playlist",
        description: "Removes every copy of some items, or just some positions. Returns the rows and what puts them \
                      back. One Spotify call for each 50 items there, about 3, and up to 20 to keep other copies.",
        kind: Kind::Destroy {
            shown_by: "get_playlist",
        },
        toolset: Toolset::Core,
        scope: Scope::PlaylistsWrite,
        spotify: CHANGE,
        input: schema::of::<removing::Args>,
        output: told::output,
        run: run!(removing::remove_from_playlist),
    },
    Spec {
        name: "reorder_playlist",
        title: "Move items in a playlist",
        description: "Moves neighbouring items to another position. Returns the moved rows. 3 or 4 Spotify calls.",
        kind: Kind::Add {
            shown_by: "get_playlist",
        },
        toolset: Toolset::Core,
        scope: Scope::PlaylistsWrite,
        spotify: CHANGE,
        input: schema::of::<reordering::Args>,
        output: told::output,
        run: run!(reordering::reorder_playlist),
    },
    Spec {
        name: "replace_playlist_items",
        title: "Replace a playlist's items",
        description: "Puts other items in the place of all; only tells what would go unless dry_run=false. To add or \
                      remove some use add_to_playlist or remove_from_playlist. About 3 Spotify calls, and one for \
                      each 100 items.",
        kind: Kind::Destroy {
            shown_by: "get_playlist",
        },
        toolset: Toolset::Core,
        scope: Scope::PlaylistsWrite,
        spotify: CHANGE,
        input: schema::of::<replacing::Args>,
        output: told::output,
        run: run!(replacing::replace_playlist_items),
    },
    Spec {
        name: "set_playlist_cover",
        title: "Set a playlist's cover",
        description: "Replaces the cover by a JPEG, PNG or WebP, drawn anew to fit. One Spotify call.",
        kind: Kind::Destroy {
            shown_by: "get_playlist",
        },
        toolset: Toolset::Core,
        scope: Scope::PlaylistsWrite,
        spotify: PICTURE,
        input: schema::of::<cover::Args>,
        output: told::output,
        run: run!(cover::set_playlist_cover),
    },
    Spec {
        name: "delete_playlist",
        title: "Delete a playlist",
        description: "Takes a playlist out of the user's library, which is Spotify's way to delete or unfollow. \
                      Returns how to restore it. 3 Spotify calls.",
        kind: Kind::Destroy {
            shown_by: "list_playlists",
        },
        toolset: Toolset::Core,
        scope: Scope::PlaylistsWrite,
        spotify: UNFOLLOW,
        input: schema::of::<deleting::Args>,
        output: told::output,
        run: run!(deleting::delete_playlist),
    },
];
