//! Records that make finding the right one hard on purpose, after all that the press has made: one title by several
//! artists, its versions and reissues, a guest, a record that is not licensed here, and artists with long lists of
//! releases. None of its words is in any other title. It knows no chance and no people.

use crate::sandbox::world::{Album, Artist, Collection, Form, Key, Track};

/// Adds the records to the catalogue.
pub(super) fn add(music: &mut Collection) {
    let mut shop = Shop { music };
    let [orrery, pelican, mimic] = ["Orrery Lane", "Pelican Static", "Mimicry Choir"]
        .map(|name| shop.artist(name, "lighthouse pop"));
    for record in &RECORDS {
        let artists = match record.by {
            By::Orrery => vec![orrery],
            By::Pelican => vec![pelican],
            By::Mimic => vec![mimic],
            By::Various => Vec::new(),
        };
        shop.press(record, &artists, &[orrery, pelican]);
    }
    let singles = shop.artist("Brine and Tallow", "harbour folk");
    shop.series(singles, "Brinework", 12);
    let tireless = shop.artist("Ostinato Bakery", "dough ambient");
    shop.series(tireless, "Sourdough Etude", 63);
}

/// Whose a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Orrery,
    Pelican,
    Mimic,
    /// A compilation.
    Various,
}

/// A record of the list.
#[derive(Debug)]
struct Record {
    name: &'static str,
    by: By,
    form: Form,
    released: &'static str,
    songs: &'static [Song],
}

/// A song of a record.
#[derive(Debug)]
struct Song {
    name: &'static str,
    /// Number of the recording; the same number is the same recording, with one ISRC.
    recording: u32,
    seconds: u32,
    sort: Sort,
}

/// What is special about a song.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Plain,
    Explicit,
    /// Not licensed in the listener's market.
    Withheld,
    /// Pelican Static sing along.
    Guest,
}

const fn song(name: &'static str, recording: u32, seconds: u32, sort: Sort) -> Song {
    Song {
        name,
        recording,
        seconds,
        sort,
    }
}

const RECORDS: [Record; 8] = [
    Record {
        name: "Cartography",
        by: By::Orrery,
        form: Form::Album,
        released: "2011-03-04",
        songs: &[
            song("Glass Meridian", 1, 214, Sort::Plain),
            song("Tidewater Clock", 2, 187, Sort::Plain),
            song("Quillfeather (feat. Pelican Static)", 3, 201, Sort::Guest),
            song("Saltmarsh Wireless", 4, 233, Sort::Withheld),
        ],
    },
    Record {
        name: "Cartography (Anniversary Reissue)",
        by: By::Orrery,
        form: Form::Album,
        released: "2021-03-04",
        songs: &[
            song("Glass Meridian", 1, 214, Sort::Plain),
            song("Tidewater Clock", 2, 187, Sort::Plain),
            song("Quillfeather (feat. Pelican Static)", 3, 201, Sort::Guest),
            song("Saltmarsh Wireless", 4, 233, Sort::Plain),
            song("Glass Meridian - Sketch", 5, 171, Sort::Plain),
        ],
    },
    Record {
        name: "Observatory Tapes",
        by: By::Orrery,
        form: Form::Album,
        released: "2013-10-18",
        songs: &[
            song("Glass Meridian - Live", 6, 262, Sort::Plain),
            song("Tidewater Clock - Live", 7, 224, Sort::Plain),
        ],
    },
    Record {
        name: "Glass Meridian (Remixes)",
        by: By::Orrery,
        form: Form::Single,
        released: "2012-06-29",
        songs: &[
            song("Glass Meridian - Kestrel Remix", 8, 341, Sort::Plain),
            song("Glass Meridian - Instrumental", 9, 214, Sort::Plain),
        ],
    },
    Record {
        name: "Hummingbird Tariff",
        by: By::Orrery,
        form: Form::Single,
        released: "2016-02-12",
        songs: &[
            song("Hummingbird Tariff", 10, 198, Sort::Explicit),
            song("Hummingbird Tariff - Clean", 11, 198, Sort::Plain),
        ],
    },
    Record {
        name: "Gull Frequencies",
        by: By::Pelican,
        form: Form::Album,
        released: "2018-09-07",
        songs: &[
            song("Glass Meridian", 12, 243, Sort::Plain),
            song("Marrowbone Ferry", 13, 176, Sort::Plain),
        ],
    },
    Record {
        name: "Mimicked Hits",
        by: By::Mimic,
        form: Form::Album,
        released: "2019-01-11",
        songs: &[song(
            "Glass Meridian (Karaoke Version, originally by Orrery Lane)",
            14,
            215,
            Sort::Plain,
        )],
    },
    Record {
        name: "Meridian Lines, Vol. 1",
        by: By::Various,
        form: Form::Compilation,
        released: "2015-05-22",
        songs: &[
            song("Glass Meridian", 1, 214, Sort::Plain),
            song("Saltmarsh Wireless", 4, 233, Sort::Plain),
        ],
    },
];

/// Puts records of the list into the catalogue.
struct Shop<'a> {
    music: &'a mut Collection,
}

impl Shop<'_> {
    fn artist(&mut self, name: &str, genre: &'static str) -> Key {
        let key = Key::common(number(self.music.artists.len()));
        self.music.artists.push(Artist {
            name: name.to_owned(),
            genres: vec![genre],
        });
        key
    }

    /// Presses a record; what is on a compilation is the first act's, and guests are the second.
    fn press(&mut self, record: &Record, artists: &[Key], acts: &[Key; 2]) {
        let album = self.next_album();
        let tracks = record
            .songs
            .iter()
            .enumerate()
            .map(|(at, song)| {
                let mut by = match artists {
                    [] => vec![acts[0]],
                    artists => artists.to_vec(),
                };
                if song.sort == Sort::Guest {
                    by.push(acts[1]);
                }
                self.track(Track {
                    name: song.name.to_owned(),
                    artists: by,
                    album,
                    number: number(at + 1),
                    ms: song.seconds * 1_000,
                    explicit: song.sort == Sort::Explicit,
                    isrc: format!("GBSBV26{:05}", song.recording),
                    playable: song.sort != Sort::Withheld,
                    // What others made of a song is listened to more than the song: the first hit misleads.
                    rank: if record.by == By::Orrery { 20 } else { 40 },
                })
            })
            .collect();
        self.album(
            record.name.to_owned(),
            record.form,
            artists.to_vec(),
            record.released.to_owned(),
            tracks,
        );
    }

    /// A release a month, each with one song: mostly singles, every seventh an album, every twentieth a collection.
    fn series(&mut self, artist: Key, title: &str, count: usize) {
        for at in 0..count {
            let name = format!("{title} No. {}", at + 1);
            let album = self.next_album();
            let n = self.music.tracks.len();
            let track = self.track(Track {
                name: name.clone(),
                artists: vec![artist],
                album,
                number: 1,
                ms: 120_000 + number(at) * 1_000,
                explicit: false,
                isrc: format!("SESBV26{n:05}"),
                playable: true,
                rank: 10,
            });
            let form = match at {
                _ if at % 20 == 19 => Form::Compilation,
                _ if at % 7 == 6 => Form::Album,
                _ => Form::Single,
            };
            let released = format!("{}-{:02}-15", 2005 + at / 12, at % 12 + 1);
            self.album(name, form, vec![artist], released, vec![track]);
        }
    }

    fn track(&mut self, track: Track) -> u32 {
        self.music.tracks.push(track);
        number(self.music.tracks.len() - 1)
    }

    fn album(
        &mut self,
        name: String,
        form: Form,
        artists: Vec<Key>,
        released: String,
        tracks: Vec<u32>,
    ) {
        let n = self.music.albums.len() as u64;
        self.music.albums.push(Album {
            name,
            form,
            artists,
            released,
            upc: format!("0{:012}", 731_450_000_000_u64 + n * 7),
            tracks,
            obscure: false,
        });
    }

    fn next_album(&self) -> Key {
        Key::common(number(self.music.albums.len()))
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
