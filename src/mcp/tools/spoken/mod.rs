//! Spoken word: episodes of podcasts and chapters of audiobooks.

mod chapters;
mod episodes;
mod named;
mod row;

use super::{Context, Kind, Scope, Spec, Toolset, run, schema, total};
use crate::mcp::answer;

pub(super) use row::row;

/// The tools of this family, in the order in which clients see them.
pub(super) static TOOLS: [Spec; 2] = [
    Spec {
        name: "list_show_episodes",
        title: "Episodes of a podcast",
        description: "A podcast's episodes: date, length, how far the user has listened. One Spotify call, 2 for oldest \
                      first, up to 10 with `unplayed_only`, up to 4 more for a name.",
        kind: Kind::Read,
        toolset: Toolset::Spoken,
        scope: Scope::MusicRead,
        spotify: &["user-read-playback-position"],
        input: schema::of::<episodes::Args>,
        output: answer::page_schema,
        run: run!(episodes::list_show_episodes),
    },
    Spec {
        name: "list_audiobook_chapters",
        title: "Chapters of an audiobook",
        description: "An audiobook's chapters in order, with length and how far the user has listened. Audiobooks \
                      exist in a few countries only. One Spotify call.",
        kind: Kind::Read,
        toolset: Toolset::Spoken,
        scope: Scope::MusicRead,
        spotify: &[],
        input: schema::of::<chapters::Args>,
        output: answer::page_schema,
        run: run!(chapters::list_audiobook_chapters),
    },
];
