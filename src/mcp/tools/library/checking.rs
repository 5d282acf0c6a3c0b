//! `check_library`: whether things are saved or followed.

use std::fmt::Write;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Context,
    refs::{Deed, Named, Unsupported},
    report,
    state::{self, Steps},
};
use crate::mcp::{
    answer::{self, Answer},
    fault::Fault,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Links, URIs, or ids of tracks
    #[schemars(length(min = 1, max = 200))]
    refs: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Told {
    items: Vec<Checked>,
    saved: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unsupported: Vec<Unsupported>,
}

/// One thing; `saved` is left out where Spotify did not say.
#[derive(Debug, Serialize)]
struct Checked {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    saved: Option<bool>,
    #[serde(skip)]
    link: String,
}

pub(super) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "items": {"type": "array", "items": {"type": "object", "properties": {
            "uri": {"type": "string"}, "saved": {"type": "boolean"}}}},
        "saved": {"type": "integer"}, "unsupported": {"type": "array", "items": {"type": "object"}}
    }, "required": ["items", "saved"]}))
}

/// One call for each 40 different things.
pub(super) async fn check_library(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let named = Named::of(&args.refs, Deed::Look).or_nothing("nothing could be looked up")?;
    named.require(context, Deed::Look).await?;
    let things: Vec<_> = named.things.iter().collect();
    let mut steps = Steps::new(context, things.len(), 1);
    let known = state::contains(context, &named, &things, false, &mut steps).await?;
    let items: Vec<_> = things
        .into_iter()
        .map(|thing| Checked {
            saved: known.get(&thing.uri).copied(),
            uri: thing.uri.clone(),
            link: thing.link.clone(),
        })
        .collect();
    let told = Told {
        saved: items.iter().filter(|item| item.saved == Some(true)).count(),
        items,
        unsupported: named.unsupported,
    };
    Ok(Answer::new(in_words(&told), &told))
}

fn in_words(told: &Told) -> String {
    let mut words = format!("{} of {} saved.", told.saved, told.items.len());
    for item in &told.items {
        let state = match item.saved {
            Some(true) => "saved",
            Some(false) => "not saved",
            None => "unknown: Spotify did not say",
        };
        let _ = write!(words, "\n{state} · {}", item.link);
    }
    report::unsupported(&told.unsupported, &mut words);
    words
}
