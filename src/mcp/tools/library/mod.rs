//! What the person saved, follows and listened to.

mod checking;
mod following;
mod history;
mod listing;
mod refs;
mod removing;
mod report;
mod saving;
mod state;
mod top;

use super::{Context, Kind, Scope, Spec, Toolset, run, schema, spoken, total};
use crate::mcp::answer;

/// The tools of this family, in the order in which clients see them. What the first four need of Spotify beside
/// this depends on what they are asked about.
pub(super) static TOOLS: [Spec; 6] = [
    Spec {
        name: "list_library",
        title: "List the library",
        description: "What the user saved, newest first, with the date, or the artists they follow. One Spotify call; \
                      with `contains` or `added_after` up to 10 (500 items).",
        kind: Kind::Read,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &["user-library-read"],
        input: schema::of::<listing::Args>,
        output: listing::output,
        run: run!(listing::list_library),
    },
    Spec {
        name: "check_library",
        title: "Is it saved?",
        description: "Whether the user saved or follows each item of any kind, artists and playlists included. One \
                      Spotify call for each 40.",
        kind: Kind::Read,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &["user-library-read"],
        input: schema::of::<checking::Args>,
        output: checking::output,
        run: run!(checking::check_library),
    },
    Spec {
        name: "save_to_library",
        title: "Save to the library",
        description: "Saves tracks, albums, episodes, shows, audiobooks, or follows playlists; artists cannot be \
                      followed. Looks first and reads back: up to 3 Spotify calls for each 40.",
        kind: Kind::Set {
            shown_by: "check_library",
        },
        toolset: Toolset::Core,
        scope: Scope::LibraryWrite,
        spotify: &["user-library-modify"],
        input: schema::of::<saving::Args>,
        output: saving::output,
        run: run!(saving::save_to_library),
    },
    Spec {
        name: "remove_from_library",
        title: "Remove from the library",
        description: "Removes saved items, unfollows playlists. Over 20 items, or an own playlist (which it deletes), need \
                      the user's agreement. Up to 3 Spotify calls for each 40.",
        kind: Kind::Destroy {
            shown_by: "check_library",
        },
        toolset: Toolset::Core,
        scope: Scope::LibraryWrite,
        spotify: &["user-library-modify"],
        input: schema::of::<removing::Args>,
        output: removing::output,
        run: run!(removing::remove_from_library),
    },
    Spec {
        name: "get_top_items",
        title: "Top tracks and artists",
        description: "What the user hears most, in Spotify's own order, for about 4 weeks, 6 months or a year. One \
                      Spotify call.",
        kind: Kind::Read,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &["user-top-read"],
        input: schema::of::<top::Args>,
        output: answer::page_schema,
        run: run!(top::get_top_items),
    },
    Spec {
        name: "get_recently_played",
        title: "Recently played",
        description: "Tracks that the user played last, newest first, with time and context. Spotify keeps about 50 \
                      and no episodes. One Spotify call.",
        kind: Kind::Read,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &["user-read-recently-played"],
        input: schema::of::<history::Args>,
        output: history::output,
        run: run!(history::get_recently_played),
    },
];
