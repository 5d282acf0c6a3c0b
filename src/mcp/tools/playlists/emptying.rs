//! Carries a removal out: takes items out, puts the copies that stay in again, and looks at what came of it.
//!
//! Whatever fails in the middle is told with all that puts things right. Knows no tool's arguments.

use std::fmt::Write;

use serde_json::json;

use crate::spotify::{
    api::{self, ITEMS_PER_WRITE},
    id::SpotifyId,
};

use super::{
    Context,
    contents::{self, Check, Contents},
    removal::Removal,
    told,
};
use crate::mcp::{answer, fault::Fault, tools::steps::Steps};

/// Takes `uris` out and puts the copies that stay in again; the label of the version that this made.
/// Each write is one of `steps`.
///
/// # Errors
/// The fault of the first write when nothing was changed; [`Fault::Halfway`] with all that puts things right
/// otherwise.
pub(crate) async fn carry_out(
    context: &Context<'_>,
    id: &SpotifyId,
    uris: &[String],
    removal: &Removal,
    steps: &Steps,
) -> Result<Option<String>, Fault> {
    context.upstream.finish();
    let calls = api::remove_items(id, uris);
    steps.expect(answer::count(calls.len() + removal.kept.len()));
    let mut snapshot_id = None;
    for (at, call) in calls.iter().enumerate() {
        match context.upstream.send(call).await {
            Ok(snapshot) => snapshot_id = snapshot.snapshot_id.or(snapshot_id),
            Err(fault) if at == 0 && !told::is_unknown(&fault) => return Err(fault),
            Err(fault) if at == 0 && uris.len() <= ITEMS_PER_WRITE => {
                return Err(perhaps_removed(fault, removal));
            }
            Err(fault) => return Err(partly_removed(fault, removal, uris, at)),
        }
        steps.made(context, 1, "removed").await;
    }
    for (at, run) in removal.kept.iter().enumerate() {
        let place = usize::try_from(run.position).ok();
        for call in api::add_items(id, &run.uris, place) {
            match context.upstream.send(&call).await {
                Ok(snapshot) => snapshot_id = snapshot.snapshot_id.or(snapshot_id),
                Err(fault) => return Err(not_put_in_again(fault, removal, at)),
            }
        }
        steps.made(context, 1, "copies kept").await;
    }
    Ok(snapshot_id)
}

/// It is unknown whether the items went.
fn perhaps_removed(fault: Fault, removal: &Removal) -> Fault {
    let mut words = format!(
        "Spotify failed or did not answer in time, so it is unknown whether the items were removed. Look with \
         `get_playlist` before anything else. If they are still there, repeat the call. If they are gone, this puts \
         them back: {}",
        told::in_order(&removal.put_back)
    );
    if !removal.kept.is_empty() {
        let _ = write!(
            words,
            "\nThe copies that were to stay went with them, and this puts only those in again: {}",
            told::in_order(&removal.kept)
        );
    }
    Fault::halfway(fault, words)
}

/// Of `uris` the first `at` batches went, of the next it may be unknown. That one taken out again does no harm, so the
/// rest is one call; what stood behind is where it should be only after that.
fn partly_removed(fault: Fault, removal: &Removal, uris: &[String], at: usize) -> Fault {
    let done = uris.len().min(at * ITEMS_PER_WRITE);
    let mut words = format!(
        "Spotify failed after {done} of the {} different items were taken out. To go on, use `remove_from_playlist` \
         with refs={}",
        uris.len(),
        json!(uris[done..])
    );
    if !removal.kept.is_empty() {
        let _ = write!(
            words,
            "\nThe copies that were to stay go with them; then put them in again: {}",
            told::in_order(&removal.kept)
        );
    }
    let _ = write!(
        words,
        "\nTo undo all of it after that, use {}",
        told::in_order(&removal.put_back)
    );
    Fault::halfway(fault, words)
}

/// The items went, and from the run `at` on the copies that stay are missing.
fn not_put_in_again(fault: Fault, removal: &Removal, at: usize) -> Fault {
    let unknown = if told::is_unknown(&fault) {
        " (of the first it is unknown: look with `get_playlist` first)"
    } else {
        ""
    };
    let words = format!(
        "The items were removed, but Spotify failed at putting in again the copies that were to stay. These are \
         missing{unknown}; put them in with {}\nTo undo the removal itself, then use {}",
        told::in_order(&removal.kept[at..]),
        told::in_order(&removal.put_back)
    );
    Fault::halfway(fault, words)
}

/// Looks whether what should be there is there.
pub(crate) async fn verify(
    context: &Context<'_>,
    id: &SpotifyId,
    before: &Contents,
    removal: &Removal,
) -> Check {
    let expected = removal.after(&before.items);
    let spots: Vec<u32> = removal.kept.iter().map(|run| run.position).collect();
    let total = answer::count(expected.len());
    contents::check(context, id, &expected, total, &spots).await
}
