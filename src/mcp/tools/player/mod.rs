//! The player: what plays, where, what comes next, and the commands to it.

mod command;
mod commanding;
mod control;
mod devices;
mod gathering;
mod material;
mod order;
mod picking;
mod planning;
mod play;
mod playback;
mod queueing;
mod state;
mod transferring;

use super::{Context, Kind, Scope, Spec, Toolset, run, schema};

/// Spotify scopes for commands: the device is looked up before, and the outcome looked at behind.
const COMMAND: &[&str] = &["user-modify-playback-state", "user-read-playback-state"];

/// Where the outcome of a command can be seen.
const SHOWN_BY: &str = "get_playback";

/// The tools of this family, in the order in which clients see them.
pub(super) static TOOLS: [Spec; 5] = [
    Spec {
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
    },
    Spec {
        name: "play",
        title: "Play",
        description: "Plays the best hit for `query`, or `refs`; without both it resumes. Says what was chosen, why, \
                      and two others, and whether it really plays. Needs Premium. About 4 Spotify calls.",
        kind: Kind::Add { shown_by: SHOWN_BY },
        toolset: Toolset::Core,
        scope: Scope::PlaybackControl,
        spotify: COMMAND,
        input: schema::of::<play::Args>,
        output: play::output,
        run: run!(play::play),
    },
    Spec {
        name: "control_playback",
        title: "Control playback",
        description: "Pauses, resumes, skips, seeks, or sets volume, shuffle or repeat, and returns the new state. To \
                      start something use `play`. Needs Premium. About 3 Spotify calls.",
        kind: Kind::Add { shown_by: SHOWN_BY },
        toolset: Toolset::Core,
        scope: Scope::PlaybackControl,
        spotify: COMMAND,
        input: schema::of::<control::Args>,
        output: state::output,
        run: run!(control::control_playback),
    },
    Spec {
        name: "add_to_queue",
        title: "Add to the queue",
        description: "Queues up to 50 items behind what plays, albums and playlists opened; returns what was queued \
                      and skipped. Cannot be undone. Needs Premium. One Spotify call an item, one for each search, \
                      album or playlist, and 2.",
        kind: Kind::Add { shown_by: SHOWN_BY },
        toolset: Toolset::Core,
        scope: Scope::PlaybackControl,
        spotify: COMMAND,
        input: schema::of::<queueing::Args>,
        output: queueing::output,
        run: run!(queueing::add_to_queue),
    },
    Spec {
        name: "transfer_playback",
        title: "Move playback",
        description: "Moves playback to another device and returns the new state. Needs Premium. About 3 Spotify calls.",
        kind: Kind::Set { shown_by: SHOWN_BY },
        toolset: Toolset::Core,
        scope: Scope::PlaybackControl,
        spotify: COMMAND,
        input: schema::of::<transferring::Args>,
        output: state::output,
        run: run!(transferring::transfer_playback),
    },
];
