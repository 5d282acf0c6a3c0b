//! What has to be written so that exactly some places of a playlist go. Pure: it is given what stands where.
//!
//! Spotify takes out every copy of a URI and nothing less, so the copies that stay are put in again at their places.

use std::collections::HashSet;

use serde::Serialize;

use crate::spotify::{
    api::ITEMS_PER_WRITE,
    model::{Playable, PlaylistItem},
};

use super::contents::uri;
use crate::mcp::answer;

/// The most writes that a removal may take: each lowers what is left of Spotify's quota, and a failure between them
/// leaves copies missing.
pub(crate) const MOST_WRITES: usize = 20;

/// Neighbours that go into a playlist together, in one write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Run {
    /// Where the first of them stands then, 0-based.
    pub(crate) position: u32,
    /// Their URIs, at most [`ITEMS_PER_WRITE`].
    pub(crate) uris: Vec<String>,
}

/// What goes, and what has to be put in again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Removal {
    /// The places that go, ascending.
    pub(crate) places: Vec<usize>,
    /// The URIs to take out, each once.
    pub(crate) uris: Vec<String>,
    /// The copies that stay, at the places where they stand afterwards, ascending.
    pub(crate) kept: Vec<Run>,
    /// What goes, at the places where it stood, ascending.
    pub(crate) put_back: Vec<Run>,
}

impl Removal {
    /// Every copy of `wanted` goes.
    pub(crate) fn of_uris(items: &[PlaylistItem], wanted: &[String]) -> Self {
        let wanted: HashSet<&str> = wanted.iter().map(String::as_str).collect();
        let goes = |item: &PlaylistItem| uri(item).is_some_and(|uri| wanted.contains(uri));
        let places = (0..items.len()).filter(|at| goes(&items[*at])).collect();
        Self::at(items, places)
    }

    /// Just these places go.
    ///
    /// # Errors
    /// The first place whose item cannot be named to Spotify: a local file, or something that was removed.
    pub(crate) fn of_places(items: &[PlaylistItem], places: &[u32]) -> Result<Self, u32> {
        let mut places: Vec<u32> = places.to_vec();
        places.sort_unstable();
        places.dedup();
        let index = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
        let fixed = |place: &u32| !items.get(index(*place)).is_some_and(can_be_added);
        if let Some(place) = places.iter().copied().find(fixed) {
            return Err(place);
        }
        Ok(Self::at(items, places.into_iter().map(index).collect()))
    }

    fn at(items: &[PlaylistItem], places: Vec<usize>) -> Self {
        let mut seen = HashSet::new();
        let mut uris = Vec::new();
        for uri in places.iter().filter_map(|at| uri(&items[*at])) {
            if seen.insert(uri) {
                uris.push(uri.to_owned());
            }
        }
        let going: HashSet<usize> = places.iter().copied().collect();
        let (mut kept, mut place) = (Vec::new(), 0);
        for (at, item) in items.iter().enumerate() {
            if going.contains(&at) {
                continue;
            }
            if let Some(uri) = uri(item).filter(|uri| seen.contains(uri)) {
                kept.push((place, uri.to_owned()));
            }
            place += 1;
        }
        let gone = places
            .iter()
            .filter_map(|at| Some((answer::count(*at), uri(&items[*at])?.to_owned())));
        Self {
            put_back: runs(gone),
            kept: runs(kept),
            uris,
            places,
        }
    }

    /// How many writes it takes.
    pub(crate) fn writes(&self) -> usize {
        self.uris.len().div_ceil(ITEMS_PER_WRITE) + self.kept.len()
    }

    /// The URI at each place afterwards.
    pub(crate) fn after(&self, items: &[PlaylistItem]) -> Vec<Option<String>> {
        let going: HashSet<usize> = self.places.iter().copied().collect();
        let stays = items
            .iter()
            .enumerate()
            .filter(|(at, _)| !going.contains(at));
        stays
            .map(|(_, item)| uri(item).map(str::to_owned))
            .collect()
    }
}

/// Whether Spotify would take the item in again: tracks and episodes are, local files and what it removed are not.
pub(crate) fn can_be_added(item: &PlaylistItem) -> bool {
    let known = match &item.playable {
        Some(Playable::Track(track)) => !track.is_local,
        Some(Playable::Episode(_)) => true,
        Some(Playable::Other { .. }) | None => false,
    };
    known
        && uri(item).is_some_and(|uri| {
            uri.starts_with("spotify:track:") || uri.starts_with("spotify:episode:")
        })
}

/// Joins neighbours, as many as one write takes. `found` is ascending.
fn runs(found: impl IntoIterator<Item = (u32, String)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (position, uri) in found {
        match runs.last_mut() {
            Some(run)
                if run.uris.len() < ITEMS_PER_WRITE
                    && run.position + answer::count(run.uris.len()) == position =>
            {
                run.uris.push(uri);
            }
            _ => runs.push(Run {
                position,
                uris: vec![uri],
            }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Removal, Run};
    use crate::spotify::model::PlaylistItem;

    /// A place that holds the track `name`; an empty name is one whose content Spotify has removed.
    fn item(name: &str) -> PlaylistItem {
        let item = match name {
            "" => serde_json::json!({"item": null}),
            local if local.starts_with("local") => serde_json::json!({"item": {
                "type": "track", "is_local": true, "uri": format!("spotify:local:{local}"), "name": local
            }}),
            name => serde_json::json!({"item": {
                "type": "track", "uri": format!("spotify:track:{name}"), "name": name
            }}),
        };
        serde_json::from_value(item).unwrap_or_default()
    }

    fn list(names: &[&str]) -> Vec<PlaylistItem> {
        names.iter().map(|name| item(name)).collect()
    }

    /// What Spotify makes of the writes: every copy goes, then the runs come in one after the other.
    fn written(items: &[PlaylistItem], removal: &Removal) -> Vec<Option<String>> {
        let uri = |item: &PlaylistItem| super::uri(item).map(str::to_owned);
        let stays =
            |uri: &Option<String>| !uri.as_ref().is_some_and(|uri| removal.uris.contains(uri));
        let mut now: Vec<_> = items.iter().map(uri).filter(stays).collect();
        insert(&mut now, &removal.kept);
        now
    }

    fn insert(into: &mut Vec<Option<String>>, runs: &[Run]) {
        for run in runs {
            let at = usize::try_from(run.position).unwrap_or(usize::MAX);
            into.splice(at..at, run.uris.iter().cloned().map(Some));
        }
    }

    #[test]
    fn one_of_two_copies_costs_one_write_to_take_out_and_one_to_put_in() {
        let items = list(&["a", "b", "a", "c"]);
        let removal = Removal::of_places(&items, &[0]).unwrap_or_default();
        assert_eq!((removal.uris.len(), removal.writes()), (1, 2));
        let kept = Run {
            position: 1,
            uris: vec!["spotify:track:a".to_owned()],
        };
        assert_eq!(removal.kept, [kept]);
    }

    #[test]
    fn what_cannot_be_named_is_refused_and_what_is_not_touched_is_no_hindrance() {
        let items = list(&["a", "", "local x", "a"]);
        assert_eq!(Removal::of_places(&items, &[0, 1]), Err(1));
        assert_eq!(Removal::of_places(&items, &[2]), Err(2));
        assert_eq!(Removal::of_places(&items, &[4]), Err(4));
        assert!(Removal::of_places(&items, &[3]).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_was_asked_and_can_be_put_back(
            names in proptest::collection::vec("[a-e]|local x|", 0..300),
            chosen in proptest::collection::vec(any::<prop::sample::Index>(), 0..40),
        ) {
            let items: Vec<_> = names.iter().map(|name| item(name)).collect();
            let places: Vec<u32> = chosen
                .iter()
                .filter(|_| !items.is_empty())
                .map(|index| crate::mcp::answer::count(index.index(items.len())))
                .filter(|place| items.get(*place as usize).is_some_and(super::can_be_added))
                .collect();
            let removal = Removal::of_places(&items, &places).unwrap_or_default();
            let mut now = written(&items, &removal);
            prop_assert_eq!(&now, &removal.after(&items));
            insert(&mut now, &removal.put_back);
            let before: Vec<_> = items.iter().map(|item| super::uri(item).map(str::to_owned)).collect();
            prop_assert_eq!(now, before);
        }
    }
}
