//! What one person has: playlists, library, plays, devices, what is playing. Plain state, without rules about who
//! may see or change it, and without HTTP.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::{
    ids::Key,
    playback::{Denied, Playback},
};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    Some,
    Empty,
    Null,
    /// A JPEG that its owner sent.
    Own(Arc<[u8]>),
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
    /// Owners of the accounts that they follow.
    pub(crate) follows: Vec<u32>,
    pub(crate) playback: Playback,
    /// What reads are still told, oldest first, while commands are accepted and not yet applied.
    pub(crate) behind: VecDeque<Behind>,
}

/// What was true before a command, for reads until it is applied.
#[derive(Clone, Debug)]
pub(crate) struct Behind {
    until: Moment,
    playback: Playback,
}

/// A moment on the sandbox's clock, which a test may have stopped, and on the machine's, which always goes on:
/// whichever is there first applies a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Unix milliseconds.
    pub(crate) sandbox: i64,
    pub(crate) real: Instant,
}

impl Moment {
    fn after(self, millis: u64) -> Self {
        Self {
            sandbox: self
                .sandbox
                .saturating_add(i64::try_from(millis).unwrap_or(i64::MAX)),
            real: self.real + Duration::from_millis(millis),
        }
    }
}

impl Account {
    /// The number that the next playlist gets.
    pub(crate) fn next_playlist(&self) -> u32 {
        self.playlists.keys().next_back().map_or(0, |last| last + 1)
    }
}

impl Account {
    /// What is true of the devices and the player at `now`, after everything that has played to its end since they
    /// were last looked at. `length` tells how long a thing is, in milliseconds.
    pub(crate) fn settled(&mut self, now: i64, length: impl Fn(&Content) -> i64) -> &mut Playback {
        if let Some(player) = &mut self.playback.player {
            let ended = player.settle(now, length);
            for play in ended {
                self.plays.insert(0, play);
            }
            self.plays.truncate(MOST_PLAYS);
        }
        &mut self.playback
    }

    /// What reads are told at that moment: what is true, or what was before a command that is not yet applied.
    pub(crate) fn seen(&mut self, at: Moment, length: impl Fn(&Content) -> i64) -> &Playback {
        self.settled(at.sandbox, &length);
        while self
            .behind
            .front()
            .is_some_and(|old| old.until.sandbox <= at.sandbox || old.until.real <= at.real)
        {
            self.behind.pop_front();
        }
        match self.behind.front_mut() {
            Some(old) => {
                if let Some(player) = &mut old.playback.player {
                    player.settle(at.sandbox, length);
                }
                &old.playback
            }
            None => &self.playback,
        }
    }

    /// Carries out a command. What it stops counts as played if it was heard long enough; reads are told of the
    /// change `lag` milliseconds later.
    pub(crate) fn command<T>(
        &mut self,
        at: Moment,
        lag: u64,
        length: impl Fn(&Content) -> i64,
        act: impl FnOnce(&mut Playback, Option<&Play>) -> Result<T, Denied>,
    ) -> Result<T, Denied> {
        self.settled(at.sandbox, length);
        let before = self.playback.clone();
        let done = act(&mut self.playback, self.plays.first())?;
        let on = |playback: &Playback| playback.player.as_ref().map(|player| player.on.clone());
        let heard = before.player.as_ref().filter(|player| player.playing);
        if on(&before) != on(&self.playback)
            && let Some(play) = heard.and_then(|player| player.heard(at.sandbox))
        {
            self.plays.insert(0, play);
            self.plays.truncate(MOST_PLAYS);
        }
        if lag > 0 {
            self.behind.push_back(Behind {
                until: at.after(lag),
                playback: before,
            });
        }
        Ok(done)
    }

    /// Lets reads see at once what is true.
    pub(crate) fn catch_up(&mut self) {
        self.behind.clear();
    }
}

/// How many plays Spotify remembers.
const MOST_PLAYS: usize = 50;
