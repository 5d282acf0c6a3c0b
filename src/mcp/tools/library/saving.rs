//! `save_to_library`: look, save what is missing, look again.

use std::fmt::Write;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::spotify::{
    api,
    id::{Kind, Reference},
    model::Playable,
};

use super::{
    Context,
    refs::{Deed, Named, Thing, Unsupported},
    report::{self, Failed},
    state::{self, Applied, Steps},
};
use crate::mcp::{
    answer::{self, Answer},
    fault::Fault,
    view::{self, Detail},
};

/// What stands for the track or episode that plays.
const NOW_PLAYING: &str = "now_playing";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Links, URIs, ids of tracks, or `now_playing`
    #[schemars(length(min = 1, max = 200))]
    refs: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Told {
    saved: Vec<String>,
    already_saved: Vec<String>,
    unsupported: Vec<Unsupported>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failed>,
    verified: bool,
}

pub(super) fn output() -> JsonObject {
    let strings = json!({"type": "array", "items": {"type": "string"}});
    let objects = json!({"type": "array", "items": {"type": "object"}});
    answer::object(json!({"type": "object", "properties": {
        "saved": strings, "already_saved": strings, "unsupported": objects, "failed": objects,
        "verified": {"type": "boolean"}
    }, "required": ["saved", "already_saved", "verified"]}))
}

/// For each 40 things one call to look, one to save and one to look again; what is there already is not sent.
pub(super) async fn save_to_library(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let (playing, refs): (Vec<_>, Vec<_>) = args
        .refs
        .into_iter()
        .partition(|given| given.trim() == NOW_PLAYING);
    let mut named = Named::of(&refs, Deed::Change);
    let mut title = None;
    if !playing.is_empty() {
        let (thing, line) = now_playing(context).await?;
        named.add(thing);
        title = Some(line);
    }
    let named = named.or_nothing("nothing was saved")?;
    named.require(context, Deed::Change).await?;

    let all: Vec<&Thing> = named.things.iter().collect();
    let mut steps = Steps::new(context, all.len(), 3);
    let known = state::contains(context, &named, &all, true, &mut steps).await?;
    let is_saved = |thing: &&Thing| known.get(&thing.uri) == Some(&true);
    let (already, missing): (Vec<&Thing>, Vec<&Thing>) = all.into_iter().partition(is_saved);
    let applied = if missing.is_empty() {
        Applied::nothing_to_do()
    } else {
        state::apply(context, &named, &missing, true, &mut steps).await?
    };
    let told = Told {
        saved: report::uris(&applied.done),
        already_saved: report::uris(already.iter().copied()),
        failed: report::failed(&applied),
        verified: applied.verified,
        unsupported: Vec::new(),
    };
    let mut words = title.unwrap_or_default();
    report::list("Saved", applied.done.iter(), &mut words);
    report::list("Saved already", already.into_iter(), &mut words);
    report::list_failed(&applied, &mut words);
    report::unsupported(&named.unsupported, &mut words);
    let _ = write!(words, "\nVerified: {}", applied.verified);
    let told = Told {
        unsupported: named.unsupported,
        ..told
    };
    Ok(Answer::new(words.trim_start().to_owned(), &told))
}

/// What plays, and the line that names it. One call.
async fn now_playing(context: &Context<'_>) -> Result<(Thing, String), Fault> {
    context
        .upstream
        .require(&["user-read-currently-playing"])
        .await?;
    let playing = context.upstream.fresh(&api::currently_playing()).await?;
    let item = playing.and_then(|playback| playback.item).ok_or_else(|| {
        Fault::NotFound(
            "Nothing is playing that Spotify names. Name what to save by link, URI or id."
                .to_owned(),
        )
    })?;
    let kind = match &item {
        Playable::Track(track) if !track.is_local => Kind::Track,
        Playable::Episode(_) => Kind::Episode,
        _ => {
            return Err(Fault::NotFound(
                "What plays is a local file or of a kind that cannot be saved.".to_owned(),
            ));
        }
    };
    let id = item
        .uri()
        .and_then(|uri| Reference::parse(uri).ok())
        .and_then(|reference| reference.expect(kind).ok())
        .ok_or_else(|| Fault::NotFound("What plays has no usable id.".to_owned()))?;
    let thing = Thing {
        kind,
        uri: id.uri(kind),
        link: id.url(kind),
    };
    let mut line = "Now playing: ".to_owned();
    view::playable(item, Detail::Concise).write_line(&mut line);
    Ok((thing, line))
}
