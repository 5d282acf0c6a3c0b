//! Every tool by name, in the order in which clients see them: what stories expect of a whole list.

use serde_json::{Value, json};

/// A tool as a story knows it.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// The toolset it is switched with.
    pub toolset: &'static str,
    /// Whether it changes something.
    pub writes: bool,
}

const fn reads(name: &'static str) -> Known {
    Known {
        name,
        toolset: "core",
        writes: false,
    }
}

const fn writes(name: &'static str) -> Known {
    Known {
        writes: true,
        ..reads(name)
    }
}

const fn spoken(name: &'static str) -> Known {
    Known {
        toolset: "spoken",
        ..reads(name)
    }
}

/// What a server offers by default.
pub const TOOLS: [Known; 29] = [
    reads("get_status"),
    reads("search"),
    reads("resolve_tracks"),
    reads("get_items"),
    reads("list_album_tracks"),
    reads("list_artist_releases"),
    reads("get_playback"),
    writes("play"),
    writes("control_playback"),
    writes("add_to_queue"),
    writes("transfer_playback"),
    reads("list_playlists"),
    reads("get_playlist"),
    writes("create_playlist"),
    writes("update_playlist"),
    writes("add_to_playlist"),
    writes("remove_from_playlist"),
    writes("reorder_playlist"),
    writes("replace_playlist_items"),
    writes("set_playlist_cover"),
    writes("delete_playlist"),
    reads("list_library"),
    reads("check_library"),
    writes("save_to_library"),
    writes("remove_from_library"),
    reads("get_top_items"),
    reads("get_recently_played"),
    spoken("list_show_episodes"),
    spoken("list_audiobook_chapters"),
];

/// The names of those that `fit`.
pub fn names(fit: impl Fn(&Known) -> bool) -> Vec<&'static str> {
    TOOLS
        .iter()
        .filter(|tool| fit(tool))
        .map(|tool| tool.name)
        .collect()
}

/// Arguments with which a tool has to ask Spotify about something that nobody owns.
pub fn arguments(tool: &str) -> Value {
    let id = "37i9dQZF1DXcBWIGoYBM5M";
    let playlist = format!("spotify:playlist:{id}");
    let track = "spotify:track:4uLU6hMCjMI75M1A2tKUQC";
    match tool {
        "search" => json!({ "query": "night" }),
        "resolve_tracks" => json!({ "tracks": [{ "title": "Night", "artist": "Nobody" }] }),
        "get_items" | "check_library" | "save_to_library" | "remove_from_library" => {
            json!({ "refs": [track] })
        }
        "list_album_tracks" => json!({ "album": format!("spotify:album:{id}") }),
        "list_artist_releases" => json!({ "artist": format!("spotify:artist:{id}") }),
        "play" => json!({ "refs": [track] }),
        "control_playback" => json!({ "action": "next" }),
        "add_to_queue" => json!({ "items": [track] }),
        "transfer_playback" => json!({ "device": "Laptop" }),
        "get_playlist" => json!({ "playlist": playlist }),
        "create_playlist" => json!({ "name": "Nobody's" }),
        "update_playlist" => json!({ "playlist": playlist, "name": "Other" }),
        "add_to_playlist" | "replace_playlist_items" => {
            json!({ "playlist": playlist, "items": [track] })
        }
        "remove_from_playlist" => json!({ "playlist": playlist, "refs": [track] }),
        "reorder_playlist" => {
            json!({ "playlist": playlist, "move": { "from": 0, "count": 1, "to": 2 } })
        }
        "set_playlist_cover" => json!({ "playlist": playlist, "image_base64": PICTURE }),
        "delete_playlist" => json!({ "playlist": playlist, "confirm": true }),
        "list_library" => json!({ "kind": "tracks" }),
        "get_top_items" => json!({ "type": "tracks" }),
        "list_show_episodes" => json!({ "show": format!("spotify:show:{id}") }),
        "list_audiobook_chapters" => json!({ "audiobook": format!("spotify:show:{id}") }),
        _ => json!({}),
    }
}

/// The smallest PNG: one white pixel.
const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==";
