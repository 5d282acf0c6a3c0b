//! `get_recently_played`: what the person played last.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::spotify::{
    api::{self, Since},
    model::{PlayContext, PlayHistory},
};

use super::Context;
use crate::mcp::{
    answer::{self, Answer, Page, Row, TEXT_BUDGET},
    fault::Fault,
    text,
    view::{self, Detail},
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Default 20
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Only plays after this time, Unix milliseconds; not together with `before`
    #[schemars(range(min = 0))]
    after: Option<i64>,
    /// Only plays before this time, Unix milliseconds
    #[schemars(range(min = 0))]
    before: Option<i64>,
    #[serde(default)]
    response_format: Detail,
}

pub(super) fn output() -> JsonObject {
    let mut schema = answer::page_schema();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.remove("next_offset");
        properties.insert("next_cursor".to_owned(), json!({"type": "string"}));
    }
    schema
}

/// One call.
pub(super) async fn get_recently_played(
    context: &Context<'_>,
    args: Args,
) -> Result<Answer, Fault> {
    let since = match (args.after, args.before) {
        (Some(_), Some(_)) => {
            return Err(Fault::invalid_argument(
                "give `after` or `before`, not both",
            ));
        }
        (Some(after), None) => Some(Since::After(after)),
        (None, Some(before)) => Some(Since::Before(before)),
        (None, None) => None,
    };
    let call = api::recently_played(args.limit.unwrap_or(20), since);
    let found = context.upstream.send(&call).await?;
    let (parameter, cursor) = match since {
        Some(Since::After(_)) => ("after", found.cursors.after),
        Some(Since::Before(_)) | None => ("before", found.cursors.before),
    };
    let cursor = cursor
        .filter(|_| found.next.is_some())
        .filter(|cursor| is_time(cursor));
    let plays = found.items.into_iter();
    let rows = plays
        .filter_map(|play| row(play, args.response_format))
        .collect();
    let mut page = Page::by_cursor(rows, parameter, cursor);
    let mut text = String::new();
    page.write(&mut text, TEXT_BUDGET, 0);
    let answer = Answer::new(text, &page);
    Ok(answer.noting("Spotify keeps about the last 50 plays; times are UTC, as the user's time zone is not known."))
}

fn row(play: PlayHistory, detail: Detail) -> Option<Row> {
    let mut row = view::track(play.track?, detail);
    let played: Option<jiff::Timestamp> = play.played_at.as_deref().and_then(|at| at.parse().ok());
    row.cursor = played.map(|at| at.as_millisecond().to_string());
    row.at = match played {
        Some(at) if detail == Detail::Concise => Some(text::minute(at.as_millisecond())),
        _ => play.played_at.map(|at| text::cleaned(at, 30)),
    };
    if let Some(from) = play.context.as_ref().and_then(origin) {
        row.about = Some(row.about.map_or_else(
            || format!("from {from}"),
            |about| format!("{about}, from {from}"),
        ));
    }
    Some(row)
}

/// The list that something was played from: its link, or the name of the one list that has none.
fn origin(context: &PlayContext) -> Option<String> {
    if context.kind.as_deref() == Some("collection") {
        return Some("Liked Songs".to_owned());
    }
    view::link(context.uri.as_deref()?)
}

/// Spotify's cursors of this list are times; anything else could not be passed back.
fn is_time(cursor: &str) -> bool {
    !cursor.is_empty() && cursor.bytes().all(|byte| byte.is_ascii_digit())
}
