//! Which items of some playlists come out in which order. Pure: it is given the items.

use std::{cmp::Ordering, collections::HashSet};

use fastrand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::playlists::contents::uri;
use crate::spotify::model::{Playable, PlaylistItem};

// What is done; a docstring would go into every list of tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Op {
    Dedupe,
    Sort,
    Shuffle,
    Merge,
    Trim,
    RemoveUnavailable,
}

// What the items are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum By {
    #[default]
    Title,
    Artist,
    Album,
    Released,
    AddedAt,
    Duration,
}

// What makes two items the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Same {
    #[default]
    Uri,
    TitleAndArtist,
}

/// How it is done.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct How {
    /// What the items are sorted by.
    pub(super) by: By,
    /// From the last to the first.
    pub(super) descending: bool,
    /// What makes two items the same.
    pub(super) same: Same,
    /// How many items remain.
    pub(super) count: usize,
    /// The last ones remain.
    pub(super) from_end: bool,
    /// Where chance begins.
    pub(super) seed: u64,
}

/// The indices of the `items` that come out, in their new order.
pub(super) fn arrange(items: &[PlaylistItem], op: Op, how: How) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    match op {
        Op::Merge => {}
        Op::Dedupe => {
            let mut seen = HashSet::new();
            order.retain(|at| identity(&items[*at], how.same).is_none_or(|it| seen.insert(it)));
        }
        Op::Sort => order.sort_by(|one, other| {
            let order = compare(&items[*one], &items[*other], how.by);
            if how.descending {
                order.reverse()
            } else {
                order
            }
        }),
        Op::Shuffle => Rng::with_seed(how.seed).shuffle(&mut order),
        Op::Trim => {
            let left_off = order.len().saturating_sub(how.count);
            if how.from_end {
                order.drain(..left_off);
            } else {
                order.truncate(how.count);
            }
        }
        Op::RemoveUnavailable => order.retain(|at| is_available(&items[*at])),
    }
    order
}

/// Whether Spotify would play it. It says so of few items; of the others nothing is known.
fn is_available(item: &PlaylistItem) -> bool {
    match &item.playable {
        None => false,
        Some(Playable::Track(track)) => track.is_playable != Some(false),
        Some(_) => true,
    }
}

/// What the item is known by; what has no address is like nothing else.
fn identity(item: &PlaylistItem, same: Same) -> Option<String> {
    match same {
        Same::Uri => uri(item).map(str::to_owned),
        Same::TitleAndArtist => {
            let title = item.playable.as_ref()?.name().trim().to_lowercase();
            (!title.is_empty()).then(|| format!("{title}\n{}", artist(item)))
        }
    }
}

fn compare(one: &PlaylistItem, other: &PlaylistItem, by: By) -> Ordering {
    let title = |item: &PlaylistItem| {
        let name = item.playable.as_ref().map(Playable::name);
        name.unwrap_or_default().to_lowercase()
    };
    match by {
        By::Title => title(one).cmp(&title(other)),
        By::Artist => artist(one).cmp(&artist(other)),
        By::Album => album(one).cmp(&album(other)),
        By::Released => released(one).cmp(&released(other)),
        By::AddedAt => one.added_at.cmp(&other.added_at),
        By::Duration => length(one).cmp(&length(other)),
    }
}

fn artist(item: &PlaylistItem) -> String {
    let name = match &item.playable {
        Some(Playable::Track(track)) => track.artists.first().map(|artist| artist.name.as_str()),
        Some(Playable::Episode(episode)) => episode.show.as_ref().map(|show| show.name.as_str()),
        _ => None,
    };
    name.unwrap_or_default().to_lowercase()
}

fn album(item: &PlaylistItem) -> String {
    let name = match &item.playable {
        Some(Playable::Track(track)) => track.album.as_ref().map(|album| album.name.as_str()),
        _ => None,
    };
    name.unwrap_or_default().to_lowercase()
}

fn released(item: &PlaylistItem) -> Option<&str> {
    match item.playable.as_ref()? {
        Playable::Track(track) => track.album.as_ref()?.release_date.as_deref(),
        Playable::Episode(episode) => episode.release_date.as_deref(),
        Playable::Other { .. } => None,
    }
}

fn length(item: &PlaylistItem) -> Option<u64> {
    item.playable.as_ref().and_then(Playable::duration_ms)
}
