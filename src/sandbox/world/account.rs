//! What one person has: playlists, library, plays, devices, what is playing. Plain state, without rules about who
//! may see or change it, and without HTTP.

use std::collections::{BTreeMap, VecDeque};

use super::ids::Key;

/// Something that can be in a list or be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Track(Key),
    Episode(u32),
    /// A file on the person's own machine.
    Local {
        title: String,
        artist: String,
        album: String,
        ms: u32,
    },
    /// Content that Spotify has taken down: `item` is `null`.
    Removed,
    /// A place in a page that is `null` as a whole.
    Hole,
}

impl Content {
    /// The `spotify:` URI, where there is one.
    pub(crate) fn uri(&self) -> Option<String> {
        use super::ids::{Kind, encode};
        match self {
            Self::Track(key) => Some(format!("spotify:track:{}", encode(Kind::Track, *key))),
            Self::Episode(n) => Some(format!(
                "spotify:episode:{}",
                encode(Kind::Episode, Key::common(*n))
            )),
            Self::Local {
                title,
                artist,
                album,
                ms,
            } => {
                let part = |text: &str| {
                    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
                };
                Some(format!(
                    "spotify:local:{}:{}:{}:{}",
                    part(artist),
                    part(album),
                    part(title),
                    ms / 1_000
                ))
            }
            Self::Removed | Self::Hole => None,
        }
    }
}

/// One row of a playlist.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) content: Content,
    /// Unix milliseconds; very old rows have none.
    pub(crate) added_at: Option<i64>,
    /// Whose account added it; very old rows have none.
    pub(crate) added_by: Option<u32>,
}

/// A playlist.
#[derive(Clone, Debug)]
pub(crate) struct Playlist {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) public: bool,
    pub(crate) collaborative: bool,
    /// Owners of the accounts that may also change it.
    pub(crate) collaborators: Vec<u32>,
    pub(crate) rows: Vec<Row>,
    /// Grows with every write; the snapshot id is made of it.
    pub(crate) edition: u64,
    pub(crate) cover: Cover,
}

/// What Spotify gives as a playlist's `images`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    Some,
    Empty,
    Null,
}

/// A saved thing and when it was saved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Saved<T> {
    pub(crate) what: T,
    pub(crate) at: i64,
}

/// One play in the recent ones.
#[derive(Clone, Debug)]
pub(crate) struct Play {
    pub(crate) track: Key,
    pub(crate) at: i64,
    pub(crate) context: Option<Context>,
}

/// Where something is played from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    Album(Key),
    Playlist(Key),
    Artist(Key),
    /// The saved tracks; Spotify calls it `collection`.
    Collection,
}

/// A device of Spotify Connect.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) sort: &'static str,
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
}

/// A player with something in it.
#[derive(Clone, Debug)]
pub(crate) struct Player {
    /// Place of the active device among the person's devices.
    pub(crate) device: usize,
    pub(crate) on: On,
    pub(crate) context: Option<Context>,
    pub(crate) playing: bool,
    /// How far it was at `since`, in milliseconds.
    pub(crate) progress: i64,
    pub(crate) since: i64,
    pub(crate) shuffle: bool,
    pub(crate) repeat: &'static str,
    pub(crate) queue: VecDeque<Content>,
}

/// Everything of one person that can change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    /// The playlists that the person made, by number; they stay even when unfollowed.
    pub(crate) playlists: BTreeMap<u32, Playlist>,
    /// Their list: own and followed playlists, newest first.
    pub(crate) listed: Vec<Key>,
    pub(crate) tracks: Vec<Saved<Key>>,
    pub(crate) albums: Vec<Saved<Key>>,
    pub(crate) shows: Vec<Saved<u32>>,
    pub(crate) episodes: Vec<Saved<u32>>,
    pub(crate) books: Vec<Saved<u32>>,
    pub(crate) artists: Vec<Key>,
    pub(crate) plays: Vec<Play>,
    pub(crate) devices: Vec<Device>,
    pub(crate) player: Option<Player>,
}

impl Account {
    /// The number that the next playlist gets.
    pub(crate) fn next_playlist(&self) -> u32 {
        self.playlists.keys().next_back().map_or(0, |last| last + 1)
    }
}

impl Account {
    /// What is on at `now`, after everything that has played to its end since it was last looked at. `length` tells
    /// how long a thing is, in milliseconds.
    pub(crate) fn playing(
        &mut self,
        now: i64,
        length: impl Fn(&Content) -> i64,
    ) -> Option<&Player> {
        let player = self.player.as_mut()?;
        player.settle(now, length);
        Some(player)
    }
}

impl Player {
    /// How far it is at `now`, in milliseconds.
    pub(crate) fn progress_at(&self, now: i64) -> i64 {
        if self.playing {
            self.progress + (now - self.since).max(0)
        } else {
            self.progress
        }
    }

    /// Goes on to what is on at `now`. What has ended comes again at the end of the queue; after a day without a
    /// look the music has stopped.
    fn settle(&mut self, now: i64, length: impl Fn(&Content) -> i64) {
        if self.playing && now - self.since > DAY {
            self.playing = false;
            self.progress = 0;
            self.since = now;
        }
        while self.playing {
            let On::Content(content) = &self.on else {
                return;
            };
            let over = self.progress_at(now) - length(content);
            if over < 0 {
                return;
            }
            let Some(next) = self.queue.pop_front() else {
                self.playing = false;
                self.progress = 0;
                return;
            };
            let ended = std::mem::replace(&mut self.on, On::Content(next));
            if let On::Content(ended) = ended {
                self.queue.push_back(ended);
            }
            self.progress = 0;
            self.since = now - over;
        }
    }
}

const DAY: i64 = 86_400_000;
