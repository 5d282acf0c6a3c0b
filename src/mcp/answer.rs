//! What a tool says: short lines for a model that reads text, the same rows for one that reads structure.
//!
//! Every list tells how many it shows, how many there are and how to go on. Knows no tool and no Spotify call.

use std::fmt::Write;

use rmcp::model::{CallToolResult, ContentBlock, JsonObject};
use serde::Serialize;
use serde_json::{Value, json};

use super::text;

/// The most bytes of lines in one answer: about 6,000 tokens.
pub(crate) const TEXT_BUDGET: usize = 20_000;

/// One tool's answer.
#[derive(Debug)]
pub(crate) struct Answer {
    text: String,
    structured: Value,
    notes: Vec<String>,
}

impl Answer {
    /// An answer of `text` for reading and `structured`, which becomes an object, for programs.
    pub(crate) fn new(text: String, structured: impl Serialize) -> Self {
        let structured = serde_json::to_value(structured).unwrap_or_else(|_| json!({}));
        Self {
            text,
            structured,
            notes: Vec::new(),
        }
    }

    /// Adds something that the model should know about this answer.
    #[must_use]
    pub(crate) fn noting(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds several such notes.
    #[must_use]
    pub(crate) fn noting_all(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The protocol's form: notes close the text and are a member of the structure.
    pub(crate) fn into_result(mut self) -> CallToolResult {
        for note in &self.notes {
            let _ = write!(self.text, "\nNote: {note}");
        }
        if let (false, Value::Object(object)) = (self.notes.is_empty(), &mut self.structured) {
            object.insert("notes".to_owned(), json!(self.notes));
        }
        let mut result = CallToolResult::success(vec![ContentBlock::text(self.text)]);
        result.structured_content = Some(self.structured);
        result
    }
}

/// One item of a list. What is `None` is left out.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Row {
    /// The 0-based position in its list, where that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<u32>,
    /// The name, cleaned.
    pub(crate) title: String,
    /// Who made it: artists, owner, publisher or authors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// What it is part of: an album or a show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) album: Option<String>,
    /// The year of release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) year: Option<String>,
    /// How many items it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u32>,
    /// What else is worth a word: `private`, `unavailable`, `local file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<String>,
    /// When it was added or played, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
    /// Length in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration_ms: Option<u64>,
    /// Its place in Spotify's list, where a filter left some out.
    #[serde(skip)]
    pub(crate) place: Option<u32>,
    /// Where a list that is walked by cursor goes on after this row.
    #[serde(skip)]
    pub(crate) cursor: Option<String>,
    /// The Spotify URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri: Option<String>,
    /// The page at open.spotify.com.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
}

impl Row {
    /// The row of something that Spotify has removed; its place in the list remains.
    pub(crate) fn gone() -> Self {
        Self {
            title: "(removed by Spotify)".to_owned(),
            ..Self::default()
        }
    }

    /// `title — artist · album (year) · link`.
    pub(crate) fn write_line(&self, line: &mut String) {
        if let Some(position) = self.position {
            let _ = write!(line, "{position}. ");
        }
        line.push_str(&self.title);
        if let Some(by) = &self.by {
            let _ = write!(line, " — {by}");
        }
        match (&self.album, &self.year) {
            (Some(album), Some(year)) => {
                let _ = write!(line, " · {album} ({year})");
            }
            (Some(album), None) => {
                let _ = write!(line, " · {album}");
            }
            (None, Some(year)) => {
                let _ = write!(line, " ({year})");
            }
            (None, None) => {}
        }
        if let Some(count) = self.count {
            let _ = write!(line, " · {}", text::counted(count, "item"));
        }
        if let Some(duration) = self.duration_ms {
            let _ = write!(line, " · {}", text::duration(duration));
        }
        for part in [&self.about, &self.at, &self.link].into_iter().flatten() {
            let _ = write!(line, " · {part}");
        }
    }
}

/// One page of a list, cut where the answer would grow too long.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    /// The rows that are shown.
    pub(crate) items: Vec<Row>,
    /// How many there are in all, where Spotify says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u32>,
    /// How many are shown.
    pub(crate) returned: usize,
    /// Whether there are more.
    pub(crate) has_more: bool,
    /// The `offset` of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_offset: Option<u32>,
    /// The cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
    /// The parameter that takes the cursor.
    #[serde(skip)]
    cursor_parameter: &'static str,
    /// Whether the rows are those of a list that fit a wish, of which `total` says nothing.
    #[serde(skip)]
    filtered: bool,
}

impl Page {
    /// A page of `items` that begins at `offset` of `total`.
    pub(crate) fn at(offset: u32, total: u32, items: Vec<Row>) -> Self {
        let end = offset.saturating_add(count(items.len()));
        Self::upto(end, total, items)
    }

    /// A page after which the list goes on at `end`; for pages that leave out what they skip.
    pub(crate) fn upto(end: u32, total: u32, items: Vec<Row>) -> Self {
        let has_more = end < total;
        Self {
            returned: items.len(),
            items,
            total: Some(total),
            has_more,
            next_offset: has_more.then_some(end),
            next_cursor: None,
            cursor_parameter: "",
            filtered: false,
        }
    }

    /// A page of a list whose length is known only where `total` says so.
    pub(crate) fn open(offset: u32, items: Vec<Row>, total: Option<u32>, has_more: bool) -> Self {
        let end = offset.saturating_add(count(items.len()));
        Self {
            total,
            has_more,
            next_offset: has_more.then_some(end),
            ..Self::upto(end, end, items)
        }
    }

    /// A page of a list that is walked by cursor, which goes into `parameter`.
    pub(crate) fn by_cursor(
        items: Vec<Row>,
        parameter: &'static str,
        next_cursor: Option<String>,
    ) -> Self {
        Self {
            returned: items.len(),
            items,
            total: None,
            has_more: next_cursor.is_some(),
            next_offset: None,
            next_cursor,
            cursor_parameter: parameter,
            filtered: false,
        }
    }

    /// The same page of a list of which only the rows that fit a wish are shown.
    pub(crate) fn of_what_fits(self) -> Self {
        Self {
            filtered: true,
            ..self
        }
    }

    /// Appends the page's lines to `text`, at most `budget` bytes of them. What does not fit is left off at an item
    /// boundary, and the page then goes on there; `offset` is where it began.
    pub(crate) fn write(&mut self, text: &mut String, budget: usize, offset: u32) {
        let start = text.len();
        let mut shown: usize = 0;
        for row in &self.items {
            let before = text.len();
            row.write_line(text);
            text.push('\n');
            if text.len() - start > budget && shown > 0 {
                text.truncate(before);
                break;
            }
            shown += 1;
        }
        let cut = shown < self.items.len();
        if cut {
            let place = self.items[shown].place;
            self.items.truncate(shown);
            self.returned = shown;
            self.has_more = true;
            if self.cursor_parameter.is_empty() {
                let next = place.unwrap_or_else(|| offset.saturating_add(count(shown)));
                self.next_offset = Some(next);
            } else {
                self.next_cursor = self.items.last().and_then(|row| row.cursor.clone());
            }
        }
        self.write_receipt(text, cut);
    }

    fn write_receipt(&self, text: &mut String, cut: bool) {
        let _ = match (self.total, self.returned) {
            (_, 0) if self.filtered => write!(text, "Nothing that was looked at fits"),
            (_, 1) if self.filtered => write!(text, "1 fits"),
            (_, returned) if self.filtered => write!(text, "{returned} fit"),
            (Some(0), _) | (None, 0) => write!(text, "Nothing found."),
            (Some(total), returned) => write!(text, "{returned} of {total} shown"),
            (None, returned) => write!(text, "{returned} shown"),
        };
        if cut {
            text.push_str(" (cut to keep the answer short)");
        }
        if let Some(offset) = self.next_offset {
            let _ = write!(text, "; go on with offset={offset}");
        }
        if let Some(cursor) = &self.next_cursor {
            let _ = write!(text, "; go on with {}={cursor}", self.cursor_parameter);
        }
    }
}

/// How many, as Spotify counts: never above `u32`.
pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The output schema of tools that answer with one page: what a program needs to walk it. What a [`Row`] holds explains
/// itself, and every list tool repeats this.
pub(crate) fn page_schema() -> JsonObject {
    object(json!({"type": "object", "properties": {
        "items": {"type": "array", "items": {"type": "object"}},
        "total": {"type": "integer"}, "returned": {"type": "integer"}, "has_more": {"type": "boolean"}, "next_offset": {"type": "integer"}
    }, "required": ["items", "has_more"]}))
}

/// The object that `schema` is.
pub(crate) fn object(schema: Value) -> JsonObject {
    match schema {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    }
}
