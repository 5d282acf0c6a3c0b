//! Suggestions for what somebody is typing: fixed ones, and the names of the person's own things.
//!
//! At most one Spotify call, and never an error because of it: who is typing must not be disturbed.

use std::time::Duration;

use moka::sync::Cache;
use rmcp::model::{ArgumentInfo, CompletionInfo, Reference};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::{Caller, PersonId},
    clock::{Millis, SECOND},
    spotify::{
        api::{self, Paging},
        id::SpotifyId,
    },
};

use super::{
    fault::Fault,
    prompts::{self, Suggestions},
    resources,
    server::Shared,
    text::{self, NAME},
    upstream::Upstream,
    view,
};

/// Entries in one call.
const PER_CALL: u32 = 50;

/// How long the names of devices last: as long as somebody types.
const TYPED_FOR: Millis = 10 * SECOND;

/// The names of people's devices of a moment ago. Tools ask anew, because what a device does changes at any time; its
/// name does not, and each key stroke would be a call.
#[derive(Debug)]
pub(super) struct Devices(Cache<PersonId, (Millis, Vec<String>)>);

impl Default for Devices {
    fn default() -> Self {
        let life = Duration::from_millis(TYPED_FOR.unsigned_abs());
        Self(
            Cache::builder()
                .max_capacity(1_000)
                .time_to_live(life)
                .build(),
        )
    }
}

impl Devices {
    fn of(&self, person: PersonId, now: Millis) -> Option<Vec<String>> {
        let (at, names) = self.0.get(&person)?;
        (now >= at && now.saturating_sub(at) < TYPED_FOR).then_some(names)
    }
}

/// Things of the person that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    /// Playlists in their library.
    Playlists,
    /// Devices that Spotify knows at the moment.
    Devices,
    /// Saved podcasts.
    Shows,
    /// Artists whom they follow.
    Artists,
}

impl Own {
    /// The tool that shows these things: who does not have it gets no names either.
    fn shown_by(self) -> &'static str {
        match self {
            Self::Playlists => "list_playlists",
            Self::Devices => "get_playback",
            Self::Shows => "list_show_episodes",
            Self::Artists => "list_library",
        }
    }

    /// The Spotify permissions for the call.
    fn needs(self) -> &'static [&'static str] {
        match self {
            Self::Playlists => &["playlist-read-private"],
            Self::Devices => &["user-read-playback-state"],
            Self::Shows => &["user-library-read"],
            Self::Artists => &["user-follow-read"],
        }
    }
}

/// Names, and whether Spotify has more of them.
struct Names {
    all: Vec<Named>,
    more: bool,
}

/// One name, and the id of what bears it.
struct Named {
    name: String,
    id: Option<String>,
}

/// Suggestions for `typed`; none for what has none.
pub(crate) async fn complete(
    shared: &Shared,
    caller: &Caller,
    reference: &Reference,
    typed: &ArgumentInfo,
    stop: CancellationToken,
) -> CompletionInfo {
    let seen = shared.seen_by(caller).await;
    let suggestions = match reference {
        Reference::Prompt(prompt) => prompts::suggestions(&seen, &prompt.name, &typed.name),
        Reference::Resource(template)
            if template.uri == resources::PLAYLIST && typed.name == "id" =>
        {
            Suggestions::Own(Own::Playlists)
        }
        _ => Suggestions::Fixed(&[]),
    };
    match suggestions {
        Suggestions::Fixed(values) => {
            let values = values.iter().map(|value| (*value).to_owned());
            offered(matching(values.collect(), &typed.value), false)
        }
        Suggestions::Own(own) => {
            let names = if seen.shows(own.shown_by()) {
                names(shared, caller, own, stop).await
            } else {
                None
            };
            let Some(names) = names else {
                return CompletionInfo::default();
            };
            let addressed = matches!(reference, Reference::Resource(_));
            let values = values(names.all, addressed);
            offered(matching(values, &typed.value), names.more)
        }
    }
}

/// The names of the person's things, or nothing where Spotify does not tell them.
async fn names(
    shared: &Shared,
    caller: &Caller,
    own: Own,
    stop: CancellationToken,
) -> Option<Names> {
    let upstream = Upstream::new(&shared.deps, caller.person, own.needs(), stop);
    let asked = match own {
        Own::Devices => devices(shared, caller.person, &upstream).await,
        Own::Playlists | Own::Shows | Own::Artists => ask(&upstream, own).await,
    };
    match asked {
        Ok(names) => Some(names),
        Err(fault) => {
            tracing::debug!(code = fault.code(), "no names to suggest");
            None
        }
    }
}

/// The names of the person's devices, from memory while somebody types.
async fn devices(
    shared: &Shared,
    person: PersonId,
    upstream: &Upstream<'_>,
) -> Result<Names, Fault> {
    // A link that has ended, or does not permit it, tells nothing of what is remembered either.
    upstream.require(&[]).await?;
    let now = shared.deps.clock.now();
    if let Some(names) = shared.devices.of(person, now) {
        let all = names.into_iter().map(|name| Named { name, id: None });
        return Ok(Names {
            all: all.collect(),
            more: false,
        });
    }
    let found = ask(upstream, Own::Devices).await?;
    let names = found.all.iter().map(|named| named.name.clone()).collect();
    shared.devices.0.insert(person, (now, names));
    Ok(found)
}

async fn ask(upstream: &Upstream<'_>, own: Own) -> Result<Names, Fault> {
    let named = |name: String, id: Option<String>| Named { name, id };
    let first = Paging::new(PER_CALL, 0);
    let (all, more) = match own {
        Own::Playlists => {
            let found = upstream.send(&api::my_playlists(first)).await?;
            let lists = found
                .items
                .into_iter()
                .map(|list| named(list.name, list.id));
            (lists.collect(), found.next.is_some())
        }
        Own::Devices => {
            let found = upstream.send(&api::devices()).await?;
            let devices = found.devices.into_iter();
            (devices.map(|one| named(one.name, None)).collect(), false)
        }
        Own::Shows => {
            let found = upstream.send(&api::saved_shows(first)).await?;
            let shows = found.items.into_iter().filter_map(|saved| saved.show);
            let shows = shows.map(|show| named(show.name, show.id));
            (shows.collect(), found.next.is_some())
        }
        Own::Artists => {
            let found = upstream
                .send(&api::followed_artists(PER_CALL, None))
                .await?;
            let artists = found.artists.items.into_iter();
            let artists = artists.map(|artist| named(artist.name, artist.id));
            (artists.collect(), found.artists.next.is_some())
        }
    };
    Ok(Names { all, more })
}

/// The values to offer, each once: names. Where the value goes into an address, what shares its name with another, or
/// has one that is not shown as it is, is offered by its id.
fn values(all: Vec<Named>, addressed: bool) -> Vec<String> {
    let folded = |named: &Named| named.name.trim().to_lowercase();
    let keys: Vec<String> = all.iter().map(folded).collect();
    let mut values: Vec<String> = Vec::with_capacity(all.len());
    for (named, key) in all.into_iter().zip(&keys) {
        let alone = keys.iter().filter(|other| *other == key).count() == 1;
        let shown = text::clean(named.name.trim(), NAME).into_owned();
        let is_plain = alone && !key.is_empty() && shown.to_lowercase() == *key;
        let value = if addressed && !is_plain {
            named.id.filter(|id| SpotifyId::parse(id).is_ok())
        } else {
            (!key.is_empty()).then_some(shown)
        };
        values.extend(value.filter(|value| !values.contains(value)));
    }
    values
}

/// Values that begin with `start`, and then those that contain it, each in the order given.
fn matching(values: Vec<String>, start: &str) -> Vec<String> {
    let start = start.trim().to_lowercase();
    let (mut first, rest): (Vec<_>, Vec<_>) = values
        .into_iter()
        .partition(|value| value.to_lowercase().starts_with(&start));
    let within = |value: &String| value.to_lowercase().contains(&start);
    first.extend(rest.into_iter().filter(within));
    first
}

/// At most as many as the protocol allows, with how many there are where that is known.
fn offered(mut values: Vec<String>, more: bool) -> CompletionInfo {
    let count = values.len();
    values.truncate(CompletionInfo::MAX_VALUES);
    let total = (!more).then(|| view::small(u64::try_from(count).unwrap_or(u64::MAX)));
    let has_more = more || count > values.len();
    CompletionInfo::with_pagination(values, total, has_more).unwrap_or_default()
}
