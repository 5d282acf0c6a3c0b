//! The person's playlists: list, read, make, change.

mod adding;
mod creating;
mod listing;
mod named;
mod reading;
mod report;
mod summary;

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

/// The tools of this family, in the order in which clients see them.
pub(super) static TOOLS: [Spec; 4] = [
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
                      Contents only of playlists that the user owns or works on. One or two Spotify calls; a summary \
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
                      Returns the link, what was added and what was not. About 3 Spotify calls and one for each \
                      100 tracks.",
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
        name: "add_to_playlist",
        title: "Add to a playlist",
        description: "Adds tracks or episodes to a playlist of the user, at the end or at a position. Returns what was \
                      added or skipped and why. One Spotify call for each 100 items, one to look first, and \
                      with skip_duplicates one for each 50 items that the playlist already has, at most 40.",
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
];
