//! Whether things are in the library, and bringing them in or out: in calls of 40, with each thing accounted for.

use std::{
    collections::{HashMap, VecDeque},
    ops::Range,
};

use crate::{
    mcp::{answer, fault::Fault},
    spotify::{
        SpotifyError,
        api::{self, URIS_PER_CALL},
    },
};

use super::{
    Context,
    refs::{Deed, Named, Thing},
};

/// The most times that a refused call is halved.
const SPLITS: u32 = 8;

/// Calls made and to be made, for whoever watches.
pub(super) struct Steps<'a, 'c> {
    context: &'a Context<'c>,
    done: u32,
    total: u32,
}

impl<'a, 'c> Steps<'a, 'c> {
    /// `passes` times the calls that `things` take.
    pub(super) fn new(context: &'a Context<'c>, things: usize, passes: u32) -> Self {
        let total = passes.saturating_mul(answer::count(things.div_ceil(URIS_PER_CALL)));
        Self {
            context,
            done: 0,
            total,
        }
    }

    async fn made(&mut self, what: &str) {
        self.done += 1;
        let total = self.total.max(self.done);
        self.context.progress(self.done, total, what).await;
    }
}

/// Which of `named` are in the library, by URI. What Spotify does not answer for is left out.
///
/// From memory where that may be; `fresh` for deciding about a write and for seeing what came of it.
pub(super) async fn contains(
    context: &Context<'_>,
    named: &Named,
    things: &[&Thing],
    fresh: bool,
    steps: &mut Steps<'_, '_>,
) -> Result<HashMap<String, bool>, Fault> {
    let mut known = HashMap::with_capacity(things.len());
    for chunk in things.chunks(URIS_PER_CALL) {
        let uris: Vec<&str> = chunk.iter().map(|thing| thing.uri.as_str()).collect();
        let call = api::library_contains(&uris);
        let sent = if fresh {
            context.upstream.fresh(&call).await
        } else {
            context.upstream.send(&call).await
        };
        let said = sent.map_err(|fault| named.explain(fault, Deed::Look))?;
        // Fewer or more answers than questions cannot be told apart.
        if said.len() == uris.len() {
            known.extend(uris.iter().map(|uri| (*uri).to_owned()).zip(said));
        }
        steps.made("looking at the library").await;
    }
    Ok(known)
}

/// What came of bringing things in or out.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// What is as it was wanted.
    pub(super) done: Vec<Thing>,
    /// What is not or may not be, and why.
    pub(super) failed: Vec<(Thing, &'static str)>,
    /// Whether all of `done` was seen to be so.
    pub(super) verified: bool,
}

/// Saves (`wanted`) or removes `things` and reads back what came of it.
///
/// # Errors
/// When nothing at all was done, or the client has left. After that a failure is part of the answer.
pub(super) async fn apply(
    context: &Context<'_>,
    named: &Named,
    things: &[&Thing],
    wanted: bool,
    steps: &mut Steps<'_, '_>,
) -> Result<Applied, Fault> {
    let (sent, trouble) = write(context, things, wanted, steps).await?;
    let trouble = trouble.map(|fault| named.explain(fault, Deed::Change));
    let uncertain = |sent: &Sent| !matches!(sent, Sent::Refused(_) | Sent::NotTried);
    let looked_at: Vec<&Thing> = things
        .iter()
        .zip(&sent)
        .filter(|(_, sent)| uncertain(sent))
        .map(|(thing, _)| *thing)
        .collect();
    let known = match contains(context, named, &looked_at, true, steps).await {
        Ok(known) => known,
        Err(Fault::Cancelled) => return Err(Fault::Cancelled),
        // The write is over and is told; only its check is missing.
        Err(_) => HashMap::new(),
    };
    let mut applied = Applied::nothing_to_do();
    for (thing, sent) in things.iter().zip(sent) {
        let seen = known.get(&thing.uri).map(|saved| *saved == wanted);
        applied.account_for((*thing).clone(), &sent, seen);
    }
    match trouble {
        Some(fault) if applied.done.is_empty() => Err(fault),
        _ => Ok(applied),
    }
}

/// What is known of a thing after the writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    /// Spotify accepted it.
    Accepted,
    /// Spotify failed, and may have done it.
    Unknown,
    /// Spotify did not do it.
    Refused(&'static str),
    /// An earlier call failed.
    NotTried,
}

impl Applied {
    /// Where everything was as it should be from the beginning, which was just seen.
    pub(super) fn nothing_to_do() -> Self {
        Self {
            verified: true,
            ..Self::default()
        }
    }

    fn account_for(&mut self, thing: Thing, sent: &Sent, seen: Option<bool>) {
        match (sent, seen) {
            (Sent::Accepted | Sent::Unknown, Some(true)) => self.done.push(thing),
            (Sent::Accepted, None) => {
                self.verified = false;
                self.done.push(thing);
            }
            (Sent::Accepted, Some(false)) => {
                self.verified = false;
                self.fail(thing, "Spotify accepted it, and does not show it");
            }
            (Sent::Unknown, Some(false)) => self.fail(thing, "Spotify failed; not done"),
            (Sent::Unknown, None) => {
                self.verified = false;
                self.fail(thing, "Spotify failed; unknown whether it was done");
            }
            (Sent::Refused(why), _) => self.fail(thing, why),
            (Sent::NotTried, _) => self.fail(thing, "not tried, because Spotify failed before"),
        }
    }

    fn fail(&mut self, thing: Thing, reason: &'static str) {
        self.failed.push((thing, reason));
    }
}

/// Sends the writes one after the other. Spotify refuses a whole call for one thing in it that it does not know, so
/// what it refuses is halved until that one stands alone, [`SPLITS`] times at most; any other failure ends the work.
async fn write(
    context: &Context<'_>,
    things: &[&Thing],
    wanted: bool,
    steps: &mut Steps<'_, '_>,
) -> Result<(Vec<Sent>, Option<Fault>), Fault> {
    let mut sent = vec![Sent::NotTried; things.len()];
    let (mut trouble, mut splits) = (None, SPLITS);
    let mut queue: VecDeque<Range<usize>> = (0..things.len())
        .step_by(URIS_PER_CALL)
        .map(|start| start..things.len().min(start + URIS_PER_CALL))
        .collect();
    while let Some(part) = queue.pop_front() {
        let uris: Vec<&str> = things[part.clone()]
            .iter()
            .map(|thing| thing.uri.as_str())
            .collect();
        let call = if wanted {
            api::save_to_library(&uris)
        } else {
            api::remove_from_library(&uris)
        };
        let outcome = context.upstream.send(&call).await;
        steps.made("changing the library").await;
        let state = match outcome {
            Ok(()) => Sent::Accepted,
            Err(Fault::Cancelled) => return Err(Fault::Cancelled),
            Err(fault) if is_about_one(&fault) && part.len() > 1 && splits > 0 => {
                splits -= 1;
                let middle = part.start + part.len() / 2;
                queue.push_front(middle..part.end);
                queue.push_front(part.start..middle);
                continue;
            }
            Err(fault) => {
                let state = after(&fault);
                if !is_about_one(&fault) {
                    queue.clear();
                }
                trouble = Some(fault);
                state
            }
        };
        sent[part].fill(state);
    }
    Ok((sent, trouble))
}

/// Whether Spotify refused what the call named; another call may still be accepted.
fn is_about_one(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Spotify(SpotifyError::InvalidRequest(_) | SpotifyError::NotFound(_))
    )
}

/// What a failed call means for its things.
fn after(fault: &Fault) -> Sent {
    match fault {
        Fault::Spotify(SpotifyError::InvalidRequest(_) | SpotifyError::NotFound(_)) => {
            Sent::Refused("Spotify does not know it")
        }
        Fault::Spotify(error) if error.outcome_unknown() => Sent::Unknown,
        fault => Sent::Refused(fault.code()),
    }
}
