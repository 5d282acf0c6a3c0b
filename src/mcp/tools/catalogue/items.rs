//! `get_items`: a few things of any kind, each read by itself: Spotify no longer reads several at once.

use std::{
    fmt::Write,
    sync::atomic::{AtomicBool, Ordering},
};

use futures::{StreamExt, stream};
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Context, references};
use crate::{
    mcp::{
        answer::{self, Answer, Row},
        fault::Fault,
        text::{self, IN_ERROR, NAME},
        tools::{spoken, steps::Steps},
        view::{self, Detail},
    },
    spotify::{
        SpotifyError,
        api::{self, PlaylistParts},
        id::{Kind, SpotifyId},
        model::{Count, Playlist, PlaylistSummary, Show},
    },
};

/// Reads that are under way together.
const AT_ONCE: usize = 4;

/// What can be read; a bare id is taken for the first of them.
const KINDS: [Kind; 7] = [
    Kind::Track,
    Kind::Album,
    Kind::Artist,
    Kind::Playlist,
    Kind::Show,
    Kind::Episode,
    Kind::Audiobook,
];

/// The permission without which Spotify shows no podcast.
const SPOKEN: &[&str] = &["user-read-playback-position"];

/// What Spotify took away, so that nobody infers anything from its absence.
const WITHHELD: &str = "Of artists Spotify tells apps only the name: no followers, popularity, genres, top tracks or \
                        related artists. list_artist_releases lists what they released.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Links, URIs or ids; a bare id is a track's
    #[schemars(length(min = 1, max = 20))]
    refs: Vec<String>,
}

/// What became of one reference.
#[derive(Debug, Serialize)]
struct Item {
    /// `ok`, `not_checked`, or the code of what went wrong.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    /// What was given, where nothing was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    r#ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(flatten)]
    row: Option<Row>,
}

pub(super) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "items": {"type": "array", "items": {"type": "object", "properties": {
            "status": {"type": "string"}, "type": {"type": "string"}, "title": {"type": "string"},
            "uri": {"type": "string"}
        }, "required": ["status"]}}
    }, "required": ["items"]}))
}

/// One read for each different thing, four at once.
pub(super) async fn get_items(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let parsed: Vec<_> = args
        .refs
        .iter()
        .map(|item| references::parse(item, &KINDS))
        .collect();
    let mut things: Vec<&(Kind, SpotifyId)> = Vec::new();
    for thing in parsed.iter().flatten() {
        if !things.contains(&thing) {
            things.push(thing);
        }
    }
    if things.is_empty() {
        return Err(unusable(&args.refs, &parsed));
    }
    let read = read_all(context, &things).await?;
    let mut items = Vec::with_capacity(parsed.len());
    for (given, outcome) in args.refs.iter().zip(&parsed) {
        items.push(match outcome {
            Err(reason) => Item {
                status: "invalid_argument",
                r#type: None,
                r#ref: Some(text::clean(given, IN_ERROR).into_owned()),
                reason: Some(reason.clone()),
                row: None,
            },
            Ok(thing) => {
                let at = things.iter().position(|other| *other == thing);
                item(thing, at.and_then(|at| read[at].as_ref()))
            }
        });
    }
    Ok(told(&items))
}

/// Nothing that can be read: why, for the first five.
fn unusable(given: &[String], parsed: &[Result<(Kind, SpotifyId), String>]) -> Fault {
    let reasons: Vec<String> = given
        .iter()
        .zip(parsed)
        .filter_map(|(given, outcome)| {
            let reason = outcome.as_ref().err()?;
            Some(format!("\"{}\" is {reason}", text::clean(given, IN_ERROR)))
        })
        .take(5)
        .collect();
    Fault::invalid_argument(format!("no reference can be read: {}", reasons.join("; ")))
}

/// What came of each; what would meet every read stops the rest, which are `None` then.
///
/// # Errors
/// The first failure, if nothing could be read.
async fn read_all(
    context: &Context<'_>,
    things: &[&(Kind, SpotifyId)],
) -> Result<Vec<Option<Result<Row, Fault>>>, Fault> {
    let steps = Steps::of(answer::count(things.len()));
    let stopped = AtomicBool::new(false);
    let mut reads = Vec::with_capacity(things.len());
    for (kind, id) in things {
        let (steps, stopped) = (&steps, &stopped);
        reads.push(async move {
            if stopped.load(Ordering::Relaxed) {
                return None;
            }
            let outcome = read(context, *kind, id).await;
            if outcome.as_ref().is_err_and(meets_all) {
                stopped.store(true, Ordering::Relaxed);
            }
            steps.made(context, 1, "read").await;
            Some(outcome)
        });
    }
    let mut read: Vec<Option<Result<Row, Fault>>> =
        stream::iter(reads).buffered(AT_ONCE).collect().await;
    if read.iter().any(|one| matches!(one, Some(Ok(_)))) {
        return Ok(read);
    }
    // What stops everything says more than what is wrong with one of them.
    let worst = read
        .iter()
        .position(|one| matches!(one, Some(Err(fault)) if meets_all(fault)));
    match read.swap_remove(worst.unwrap_or(0)) {
        Some(Err(fault)) => Err(fault),
        Some(Ok(_)) | None => Ok(read),
    }
}

/// Whether the next read would fail the same way.
fn meets_all(fault: &Fault) -> bool {
    match fault {
        Fault::Spotify(fault) => matches!(
            fault,
            SpotifyError::QuotaExceeded(_)
                | SpotifyError::RateLimited(_)
                | SpotifyError::Unauthorized(_)
                | SpotifyError::NotAllowListed(_)
                | SpotifyError::AppOwnerPremium(_)
        ),
        Fault::Link(_) | Fault::Cancelled => true,
        _ => false,
    }
}

async fn read(context: &Context<'_>, kind: Kind, id: &SpotifyId) -> Result<Row, Fault> {
    let upstream = &context.upstream;
    let full = Detail::Detailed;
    Ok(match kind {
        Kind::Track => view::track(upstream.send(&api::track(id)).await?, full),
        Kind::Album => view::album(upstream.send(&api::album(id)).await?, full),
        Kind::Artist => view::artist(upstream.send(&api::artist(id)).await?),
        Kind::Show => {
            upstream.require(SPOKEN).await?;
            described(upstream.send(&api::show(id)).await?)
        }
        Kind::Episode => {
            upstream.require(SPOKEN).await?;
            spoken::row(upstream.send(&api::episode(id)).await?, full)
        }
        Kind::Audiobook => described(upstream.send(&api::audiobook(id)).await?),
        Kind::Playlist => {
            let call = api::playlist(id, PlaylistParts::Details);
            let me = context.me().await?;
            view::playlist(summary(upstream.send(&call).await?), Some(&me), full)
        }
        Kind::Chapter | Kind::User => Row::gone(),
    })
}

/// A podcast or audiobook with what it says of itself.
fn described(mut show: Show) -> Row {
    let about = show.description.take().filter(|words| !words.is_empty());
    Row {
        about: about.map(|words| text::cleaned(words, NAME)),
        ..view::show(show, Detail::Detailed)
    }
}

/// A playlist without its items.
fn summary(playlist: Playlist) -> PlaylistSummary {
    PlaylistSummary {
        items: playlist.items.map(|page| Count { total: page.total }),
        id: playlist.id,
        uri: playlist.uri,
        name: playlist.name,
        description: playlist.description,
        public: playlist.public,
        collaborative: playlist.collaborative,
        owner: playlist.owner,
        snapshot_id: playlist.snapshot_id,
        external_urls: playlist.external_urls,
    }
}

fn item((kind, id): &(Kind, SpotifyId), read: Option<&Result<Row, Fault>>) -> Item {
    let (status, row) = match read {
        Some(Ok(row)) => ("ok", Some(row.clone())),
        Some(Err(fault)) => (fault.code(), None),
        None => ("not_checked", None),
    };
    Item {
        status,
        r#type: Some(kind.as_str()),
        r#ref: row.is_none().then(|| id.url(*kind)),
        reason: None,
        row,
    }
}

fn told(items: &[Item]) -> Answer {
    let mut words = String::with_capacity(items.len() * 160);
    for (number, item) in (1..).zip(items) {
        let _ = write!(words, "{number}. {}: ", item.r#type.unwrap_or(item.status));
        if let Some(row) = &item.row {
            row.write_line(&mut words);
        } else {
            let given = item.r#ref.as_deref().unwrap_or_default();
            let reason = item.reason.as_deref().unwrap_or(item.status);
            let _ = write!(words, "{given} · {reason}");
        }
        words.push('\n');
    }
    let good = items.iter().filter(|item| item.status == "ok").count();
    let _ = write!(words, "{good} of {} read.", items.len());
    let has_artist = items
        .iter()
        .any(|item| item.status == "ok" && item.r#type == Some("artist"));
    let skipped = items.iter().any(|item| item.status == "not_checked");
    let mut answer = Answer::new(words, json!({ "items": items }));
    if has_artist {
        answer = answer.noting(WITHHELD);
    }
    if skipped {
        answer =
            answer.noting("Reading stopped; what is not_checked was not asked for. Try it later.");
    }
    answer
}
