//! The public catalogue: 2,000 tracks and a few more by invented artists, with the versions, namesakes and compilations that make
//! finding the right one hard. It knows no people.

use std::sync::{Arc, Mutex, PoisonError};

use fastrand::Rng;

use super::{
    spoken::spoken,
    variety,
    words::{Lexicon, REMIXERS, SHARED, TURNS},
};
use crate::sandbox::{
    time::day,
    world::{Album, Artist, Collection, Form, Key, Spoken, Track},
};

/// How many tracks are made by chance; people's lists are made of these.
pub(crate) const TRACKS: usize = 2_000;

/// The public catalogue.
#[derive(Debug)]
pub(crate) struct Catalogue {
    pub(crate) music: Collection,
    pub(crate) spoken: Spoken,
    /// How many of the albums were made by chance; those after them are there to be found.
    pub(crate) pressed: usize,
}

/// The catalogue of that seed on the day of `now`; made once in a process and shared, since it never changes.
pub(crate) fn catalogue(seed: u64, now: i64) -> Arc<Catalogue> {
    static MADE: Mutex<Vec<(u64, String, Arc<Catalogue>)>> = Mutex::new(Vec::new());
    let today = day(now);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((.., found)) = made.iter().find(|(s, d, _)| *s == seed && *d == today) {
        return Arc::clone(found);
    }
    let mut music = Press::new(seed, now).run();
    let pressed = music.albums.len();
    variety::add(&mut music);
    let fresh = Arc::new(Catalogue {
        music,
        spoken: spoken(seed, now),
        pressed,
    });
    made.push((seed, today, Arc::clone(&fresh)));
    fresh
}

const DAY: i64 = 86_400_000;
/// Tracks that are left for compilations once the artists have had theirs.
const FOR_COMPILATIONS: usize = 160;
const COMPILATION: usize = 20;

/// Presses records until the catalogue is full.
struct Press {
    rng: Rng,
    now: i64,
    made: Collection,
    /// How many titles each script has used, by its place in [`TURNS`].
    titles: Vec<(*const Lexicon, usize)>,
}

impl Press {
    fn new(seed: u64, now: i64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            now,
            made: Collection::default(),
            titles: Vec::new(),
        }
    }

    fn run(mut self) -> Collection {
        let mut turn = 0;
        while self.made.tracks.len() < TRACKS - FOR_COMPILATIONS {
            self.artist(turn);
            turn += 1;
        }
        while self.made.tracks.len() < TRACKS {
            self.compilation();
        }
        self.made
    }

    /// One artist: an album, a single with its remix, and for some a live album or a remastered edition.
    fn artist(&mut self, turn: usize) {
        let words = TURNS[turn % TURNS.len()];
        let (key, first) = self.sign(words, turn);
        let mut songs: Vec<String> = (0..8).map(|_| self.title(words)).collect();
        if turn.is_multiple_of(7) {
            SHARED[(turn / 7) % SHARED.len()].clone_into(&mut songs[0]);
        }
        let album = self.press(words, vec![key], &songs[1], Form::Album, &songs);
        let single = [
            songs[0].clone(),
            format!(
                "{} - {} Remix",
                songs[0],
                self.rng.choice(REMIXERS).unwrap_or("Bruma")
            ),
            format!("{} - Acoustic", songs[0]),
        ];
        self.press(words, vec![key], &songs[0], Form::Single, &single);
        if turn.is_multiple_of(3) {
            let live: Vec<String> = songs[..5]
                .iter()
                .map(|song| format!("{song} - {}", words.venue))
                .collect();
            self.press(words, vec![key], words.venue, Form::Album, &live);
        }
        if turn % 4 == 1 {
            let year = self.rng.u16(2009..2024);
            let again: Vec<String> = songs[..4]
                .iter()
                .map(|song| format!("{song} - {year} Remaster"))
                .collect();
            self.press(
                words,
                vec![key],
                &format!("{} (Deluxe Edition)", songs[1]),
                Form::Album,
                &again,
            );
        }
        if turn % 5 == 2 && first > 0 {
            self.feature(album, u32::try_from(first - 1).unwrap_or(0));
        }
    }

    /// Signs an artist and gives the key and the number.
    fn sign(&mut self, words: &'static Lexicon, turn: usize) -> (Key, usize) {
        let number = self.made.artists.len();
        let round = turn / TURNS.len() * 3 + turn % TURNS.len() / 4;
        let (given, family) = pair(round, words.given.len(), words.family.len());
        let mut name = format!(
            "{}{}{}",
            words.given[given], words.name_joint, words.family[family]
        );
        if self.made.artists.iter().any(|artist| artist.name == name) {
            name = format!("{name} {}", ["II", "Trio", "Project"][number % 3]);
        }
        let genre = number % words.genres.len();
        self.made.artists.push(Artist {
            name,
            genres: vec![
                words.genres[genre],
                words.genres[(genre + 1) % words.genres.len()],
            ],
        });
        (Key::common(u32::try_from(number).unwrap_or(0)), number)
    }

    /// The next title of that script that nobody has used.
    fn title(&mut self, words: &'static Lexicon) -> String {
        let place: *const Lexicon = words;
        let used =
            if let Some((_, used)) = self.titles.iter_mut().find(|(found, _)| *found == place) {
                *used += 1;
                *used
            } else {
                self.titles.push((place, 0));
                0
            };
        let (head, tail) = pair(used, words.heads.len(), words.tails.len());
        format!(
            "{}{}{}",
            words.heads[head], words.title_joint, words.tails[tail]
        )
    }

    fn press(
        &mut self,
        words: &Lexicon,
        artists: Vec<Key>,
        name: &str,
        form: Form,
        songs: &[String],
    ) -> usize {
        let number = self.made.albums.len();
        let released = self.release_date(number);
        let mut tracks = Vec::with_capacity(songs.len());
        for (at, song) in songs.iter().enumerate() {
            let isrc =
                format!("{}-{:05}", words.country, self.made.tracks.len()).replace('-', "SBX26");
            tracks.push(self.add(song.clone(), artists.clone(), number, at, isrc));
        }
        self.made.albums.push(Album {
            name: name.to_owned(),
            form,
            artists,
            released,
            upc: format!("0{:012}", 731_450_000_000_u64 + number as u64 * 7),
            tracks,
            obscure: number % 10 == 9,
        });
        number
    }

    fn add(
        &mut self,
        name: String,
        artists: Vec<Key>,
        album: usize,
        at: usize,
        isrc: String,
    ) -> u32 {
        let n = u32::try_from(self.made.tracks.len()).unwrap_or(0);
        self.made.tracks.push(Track {
            name,
            artists,
            album: Key::common(u32::try_from(album).unwrap_or(0)),
            number: u32::try_from(at + 1).unwrap_or(1),
            ms: self.rng.u32(95_000..420_000),
            explicit: self.rng.u8(..) < 25,
            isrc,
            playable: self.rng.u8(..) >= 5,
            rank: self.rng.u16(..),
        });
        n
    }

    /// Most releases are old; a few are from the last two weeks, which is what `tag:new` means.
    fn release_date(&mut self, number: usize) -> String {
        if number % 23 == 7 {
            return day(self.now - self.rng.i64(0..13) * DAY);
        }
        let date = day(self.now - self.rng.i64(20..20_000) * DAY);
        let length = match number % 9 {
            3 => 4,
            6 => 7,
            _ => 10,
        };
        date.chars().take(length).collect()
    }

    /// Lets another artist sing along on an album's last track.
    fn feature(&mut self, album: usize, guest: u32) {
        let guest = Key::common(guest);
        let Some(last) = self.made.albums[album].tracks.last().copied() else {
            return;
        };
        let name = self.made.artists[guest.n as usize].name.clone();
        let track = &mut self.made.tracks[last as usize];
        track.name = format!("{} (feat. {name})", track.name);
        track.artists.push(guest);
    }

    /// A compilation: other artists' recordings again, as tracks of their own with the recordings' ISRCs.
    fn compilation(&mut self) {
        let number = self.made.albums.len();
        let volume = number % 10 + 1;
        let mut tracks = Vec::with_capacity(COMPILATION);
        let room = (TRACKS - self.made.tracks.len()).min(COMPILATION);
        for at in 0..room {
            let original = self.rng.usize(..TRACKS - FOR_COMPILATIONS);
            let original = self.made.tracks[original].clone();
            tracks.push(self.add(original.name, original.artists, number, at, original.isrc));
        }
        let released = self.release_date(number);
        self.made.albums.push(Album {
            name: format!("Night Drive Anthems, Vol. {volume}"),
            form: Form::Compilation,
            artists: Vec::new(),
            released,
            upc: format!("0{:012}", 731_450_000_000_u64 + number as u64 * 7),
            tracks,
            obscure: false,
        });
    }
}

/// The `n`th pair out of two lists, each pair once before any comes again (for lists of equal length).
fn pair(n: usize, heads: usize, tails: usize) -> (usize, usize) {
    (n % heads, (n / heads + n) % tails)
}
