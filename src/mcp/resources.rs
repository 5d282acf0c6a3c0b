//! What clients can read without calling a tool: how the link stands, whose account it is, what plays, a playlist.
//!
//! The last two are the answers of tools, made with the same checks. Knows addresses and faults, no Spotify call.

use percent_encoding::percent_decode_str;
use rmcp::{
    ErrorData,
    model::{CallToolResult, JsonObject, Resource, ResourceContents, ResourceTemplate},
};
use serde_json::{Value, json};

use crate::auth::Caller;

use super::{answer, call, registry::Seen, server::Shared, standing, tools::Request};

/// How the link stands, as JSON. Older servers had the same address.
const STATUS: &str = "spotify://status";
/// Whose account it is.
const ME: &str = "spotify://me";
/// What plays.
const PLAYBACK: &str = "spotify://playback";
/// One playlist; what follows is its id, or a name in the person's library.
const PLAYLISTS: &str = "spotify://playlists/";
/// The address of any playlist.
pub(crate) const PLAYLIST: &str = "spotify://playlists/{id}";

/// The tool whose answer [`PLAYBACK`] is.
const PLAYBACK_TOOL: &str = "get_playback";
/// The tool whose answer [`PLAYLIST`] is.
const PLAYLIST_TOOL: &str = "get_playlist";

const JSON: &str = "application/json";

/// What can be read by whom `seen` is about.
pub(crate) fn list(seen: &Seen<'_>) -> Vec<Resource> {
    let mut listed = vec![
        Resource::new(STATUS, "status")
            .with_title("Spotify connection")
            .with_description("Whose Spotify account this is and whether it is connected")
            .with_mime_type(JSON),
        Resource::new(ME, "me")
            .with_title("Spotify account")
            .with_description("Name and id of the connected Spotify account")
            .with_mime_type(JSON),
    ];
    if seen.shows(PLAYBACK_TOOL) {
        listed.push(
            Resource::new(PLAYBACK, "playback")
                .with_title("What is playing")
                .with_description("What plays now, and where. One Spotify call")
                .with_mime_type(JSON),
        );
    }
    listed
}

/// The forms of address that can be filled in.
pub(crate) fn templates(seen: &Seen<'_>) -> Vec<ResourceTemplate> {
    let playlist = ResourceTemplate::new(PLAYLIST, "playlist")
        .with_title("A playlist")
        .with_description(
            "A playlist's first 50 items, by its id or by the name of one in the user's library. One Spotify call \
             by id",
        )
        .with_mime_type(JSON);
    let shown = seen.shows(PLAYLIST_TOOL);
    shown.then_some(playlist).into_iter().collect()
}

/// The contents at `uri`.
///
/// # Errors
/// Resource not found, with the address as `data.uri`; an internal error with the code of the fault while Spotify or
/// the database does not give it.
pub(crate) async fn read(
    shared: &Shared,
    caller: &Caller,
    uri: &str,
    request: Request,
) -> Result<ResourceContents, ErrorData> {
    let contents = match uri {
        STATUS | ME => standing(shared, caller, uri).await?,
        PLAYBACK => {
            let now = json!({"include": ["now_playing"]});
            looked_at(shared, caller, PLAYBACK_TOOL, now, request, uri).await?
        }
        _ => {
            let playlist = playlist_in(uri).ok_or_else(|| not_found(uri))?;
            let which = json!({"playlist": playlist});
            looked_at(shared, caller, PLAYLIST_TOOL, which, request, uri).await?
        }
    };
    Ok(ResourceContents::text(contents.to_string(), uri).with_mime_type(JSON))
}

/// What is known of the link and the account without asking Spotify.
async fn standing(shared: &Shared, caller: &Caller, uri: &str) -> Result<Value, ErrorData> {
    let status = standing::of(&shared.deps, caller)
        .await
        .map_err(|fault| ErrorData::internal_error(fault.to_string(), None))?;
    let mut whole = serde_json::to_value(&status).unwrap_or_default();
    // Whoever reads it looks for these, also where nobody is connected.
    let (user, user_id) = (json!(status.user), json!(status.user_id));
    if uri == STATUS {
        whole["user"] = user;
        whole["user_id"] = user_id;
        return Ok(whole);
    }
    Ok(json!({"user": user, "user_id": user_id, "connected": status.connected}))
}

/// What the tool answers, as structure.
async fn looked_at(
    shared: &Shared,
    caller: &Caller,
    tool: &'static str,
    given: Value,
    request: Request,
    uri: &str,
) -> Result<Value, ErrorData> {
    let result = call::look(shared, caller, tool, answer::object(given), request).await?;
    match result.structured_content {
        Some(contents) if result.is_error != Some(true) => Ok(contents),
        _ => Err(fault(&result, uri)),
    }
}

/// The playlist that an address names; one segment, decoded.
fn playlist_in(uri: &str) -> Option<String> {
    let segment = uri.strip_prefix(PLAYLISTS)?;
    let plain = !segment.contains(['/', '?', '#']);
    let decoded = percent_decode_str(segment).decode_utf8().ok()?;
    (plain && !decoded.trim().is_empty()).then(|| decoded.into_owned())
}

/// A tool's error as the protocol's: what is not there is not found, everything else is told with its code.
fn fault(result: &CallToolResult, uri: &str) -> ErrorData {
    let meta = result.meta.as_ref();
    let told = meta.and_then(|meta| meta.0.get("auxcord/error").cloned());
    let mut data = match told {
        Some(Value::Object(told)) => told,
        _ => JsonObject::new(),
    };
    let code = data.get("code").and_then(Value::as_str).unwrap_or_default();
    let absent = ["not_found", "invalid_argument", "not_offered", "ambiguous"].contains(&code);
    data.insert("uri".to_owned(), json!(uri));
    let words = result
        .content
        .iter()
        .find_map(|block| block.as_text())
        .map(|text| text.text.clone());
    let words = words.unwrap_or_else(|| "The resource could not be read".to_owned());
    if absent {
        let message = format!("Resource not found ({words})");
        return ErrorData::resource_not_found(message, Some(Value::Object(data)));
    }
    ErrorData::internal_error(words, Some(Value::Object(data)))
}

fn not_found(uri: &str) -> ErrorData {
    let data = Some(json!({"uri": uri}));
    ErrorData::resource_not_found("Resource not found", data)
}
