//! Filling a playlist: the batches one after the other, and a look at what came of them.
//!
//! A write whose outcome is unknown is never repeated: the look tells what came of it, or the report names it.

use crate::spotify::{
    api::{self, ITEMS_PER_WRITE, Paging},
    id::SpotifyId,
};

use super::{
    Context,
    contents::PER_CALL,
    report::{Report, Seen},
};
use crate::mcp::{
    answer::{self, Answer},
    fault::Fault,
    text::{self, NAME},
    view,
};

/// Where items go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// 0-based; at the end if there is none.
    pub(super) position: Option<u32>,
    /// How many items the playlist has before.
    pub(super) before: u32,
}

/// Adds `uris` and reads back what stands there then, in one call.
///
/// # Errors
/// When nothing at all was added. Once something was, a failure is part of the report.
pub(super) async fn add(
    context: &Context<'_>,
    id: &SpotifyId,
    uris: &[String],
    place: Place,
    mut report: Report,
) -> Result<Answer, Fault> {
    report.position = place.position;
    if uris.is_empty() {
        report.total = Some(place.before);
        report.verified = Some(true);
        return Ok(report.answer());
    }
    let stopped = write(context, id, uris, place.position, &mut report).await;
    let (nothing, clear) = (report.added == 0, report.uncertain.is_empty());
    match stopped {
        Some(fault) if nothing && clear => return Err(fault),
        Some(fault) => {
            look(context, id, uris, place, &mut report).await;
            if report.added == 0 {
                return Err(in_vain(fault, &report));
            }
        }
        None => look(context, id, uris, place, &mut report).await,
    }
    Ok(report.answer())
}

/// Sends the batches one after the other up to the first that fails; gives why it failed.
pub(super) async fn write(
    context: &Context<'_>,
    id: &SpotifyId,
    uris: &[String],
    position: Option<u32>,
    report: &mut Report,
) -> Option<Fault> {
    report.wanted = uris.len();
    let before = report.steps;
    let all = before.saturating_add(answer::count(uris.len()));
    let position = position.and_then(|position| usize::try_from(position).ok());
    let mut sent = 0;
    for (batch, call) in uris
        .chunks(ITEMS_PER_WRITE)
        .zip(api::add_items(id, uris, position))
    {
        match context.upstream.send(&call).await {
            Ok(snapshot) => {
                sent += batch.len();
                report.added += answer::count(batch.len());
                report.snapshot_id = snapshot.snapshot_id.map(|id| text::cleaned(id, NAME));
                let done = before.saturating_add(report.added);
                context.progress(done, all, "items added").await;
            }
            Err(fault) => {
                let doubtful = if is_unknown(&fault) { batch.len() } else { 0 };
                report.uncertain = uris[sent..sent + doubtful].to_vec();
                report.not_added = uris[sent + doubtful..].to_vec();
                report.stopped = Some(fault.code());
                return Some(fault);
            }
        }
    }
    None
}

/// Whether the change may have been made all the same.
fn is_unknown(fault: &Fault) -> bool {
    matches!(fault, Fault::Spotify(fault) if fault.outcome_unknown())
}

/// Looks at what stands where the items should be now; if the outcome of a batch is unknown, where that batch should be.
async fn look(
    context: &Context<'_>,
    id: &SpotifyId,
    uris: &[String],
    place: Place,
    report: &mut Report,
) {
    let start = place
        .position
        .map_or(place.before, |position| position.min(place.before));
    let from = if report.uncertain.is_empty() {
        0
    } else {
        report.added
    };
    let call = api::playlist_items(id, Paging::new(PER_CALL, start.saturating_add(from)));
    match context.upstream.fresh(&call).await {
        Ok(page) => {
            let seen = Seen {
                total: page.total.map(view::small),
                items: &page.items,
                from: usize::try_from(from).unwrap_or(usize::MAX),
            };
            report.judge(&seen, uris, place.before);
        }
        Err(fault) => report.unseen(&fault),
    }
}

/// Nothing was added; what is known about the write that failed.
fn in_vain(fault: Fault, report: &Report) -> Fault {
    if !report.uncertain.is_empty() {
        return fault;
    }
    let has = text::counted(report.total.unwrap_or_default(), "item");
    let code = fault.code();
    Fault::halfway(
        fault,
        format!(
            "Nothing was added: Spotify failed ({code}), and the playlist was read back and still has {has}. \
             Repeat the call."
        ),
    )
}
