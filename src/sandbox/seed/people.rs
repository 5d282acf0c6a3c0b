//! Who lives in the simulated world: eight people made by hand, and as many others as are asked for. It knows
//! what sort of account each has, not what is in it.

use fastrand::Rng;

/// How many people are made by hand.
pub(crate) const HAND_MADE: usize = 8;

/// What a person pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    Premium,
    Free,
}

impl Plan {
    /// The word that Spotify once used in `product`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Premium => "premium",
            Self::Free => "free",
        }
    }
}

/// What is special about a person's account; the seed of it is made accordingly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// Playlists of 0, 1, 50, 51, 100, 101 and 1,200 items.
    Collector,
    /// Free plan; shares a playlist and follows others'.
    Sharer,
    /// Not on the app's list: may sign in, and then every call is refused.
    Stranger,
    /// No device, nothing playing.
    Deviceless,
    /// Nothing saved, nothing played, no playlist.
    Newcomer,
    /// Listens to a podcast on devices with odd properties.
    PodcastFan,
    /// Free plan, an advertisement playing in a private session.
    Hidden,
    /// A big library and 120 playlists.
    Hoarder,
    /// One of the generated ones.
    Ordinary,
}

/// Somebody with an account.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Number of the person's own collection; the first person is 1.
    pub(crate) owner: u32,
    /// Spotify's `id`.
    pub(crate) id: String,
    /// Spotify's `account_id`.
    pub(crate) account_id: String,
    /// A word that is in everything of theirs and in nothing of anybody else's.
    pub(crate) marker: String,
    pub(crate) given: &'static str,
    pub(crate) display_name: String,
    pub(crate) plan: Plan,
    pub(crate) life: Life,
    /// One line for people who choose a demo account.
    pub(crate) note: &'static str,
}

/// Everybody: the eight made by hand, then `generated` others.
pub(crate) fn people(seed: u64, generated: usize) -> Vec<Person> {
    (0..HAND_MADE + generated)
        .map(|at| person(seed, at))
        .collect()
}

const HANDS: [(&str, &str, Plan, Life, &str); HAND_MADE] = [
    (
        "Ada",
        "Ada Lindqvist",
        Plan::Premium,
        Life::Collector,
        "Premium, two devices, playlists from 0 to 1,200 items",
    ),
    (
        "Ben",
        "Ben Okafor",
        Plan::Free,
        Life::Sharer,
        "Free plan, shares a playlist and follows others'",
    ),
    (
        "Chiara",
        "Chiara Muñoz",
        Plan::Premium,
        Life::Stranger,
        "Not on the app's list: signing in works, using it does not",
    ),
    (
        "Dmitri",
        "Дмитрий Орлов",
        Plan::Premium,
        Life::Deviceless,
        "Premium, no device, nothing playing",
    ),
    (
        "Eunji",
        "박은지",
        Plan::Premium,
        Life::Newcomer,
        "Premium, an account with nothing in it",
    ),
    (
        "Farid",
        "فريد حداد",
        Plan::Premium,
        Life::PodcastFan,
        "Premium, listens to a podcast; one device takes no commands",
    ),
    (
        "Gal",
        "גל ברק",
        Plan::Free,
        Life::Hidden,
        "Free plan, an advertisement playing in a private session",
    ),
    (
        "Hana",
        "Hana Šimková",
        Plan::Premium,
        Life::Hoarder,
        "Premium, 1,500 saved tracks and 120 playlists",
    ),
];

const GIVEN: [&str; 24] = [
    "Alma", "Bruno", "Carla", "Davor", "Elif", "Faye", "Goran", "Hedda", "Ines", "Jonas", "Kaja",
    "Luca", "Mina", "Nuno", "Oona", "Pavel", "Quinn", "Rosa", "Sami", "Tove", "Uma", "Vito",
    "Wilma", "Yara",
];
const FAMILY: [&str; 20] = [
    "Abreu",
    "Bakker",
    "Castell",
    "Dahl",
    "Eriksen",
    "Fonseca",
    "Grünwald",
    "Holm",
    "Ibarra",
    "Jansen",
    "Kovač",
    "Lund",
    "Marek",
    "Novák",
    "Ortega",
    "Petrov",
    "Rossi",
    "Sørensen",
    "Tanaka",
    "Weiss",
];

fn person(seed: u64, at: usize) -> Person {
    let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
    let mut rng = Rng::with_seed(seed ^ (u64::from(number) << 20));
    let marker = format!("mk{number:04}{}{}", letter(&mut rng), letter(&mut rng));
    let (given, name, plan, life, note) = if let Some(hand_made) = HANDS.get(at) {
        *hand_made
    } else {
        let plan = if at % 5 == 4 {
            Plan::Free
        } else {
            Plan::Premium
        };
        (GIVEN[at % GIVEN.len()], "", plan, Life::Ordinary, "")
    };
    let name = match name {
        "" => format!("{given} {}", FAMILY[(at / GIVEN.len() + at) % FAMILY.len()]),
        name => name.to_owned(),
    };
    let id: String = (0..20)
        .map(|_| rng.alphanumeric().to_ascii_lowercase())
        .collect();
    let account_id: String = (0..22).map(|_| rng.alphanumeric()).collect();
    Person {
        owner: number,
        id: format!("31{id}{number:04}"),
        account_id: format!("{account_id}{number:04}"),
        display_name: format!("{name} {marker}"),
        marker,
        given,
        plan,
        life,
        note,
    }
}

fn letter(rng: &mut Rng) -> char {
    rng.lowercase()
}
