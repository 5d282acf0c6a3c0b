//! What clients can read without calling a tool: how the person's link stands. Costs no Spotify call.

use rmcp::{
    ErrorData,
    model::{Resource, ResourceContents},
};
use serde_json::json;

use crate::auth::Caller;

use super::{server::Shared, standing};

/// How the link stands, as JSON. Older servers had the same address.
const STATUS: &str = "spotify://status";

/// What can be read.
pub(crate) fn list() -> Vec<Resource> {
    vec![
        Resource::new(STATUS, "status")
            .with_title("Spotify connection")
            .with_description("Whose Spotify account this is and whether it is connected")
            .with_mime_type("application/json"),
    ]
}

/// The contents at `uri`.
///
/// # Errors
/// Resource not found, with the address as `data.uri`; an internal error while the database is away.
pub(crate) async fn read(
    shared: &Shared,
    caller: &Caller,
    uri: &str,
) -> Result<ResourceContents, ErrorData> {
    if uri != STATUS {
        let data = Some(json!({"uri": uri}));
        return Err(ErrorData::resource_not_found("Resource not found", data));
    }
    let status = standing::of(&shared.deps, caller)
        .await
        .map_err(|fault| ErrorData::internal_error(fault.to_string(), None))?;
    let text = serde_json::to_string(&status).unwrap_or_default();
    Ok(ResourceContents::text(text, uri).with_mime_type("application/json"))
}
