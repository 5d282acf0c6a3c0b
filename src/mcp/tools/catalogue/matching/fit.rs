//! How well one track fits what was asked: title, artist, version, and what else is known. Judges one track at a
//! time.

use std::collections::BTreeSet;

use super::{
    fold::{fold, squashed, without_the},
    near::Near,
    title::{Kind, Title, is_live, names},
};
use crate::{
    mcp::tools::catalogue::wanted::{Version, Wanted},
    spotify::model::Track,
};

/// Lengths further apart than this, in milliseconds, are not what was asked for.
const OTHER_LENGTH: u64 = 10_000;

/// Lengths at most this far apart, in milliseconds, confirm each other.
const CLOSE_LENGTH: u64 = 3_000;

/// How far a track agrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Exact,
    Probable(Near),
    Different,
}

/// How well a track fits.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub(super) level: Level,
    /// The ISRC is the one that was asked for.
    by_isrc: bool,
    /// The artists are exactly those that were asked for.
    same_artists: bool,
    /// Distance from the length that was asked for, in steps; 0 where none was.
    away: u64,
    /// How much less it is liked than an equal one: it cannot be played, or is on a compilation.
    handicap: u8,
    title: TitleFit,
    artist: ArtistFit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TitleFit {
    Same,
    Longer,
    Spelling,
    /// The song's name with other words behind it: perhaps a version that nobody knows.
    Related,
    No,
}

impl TitleFit {
    fn is_none(self) -> bool {
        matches!(self, Self::Related | Self::No)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ArtistFit {
    Main,
    /// Some of those who were asked for are missing.
    Partial,
    Guest,
    Spelling,
    No,
}

impl Fit {
    /// Best first.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        (
            self.level,
            !self.by_isrc,
            !self.same_artists,
            self.away,
            self.handicap,
        )
    }

    /// Whether nothing that was asked for tells the two apart.
    pub(super) fn ties_with(&self, other: &Self) -> bool {
        self.by_isrc == other.by_isrc
            && self.same_artists == other.same_artists
            && self.away == other.away
    }

    /// Whether it has to do with what was asked for.
    pub(super) fn is_related(&self) -> bool {
        self.title != TitleFit::No
    }

    /// How near a different track is.
    pub(super) fn nearness(&self) -> impl Ord + use<> {
        (self.artist != ArtistFit::No, self.title == TitleFit::Same)
    }
}

/// What was asked for, taken apart once for all hits.
pub(super) struct Question {
    title: Title,
    /// The artist as one name.
    artist: String,
    /// The artist as a list of names.
    artists: Vec<String>,
    kinds: BTreeSet<Kind>,
    album: Option<(String, String)>,
    isrc: Option<String>,
    duration_ms: Option<u64>,
}

impl Question {
    pub(super) fn of(wanted: &Wanted) -> Self {
        let title = Title::of(&wanted.title);
        let mut kinds = title.kinds.clone();
        match wanted.version {
            Some(Version::Live) => {
                kinds.insert(Kind::Live);
            }
            Some(Version::Remix) => {
                kinds.insert(Kind::Remix);
            }
            Some(Version::Studio) | None => {}
        }
        Self {
            kinds,
            title,
            artist: without_the(&fold(&wanted.artist)).to_owned(),
            artists: names(&wanted.artist),
            album: wanted
                .album()
                .map(|album| (fold(album), Title::of(album).core)),
            isrc: wanted.isrc(),
            duration_ms: wanted.duration_ms.map(u64::from),
        }
    }

    pub(super) fn fit(&self, track: &Track) -> Fit {
        let found = Title::of(&track.name);
        let on: Vec<String> = track
            .artists
            .iter()
            .map(|artist| without_the(&fold(&artist.name)).to_owned())
            .collect();
        let title = self.title_fit(&found);
        let artist = self.artist_fit(&on, &found);
        let by_isrc = self.names_isrc_of(track);
        let level = if by_isrc == Some(true) {
            // An invented ISRC is mostly another song of the same artist: it settles what the names leave open, and
            // never outweighs them.
            let named = title != TitleFit::No && artist != ArtistFit::No;
            if named && self.is_version(&found, track) {
                Level::Exact
            } else if title != TitleFit::No || artist != ArtistFit::No {
                Level::Probable(Near::Names)
            } else {
                Level::Different
            }
        } else {
            self.level(track, &found, title, artist, by_isrc)
        };
        let length = track.duration_ms.zip(self.duration_ms);
        let away = length.map_or(0, |(one, other)| {
            one.abs_diff(other)
                .saturating_sub(CLOSE_LENGTH)
                .div_ceil(CLOSE_LENGTH)
        });
        Fit {
            level,
            by_isrc: by_isrc == Some(true),
            same_artists: self.is_by(&on),
            away,
            handicap: handicap(track),
            title,
            artist,
        }
    }

    fn level(
        &self,
        track: &Track,
        found: &Title,
        title: TitleFit,
        artist: ArtistFit,
        by_isrc: Option<bool>,
    ) -> Level {
        let none = title.is_none() || artist == ArtistFit::No;
        if none || !self.is_version(found, track) {
            return Level::Different;
        }
        let on_album = track
            .album
            .as_ref()
            .is_none_or(|album| self.is_on(&album.name));
        let far = track
            .duration_ms
            .zip(self.duration_ms)
            .is_some_and(|(one, other)| one.abs_diff(other) > OTHER_LENGTH);
        let nears = [
            (found.editions != self.title.editions, Near::Remaster),
            (
                !self.credits_agree(found, track) || artist == ArtistFit::Partial,
                Near::Credit,
            ),
            (!on_album, Near::Album),
            (far, Near::Duration),
            (artist == ArtistFit::Guest, Near::Guest),
            (title == TitleFit::Longer, Near::Longer),
            (
                title == TitleFit::Spelling || artist == ArtistFit::Spelling,
                Near::Spelling,
            ),
            (by_isrc == Some(false), Near::Isrc),
        ];
        let worst = nears
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, near)| *near)
            .max();
        worst.map_or(Level::Exact, Level::Probable)
    }

    fn title_fit(&self, found: &Title) -> TitleFit {
        let asked = &self.title;
        if asked.core == found.core {
            if asked.suffixes != found.suffixes {
                return TitleFit::Related;
            }
            return match (
                asked.asides == found.asides,
                asked.asides.is_subset(&found.asides),
            ) {
                (true, _) => TitleFit::Same,
                (false, true) => TitleFit::Longer,
                (false, false) if asked.whole == found.whole => TitleFit::Same,
                (false, false) => TitleFit::Related,
            };
        }
        let same_parts = asked.asides == found.asides && asked.suffixes == found.suffixes;
        if same_parts && is_slip(&asked.core, &found.core) {
            return TitleFit::Spelling;
        }
        TitleFit::No
    }

    fn artist_fit(&self, on: &[String], found: &Title) -> ArtistFit {
        let Some(main) = on.first() else {
            return ArtistFit::No;
        };
        if self.is_by(on) || *main == self.artist {
            return ArtistFit::Main;
        }
        let is_on = |name: &String| on.contains(name) || found.credits.contains(name);
        let asked_main = self.artists.contains(main);
        if self.artists.iter().all(is_on) && !self.artists.is_empty() {
            return if asked_main {
                ArtistFit::Main
            } else {
                ArtistFit::Guest
            };
        }
        if on.contains(&self.artist) {
            return ArtistFit::Guest;
        }
        if asked_main {
            return ArtistFit::Partial;
        }
        if squashed(main) == squashed(&self.artist) {
            return ArtistFit::Main;
        }
        if is_slip(main, &self.artist) {
            return ArtistFit::Spelling;
        }
        ArtistFit::No
    }

    /// Whether the artists are those that were asked for, no more and no less.
    fn is_by(&self, on: &[String]) -> bool {
        let joined = on.join(" and ");
        let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
        self.artist == joined || self.artist == on.join(" ") || set(on) == set(&self.artists)
    }

    /// Whether it is the performance that was asked for.
    fn is_version(&self, found: &Title, track: &Track) -> bool {
        let album = track.album.as_ref().map_or("", |album| album.name.as_str());
        let on_live_album = found.kinds.is_empty() && is_live_album(album);
        let mut kinds = found.kinds.clone();
        if on_live_album {
            kinds.insert(Kind::Live);
        }
        // Who names a live album means what is on it.
        let asked_album = on_live_album && self.album.is_some() && self.is_on(album);
        if kinds != self.kinds && !(asked_album && self.kinds.is_empty()) {
            return false;
        }
        let album_words: BTreeSet<String> = fold(album).split(' ').map(str::to_owned).collect();
        let told = self
            .title
            .version
            .iter()
            .all(|word| found.version.contains(word) || album_words.contains(word));
        let is_loose = kinds
            .iter()
            .all(|kind| matches!(kind, Kind::Live | Kind::Remix));
        told && (is_loose || found.version == self.title.version)
    }

    /// Whether whoever is named as a guest on one side is on the other.
    fn credits_agree(&self, found: &Title, track: &Track) -> bool {
        let asked = |name: &String| {
            self.title.credits.contains(name) || self.artists.contains(name) || self.artist == *name
        };
        let on = |name: &String| {
            let on_track = track
                .artists
                .iter()
                .any(|artist| without_the(&fold(&artist.name)) == name);
            on_track || found.credits.contains(name)
        };
        found.credits.iter().all(asked) && self.title.credits.iter().all(on)
    }

    fn is_on(&self, album: &str) -> bool {
        let Some((whole, core)) = &self.album else {
            return true;
        };
        let found = fold(album);
        let begins = |long: &str, short: &str| {
            long.strip_prefix(short)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        found == *whole
            || Title::of(album).core == *core
            || begins(&found, whole)
            || begins(whole, &found)
    }

    fn names_isrc_of(&self, track: &Track) -> Option<bool> {
        let asked = self.isrc.as_ref()?;
        let found = track.external_ids.isrc.as_deref()?;
        let found = crate::mcp::tools::catalogue::wanted::plain_isrc(found)?;
        Some(found == *asked)
    }
}

/// What cannot be played comes last, and a recording's first home before its second.
fn handicap(track: &Track) -> u8 {
    let album = track.album.as_ref();
    let kind = album.and_then(|album| album.album_type.as_deref());
    2 * u8::from(track.is_playable == Some(false)) + u8::from(kind == Some("compilation"))
}

/// Whether an album calls itself live, in a way that no song's name does.
fn is_live_album(name: &str) -> bool {
    let folded = fold(name);
    let words: Vec<&str> = folded.split(' ').collect();
    let title = Title::of(name);
    title.kinds.contains(&Kind::Live)
        || folded == "live"
        || words
            .windows(2)
            .any(|pair| pair[0] == "live" && matches!(pair[1], "at" | "in" | "from" | "on"))
        || !words.contains(&"live") && is_live(&folded, &words)
}

/// Whether two names differ by a slip of the pen: a letter or two in long words, and no figure.
fn is_slip(one: &str, other: &str) -> bool {
    if squashed(one) == squashed(other) {
        return true;
    }
    let (one, other): (Vec<&str>, Vec<&str>) =
        (one.split(' ').collect(), other.split(' ').collect());
    one.len() == other.len()
        && one.iter().zip(&other).all(|(one, other)| {
            let length = one.chars().count().min(other.chars().count());
            let slips = if length < 8 { 1 } else { 2 };
            let figures = |word: &str| word.chars().any(char::is_numeric);
            one == other
                || length >= 5
                    && !figures(one)
                    && !figures(other)
                    && one.chars().next() == other.chars().next()
                    && strsim::damerau_levenshtein(one, other) <= slips
        })
}
