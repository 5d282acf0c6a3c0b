//! Podcasts and audiobooks of the public catalogue. It knows no people.

use fastrand::Rng;

use crate::sandbox::{
    time::day,
    world::{Book, Part, Show, Spoken},
};

/// The catalogue's shows, episodes, audiobooks and chapters.
pub(super) fn spoken(seed: u64, now: i64) -> Spoken {
    let mut rng = Rng::with_seed(seed ^ 0x0005_c0ca_57ed);
    let mut made = Spoken::default();
    for (number, (name, topic)) in SHOWS.iter().enumerate() {
        let count = if number == 0 { 62 } else { rng.u32(4..26) };
        let mut episodes = Vec::new();
        for at in 0..count {
            episodes.push(count_of(&made.episodes));
            made.episodes.push(Part {
                name: format!("{}. {topic}, part {}", count - at, count - at),
                about: format!("{name}: {topic}."),
                whole: count_of(&made.shows),
                number: count - at,
                ms: rng.u32(600_000..5_400_000),
                released: day(now - i64::from(at) * 7 * DAY),
            });
        }
        made.shows.push(Show {
            name: (*name).to_owned(),
            about: format!("A show about {topic}."),
            episodes,
        });
    }
    for (number, (name, author, narrator)) in BOOKS.into_iter().enumerate() {
        let mut chapters = Vec::new();
        let count = if number < 3 { rng.u32(6..18) } else { 64 };
        for at in 0..count {
            chapters.push(count_of(&made.chapters));
            made.chapters.push(Part {
                name: format!("Chapter {}", at + 1),
                about: format!("{name}, chapter {}.", at + 1),
                whole: count_of(&made.books),
                number: at,
                ms: rng.u32(900_000..2_700_000),
                released: "2024-03-01".to_owned(),
            });
        }
        made.books.push(Book {
            name: name.to_owned(),
            author: author.to_owned(),
            narrator: narrator.to_owned(),
            about: format!("{name}, by {author}."),
            chapters,
        });
    }
    made
}

const DAY: i64 = 86_400_000;

const SHOWS: [(&str, &str); 6] = [
    ("The Long Groove", "how records were made"),
    ("Kitchen Radio", "cooking to music"),
    ("Mała Historia Dźwięku", "the history of sound"),
    ("Синтез", "synthesizers"),
    ("夜のラジオ", "songs for the night"),
    ("Field Notes", "birds and their songs"),
];

/// The last has more chapters than a page.
const BOOKS: [(&str, &str, &str); 4] = [
    ("The Lighthouse Ledger", "Imke Vandersteen", "Tobias Rell"),
    ("A Winter of Maps", "Corin Adeyo", "Selma Haugen"),
    ("The Quiet Engine", "Petra Lindqvist", "Amos Derry"),
    (
        "Almanac of Small Harbours",
        "Wiebke Tarrow",
        "Ines Calloway",
    ),
];

fn count_of<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
