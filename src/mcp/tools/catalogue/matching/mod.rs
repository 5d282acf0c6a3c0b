//! Which of the tracks that Spotify found is the one that was meant. It judges and never substitutes: another
//! performance, another artist or another song is never taken for it. Pure: the same question and the same hits give
//! the same verdict.

mod fit;
mod fold;
mod near;
#[cfg(test)]
mod tests;
mod title;
mod words;

use std::cmp::Reverse;

pub(crate) use fold::fold;
pub(crate) use near::Near;
pub(crate) use title::name_and_version;

use super::wanted::Wanted;
use crate::spotify::model::Track;
use fit::{Fit, Level, Question};

/// The most alternatives of one verdict.
pub(crate) const ALTERNATIVES: usize = 3;

/// Lengths this far apart, in milliseconds, may be of one recording.
const SAME_LENGTH: u64 = 1_500;

/// What the hits say about one wanted track.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// This one: title, artist, version and all else that was said agree.
    Exact(Box<Track>),
    /// Probably this one; what differs, and what else it could be.
    Probable(Box<Track>, Near, Vec<Track>),
    /// Several different recordings agree equally well.
    Ambiguous(Vec<Track>),
    /// None agrees; the nearest ones, which are something else.
    NotFound(Vec<Track>),
    /// Nobody looked: the search stopped before, or failed.
    NotChecked,
}

/// Judges `hits`, which are in Spotify's order.
pub(crate) fn judge(wanted: &Wanted, hits: &[Track]) -> Verdict {
    let question = Question::of(wanted);
    let mut seen: Vec<(Fit, &Track)> = Vec::with_capacity(hits.len());
    for hit in hits {
        let usable = !hit.is_local && hit.uri.is_some();
        if usable && !seen.iter().any(|(_, other)| other.uri == hit.uri) {
            seen.push((question.fit(hit), hit));
        }
    }
    // Stable: among equals Spotify's order stays.
    seen.sort_by_key(|(fit, _)| fit.rank());
    let exact: Vec<&(Fit, &Track)> = seen
        .iter()
        .filter(|(fit, _)| fit.level == Level::Exact)
        .collect();
    if let Some(best) = exact.first() {
        return settle(&exact, best);
    }
    let probable: Vec<&(Fit, &Track)> = seen
        .iter()
        .filter(|(fit, _)| matches!(fit.level, Level::Probable(_)))
        .collect();
    if let Some((
        Fit {
            level: Level::Probable(near),
            ..
        },
        _,
    )) = probable.first()
    {
        return guess(*near, &probable, &seen);
    }
    not_found(&seen)
}

/// One of those that agree, if they are one recording or the tie can be broken.
fn settle(exact: &[&(Fit, &Track)], best: &(Fit, &Track)) -> Verdict {
    let rivals: Vec<&Track> = exact
        .iter()
        .filter(|(fit, _)| fit.ties_with(&best.0))
        .map(|(_, track)| *track)
        .collect();
    let different = recordings(&rivals);
    if different.len() > 1 {
        return Verdict::Ambiguous(shown(different));
    }
    Verdict::Exact(Box::new(best.1.clone()))
}

/// The nearest of those that nearly agree, unless several different ones are equally near.
fn guess(near: Near, probable: &[&(Fit, &Track)], seen: &[(Fit, &Track)]) -> Verdict {
    let (best_fit, best) = probable[0];
    let rivals: Vec<&Track> = probable
        .iter()
        .filter(|(fit, _)| fit.level == best_fit.level && fit.ties_with(best_fit))
        .map(|(_, track)| *track)
        .collect();
    let different = recordings(&rivals);
    if different.len() > 1 && !near.is_another_issue() {
        return Verdict::Ambiguous(shown(different));
    }
    let others: Vec<&Track> = seen
        .iter()
        .filter(|(fit, track)| fit.is_related() && track.uri != best.uri)
        .map(|(_, track)| *track)
        .collect();
    Verdict::Probable(Box::new((*best).clone()), near, shown(others))
}

/// Nothing agrees; what is related may still help whoever asks.
fn not_found(seen: &[(Fit, &Track)]) -> Verdict {
    let mut related: Vec<&(Fit, &Track)> =
        seen.iter().filter(|(fit, _)| fit.is_related()).collect();
    related.sort_by_key(|(fit, _)| Reverse(fit.nearness()));
    Verdict::NotFound(shown(related.iter().map(|(_, track)| *track).collect()))
}

/// One track for each recording, in order.
fn recordings<'a>(tracks: &[&'a Track]) -> Vec<&'a Track> {
    let mut different: Vec<&Track> = Vec::new();
    for track in tracks {
        if !different.iter().any(|other| same_recording(track, other)) {
            different.push(track);
        }
    }
    different
}

/// One ISRC is one recording. Without, or where one recording was registered twice, equal lengths tell it: title,
/// artist and version agree already.
fn same_recording(one: &Track, other: &Track) -> bool {
    let isrc = |track: &Track| {
        let code = track.external_ids.isrc.as_deref();
        code.and_then(super::wanted::plain_isrc)
    };
    if let (Some(one), Some(other)) = (isrc(one), isrc(other))
        && one == other
    {
        return true;
    }
    matches!((one.duration_ms, other.duration_ms), (Some(one), Some(other)) if one.abs_diff(other) <= SAME_LENGTH)
}

fn shown(tracks: Vec<&Track>) -> Vec<Track> {
    tracks.into_iter().take(ALTERNATIVES).cloned().collect()
}
