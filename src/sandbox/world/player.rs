//! A person's devices and what is on: how it goes on by itself and what a command makes of it. Plain state; it knows
//! no HTTP, no permission and no plan.

use std::collections::VecDeque;

use fastrand::Rng;

use super::account::{Content, Context, Play};

/// A device of Spotify Connect.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) sort: String,
    pub(crate) volume: Option<u8>,
    pub(crate) supports_volume: bool,
    pub(crate) restricted: bool,
    pub(crate) private_session: bool,
}

/// What is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Content(Content),
    Advertisement,
    /// A device was woken and has nothing to play.
    Nothing,
}

/// What repeats when it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    Off,
    Track,
    Context,
}

impl Repeat {
    /// The word in `repeat_state` and in the command's `state`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Track => "track",
            Self::Context => "context",
        }
    }

    /// What a word means.
    pub(crate) fn named(word: &str) -> Option<Self> {
        [Self::Off, Self::Track, Self::Context]
            .into_iter()
            .find(|one| one.word() == word)
    }
}

/// Something to play from, in its own order.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    /// Never empty.
    pub(crate) list: Vec<Content>,
    /// The place to begin at; `None` leaves it to chance if the person shuffles.
    pub(crate) first: Option<usize>,
    pub(crate) context: Option<Context>,
    /// How far into the first thing, in milliseconds.
    pub(crate) progress: i64,
}

/// A player with something in it.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, as on a real player"
)]
pub(crate) struct Player {
    /// Place of the active device among the person's devices; `None` when the player has fallen asleep.
    pub(crate) device: Option<usize>,
    pub(crate) on: On,
    pub(crate) context: Option<Context>,
    pub(crate) playing: bool,
    /// How far it was at `since`, in milliseconds.
    pub(crate) progress: i64,
    pub(crate) since: i64,
    pub(crate) shuffle: bool,
    pub(crate) repeat: Repeat,
    /// Whether it begins again at the end, so that it never falls silent by itself.
    pub(crate) endless: bool,
    /// What the person queued: it comes before the rest of the list.
    asked: VecDeque<Content>,
    /// What it plays from, in the context's order.
    list: Vec<Content>,
    /// Places in the list, in playing order.
    order: Vec<usize>,
    /// Place in the order of what was last played from the list.
    at: usize,
    /// Whether something queued is on, so that the list waits.
    aside: bool,
}

impl Player {
    /// An idle player with nothing in it.
    pub(crate) fn empty() -> Self {
        Self {
            device: None,
            on: On::Nothing,
            context: None,
            playing: false,
            progress: 0,
            since: 0,
            shuffle: false,
            repeat: Repeat::Off,
            endless: false,
            asked: VecDeque::new(),
            list: Vec::new(),
            order: Vec::new(),
            at: 0,
            aside: false,
        }
    }

    /// Puts a list in and its first thing on. What the person queued stays.
    pub(crate) fn load(&mut self, load: Load, now: i64) {
        let mut rng = Rng::with_seed(now.unsigned_abs() ^ load.list.len() as u64);
        let first = match load.first {
            Some(first) => first.min(load.list.len().saturating_sub(1)),
            None if self.shuffle => rng.usize(..load.list.len().max(1)),
            None => 0,
        };
        self.list = load.list;
        self.context = load.context;
        self.endless = false;
        self.aside = false;
        self.progress = load.progress;
        self.since = now;
        self.playing = true;
        self.arrange(first, now);
        self.put_on();
    }

    /// What is on and what comes next by itself, at most 20 things as Spotify shows.
    pub(crate) fn upcoming(&self) -> Vec<&Content> {
        let rest = self.order.iter().skip(self.at + 1);
        let again = if self.goes_round() { self.at } else { 0 };
        let again = self.order.iter().take(again);
        let listed = rest.chain(again).map(|place| &self.list[*place]);
        self.asked.iter().chain(listed).take(MOST_SHOWN).collect()
    }

    /// How far it is at `now`, in milliseconds.
    pub(crate) fn progress_at(&self, now: i64) -> i64 {
        if self.playing {
            self.progress + (now - self.since).max(0)
        } else {
            self.progress
        }
    }

    /// Whether there is anything to skip to.
    pub(crate) fn has_next(&self) -> bool {
        self.on != On::Advertisement
            && (!self.asked.is_empty()
                || self.at + 1 < self.order.len()
                || self.goes_round() && !self.order.is_empty())
    }

    /// Whether there is anything to skip back to.
    pub(crate) fn has_previous(&self) -> bool {
        let back = self.at > 0 || self.aside || self.goes_round();
        self.on != On::Advertisement && back && !self.order.is_empty()
    }

    /// Stops or goes on at `now`, where it is.
    pub(super) fn set_playing(&mut self, playing: bool, now: i64) {
        self.progress = self.progress_at(now);
        self.since = now;
        self.playing = playing;
    }

    /// Adds to what the person queued.
    pub(super) fn ask(&mut self, content: Content) {
        self.asked.push_back(content);
    }

    /// Turns shuffling on, which mixes what is to come, or off, which restores the list's order.
    pub(super) fn set_shuffle(&mut self, shuffle: bool, now: i64) {
        if self.shuffle != shuffle {
            self.shuffle = shuffle;
            let current = self.order.get(self.at).copied().unwrap_or(0);
            self.arrange(current, now);
        }
    }

    /// Goes to the next thing by hand; gives whether there is one.
    pub(super) fn next(&mut self, now: i64) -> bool {
        self.has_next() && self.step(now)
    }

    /// Goes to the thing before; gives whether there is one.
    pub(super) fn previous(&mut self, now: i64) -> bool {
        if !self.has_previous() {
            return false;
        }
        if !self.aside {
            self.at = self.at.checked_sub(1).unwrap_or(self.order.len() - 1);
        }
        self.begin(now);
        true
    }

    /// What was heard long enough to count as played, if it ends at `now`.
    pub(super) fn heard(&self, now: i64) -> Option<Play> {
        let On::Content(Content::Track(track)) = self.on else {
            return None;
        };
        let context = self.context;
        let play = |at| Play { track, at, context };
        (self.progress_at(now) >= HEARD).then(|| play(now))
    }

    /// Goes on to what is on at `now` and gives what has ended, oldest first. After a day without a look the music
    /// has stopped.
    pub(super) fn settle(&mut self, now: i64, length: impl Fn(&Content) -> i64) -> Vec<Play> {
        let mut ended = Vec::new();
        if self.playing && now - self.since > DAY {
            self.playing = false;
            self.progress = 0;
            self.since = now;
        }
        while self.playing {
            let On::Content(content) = &self.on else {
                break;
            };
            let over = self.progress_at(now) - length(content);
            if over < 0 {
                break;
            }
            let end = now - over;
            ended.extend(self.heard(end));
            if self.repeat == Repeat::Track {
                (self.progress, self.since) = (0, end);
            } else if !self.step(end) {
                self.at = 0;
                self.begin(end);
                self.playing = false;
            }
        }
        ended
    }

    /// Goes to what comes next, queued or listed.
    fn step(&mut self, since: i64) -> bool {
        if let Some(next) = self.asked.pop_front() {
            self.on = On::Content(next);
            self.aside = true;
            (self.progress, self.since) = (0, since);
            return true;
        }
        if self.at + 1 < self.order.len() {
            self.at += 1;
        } else if self.goes_round() && !self.order.is_empty() {
            self.at = 0;
        } else {
            return false;
        }
        self.begin(since);
        true
    }

    fn begin(&mut self, since: i64) {
        self.aside = false;
        (self.progress, self.since) = (0, since);
        self.put_on();
    }

    fn put_on(&mut self) {
        if let Some(place) = self.order.get(self.at) {
            self.on = On::Content(self.list[*place].clone());
        }
    }

    fn goes_round(&self) -> bool {
        self.endless || self.repeat == Repeat::Context
    }

    /// Orders what is played so that the list's place `current` is the one that is on.
    fn arrange(&mut self, current: usize, now: i64) {
        self.order = (0..self.list.len()).collect();
        self.at = current;
        if self.shuffle && !self.order.is_empty() {
            self.order.remove(current);
            Rng::with_seed(now.unsigned_abs()).shuffle(&mut self.order);
            self.order.insert(0, current);
            self.at = 0;
        }
    }
}

/// How many things Spotify shows of a queue.
const MOST_SHOWN: usize = 20;
/// How long something must have played to be among the last plays, in milliseconds.
const HEARD: i64 = 30_000;
const DAY: i64 = 86_400_000;
