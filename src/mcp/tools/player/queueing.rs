//! `add_to_queue`: tracks and episodes behind what plays, one call each. A call is never repeated, because the queue
//! cannot be edited; what became of each item is told.

use std::fmt::Write;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::spotify::{SpotifyError, api};

use super::{
    Context,
    commanding::{Hand, Sent},
    devices,
    gathering::{self, MOST, Queued},
    material::Skipped,
    state,
};
use crate::mcp::{
    answer::{self, Answer},
    fault::Fault,
    tools::steps::Steps,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Tracks, episodes, albums, playlists, or words to look for
    #[schemars(length(min = 1, max = 20))]
    items: Vec<String>,
    /// Name or id
    #[schemars(length(min = 1, max = 200))]
    device: Option<String>,
}

/// What became of the items.
#[derive(Debug, Default, Serialize)]
struct Report {
    verified: bool,
    queued: Vec<Queued>,
    /// Perhaps in the queue, perhaps not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<Queued>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<Skipped>,
    device: String,
    #[serde(skip)]
    notes: Vec<String>,
}

pub(super) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "verified": {"type": "boolean"}, "device": {"type": "string"},
        "queued": {"type": "array", "items": {"type": "object"}},
        "unknown": {"type": "array", "items": {"type": "object"}},
        "skipped": {"type": "array", "items": {"type": "object"}}
    }, "required": ["verified", "queued"]}))
}

/// One call for the devices, one for each set of words, album or playlist, one for each item, and one to look.
pub(super) async fn add_to_queue(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let steps = Steps::of(answer::count(args.items.len()));
    let gathered = gathering::gather(context, &args.items, &steps).await?;
    if gathered.items.is_empty() {
        return Err(nothing_usable(&gathered.skipped));
    }
    let mut report = Report {
        skipped: gathered.skipped,
        notes: gathered.notes,
        ..Report::default()
    };
    let _turn = context.turns.take(context.caller.person).await?;
    let target = devices::choose(context, args.device.as_deref()).await?;
    // The last step is the look at the queue.
    steps.expect(answer::count(gathered.items.len()) + 1);
    let mut hand = Hand::new(context, target).telling(&steps);
    send(context, &mut hand, gathered.items, &mut report, &steps).await?;
    report.device = hand.target.name;
    report.verified = report.unknown.is_empty() && shows(context, &report.queued).await;
    steps.made(context, 1, "looked at the queue").await;
    if !report.verified && report.unknown.is_empty() {
        report.notes.push(
            "Spotify accepted the items, but its queue does not show all of them yet; look with `get_playback` and \
             include=[\"queue\"] before repeating."
                .to_owned(),
        );
    }
    Ok(report.answer())
}

/// Sends the items until one fails in a way that would fail the next too, or leaves it open what happened.
async fn send(
    context: &Context<'_>,
    hand: &mut Hand<'_>,
    items: Vec<Queued>,
    report: &mut Report,
    steps: &Steps,
) -> Result<(), Fault> {
    let mut stopped: Option<&'static str> = None;
    for item in items {
        if let Some(code) = stopped {
            let reason = format!("not sent, because of the failure before ({code})");
            report.skipped.push(Skipped::new(item.name(), reason));
            steps.skip(1);
            continue;
        }
        match hand.send(|id| api::add_to_queue(&item.uri, Some(id))).await {
            Ok(Sent::Accepted) => report.queued.push(item),
            Ok(Sent::Asleep) => {
                stopped = Some("device unavailable");
                report.unknown.push(item);
                report.notes.push(state::ASLEEP.to_owned());
            }
            Err(Fault::Spotify(
                refusal @ (SpotifyError::NotFound(_) | SpotifyError::InvalidRequest(_)),
            )) => {
                let fault = Fault::Spotify(refusal);
                let reason = format!("Spotify refused it ({})", fault.code());
                report.skipped.push(Skipped::new(item.name(), reason));
            }
            Err(fault) if report.queued.is_empty() => return Err(fault),
            Err(fault) => {
                stopped = Some(fault.code());
                report.failed(item, &fault);
            }
        }
        steps.made(context, 1, "queueing").await;
    }
    if report.queued.is_empty() && report.unknown.is_empty() {
        return Err(nothing_usable(&report.skipped));
    }
    Ok(())
}

/// Whether the queue shows the items. Looked at once: it shows about 20 of them at most.
async fn shows(context: &Context<'_>, queued: &[Queued]) -> bool {
    let may_look = context.upstream.require(&["user-read-currently-playing"]);
    if may_look.await.is_err() {
        return false;
    }
    tokio::time::sleep(state::LOOKS[0]).await;
    let Ok(found) = context.upstream.fresh(&api::queue()).await else {
        return false;
    };
    let playing = found.currently_playing.iter();
    let shown: Vec<_> = playing
        .chain(&found.queue)
        .filter_map(|item| item.uri())
        .collect();
    queued.iter().all(|item| shown.contains(&item.uri.as_str()))
}

/// Nothing of what was named can be queued.
fn nothing_usable(skipped: &[Skipped]) -> Fault {
    let reasons: Vec<_> = skipped
        .iter()
        .take(3)
        .map(|one| format!("\"{}\": {}", one.item, one.reason))
        .collect();
    Fault::invalid_argument(format!(
        "`items`: nothing in it can be queued ({}). Nothing was queued",
        reasons.join("; ")
    ))
}

impl Report {
    fn failed(&mut self, item: Queued, fault: &Fault) {
        let unknown = matches!(fault, Fault::Spotify(fault) if fault.outcome_unknown());
        if unknown {
            self.notes.push(format!(
                "Spotify failed at \"{}\": it is unknown whether it was queued. Look with `get_playback` and \
                 include=[\"queue\"] before repeating it.",
                item.name()
            ));
            self.unknown.push(item);
        } else {
            let reason = format!("failed ({})", fault.code());
            self.skipped.push(Skipped::new(item.name(), reason));
        }
    }

    fn answer(self) -> Answer {
        let mut words = format!("Queued on {}: {}\n", self.device, self.queued.len());
        for item in &self.queued {
            item.write_line(&mut words);
        }
        for item in &self.unknown {
            words.push_str("Unknown whether queued: ");
            item.write_line(&mut words);
        }
        for one in &self.skipped {
            let _ = writeln!(words, "Skipped: {} ({})", one.item, one.reason);
        }
        if self.queued.len() >= MOST {
            let _ = writeln!(words, "One call queues at most {MOST}.");
        }
        Answer::new(words.trim_end().to_owned(), &self).noting_all(self.notes)
    }
}
