//! How a result is brought about, with the fewest writes that lose the least. Pure: it is given the items.

use std::collections::HashSet;

use super::playlists::{
    contents::{self, Contents},
    removal::{self, MOST_WRITES, Removal},
};
use crate::{
    mcp::{answer, fault::Fault},
    spotify::{api::ITEMS_PER_WRITE, model::PlaylistItem},
};

/// Writes that are not too many for keeping the dates of what stays, where writing all anew would take fewer.
const MORE_WRITES: usize = 5;

/// How the result is brought about.
#[derive(Debug)]
pub(super) enum Way {
    /// It is so already.
    Nothing,
    /// A new playlist of these.
    Create(Vec<String>),
    /// These go behind what is there.
    Append(Vec<String>),
    /// Some go, all else stays.
    Remove(Removal),
    /// These in the place of all.
    Rewrite(Vec<String>),
}

impl Way {
    /// How many Spotify calls write.
    pub(super) fn writes(&self) -> usize {
        let batches = |uris: &Vec<String>| uris.len().div_ceil(ITEMS_PER_WRITE);
        match self {
            Self::Nothing => 0,
            Self::Create(uris) => 1 + batches(uris),
            Self::Append(uris) => batches(uris),
            Self::Remove(removal) => removal.writes(),
            Self::Rewrite(uris) => batches(uris).max(1),
        }
    }
}

/// The way from the joined `items`, which begin with those of `target`, to those of them that `order` names.
///
/// # Errors
/// `invalid_argument` when something that no app can add would be lost.
pub(super) fn way(
    in_place: bool,
    target: &Contents,
    items: &[PlaylistItem],
    order: &[usize],
) -> Result<Way, Fault> {
    let addable = |at: &&usize| removal::can_be_added(&items[**at]);
    let uris = |order: &[usize]| -> Vec<String> {
        let known = order.iter().filter(addable);
        known
            .filter_map(|at| contents::uri(&items[*at]).map(str::to_owned))
            .collect()
    };
    if !in_place {
        return Ok(Way::Create(uris(order)));
    }
    let own = target.items.len();
    let stays = order.iter().copied().take(own).eq(0..own);
    if stays && order.len() == own {
        return Ok(Way::Nothing);
    }
    if stays {
        return Ok(Way::Append(uris(&order[own..])));
    }
    let rewriting = order.len().div_ceil(ITEMS_PER_WRITE).max(1);
    let fixed = order.iter().filter(|at| !addable(at)).count();
    if own == items.len() && order.is_sorted() {
        let kept: HashSet<usize> = order.iter().copied().collect();
        let gone: Vec<u32> = (0..own)
            .filter(|at| !kept.contains(at))
            .map(answer::count)
            .collect();
        let removal = Removal::of_places(items, &gone);
        let most = if fixed > 0 {
            MOST_WRITES
        } else {
            rewriting.max(MORE_WRITES)
        };
        let few = |removal: &Removal| removal.writes() <= most;
        if let Some(removal) = removal.ok().filter(few) {
            return Ok(Way::Remove(removal));
        }
    }
    if fixed > 0 {
        return Err(Fault::invalid_argument(format!(
            "this takes more than {MOST_WRITES} single writes or another order, so the playlist would be written anew, \
             and {fixed} of the items, local files or removed by Spotify, would be lost; nothing was changed. Use \
             target=\"new\", which leaves them where they are, or op=\"remove_unavailable\" first"
        )));
    }
    Ok(Way::Rewrite(uris(order)))
}
