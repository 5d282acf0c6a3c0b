//! Spotify's catalogue: finding things and looking at them.

mod album;
pub(crate) mod finding;
mod items;
pub(crate) mod matching;
pub(crate) mod references;
mod releases;
pub(crate) mod resolving;
mod search;
pub(crate) mod tracks;
pub(crate) mod wanted;

use super::{Context, Kind, Scope, Spec, Toolset, run, schema};

/// The tools of this family, in the order in which clients see them.
pub(super) static TOOLS: [Spec; 5] = [
    Spec {
        name: "search",
        title: "Search Spotify",
        description: "Searches Spotify's catalogue. Returns title, artist, album, year and link. One Spotify call for \
                      each 10 results of a type. Known titles: resolve_tracks. The user's own: list_library, \
                      list_playlists.",
        kind: Kind::ReadCatalogue,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &[],
        input: schema::of::<search::Args>,
        output: search::output,
        run: run!(search::search),
    },
    Spec {
        name: "resolve_tracks",
        title: "Find exact tracks",
        description: "Which Spotify track each title and artist is: exact, probable (with why), ambiguous or \
                      not_found, with link and up to 3 alternatives. Never substitutes another version or artist. \
                      One Spotify search a row, up to 3 where the first finds nothing.",
        kind: Kind::ReadCatalogue,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &[],
        input: schema::of::<tracks::Args>,
        output: tracks::output,
        run: run!(tracks::resolve_tracks),
    },
    Spec {
        name: "get_items",
        title: "Look at items",
        description: "Details of tracks, albums, artists, shows, episodes, audiobooks and playlists, with a status for \
                      each. One Spotify call an item. What a playlist holds is in get_playlist.",
        kind: Kind::ReadCatalogue,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &[],
        input: schema::of::<items::Args>,
        output: items::output,
        run: run!(items::get_items),
    },
    Spec {
        name: "list_album_tracks",
        title: "List an album's tracks",
        description: "An album's tracks with their numbers. One Spotify call.",
        kind: Kind::ReadCatalogue,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &[],
        input: schema::of::<album::Args>,
        output: album::output,
        run: run!(album::list_album_tracks),
    },
    Spec {
        name: "list_artist_releases",
        title: "List an artist's releases",
        description: "An artist's albums and singles, newest first over all groups. One Spotify call for each group \
                      and 10 releases, at most 20, and one to find a name.",
        kind: Kind::ReadCatalogue,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &[],
        input: schema::of::<releases::Args>,
        output: releases::output,
        run: run!(releases::list_artist_releases),
    },
];
