//! `get_playlist`: what is in a playlist, or what can be said about all of it.

use std::fmt::Write;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::spotify::{
    api::{self, PlaylistParts},
    id::SpotifyId,
    model::{Playlist, PlaylistItem},
};

pub(super) use super::contents::SCAN;
use super::{
    Context,
    contents::{self, PER_CALL, Source},
    named,
    summary::Tally,
    total,
};
use crate::mcp::{
    answer::{self, Answer, Page, Row, TEXT_BUDGET},
    fault::Fault,
    text::{self, NAME},
    view::{self, Detail},
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI, id, or the name of a playlist in the user's library
    #[schemars(length(min = 1, max = 200))]
    playlist: String,
    #[serde(default)]
    view: View,
    /// Only these columns
    #[serde(default)]
    fields: Option<Vec<Field>>,
    /// Default 50
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    #[schemars(range(min = 0, max = 100_000))]
    offset: Option<u32>,
    #[serde(default)]
    response_format: Detail,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum View {
    #[default]
    Items,
    Summary,
}

// A column of an item; a docstring would go into every list of tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Field {
    By,
    Album,
    Year,
    AddedAt,
    Duration,
}

/// The columns that are wanted of each item.
struct Columns {
    detail: Detail,
    only: Option<Vec<Field>>,
}

impl Columns {
    fn of(args: &mut Args) -> Self {
        let only = args.fields.take();
        let detail = if only.is_some() {
            Detail::Detailed
        } else {
            args.response_format
        };
        Self { detail, only }
    }

    /// Position, title and links always stay: they are what other tools take back.
    fn narrow(&self, row: Row) -> Row {
        let Some(only) = &self.only else { return row };
        let wanted = |field| only.contains(&field);
        Row {
            by: row.by.filter(|_| wanted(Field::By)),
            album: row.album.filter(|_| wanted(Field::Album)),
            year: row.year.filter(|_| wanted(Field::Year)),
            at: row.at.filter(|_| wanted(Field::AddedAt)),
            duration_ms: row.duration_ms.filter(|_| wanted(Field::Duration)),
            ..row
        }
    }
}

/// A playlist itself.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Head {
    /// The name, cleaned.
    pub(crate) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_id: Option<String>,
    uri: String,
    /// The page at open.spotify.com.
    pub(crate) link: String,
}

pub(super) fn output() -> JsonObject {
    let mut schema = answer::page_schema();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert("playlist".to_owned(), json!({"type": "object"}));
        properties.insert("summary".to_owned(), json!({"type": "object"}));
    }
    schema.remove("required");
    schema
}

pub(super) async fn get_playlist(context: &Context<'_>, mut args: Args) -> Result<Answer, Fault> {
    let id = named::resolve(context, &args.playlist).await?;
    let offset = args.offset.unwrap_or(0);
    let limit = args.limit.unwrap_or(PER_CALL);
    let columns = Columns::of(&mut args);
    match args.view {
        View::Summary => summary(context, &id).await,
        View::Items => items(context, &id, offset, limit, &columns).await,
    }
}

/// Details and first items come in one call, and only what is missing costs more. A later page tells the version too:
/// whoever names positions passes it on.
async fn items(
    context: &Context<'_>,
    id: &SpotifyId,
    offset: u32,
    limit: u32,
    columns: &Columns,
) -> Result<Answer, Fault> {
    let mut playlist = fetch(context, id).await?;
    let head = Head::of(&playlist, id);
    let Some(found) = playlist.items.take() else {
        return Ok(hidden(&head));
    };
    let all = total(&found, 0);
    let have = answer::count(found.items.len());
    let (start, end) = (offset.max(have), offset.saturating_add(limit).min(all));
    let at = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
    let known = found.items.into_iter().skip(at(offset)).take(at(limit));
    let mut items: Vec<_> = known.collect();
    if start < end {
        let source = source_of(&playlist);
        items.extend(contents::pages(context, id, start, end, source).await?);
    }
    let mut page = Page::at(offset, all, rows(items, offset, columns));
    let mut words = head.in_words(all);
    page.write(&mut words, TEXT_BUDGET, offset);
    Ok(Answer::new(words, with_head(&page, &head)))
}

async fn summary(context: &Context<'_>, id: &SpotifyId) -> Result<Answer, Fault> {
    let mut playlist = fetch(context, id).await?;
    let head = Head::of(&playlist, id);
    let Some(found) = playlist.items.take() else {
        return Ok(hidden(&head));
    };
    let all = total(&found, 0);
    let mut tally = Tally::default();
    tally.add(&found.items);
    let (have, end) = (answer::count(found.items.len()), all.min(SCAN));
    drop(found);
    let take = |page: Vec<PlaylistItem>| tally.add(&page);
    contents::each_page(context, id, have, end, source_of(&playlist), take).await?;
    let summary = tally.summary(all);
    let words = summary.in_words(head.in_words(all));
    let answer = Answer::new(words, json!({"playlist": head, "summary": summary}));
    if summary.looked_at < all {
        return Ok(answer.noting(format!(
            "Only the first {} items were looked at.",
            summary.looked_at
        )));
    }
    Ok(answer)
}

/// Where the rest of a playlist comes from that was looked at a moment ago.
fn source_of(playlist: &Playlist) -> Source<'_> {
    playlist
        .snapshot_id
        .as_deref()
        .map_or(Source::Memory, Source::Version)
}

/// Details and first items, in one call.
async fn fetch(context: &Context<'_>, id: &SpotifyId) -> Result<Playlist, Fault> {
    context
        .upstream
        .send(&api::playlist(id, PlaylistParts::WithFirstItems))
        .await
}

/// Spotify shows the playlist and hides its items: an answer, not an error.
fn hidden(head: &Head) -> Answer {
    let mut words = head.in_words(0);
    words.push_str("Spotify does not show its contents: the user neither owns it nor works on it.");
    Answer::new(words, json!({"playlist": head, "contents_hidden": true}))
}

fn rows(items: Vec<PlaylistItem>, offset: u32, columns: &Columns) -> Vec<Row> {
    let numbered = (offset..).zip(items);
    let row = |(position, item): (u32, PlaylistItem)| {
        let row = item
            .playable
            .map_or_else(Row::gone, |found| view::playable(found, columns.detail));
        let added = item.added_at.filter(|_| columns.detail == Detail::Detailed);
        columns.narrow(Row {
            position: Some(position),
            at: added.map(|at| text::cleaned(at, 30)),
            ..row
        })
    };
    numbered.map(row).collect()
}

fn with_head(page: &Page, head: &Head) -> Value {
    let mut value = serde_json::to_value(page).unwrap_or_default();
    if let Value::Object(object) = &mut value {
        object.insert("playlist".to_owned(), json!(head));
    }
    value
}

impl Head {
    /// The head of `playlist`; its address comes from `id`, which was checked.
    pub(crate) fn of(playlist: &Playlist, id: &SpotifyId) -> Self {
        let kind = crate::spotify::id::Kind::Playlist;
        let owner = playlist
            .owner
            .display_name
            .as_deref()
            .or(playlist.owner.id.as_deref());
        Self {
            title: view::title(playlist.name.clone()),
            by: owner.map(|name| text::clean(name, NAME).into_owned()),
            public: playlist.public,
            snapshot_id: playlist
                .snapshot_id
                .as_deref()
                .map(|id| text::clean(id, NAME).into_owned()),
            uri: id.uri(kind),
            link: id.url(kind),
        }
    }

    /// Without the label of its version, for answers in which that is about to change.
    pub(crate) fn without_snapshot(self) -> Self {
        Self {
            snapshot_id: None,
            ..self
        }
    }

    fn in_words(&self, total: u32) -> String {
        let mut words = self.title.clone();
        if let Some(by) = &self.by {
            let _ = write!(words, " — {by}");
        }
        if let Some(public) = self.public {
            let _ = write!(words, " · {}", view::visibility(public));
        }
        if total > 0 {
            let _ = write!(words, " · {}", text::counted(total, "item"));
        }
        let _ = write!(words, " · {}", self.link);
        if let Some(label) = &self.snapshot_id {
            let _ = write!(words, " · snapshot_id {label}");
        }
        words.push('\n');
        words
    }
}
