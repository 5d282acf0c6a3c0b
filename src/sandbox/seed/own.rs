//! Music that is one person's alone, with their marker in every name: so that any answer tells whose it is.

use fastrand::Rng;

use super::people::Person;
use crate::sandbox::world::{Album, Artist, Collection, Form, Key, Track};

/// How many tracks of their own each person has.
pub(crate) const OWN_TRACKS: u32 = 12;

/// A person's own artist, album and tracks.
pub(crate) fn own(seed: u64, person: &Person) -> Collection {
    let mut rng = Rng::with_seed(seed ^ (u64::from(person.owner) << 32));
    let mine = |n| Key {
        owner: person.owner,
        n,
    };
    let tracks = (0..OWN_TRACKS)
        .map(|n| Track {
            name: format!("{} {}", TITLES[n as usize % TITLES.len()], person.marker),
            artists: vec![mine(0)],
            album: mine(0),
            number: n + 1,
            ms: rng.u32(100_000..300_000),
            explicit: false,
            isrc: format!(
                "QZ{:03}26{:05}",
                person.owner / 100 % 1_000,
                person.owner % 100 * 100 + n
            ),
            playable: true,
            rank: 0,
        })
        .collect();
    Collection {
        artists: vec![Artist {
            name: format!("{} {}", person.given, person.marker),
            genres: vec!["bedroom pop"],
        }],
        albums: vec![Album {
            name: format!("Home recordings {}", person.marker),
            form: Form::Album,
            artists: vec![mine(0)],
            released: "2025-05-17".to_owned(),
            upc: format!("0{:012}", 860_000_000_000_u64 + u64::from(person.owner)),
            tracks: (0..OWN_TRACKS).collect(),
            obscure: true,
        }],
        tracks,
    }
}

/// The person's own mix of a track of the catalogue: what ranks first in their searches, as Spotify personalises
/// results, and what tells whose answer it is.
pub(crate) fn mix(person: &Person, of: &Track, n: u32) -> Track {
    let mine = |n| Key {
        owner: person.owner,
        n,
    };
    let mut artists = of.artists.clone();
    artists.push(mine(0));
    Track {
        name: format!("{} - {} Mix", of.name, person.marker),
        artists,
        album: mine(0),
        number: OWN_TRACKS + 1 + n,
        ms: of.ms + 21_000,
        explicit: of.explicit,
        isrc: format!("QZ9{:02}26{:05}", person.owner % 100, n % 100_000),
        playable: true,
        rank: 0,
    }
}

const TITLES: [&str; OWN_TRACKS as usize] = [
    "Kitchen demo",
    "Voice memo",
    "Rain on the balcony",
    "Unfinished waltz",
    "Bus stop melody",
    "First take",
    "Lullaby for a cat",
    "Attic tapes",
    "Sunday sketch",
    "Morning loop",
    "Phone in the sink",
    "Last train home",
];
