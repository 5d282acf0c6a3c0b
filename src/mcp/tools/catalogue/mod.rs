//! Spotify's catalogue: finding things and looking at them.

pub(crate) mod finding;
pub(crate) mod matching;
pub(crate) mod references;
pub(crate) mod resolving;
mod search;
pub(crate) mod wanted;

use super::{Context, Kind, Scope, Spec, Toolset, run, schema};

/// The tools of this family, in the order in which clients see them.
pub(super) static TOOLS: [Spec; 1] = [Spec {
    name: "search",
    title: "Search Spotify",
    description: "Searches Spotify's catalogue. Returns title, artist, album, year and link. One Spotify call for \
                      each 10 results of a type. For the user's own use list_library or list_playlists.",
    kind: Kind::ReadCatalogue,
    toolset: Toolset::Core,
    scope: Scope::MusicRead,
    spotify: &[],
    input: schema::of::<search::Args>,
    output: search::output,
    run: run!(search::search),
}];
