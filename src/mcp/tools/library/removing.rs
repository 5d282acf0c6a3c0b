//! `remove_from_library`: look, ask where much or an own playlist would go, remove, look again.

use std::{collections::BTreeMap, fmt::Write};

use base64::Engine;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::spotify::{
    SpotifyError,
    api::{self, PlaylistParts},
    id::{Kind, Reference},
};

use super::{
    Context,
    refs::{Deed, Named, Thing, Unsupported},
    report::{self, Failed},
    state::{self, Applied, Steps},
};
use crate::mcp::{
    answer::{self, Answer},
    ask::Question,
    fault::Fault,
    text::{self, IN_ERROR},
};

/// The most things that are removed without asking first.
const WITHOUT_ASKING: usize = 20;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Links, URIs, or ids of tracks
    #[schemars(length(min = 1, max = 200))]
    refs: Vec<String>,
    #[serde(default)]
    dry_run: bool,
    /// The user agreed
    confirm: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    would_remove: Option<Vec<String>>,
    removed: Vec<String>,
    not_saved: Vec<String>,
    unsupported: Vec<Unsupported>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
}

pub(super) fn output() -> JsonObject {
    let strings = json!({"type": "array", "items": {"type": "string"}});
    let objects = json!({"type": "array", "items": {"type": "object"}});
    answer::object(json!({"type": "object", "properties": {
        "removed": strings, "would_remove": strings, "not_saved": strings, "unsupported": objects,
        "failed": objects, "verified": {"type": "boolean"}
    }, "required": ["removed", "not_saved"]}))
}

/// For each 40 things one call to look, one to remove and one to look again; what is not there is not sent. One more
/// for each playlist, as long as nothing else makes it ask: an own one would be deleted.
pub(super) async fn remove_from_library(
    context: &Context<'_>,
    args: Args,
) -> Result<Answer, Fault> {
    let named = Named::of(&args.refs, Deed::Change).or_nothing("nothing was removed")?;
    named.require(context, Deed::Change).await?;
    let all: Vec<&Thing> = named.things.iter().collect();
    let mut steps = Steps::new(context, all.len(), 3);
    let known = state::contains(context, &named, &all, true, &mut steps).await?;
    let is_saved = |thing: &&Thing| known.get(&thing.uri) == Some(&true);
    let (present, absent): (Vec<&Thing>, Vec<&Thing>) = all.into_iter().partition(is_saved);

    let mut told = Told {
        would_remove: None,
        removed: Vec::new(),
        not_saved: report::uris(absent.iter().copied()),
        unsupported: Vec::new(),
        failed: Vec::new(),
        verified: None,
    };
    let mut words = String::new();
    if args.dry_run {
        report::list("Would be removed", present.iter().copied(), &mut words);
        told.would_remove = Some(report::uris(present));
    } else {
        ask_first(context, args.confirm, &present).await?;
        let applied = if present.is_empty() {
            Applied::nothing_to_do()
        } else {
            state::apply(context, &named, &present, false, &mut steps).await?
        };
        report::list("Removed", applied.done.iter(), &mut words);
        report::list_failed(&applied, &mut words);
        told.removed = report::uris(&applied.done);
        told.failed = report::failed(&applied);
        told.verified = Some(applied.verified);
    }
    report::list("Not in the library", absent.into_iter(), &mut words);
    report::unsupported(&named.unsupported, &mut words);
    told.unsupported = named.unsupported;
    Ok(finished(words, &told))
}

/// The answer, with how things are put back.
fn finished(mut words: String, told: &Told) -> Answer {
    if let Some(verified) = told.verified {
        let _ = write!(words, "\nVerified: {verified}");
    }
    let note = if told.would_remove.is_some() {
        Some("Nothing was changed: this was a dry run.")
    } else if told.removed.is_empty() {
        None
    } else {
        Some(
            "`save_to_library` with `removed` as refs puts them back, with today as the day of saving.",
        )
    };
    let answer = Answer::new(words.trim_start().to_owned(), told);
    match note {
        Some(note) => answer.noting(note),
        None => answer,
    }
}

/// Asks for more than [`WITHOUT_ASKING`] things, and for the person's own playlists, which would be deleted.
async fn ask_first(
    context: &Context<'_>,
    confirm: Option<bool>,
    present: &[&Thing],
) -> Result<(), Fault> {
    let own = if present.len() > WITHOUT_ASKING {
        Vec::new()
    } else {
        own_playlists(context, present).await?
    };
    if present.len() <= WITHOUT_ASKING && own.is_empty() {
        return Ok(());
    }
    let mut what = format!(
        "{} would be removed from the Spotify library ({}).",
        text::counted(present.len(), "item"),
        kinds(present)
    );
    if !own.is_empty() {
        let _ = write!(
            what,
            " The user's own among the playlists would be deleted: {}.",
            own.join(", ")
        );
    } else if present.iter().any(|thing| thing.kind == Kind::Playlist) {
        what.push_str(" Own playlists among them would be deleted.");
    }
    let ids = vec![digest(present)];
    context.ask(confirm, Question { what, ids })
}

/// The names of the person's own playlists among `present`. One call each.
async fn own_playlists(context: &Context<'_>, present: &[&Thing]) -> Result<Vec<String>, Fault> {
    let mut own = Vec::new();
    let playlists = present
        .iter()
        .filter(|thing| thing.kind == Kind::Playlist)
        .filter_map(|thing| Reference::parse(&thing.uri).ok());
    for reference in playlists {
        let call = api::playlist(&reference.id, PlaylistParts::Details);
        match context.upstream.send(&call).await {
            Ok(found) if found.owner.id.as_deref() == Some(&*context.me().await?) => {
                own.push(format!("\"{}\"", text::clean(&found.name, IN_ERROR)));
            }
            // What Spotify does not show is not the person's.
            Ok(_)
            | Err(Fault::Spotify(SpotifyError::NotFound(_) | SpotifyError::NotReadable(_))) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(own)
}

/// How many of each kind: `30 tracks, 1 album`.
fn kinds(things: &[&Thing]) -> String {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    for thing in things {
        *counts.entry(thing.kind).or_default() += 1;
    }
    let counts: Vec<_> = counts
        .into_iter()
        .map(|(kind, count)| text::counted(count, kind.as_str()))
        .collect();
    counts.join(", ")
}

/// What would go, in a few bytes: if that changes, the person is asked anew.
fn digest(things: &[&Thing]) -> String {
    let mut uris: Vec<_> = things.iter().map(|thing| thing.uri.as_str()).collect();
    uris.sort_unstable();
    let hash = Sha256::digest(uris.join(",").as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash)
}
