//! Tool names of older servers that people's settings and prompts still use: accepted in calls, never listed.
//! Knows names and arguments, runs nothing.

use rmcp::model::JsonObject;
use serde_json::{Value, json};

use super::reconnect::Reconnect;

/// Spotify no longer honours it.
const NO_MARKET: &str = "`market` was ignored: Spotify uses the account's own country.";

/// What the older server did otherwise.
const PRIVATE_NOW: &str =
    "The old tool made public playlists; this one is private, as public=true was not given.";

/// An old name and how its arguments become today's.
#[derive(Debug)]
pub(crate) struct Alias {
    /// The old name.
    pub(crate) old: &'static str,
    /// The tool that does it now.
    pub(crate) target: &'static str,
    /// Parameters that were renamed: old, new.
    renamed: &'static [(&'static str, &'static str)],
    /// What the old tool did where an argument is left out, as JSON.
    implied: &'static [(&'static str, &'static str)],
    /// Parameters that are taken and not used.
    dropped: &'static [&'static str],
    /// What is told when this parameter is left out: its name and the words.
    warned: Option<(&'static str, &'static str)>,
    /// Whether the answer says where a person connects their account.
    connects: bool,
}

impl Alias {
    const fn of(old: &'static str, target: &'static str) -> Self {
        Self {
            old,
            target,
            renamed: &[],
            implied: &[],
            dropped: &[],
            warned: None,
            connects: false,
        }
    }

    const fn renaming(self, renamed: &'static [(&'static str, &'static str)]) -> Self {
        Self { renamed, ..self }
    }

    const fn implying(self, implied: &'static [(&'static str, &'static str)]) -> Self {
        Self { implied, ..self }
    }

    const fn dropping(self, dropped: &'static [&'static str]) -> Self {
        Self { dropped, ..self }
    }

    const fn warning(self, parameter: &'static str, words: &'static str) -> Self {
        Self {
            warned: Some((parameter, words)),
            ..self
        }
    }

    const fn connecting(self) -> Self {
        Self {
            connects: true,
            ..self
        }
    }
}

/// The names that have changed: those of the Python server, of the worker, and of the plan for a third one.
static ALIASES: [Alias; 25] = [
    Alias::of("search_tracks", "search").implying(&[("types", r#"["track"]"#), ("limit", "5")]),
    Alias::of("get_current_track", "get_playback").implying(&[("include", r#"["now_playing"]"#)]),
    Alias::of("get_user_playlists", "list_playlists").implying(&[("limit", "10")]),
    Alias::of("add_tracks_to_playlist", "add_to_playlist")
        .renaming(&[("playlist_id", "playlist"), ("track_uris", "items")])
        .implying(&[("skip_duplicates", "false")]),
    Alias::of("get_liked_songs", "list_library")
        .implying(&[("kind", r#""tracks""#), ("limit", "20")]),
    Alias::of("get_playlist_tracks", "get_playlist")
        .renaming(&[("playlist_id", "playlist")])
        .implying(&[("limit", "20")]),
    Alias::of("searchTracks", "search").implying(&[("types", r#"["track"]"#), ("limit", "20")]),
    Alias::of("searchArtists", "search").implying(&[("types", r#"["artist"]"#), ("limit", "20")]),
    Alias::of("searchAlbums", "search").implying(&[("types", r#"["album"]"#), ("limit", "20")]),
    Alias::of("searchPlaylists", "search")
        .implying(&[("types", r#"["playlist"]"#), ("limit", "20")]),
    Alias::of("getCurrentUserProfile", "get_status"),
    Alias::of("getCurrentPlayback", "get_playback"),
    Alias::of("pausePlayback", "control_playback").implying(&[("action", r#""pause""#)]),
    Alias::of("resumePlayback", "control_playback").implying(&[("action", r#""resume""#)]),
    Alias::of("skipToNext", "control_playback").implying(&[("action", r#""next""#)]),
    Alias::of("skipToPrevious", "control_playback").implying(&[("action", r#""previous""#)]),
    Alias::of("getUserPlaylists", "list_playlists").implying(&[("limit", "20")]),
    Alias::of("getPlaylistTracks", "get_playlist")
        .renaming(&[("playlistId", "playlist")])
        .implying(&[("limit", "20")]),
    Alias::of("createPlaylist", "create_playlist").warning("public", PRIVATE_NOW),
    Alias::of("addTracksToPlaylist", "add_to_playlist")
        .renaming(&[("playlistId", "playlist"), ("trackUris", "items")])
        .implying(&[("skip_duplicates", "false")]),
    Alias::of("getRecentlyPlayed", "get_recently_played").implying(&[("limit", "20")]),
    Alias::of("getTopTracks", "get_top_items")
        .renaming(&[("timeRange", "time_range")])
        .implying(TOP_TRACKS),
    Alias::of("getTopArtists", "get_top_items")
        .renaming(&[("timeRange", "time_range")])
        .implying(TOP_ARTISTS),
    Alias::of("get_auth_url", "get_status").connecting(),
    // The address of a callback carries a code, which is good for an account. It is looked at nowhere.
    Alias::of("authenticate", "get_status")
        .dropping(&["callback_url"])
        .connecting(),
];

/// What two of them mean where there is no page for connecting an account.
static WITHOUT_PAGE: [Alias; 2] = [
    Alias::of("get_auth_url", "connect"),
    Alias::of("authenticate", "connect"),
];

const TOP_TRACKS: &[(&str, &str)] = &[
    ("type", r#""tracks""#),
    ("time_range", r#""medium_term""#),
    ("limit", "20"),
];
const TOP_ARTISTS: &[(&str, &str)] = &[
    ("type", r#""artists""#),
    ("time_range", r#""medium_term""#),
    ("limit", "20"),
];

/// The alias of that name, if it is one.
pub(crate) fn find(name: &str) -> Option<&'static Alias> {
    ALIASES.iter().find(|alias| alias.old == name)
}

/// The alias of that name where people connect by the tool of name `connect`, if it means something else there.
pub(crate) fn find_without_page(name: &str) -> Option<&'static Alias> {
    WITHOUT_PAGE.iter().find(|alias| alias.old == name)
}

/// Every old name.
pub(crate) fn old_names() -> impl Iterator<Item = &'static str> {
    ALIASES.iter().map(|alias| alias.old)
}

impl Alias {
    /// Rewrites `given` for the target, whose input schema is `schema`, and tells what the model should know.
    ///
    /// Limits that the old tool took and the new one does not are clamped; `market`, which Spotify no longer
    /// honours, is dropped.
    pub(crate) fn adapt(
        &self,
        given: &mut JsonObject,
        schema: &JsonObject,
        reconnect: Reconnect<'_>,
    ) -> Vec<String> {
        let mut notes = vec![format!("`{}` is now `{}`.", self.old, self.target)];
        given.retain(|_, value| !value.is_null());
        for (old, new) in self.renamed {
            if let Some(value) = given.remove(*old) {
                given.entry(*new).or_insert(value);
            }
        }
        if given.remove("market").is_some() {
            notes.push(NO_MARKET.to_owned());
        }
        for name in self.dropped {
            given.remove(*name);
        }
        let left_out = self.warned.filter(|(name, _)| !given.contains_key(*name));
        notes.extend(left_out.map(|(_, words)| words.to_owned()));
        if self.connects
            && let Some(url) = reconnect.url()
        {
            notes.push(format!(
                "A person connects or reconnects their Spotify account in a browser at {url}; no \
                 callback address and no code is taken here."
            ));
        }
        for (name, implied) in self.implied {
            given
                .entry(*name)
                .or_insert_with(|| serde_json::from_str(implied).unwrap_or_default());
        }
        for name in ["limit", "offset"] {
            if let Some(value) = given.get_mut(name) {
                clamp(
                    value,
                    schema.get("properties").and_then(|known| known.get(name)),
                );
            }
        }
        notes
    }
}

/// Moves a whole number into its declared range.
fn clamp(value: &mut Value, declared: Option<&Value>) {
    let bound = |keyword| declared.and_then(|declared| declared.get(keyword)?.as_i64());
    // JSON knows one kind of number, and some clients write whole ones as `20.0`.
    let whole = |number: f64| format!("{number}").parse::<i64>().ok();
    if let Some(number) = value.as_i64().or_else(|| value.as_f64().and_then(whole)) {
        let at_least = bound("minimum").map_or(number, |minimum| number.max(minimum));
        let clamped = bound("maximum").map_or(at_least, |maximum| at_least.min(maximum));
        *value = json!(clamped);
    }
}
