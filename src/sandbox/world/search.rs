//! Finding things in the catalogue: one index a kind, and the filters that Spotify documents for each. It knows the
//! catalogue by number and nothing of people; what is personal in a result is added by the caller.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::{
    Key, Kind, Query,
    index::{ALBUM, ARTIST, Builder, Fields, GENRE, Index, NAME, Need},
};
use crate::sandbox::{
    seed::{Catalogue, PLAYLIST_NAMES},
    time::day,
};

/// One hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Thing(Key),
    /// A playlist of Spotify's own, which a new app gets as `null`.
    Withheld,
}

/// The indexes over one catalogue.
#[derive(Debug)]
pub(crate) struct Searcher {
    tracks: Index,
    albums: Index,
    artists: Index,
    playlists: Index,
    shows: Index,
    episodes: Index,
    books: Index,
}

impl Searcher {
    /// The indexes of that catalogue; made once in a process and shared.
    pub(crate) fn of(catalogue: &Arc<Catalogue>) -> Arc<Self> {
        static MADE: Mutex<Vec<(Weak<Catalogue>, Arc<Searcher>)>> = Mutex::new(Vec::new());
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |of: &Weak<Catalogue>| std::ptr::eq(of.as_ptr(), Arc::as_ptr(catalogue));
        if let Some((_, found)) = made.iter().find(|(of, _)| same(of)) {
            return Arc::clone(found);
        }
        let fresh = Arc::new(Self::new(catalogue));
        made.push((Arc::downgrade(catalogue), Arc::clone(&fresh)));
        fresh
    }

    /// Finds things of one kind as of `now`; nothing for a query without a word or a filter. A filter that the kind does not have finds nothing.
    pub(crate) fn find(
        &self,
        catalogue: &Catalogue,
        kind: Kind,
        query: &Query,
        now: i64,
    ) -> Vec<Found> {
        if *query == Query::default() {
            return Vec::new();
        }
        let found = match kind {
            Kind::Track => self.tracks(catalogue, query),
            Kind::Album => self.albums(catalogue, query, now),
            Kind::Artist => self.artists(catalogue, query),
            Kind::Playlist => plain(&self.playlists, query),
            Kind::Show => plain(&self.shows, query),
            Kind::Episode => plain(&self.episodes, query),
            Kind::Audiobook => plain(&self.books, query),
            Kind::Chapter => Vec::new(),
        };
        let hit = |n: u32| match kind {
            Kind::Playlist => playlist(n),
            _ => Found::Thing(Key::common(n)),
        };
        found.into_iter().map(hit).collect()
    }

    fn new(catalogue: &Catalogue) -> Self {
        let simple = |names: Vec<&str>| {
            let mut index = Builder::default();
            for name in names {
                index.add(name, &[], 0);
            }
            index.finish()
        };
        let spoken = &catalogue.spoken;
        Self {
            tracks: track_index(catalogue),
            albums: album_index(catalogue),
            artists: artist_index(catalogue),
            playlists: simple(PLAYLIST_NAMES.iter().chain(&EDITORIALS).copied().collect()),
            shows: simple(spoken.shows.iter().map(|show| &*show.name).collect()),
            episodes: simple(spoken.episodes.iter().map(|part| &*part.name).collect()),
            books: simple(spoken.books.iter().map(|book| &*book.name).collect()),
        }
    }

    fn tracks(&self, catalogue: &Catalogue, query: &Query) -> Vec<u32> {
        if query.upc.is_some() || query.new || query.hipster {
            return Vec::new();
        }
        let music = &catalogue.music;
        let mut needs = needs(&query.words, NAME | ARTIST | ALBUM);
        if query.is_plain() {
            let found = self.tracks.find(&needs, |_| true);
            let near = || self.tracks.find_near(&needs, |_| true);
            return if found.is_empty() { near() } else { found };
        }
        needs.extend(exactly(&query.track, NAME));
        needs.extend(exactly(&query.artist, ARTIST));
        needs.extend(exactly(&query.album, ALBUM));
        needs.extend(exactly(&query.genre, GENRE));
        self.tracks.find(&needs, |doc| {
            let track = &music.tracks[doc as usize];
            let year = || music.albums[track.album.n as usize].year();
            query.isrc.as_ref().is_none_or(|isrc| track.isrc == *isrc)
                && query
                    .year
                    .is_none_or(|(from, to)| (from..=to).contains(&year()))
        })
    }

    fn albums(&self, catalogue: &Catalogue, query: &Query, now: i64) -> Vec<u32> {
        if query.isrc.is_some() || !query.track.is_empty() || !query.genre.is_empty() {
            return Vec::new();
        }
        let since = day(now - TWO_WEEKS);
        let mut needs = needs(&query.words, NAME | ARTIST);
        needs.extend(exactly(&query.album, NAME));
        needs.extend(exactly(&query.artist, ARTIST));
        self.albums.find(&needs, |doc| {
            let album = &catalogue.music.albums[doc as usize];
            query.upc.as_ref().is_none_or(|upc| album.upc == *upc)
                && query
                    .year
                    .is_none_or(|(from, to)| (from..=to).contains(&album.year()))
                && (!query.new || album.released.len() == 10 && album.released >= since)
                && (!query.hipster || album.obscure)
        })
    }

    fn artists(&self, catalogue: &Catalogue, query: &Query) -> Vec<u32> {
        let elsewhere = query.isrc.is_some()
            || query.upc.is_some()
            || query.new
            || query.hipster
            || !query.track.is_empty()
            || !query.album.is_empty();
        if elsewhere {
            return Vec::new();
        }
        let music = &catalogue.music;
        let mut needs = needs(&query.words, NAME);
        needs.extend(exactly(&query.artist, NAME));
        needs.extend(exactly(&query.genre, GENRE));
        self.artists.find(&needs, |doc| {
            query.year.is_none_or(|(from, to)| {
                music.albums.iter().any(|album| {
                    album.artists.contains(&Key::common(doc)) && (from..=to).contains(&album.year())
                })
            })
        })
    }
}

const TWO_WEEKS: i64 = 14 * 86_400_000;

/// Playlists of Spotify's own.
const EDITORIALS: [&str; 6] = [
    "Night Train Radio",
    "Velvet Morning Mix",
    "Golden Summer Hits",
    "Deep Focus River",
    "Paper Lanterns Radio",
    "Winter Garden Essentials",
];

fn playlist(n: u32) -> Found {
    let ours = u32::try_from(PLAYLIST_NAMES.len()).unwrap_or(u32::MAX);
    if n < ours {
        // Number 0 is shared with one person and is not public.
        Found::Thing(Key::common(n + 1))
    } else {
        Found::Withheld
    }
}

fn plain(index: &Index, query: &Query) -> Vec<u32> {
    if !query.is_plain() {
        return Vec::new();
    }
    index.find(&needs(&query.words, NAME), |_| true)
}

/// Words of free text; the last may be unfinished.
fn needs(words: &[String], fields: Fields) -> Vec<Need<'_>> {
    let last = words.len().saturating_sub(1);
    words
        .iter()
        .enumerate()
        .map(|(at, word)| Need {
            word,
            fields,
            prefix: at == last,
        })
        .collect()
}

fn exactly(words: &[String], fields: Fields) -> impl Iterator<Item = Need<'_>> {
    words.iter().map(move |word| Need {
        word,
        fields,
        prefix: false,
    })
}

fn track_index(catalogue: &Catalogue) -> Index {
    let music = &catalogue.music;
    let mut index = Builder::default();
    for track in &music.tracks {
        let mut others = vec![(&*music.albums[track.album.n as usize].name, ALBUM)];
        for artist in &track.artists {
            let artist = &music.artists[artist.n as usize];
            others.push((&artist.name, ARTIST));
            others.extend(artist.genres.iter().map(|genre| (*genre, GENRE)));
        }
        index.add(&track.name, &others, track.rank);
    }
    index.finish()
}

fn album_index(catalogue: &Catalogue) -> Index {
    let music = &catalogue.music;
    let mut index = Builder::default();
    for album in &music.albums {
        let others: Vec<_> = album
            .artists
            .iter()
            .map(|artist| (&*music.artists[artist.n as usize].name, ARTIST))
            .collect();
        index.add(&album.name, &others, 0);
    }
    index.finish()
}

fn artist_index(catalogue: &Catalogue) -> Index {
    let mut index = Builder::default();
    for artist in &catalogue.music.artists {
        let genres: Vec<_> = artist.genres.iter().map(|genre| (*genre, GENRE)).collect();
        index.add(&artist.name, &genres, 0);
    }
    index.finish()
}
