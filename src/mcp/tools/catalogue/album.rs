//! `list_album_tracks`: what is on an album, with its numbers.

use std::fmt::Write;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Context;
use crate::{
    mcp::{
        answer::{self, Answer, Page, Row, TEXT_BUDGET},
        fault::Fault,
        text::{self, IN_ERROR},
        tools::total,
        view::{self, Detail},
    },
    spotify::{
        api::{self, Paging},
        id::{Kind, Reference},
        model::{Page as Found, Track},
    },
};

/// Tracks in one call.
const PER_CALL: u32 = 50;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI or id
    #[schemars(length(min = 1, max = 200))]
    album: String,
    /// Default 50
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    #[schemars(range(min = 0, max = 100_000))]
    offset: Option<u32>,
    #[serde(default)]
    response_format: Detail,
}

pub(super) fn output() -> JsonObject {
    let mut schema = answer::page_schema();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert("album".to_owned(), json!({"type": "object"}));
    }
    schema
}

/// One call: the album brings its first tracks along, and later pages need no album.
pub(super) async fn list_album_tracks(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let id = Reference::parse(&args.album)
        .and_then(|reference| reference.expect(Kind::Album))
        .map_err(|problem| {
            let given = text::clean(&args.album, IN_ERROR);
            Fault::invalid_argument(format!("`album` \"{given}\": {problem}"))
        })?;
    let limit = args.limit.unwrap_or(PER_CALL);
    let offset = args.offset.unwrap_or(0);
    let mut words = String::new();
    let mut head = None;
    let found = if offset == 0 {
        let mut album = context.upstream.send(&api::album(&id)).await?;
        let found = album.tracks.take().unwrap_or_default();
        let row = view::album(album, Detail::Concise);
        row.write_line(&mut words);
        words.push('\n');
        head = Some(row);
        found
    } else {
        let call = api::album_tracks(&id, Paging::new(limit, offset));
        context.upstream.send(&call).await?
    };
    Ok(told(found, &args, limit, words, head))
}

fn told(
    found: Found<Track>,
    args: &Args,
    limit: u32,
    mut words: String,
    head: Option<Row>,
) -> Answer {
    let offset = args.offset.unwrap_or(0);
    let all = total(&found, offset);
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let rows = found
        .items
        .into_iter()
        .take(shown)
        .map(|track| numbered(track, args.response_format));
    let mut page = Page::at(offset, all, rows.collect());
    page.write(&mut words, TEXT_BUDGET, offset);
    let mut told = serde_json::to_value(&page).unwrap_or_default();
    if let (Some(head), Value::Object(object)) = (head, &mut told) {
        object.insert("album".to_owned(), json!(head));
    }
    Answer::new(words, told)
}

/// A track with its number on its disc; the first disc goes without saying.
fn numbered(track: Track, detail: Detail) -> Row {
    let number = track.track_number.map(view::small);
    let disc = track.disc_number.filter(|disc| *disc > 1);
    let row = view::track(track, detail);
    let mut about = row.about;
    if let Some(disc) = disc {
        let about = about.get_or_insert_default();
        let separator = if about.is_empty() { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(about, "{separator}disc {disc}");
    }
    Row {
        position: number,
        about,
        ..row
    }
}
