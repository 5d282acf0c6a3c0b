//! What is in each person's account on the first day: playlists of awkward sizes, odd rows, devices, something
//! playing. It knows the catalogue by number only.

use fastrand::Rng;

use super::{
    catalogue::{Catalogue, TRACKS},
    own::OWN_TRACKS,
    people::{Life, Person},
};
use crate::sandbox::world::{
    Account, Content, Context, Cover, Device, Key, Load, On, Play, Playback, Player, Playlist, Row,
    Saved,
};

/// The account of a person as it is at `now`.
pub(crate) fn account(seed: u64, now: i64, catalogue: &Catalogue, person: &Person) -> Account {
    let mut home = Home {
        rng: Rng::with_seed(seed ^ (u64::from(person.owner) << 40)),
        now,
        catalogue,
        person,
        made: Account::default(),
    };
    match person.life {
        Life::Collector => home.collector(),
        Life::Sharer => home.sharer(),
        Life::Deviceless => {
            home.ordinary();
            home.made.playback = Playback::default();
        }
        Life::Newcomer => home.device("Laptop", "Computer"),
        Life::PodcastFan => home.podcast_fan(),
        Life::Hidden => home.hidden(),
        Life::Hoarder => home.hoarder(),
        Life::Stranger | Life::Ordinary => home.ordinary(),
    }
    home.made
}

/// The playlists of the house's own accounts, which nobody here signs in to: number 0 is the one that the sharer
/// may change, the next are other people's, and the last are Spotify's own, which a new app cannot see.
pub(crate) fn commons(seed: u64, now: i64, sharer: &Person) -> Account {
    let mut rng = Rng::with_seed(seed ^ 0x00c0_ffee);
    let mut made = Account::default();
    for (n, name) in std::iter::once("Road trip")
        .chain(PLAYLIST_NAMES)
        .enumerate()
    {
        let name = if n == 0 {
            format!("{name} {}", sharer.marker)
        } else {
            name.to_owned()
        };
        let rows = (0..rng.u32(8..60))
            .map(|_| Row {
                content: Content::Track(Key::common(rng.u32(..number(TRACKS)))),
                added_at: Some(now - rng.i64(1..900) * DAY),
                added_by: Some(if n == 0 && rng.bool() {
                    sharer.owner
                } else {
                    0
                }),
            })
            .collect();
        made.playlists.insert(
            number(n),
            Playlist {
                name,
                description: Some("Put together by friends".to_owned()),
                public: n != 0,
                collaborative: n == 0,
                collaborators: if n == 0 {
                    vec![sharer.owner]
                } else {
                    Vec::new()
                },
                rows,
                edition: 1,
                cover: Cover::Some,
            },
        );
    }
    made
}

const DAY: i64 = 86_400_000;
const MINUTE: i64 = 60_000;

/// Public playlists that do not belong to anybody in the sandbox; they are numbers 1 and up.
pub(crate) const PLAYLIST_NAMES: [&str; 11] = [
    "Night train to nowhere",
    "Velvet evenings",
    "Kitchen radio favourites",
    "Summer on the water",
    "Focus: slow machines",
    "Тихий вечер",
    "夜のドライブ",
    "Winter garden party",
    "Paper moon covers",
    "Golden hour",
    "Electric river run",
];

struct Home<'a> {
    rng: Rng,
    now: i64,
    catalogue: &'a Catalogue,
    person: &'a Person,
    made: Account,
}

impl Home<'_> {
    fn ordinary(&mut self) {
        for (at, name) in ["Favourites", "Evening", "For the road", "Party"]
            .into_iter()
            .enumerate()
        {
            let size = self.rng.usize(5..60);
            let odd = at == 1;
            self.playlist(name, size, odd);
        }
        let tracks = self.rng.usize(20..70);
        self.library(tracks, 6);
        self.plays(30);
        self.device("Phone", "Smartphone");
        self.device("Laptop", "Computer");
        self.play_mine();
    }

    fn collector(&mut self) {
        for (name, size) in [
            ("Nothing yet", 0),
            ("Just one", 1),
            ("Fifty", 50),
            ("Fifty-one", 51),
            ("A hundred", 100),
            ("A hundred and one", 101),
            ("Everything", 1_200),
        ] {
            self.playlist(name, size, size == 1_200);
        }
        self.library(320, 45);
        self.plays(50);
        self.device("Laptop", "Computer");
        self.device("Phone", "Smartphone");
        self.play_mine();
    }

    fn sharer(&mut self) {
        self.ordinary();
        self.made.listed.insert(1, Key::common(0));
        self.made.listed.push(Key::common(2));
        self.made.listed.push(Key::common(10));
    }

    fn podcast_fan(&mut self) {
        self.playlist("Podcasts and songs", 30, true);
        self.library(25, 3);
        self.plays(12);
        self.device("Car", "Automobile");
        self.device("Kitchen speaker", "Speaker");
        let car = &mut self.made.playback.devices[0];
        car.id = None;
        car.volume = None;
        car.supports_volume = false;
        car.restricted = true;
        let podcast = [3, 4].map(Content::Episode);
        self.play(1, podcast.to_vec(), false);
    }

    fn hidden(&mut self) {
        self.ordinary();
        if let Some(device) = self.made.playback.devices.first_mut() {
            device.private_session = true;
        }
        if let Some(player) = &mut self.made.playback.player {
            player.on = On::Advertisement;
            player.context = None;
        }
    }

    fn hoarder(&mut self) {
        for n in 0..120 {
            let size = self.rng.usize(0..40);
            self.playlist(&format!("Mixtape {}", n + 1), size, n % 10 == 3);
        }
        self.library(1_500, 130);
        self.plays(50);
        self.device("Phone", "Smartphone");
        self.play_mine();
        if let Some(player) = &mut self.made.playback.player {
            player.playing = false;
            player.context = Some(Context::Collection);
        }
    }

    /// A playlist of `size` rows; an odd one has local files, episodes, removed content and holes among them.
    fn playlist(&mut self, name: &str, size: usize, odd: bool) {
        let n = self.made.next_playlist();
        let rows = (0..size).map(|at| self.row(at, odd)).collect();
        let cover = match (size, n % 4) {
            (0, _) => Cover::Null,
            (_, 3) => Cover::Empty,
            _ => Cover::Some,
        };
        let key = Key {
            owner: self.person.owner,
            n,
        };
        self.made.listed.push(key);
        self.made.playlists.insert(
            n,
            Playlist {
                name: format!("{name} {}", self.person.marker),
                description: (n % 3 != 2)
                    .then(|| format!("{name}, kept by {}", self.person.marker)),
                public: n.is_multiple_of(2),
                collaborative: false,
                collaborators: Vec::new(),
                rows,
                edition: 1,
                cover,
            },
        );
    }

    fn row(&mut self, at: usize, odd: bool) -> Row {
        let content = match at % 20 {
            _ if !odd => self.track(at),
            7 => Content::Episode(self.rng.u32(..20)),
            11 => Content::Local {
                title: format!("Rehearsal {at} {}", self.person.marker),
                artist: format!("{} & co", self.person.given),
                album: "Tapes".to_owned(),
                ms: 187_000,
            },
            13 => Content::Removed,
            17 => Content::Hole,
            _ => self.track(at),
        };
        let old = odd && at % 20 == 5;
        Row {
            content,
            added_at: (!old).then(|| self.now - self.rng.i64(1..2_000) * DAY),
            added_by: (!old).then_some(self.person.owner),
        }
    }

    /// One of the person's own tracks first and at every fifth place, else one of the catalogue's.
    fn track(&mut self, at: usize) -> Content {
        Content::Track(self.track_key(at))
    }

    fn track_key(&mut self, at: usize) -> Key {
        if at.is_multiple_of(5) {
            return self.mine(at / 5);
        }
        Key::common(self.rng.u32(..number(TRACKS)))
    }

    /// The person's own thing of that number: a track, or for 0 also their album and themselves.
    fn mine(&self, at: usize) -> Key {
        Key {
            owner: self.person.owner,
            n: number(at) % OWN_TRACKS,
        }
    }

    /// Saved music, newest first, each thing once.
    fn library(&mut self, tracks: usize, albums: usize) {
        let mut catalogue: Vec<Key> = (0..TRACKS).map(|n| Key::common(number(n))).collect();
        self.rng.shuffle(&mut catalogue);
        let mut own = 0;
        for (at, other) in catalogue.into_iter().take(tracks).enumerate() {
            let what = if at.is_multiple_of(5) && own < OWN_TRACKS as usize {
                own += 1;
                self.mine(own - 1)
            } else {
                other
            };
            let at = self.now - i64::from(number(at)) * 7 * 60 * MINUTE - MINUTE;
            self.made.tracks.push(Saved { what, at });
        }
        let mut records: Vec<Key> = (0..self.catalogue.pressed)
            .map(|n| Key::common(number(n)))
            .collect();
        self.rng.shuffle(&mut records);
        let mine = self.mine(0);
        for (at, what) in std::iter::once(mine)
            .chain(records)
            .take(albums)
            .enumerate()
        {
            let at = self.now - i64::from(number(at)) * 3 * DAY - DAY;
            self.made.albums.push(Saved { what, at });
        }
        for n in 0..3 {
            let at = self.now - i64::from(n) * 5 * DAY - DAY;
            self.made.shows.push(Saved { what: n, at });
            self.made.episodes.push(Saved { what: n * 9, at });
        }
        self.made.books.push(Saved {
            what: self.rng.u32(..3),
            at: self.now - DAY,
        });
        self.made.artists = std::iter::once(mine)
            .chain((0..20).map(|_| Key::common(self.rng.u32(..100))))
            .collect();
        self.made.artists.dedup();
    }

    /// The last plays, newest first, some without a context.
    fn plays(&mut self, count: usize) {
        for at in 0..count {
            let track = self.track_key(at);
            let context = match at % 4 {
                0 => Some(Context::Album(self.mine(0))),
                1 => self.made.listed.first().copied().map(Context::Playlist),
                2 => Some(Context::Collection),
                3 if at % 8 == 3 => Some(Context::Artist(self.mine(0))),
                _ => None,
            };
            let at = self.now - i64::from(number(at)) * 17 * MINUTE - 5 * MINUTE - 123;
            self.made.plays.push(Play { track, at, context });
        }
    }

    fn device(&mut self, name: &str, sort: &str) {
        let id: String = (0..40).map(|_| self.rng.digit(16)).collect();
        self.made.playback.devices.push(Device {
            id: Some(id),
            name: format!("{}'s {name} {}", self.person.given, self.person.marker),
            sort: sort.to_owned(),
            volume: Some(self.rng.u8(20..90)),
            supports_volume: true,
            restricted: false,
            private_session: false,
        });
    }

    /// Something of the person's own is on.
    fn play_mine(&mut self) {
        let first = Content::Track(self.mine(0));
        self.play(0, vec![first], true);
    }

    /// The first of these things is on and the others follow, then more.
    fn play(&mut self, device: usize, mut list: Vec<Content>, listed: bool) {
        let context = self.made.listed.first().copied().map(Context::Playlist);
        let progress = self.rng.i64(5_000..60_000);
        let shuffle = self.rng.bool();
        list.extend((1..16).map(|at| self.track(at * 3)));
        let mut player = Player::empty();
        let load = Load {
            list,
            first: Some(0),
            context: context.filter(|_| listed),
            progress,
        };
        player.load(load, self.now);
        player.device = Some(device);
        player.shuffle = shuffle;
        player.endless = true;
        self.made.playback.player = Some(player);
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
