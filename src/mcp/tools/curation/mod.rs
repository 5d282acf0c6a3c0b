//! Reworking whole playlists; a toolset that the operator switches on.

mod arranging;
mod outcome;
mod transforming;
mod ways;

use super::{Context, Kind, Scope, Spec, Toolset, playlists, run, schema};

/// Spotify scopes for reading the sources and for writing the result.
const REWORK: &[&str] = &[
    "playlist-modify-private",
    "playlist-modify-public",
    "playlist-read-private",
];

/// The tools of this family.
pub(super) static TOOLS: [Spec; 1] = [Spec {
    name: "transform_playlist",
    title: "Rework a playlist",
    description: "Deduplicates, sorts, shuffles, merges, trims or cleans playlists of together 2,000 items at most, into a \
                  new private playlist or in place. Only returns the plan unless dry_run=false. One Spotify call for \
                  each 50 items to read, one for each 100 to write, and about 3.",
    kind: Kind::Destroy {
        shown_by: "get_playlist",
    },
    toolset: Toolset::Curation,
    scope: Scope::PlaylistsWrite,
    spotify: REWORK,
    input: schema::of::<transforming::Args>,
    output: playlists::told::output,
    run: run!(transforming::transform_playlist),
}];
