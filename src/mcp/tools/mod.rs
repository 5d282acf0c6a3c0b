//! The tools: one table of what there is, and a file a family for what they do.
//!
//! A tool takes checked arguments and a [`Context`], makes the fewest Spotify calls that the answer needs, and
//! answers or faults. It knows no protocol and no token.

mod adding;
mod creating;
mod history;
mod library;
mod playback;
mod playlists;
mod reading;
mod report;
mod search;
mod status;
mod summary;

use std::sync::Arc;

use crate::{
    auth::{Caller, Scope, Toolset},
    spotify::model::Page as Found,
};

use super::{
    answer, arguments,
    fault::Fault,
    registry::{Kind, Spec},
    schema,
    server::{Deps, Shared},
    upstream::Upstream,
    view,
};

/// Spotify scopes for reading any playlist of the person.
const READ_PLAYLISTS: &[&str] = &["playlist-read-private", "playlist-read-collaborative"];

/// Spotify scopes for changing any playlist of the person, and for looking at it before and after.
const CHANGE_PLAYLISTS: &[&str] = &[
    "playlist-modify-private",
    "playlist-modify-public",
    "playlist-read-private",
];

/// The function in `$tool` as the table wants it: reads its arguments, then runs.
macro_rules! run {
    ($tool:path) => {
        |context, checked| Box::pin(async move { $tool(context, arguments::read(checked)?).await })
    };
}

/// Every tool, in the order in which clients see them.
pub(crate) static TABLE: [Spec; 9] = [
    Spec {
        name: "get_status",
        title: "Connection status",
        description: "Whose Spotify account this is, whether it works, the active device, granted and missing \
                      permissions, and when Spotify wants a new login. One Spotify call.",
        kind: Kind::Read,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &[],
        input: schema::of::<status::Args>,
        output: status::output,
        run: run!(status::get_status),
    },
    Spec {
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
    },
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
        name: "list_playlists",
        title: "List the user's playlists",
        description: "Playlists that the user owns or follows: name, owner, number of items, link. One Spotify call; \
                      with a filter up to 4 (200 playlists).",
        kind: Kind::Read,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: READ_PLAYLISTS,
        input: schema::of::<playlists::Args>,
        output: answer::page_schema,
        run: run!(playlists::list_playlists),
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
        spotify: READ_PLAYLISTS,
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
        spotify: CHANGE_PLAYLISTS,
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
        spotify: CHANGE_PLAYLISTS,
        input: schema::of::<adding::Args>,
        output: report::output,
        run: run!(adding::add_to_playlist),
    },
    Spec {
        name: "list_library",
        title: "List saved music",
        description: "Tracks (Liked Songs) or albums that the user saved, newest first, with the date. One Spotify \
                      call; with `contains` or `added_after` up to 10 (500 items).",
        kind: Kind::Read,
        toolset: Toolset::Core,
        scope: Scope::MusicRead,
        spotify: &["user-library-read"],
        input: schema::of::<library::Args>,
        output: answer::page_schema,
        run: run!(library::list_library),
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

/// What a tool works with: the caller's way to Spotify and the house's settings.
pub(crate) struct Context<'a> {
    /// The way to Spotify.
    pub(crate) upstream: Upstream<'a>,
    caller: &'a Caller,
    deps: &'a Deps,
}

impl<'a> Context<'a> {
    /// What the tool `spec` works with for `caller`.
    pub(crate) fn new(shared: &'a Shared, caller: &'a Caller, spec: &'static Spec) -> Self {
        let deps = &shared.deps;
        let upstream = Upstream::new(&deps.links, &deps.spotify, caller.person, spec.spotify);
        Self {
            upstream,
            caller,
            deps,
        }
    }

    /// Spotify's `id` of the caller's account; costs no Spotify call.
    async fn me(&self) -> Result<Arc<str>, Fault> {
        Ok(self.deps.links.spotify_id(self.caller.person).await?)
    }
}

/// How many entries a list has; where Spotify does not say, as many as were seen.
fn total<T>(page: &Found<T>, offset: u32) -> u32 {
    page.total.map_or_else(
        || offset.saturating_add(answer::count(page.items.len())),
        view::small,
    )
}
