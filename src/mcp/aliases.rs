//! Tool names of older servers that people's settings and prompts still use: accepted in calls, never listed.
//! Knows names and arguments, runs nothing.

use rmcp::model::JsonObject;
use serde_json::{Value, json};

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
}

/// The Python server's tools whose names have changed.
static ALIASES: [Alias; 6] = [
    Alias {
        old: "search_tracks",
        target: "search",
        renamed: &[],
        implied: &[("types", r#"["track"]"#), ("limit", "5")],
    },
    Alias {
        old: "get_current_track",
        target: "get_playback",
        renamed: &[],
        implied: &[("include", r#"["now_playing"]"#)],
    },
    Alias {
        old: "get_user_playlists",
        target: "list_playlists",
        renamed: &[],
        implied: &[("limit", "10")],
    },
    Alias {
        old: "add_tracks_to_playlist",
        target: "add_to_playlist",
        renamed: &[("playlist_id", "playlist"), ("track_uris", "items")],
        implied: &[("skip_duplicates", "false")],
    },
    Alias {
        old: "get_liked_songs",
        target: "list_library",
        renamed: &[],
        implied: &[("kind", r#""tracks""#), ("limit", "20")],
    },
    Alias {
        old: "get_playlist_tracks",
        target: "get_playlist",
        renamed: &[("playlist_id", "playlist")],
        implied: &[("limit", "20")],
    },
];

/// The alias of that name, if it is one.
pub(crate) fn find(name: &str) -> Option<&'static Alias> {
    ALIASES.iter().find(|alias| alias.old == name)
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
    pub(crate) fn adapt(&self, given: &mut JsonObject, schema: &JsonObject) -> Vec<String> {
        let mut notes = vec![format!("`{}` is now `{}`.", self.old, self.target)];
        for (old, new) in self.renamed {
            if let Some(value) = given.remove(*old) {
                given.entry(*new).or_insert(value);
            }
        }
        if given.remove("market").is_some() {
            notes.push("`market` was ignored: Spotify uses the account's own country.".to_owned());
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
