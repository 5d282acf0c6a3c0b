//! `resolve_tracks`: which track at Spotify each of the named ones is, told row by row. It never takes one track for
//! another: what is not certain is called so.

use std::{collections::HashMap, fmt::Write};

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

use super::{
    Context,
    resolving::{self, Resolved, Verdict},
    wanted::Wanted,
};
use crate::{
    mcp::{
        answer::{self, Answer, Row},
        fault::Fault,
        text::{self, IN_ERROR},
        tools::steps::Steps,
        view::{self, Detail},
    },
    spotify::{
        api::{self, URIS_PER_CALL},
        model::Track,
    },
};

/// Once so many bytes are written, alternatives are left out: the rows themselves must have room.
const ROOM_FOR_ALTERNATIVES: usize = 12_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    #[schemars(length(min = 1, max = 50))]
    tracks: Vec<Wanted>,
    /// Also tell whether each is in Liked Songs
    #[serde(default)]
    check_saved: bool,
}

/// What became of one named track.
#[derive(Debug, Serialize)]
struct Told {
    /// Its number among those that were asked for, from 1.
    row: usize,
    status: &'static str,
    /// Why it is only probable.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    saved: Option<Saved>,
    /// What was asked for, where nothing was taken for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<String>,
    #[serde(flatten)]
    found: Option<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternatives: Vec<Row>,
}

/// Whether a track is in Liked Songs: `true`, `false`, or `"not_checked"` where Spotify did not say.
#[derive(Clone, Copy, Debug)]
enum Saved {
    Known(bool),
    NotChecked,
}

impl From<Option<bool>> for Saved {
    fn from(known: Option<bool>) -> Self {
        known.map_or(Self::NotChecked, Self::Known)
    }
}

impl Serialize for Saved {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(saved) => serializer.serialize_bool(*saved),
            Self::NotChecked => serializer.serialize_str("not_checked"),
        }
    }
}

/// How many rows have which status.
#[derive(Debug, Default, Serialize)]
struct Counts {
    exact: u32,
    probable: u32,
    ambiguous: u32,
    not_found: u32,
    not_checked: u32,
}

pub(super) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "rows": {"type": "array", "items": {"type": "object", "properties": {
            "row": {"type": "integer"}, "status": {"type": "string"}, "uri": {"type": "string"},
            "alternatives": {"type": "array", "items": {"type": "object"}}
        }, "required": ["row", "status"]}},
        "counts": {"type": "object"}, "spotify_calls": {"type": "integer"}
    }, "required": ["rows", "counts", "spotify_calls"]}))
}

/// One search for each different row where the first finds it, up to three where not.
pub(super) async fn resolve_tracks(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    for (at, wanted) in args.tracks.iter().enumerate() {
        wanted.check(&format!("tracks[{at}]"))?;
    }
    if args.check_saved {
        context.upstream.require(&["user-library-read"]).await?;
    }
    let steps = Steps::of(answer::count(args.tracks.len()));
    let resolved = resolving::resolve_in(context, &args.tracks, &steps).await?;
    let stopped = stopped(&resolved);
    let mut rows = rows(&args.tracks, resolved.verdicts);
    let mut notes: Vec<String> = stopped.into_iter().collect();
    if args.check_saved {
        notes.extend(mark_saved(context, &mut rows, &steps).await?);
    }
    let mut answer = told(rows, context.upstream.calls());
    answer = answer.noting_all(notes);
    Ok(answer)
}

/// Why some rows were not looked at, if so.
pub(crate) fn stopped(resolved: &Resolved) -> Option<String> {
    let fault = resolved.stopped.as_ref()?;
    let left = resolved
        .verdicts
        .iter()
        .filter(|verdict| matches!(verdict, Verdict::NotChecked))
        .count();
    let are = if left == 1 { "is" } else { "are" };
    Some(format!(
        "{} {are} not_checked because Spotify stopped answering searches ({}): nothing is known there. Ask for that alone \
         later.",
        text::counted(left, "row"),
        fault.code()
    ))
}

fn rows(wanted: &[Wanted], verdicts: Vec<Verdict>) -> Vec<Told> {
    let pairs = wanted.iter().zip(verdicts);
    pairs
        .enumerate()
        .map(|(at, (wanted, verdict))| row(at + 1, wanted, verdict))
        .collect()
}

fn row(row: usize, wanted: &Wanted, verdict: Verdict) -> Told {
    let show = |track: Track| view::track(track, Detail::Concise);
    let list = |tracks: Vec<Track>| tracks.into_iter().map(show).collect();
    let status = verdict.status();
    let (found, why, alternatives) = match verdict {
        Verdict::Exact(track) => (Some(show(*track)), None, Vec::new()),
        Verdict::Probable(track, near, others) => {
            (Some(show(*track)), Some(near.why()), list(others))
        }
        Verdict::Ambiguous(tracks) | Verdict::NotFound(tracks) => (None, None, list(tracks)),
        Verdict::NotChecked => (None, None, Vec::new()),
    };
    Told {
        row,
        status,
        why,
        saved: None,
        asked: found.is_none().then(|| named(wanted)),
        found,
        alternatives,
    }
}

/// What was asked for, short and safe to print.
pub(crate) fn named(wanted: &Wanted) -> String {
    format!(
        "{} — {}",
        text::clean(&wanted.title, IN_ERROR),
        text::clean(&wanted.artist, IN_ERROR)
    )
}

/// Marks which of the found tracks are saved. Its failure costs no row: what is known by then is marked, the rest is
/// told as not checked.
async fn mark_saved(
    context: &Context<'_>,
    rows: &mut [Told],
    steps: &Steps,
) -> Result<Option<String>, Fault> {
    let mut uris: Vec<String> = Vec::new();
    for row in rows.iter() {
        let uri = row.found.as_ref().and_then(|row| row.uri.as_ref());
        if let Some(uri) = uri.filter(|uri| !uris.contains(uri)) {
            uris.push(uri.clone());
        }
    }
    steps.expect(answer::count(uris.chunks(URIS_PER_CALL).len()));
    let mut saved: HashMap<String, bool> = HashMap::with_capacity(uris.len());
    let mut stopped = None;
    for chunk in uris.chunks(URIS_PER_CALL) {
        match context.upstream.send(&api::library_contains(chunk)).await {
            // Fewer or more answers than questions cannot be told apart.
            Ok(held) if held.len() == chunk.len() => saved.extend(chunk.iter().cloned().zip(held)),
            Ok(_) => stopped = Some("upstream_error"),
            Err(Fault::Cancelled) => return Err(Fault::Cancelled),
            Err(fault) => {
                stopped = Some(fault.code());
                break;
            }
        }
        steps.made(context, 1, "looked in the library").await;
    }
    let mut left: usize = 0;
    for row in rows {
        let uri = row.found.as_ref().and_then(|row| row.uri.as_ref());
        row.saved = uri.map(|uri| saved.get(uri).copied().into());
        left += usize::from(matches!(row.saved, Some(Saved::NotChecked)));
    }
    Ok(stopped.map(|code| {
        format!(
            "For {}, whether the track is saved is not_checked, because Spotify stopped answering that ({code}). The \
             verdicts stand; ask `check_library` later.",
            text::counted(left, "row")
        )
    }))
}

fn told(mut rows: Vec<Told>, calls: u32) -> Answer {
    let mut words = String::with_capacity(rows.len() * 150);
    let mut counts = Counts::default();
    let mut left_out = false;
    for row in &mut rows {
        counts.add(row.status);
        if words.len() > ROOM_FOR_ALTERNATIVES && !row.alternatives.is_empty() {
            row.alternatives.clear();
            left_out = true;
        }
        row.write(&mut words);
    }
    let _ = write!(
        words,
        "{}; {}.",
        counts.in_words(),
        text::counted(calls, "Spotify call")
    );
    let told = json!({"rows": rows, "counts": counts, "spotify_calls": calls});
    let answer = Answer::new(words, told);
    if left_out {
        return answer.noting(
            "Alternatives of later rows were left out to keep the answer short; ask for those rows alone.",
        );
    }
    answer
}

impl Verdict {
    /// The word of the answer.
    pub(crate) fn status(&self) -> &'static str {
        match self {
            Self::Exact(_) => "exact",
            Self::Probable(..) => "probable",
            Self::Ambiguous(_) => "ambiguous",
            Self::NotFound(_) => "not_found",
            Self::NotChecked => "not_checked",
        }
    }
}

impl Told {
    fn write(&self, words: &mut String) {
        let _ = write!(words, "{}. {}", self.row, self.status);
        if let Some(why) = self.why {
            let _ = write!(words, " ({why})");
        }
        words.push_str(": ");
        if let Some(found) = &self.found {
            found.write_line(words);
        }
        words.push_str(self.asked.as_deref().unwrap_or_default());
        match self.saved {
            Some(Saved::Known(true)) => words.push_str(" · saved"),
            Some(Saved::Known(false)) => words.push_str(" · not saved"),
            Some(Saved::NotChecked) => words.push_str(" · saved: not_checked"),
            None => {}
        }
        words.push('\n');
        let lead = if self.status == "not_found" {
            "   nearest, but not it: "
        } else {
            "   or: "
        };
        for other in &self.alternatives {
            words.push_str(lead);
            other.write_line(words);
            words.push('\n');
        }
    }
}

impl Counts {
    fn add(&mut self, status: &str) {
        match status {
            "exact" => self.exact += 1,
            "probable" => self.probable += 1,
            "ambiguous" => self.ambiguous += 1,
            "not_found" => self.not_found += 1,
            _ => self.not_checked += 1,
        }
    }

    fn in_words(&self) -> String {
        let parts = [
            (self.exact, "exact"),
            (self.probable, "probable"),
            (self.ambiguous, "ambiguous"),
            (self.not_found, "not_found"),
            (self.not_checked, "not_checked"),
        ];
        let shown: Vec<_> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        shown.join(", ")
    }
}
