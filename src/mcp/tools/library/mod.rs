//! What the person saved, follows and listened to.

mod history;
mod listing;

use super::{Context, Kind, Scope, Spec, Toolset, run, schema, total};
use crate::mcp::answer;

/// The tools of this family, in the order in which clients see them.
pub(super) static TOOLS: [Spec; 2] = [
    Spec {
        name: "list_library",
        title: "List saved music",
        description: "Tracks (Liked Songs) or albums that the user saved, newest first, with the date. One Spotify \
                      call; with `contains` or `added_after` up to 10 (500 items).",
        kind: Kind::Read,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &["user-library-read"],
        input: schema::of::<listing::Args>,
        output: answer::page_schema,
        run: run!(listing::list_library),
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
