//! The player: what plays, where, and what comes next.

mod playback;

use super::{Context, Kind, Scope, Spec, Toolset, run, schema};

/// The tools of this family, in the order in which clients see them.
pub(super) static TOOLS: [Spec; 1] = [Spec {
    name: "get_playback",
    title: "What is playing",
    description: "What plays now and where, the user's devices, and on request the queue. One Spotify call for \
                      each part.",
    kind: Kind::Read,
    toolset: Toolset::Core,
    scope: Scope::MusicRead,
    spotify: &["user-read-playback-state", "user-read-currently-playing"],
    input: schema::of::<playback::Args>,
    output: playback::output,
    run: run!(playback::get_playback),
}];
