//! The simulated world: a catalogue that never changes, and people whose accounts do. Plain state and look-ups;
//! it knows no HTTP, no token and no fault.

mod account;
mod fold;
mod ids;
mod index;
mod music;
mod playback;
mod player;
mod query;
mod search;

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

pub(crate) use account::{Account, Content, Context, Cover, Moment, Play, Playlist, Row, Saved};
pub(crate) use ids::{Key, Kind, decode_as, encode, well_formed};
pub(crate) use music::{Album, Artist, Book, Collection, Form, Part, Show, Spoken, Track};
pub(crate) use playback::{Denied, Playback};
pub(crate) use player::{Device, Load, On, Player, Repeat};
pub(crate) use query::Query;
pub(crate) use search::{Found, Searcher};

use crate::sandbox::seed::{self, Catalogue, Person};

/// Track numbers from here on are the owner's mixes of the catalogue's tracks.
pub(crate) const MIXES: u32 = 1_000_000;

/// The world.
#[derive(Debug)]
pub(crate) struct World {
    seed: u64,
    /// When the world began, in Unix milliseconds.
    began: i64,
    catalogue: Arc<Catalogue>,
    searcher: Arc<Searcher>,
    people: Vec<Person>,
    by_id: HashMap<String, u32>,
    own: Vec<OnceLock<Collection>>,
    /// The accounts by owner, made when they are first needed; number 0 is the house's.
    accounts: Vec<OnceLock<Mutex<Account>>>,
}

impl World {
    /// The world of that seed with `generated` people beside those made by hand, as it is at `now`.
    pub(crate) fn new(seed: u64, generated: usize, now: i64) -> Self {
        let catalogue = seed::catalogue(seed, now);
        let people = seed::people(seed, generated);
        let by_id = people
            .iter()
            .map(|person| (person.id.clone(), person.owner))
            .collect();
        Self {
            seed,
            began: now,
            searcher: Searcher::of(&catalogue),
            catalogue,
            by_id,
            own: people.iter().map(|_| OnceLock::new()).collect(),
            accounts: (0..=people.len()).map(|_| OnceLock::new()).collect(),
            people,
        }
    }

    /// Everybody, in order of their numbers.
    pub(crate) fn people(&self) -> &[Person] {
        &self.people
    }

    /// The person with that number; number 0 is the house, which is nobody.
    pub(crate) fn person(&self, owner: u32) -> Option<&Person> {
        self.people.get((owner as usize).checked_sub(1)?)
    }

    /// The person with that Spotify `id`.
    pub(crate) fn person_by_id(&self, id: &str) -> Option<&Person> {
        self.by_id.get(id).and_then(|owner| self.person(*owner))
    }

    /// What one person has. Never hold two at once.
    pub(crate) fn account(&self, owner: u32) -> Option<MutexGuard<'_, Account>> {
        let place = self.accounts.get(owner as usize)?;
        let account = place.get_or_init(|| {
            Mutex::new(match self.person(owner) {
                Some(person) => seed::account(self.seed, self.began, &self.catalogue, person),
                None => seed::commons(self.seed, self.began, &self.people[1]),
            })
        });
        Some(account.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The public catalogue's spoken word.
    pub(crate) fn spoken(&self) -> &Spoken {
        &self.catalogue.spoken
    }

    /// The public catalogue's music.
    pub(crate) fn music(&self) -> &Collection {
        &self.catalogue.music
    }

    /// What the catalogue has of one kind for a query, best first.
    pub(crate) fn find(&self, kind: Kind, query: &Query, now: i64) -> Vec<Found> {
        self.searcher.find(&self.catalogue, kind, query, now)
    }

    /// The track of that key: the catalogue's, a person's own, or a person's mix.
    pub(crate) fn track(&self, key: Key) -> Option<Cow<'_, Track>> {
        if let (Some(base), Some(person)) = (key.n.checked_sub(MIXES), self.person(key.owner)) {
            let track = self.catalogue.music.tracks.get(base as usize)?;
            return Some(Cow::Owned(seed::mix(person, track, base)));
        }
        let found = self.collection(key.owner)?.tracks.get(key.n as usize);
        found.map(Cow::Borrowed)
    }

    /// The album of that key.
    pub(crate) fn album(&self, key: Key) -> Option<&Album> {
        self.collection(key.owner)?.albums.get(key.n as usize)
    }

    /// The artist of that key.
    pub(crate) fn artist(&self, key: Key) -> Option<&Artist> {
        self.collection(key.owner)?.artists.get(key.n as usize)
    }

    /// How long a thing is, in milliseconds; what cannot be played is a second long.
    pub(crate) fn length(&self, content: &Content) -> i64 {
        let ms = match content {
            Content::Track(key) => self.track(*key).map(|track| track.ms),
            Content::Episode(n) => self.spoken().episodes.get(*n as usize).map(|part| part.ms),
            Content::Local { ms, .. } => Some(*ms),
            Content::Removed | Content::Hole => None,
        };
        i64::from(ms.unwrap_or(1_000))
    }

    /// Every album of the artist's collection that they are on, as their own or as a guest.
    pub(crate) fn albums_with(&self, artist: Key) -> impl Iterator<Item = (Key, &Album)> {
        let owner = artist.owner;
        let collection = self.collection(owner);
        collection.into_iter().flat_map(move |collection| {
            let on = move |album: &Album| {
                album.artists.contains(&artist)
                    || album.tracks.iter().any(|n| {
                        let track = collection.tracks.get(*n as usize);
                        track.is_some_and(|track| track.artists.contains(&artist))
                    })
            };
            (0..)
                .zip(&collection.albums)
                .filter(move |(_, album)| on(album))
                .map(move |(n, album)| (Key { owner, n }, album))
        })
    }

    /// The public catalogue, or what is one person's own.
    fn collection(&self, owner: u32) -> Option<&Collection> {
        let Some(place) = (owner as usize).checked_sub(1) else {
            return Some(&self.catalogue.music);
        };
        let person = self.people.get(place)?;
        Some(
            self.own
                .get(place)?
                .get_or_init(|| seed::own(self.seed, person)),
        )
    }
}
