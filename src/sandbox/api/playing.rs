//! What a `play` command asks for: a context or a list of URIs, and where to begin (reference: Spotify,
//! Start/Resume Playback). It changes nothing.

use std::fmt;

use http::StatusCode;
use serde::Deserialize;

use super::{call::Call, refusal::Refusal, writes::content};
use crate::sandbox::world::{Album, Content, Context, Key, Kind, Load, decode_as, well_formed};

/// The body of `PUT /me/player/play`; empty is going on with what was on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    context_uri: Option<String>,
    #[serde(default)]
    uris: Option<Vec<String>>,
    #[serde(default)]
    offset: Option<Offset>,
    #[serde(default)]
    position_ms: Option<i64>,
}

/// Where in the context or the list to begin.
#[derive(Debug, Deserialize)]
struct Offset {
    #[serde(default)]
    position: Option<i64>,
    #[serde(default)]
    uri: Option<String>,
}

impl Wish {
    /// Whether nothing new is asked for.
    pub(super) fn is_resume(&self) -> bool {
        self.context_uri.is_none() && self.uris.is_none()
    }

    /// How far into the first thing, in milliseconds.
    pub(super) fn progress(&self) -> Result<Option<i64>, Refusal> {
        match self.position_ms {
            Some(before) if before < 0 => Err(Refusal::bad("Invalid position_ms")),
            progress => Ok(progress),
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("played")?;
        if let Some(context) = &self.context_uri {
            write!(f, " {context}")?;
        }
        for uri in self.uris.iter().flatten() {
            write!(f, " {uri}")?;
        }
        Ok(())
    }
}

/// What the player gets; `None` if nothing of it can be played.
pub(super) fn load(call: &Call, wish: &Wish) -> Result<Option<Load>, Refusal> {
    let progress = wish.progress()?.unwrap_or(0);
    let (list, context) = match (&wish.context_uri, &wish.uris) {
        (Some(_), Some(_)) => {
            return Err(Refusal::bad("Can't have both context_uri and uris"));
        }
        (Some(uri), None) => contents(call, uri)?,
        (None, uris) => (listed(call, uris.as_deref().unwrap_or_default())?, None),
    };
    let offset = wish.offset.as_ref();
    if offset.is_some() && matches!(context, Some(Context::Artist(_))) {
        return Err(Refusal::bad("Can't have offset for context type: ARTIST"));
    }
    let first = offset.map(|offset| offset.place(&list)).transpose()?;
    Ok(playable(call, list, first, context, progress))
}

impl Offset {
    fn place(&self, list: &[Content]) -> Result<usize, Refusal> {
        let outside = || Refusal::bad("Invalid offset");
        match (self.position, &self.uri) {
            (Some(position), None) => {
                let place = usize::try_from(position).map_err(|_| outside())?;
                (place < list.len()).then_some(place).ok_or_else(outside)
            }
            (None, Some(uri)) => list
                .iter()
                .position(|content| content.uri().as_ref() == Some(uri))
                .ok_or_else(outside),
            _ => Err(outside()),
        }
    }
}

/// Most URIs that Spotify takes in one command; beyond, it breaks (spotify/web-api#582).
const MOST_URIS: usize = 225;
/// How many of an artist's tracks it plays.
const MOST_OF_ARTIST: usize = 50;

fn listed(call: &Call, uris: &[String]) -> Result<Vec<Content>, Refusal> {
    if uris.is_empty() {
        return Err(Refusal::bad("Missing required field: uris"));
    }
    if uris.len() > MOST_URIS {
        return Err(Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Server error.",
        ));
    }
    uris.iter().map(|uri| content(call, uri)).collect()
}

/// What is in an album, a playlist or an artist's list.
fn contents(call: &Call, uri: &str) -> Result<(Vec<Content>, Option<Context>), Refusal> {
    let world = &call.sandbox.world;
    let unsupported = || Refusal::bad("Unsupported context uri");
    let mut parts = uri.splitn(3, ':');
    let (Some("spotify"), Some(named), Some(id)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::bad("Invalid context uri"));
    };
    let kind = [Kind::Album, Kind::Artist, Kind::Playlist]
        .into_iter()
        .find(|kind| kind.word() == named)
        .ok_or_else(unsupported)?;
    if !well_formed(id) {
        return Err(Refusal::bad("Invalid context uri"));
    }
    let key = decode_as(kind, id).ok_or_else(Refusal::not_found)?;
    match kind {
        Kind::Album => {
            let album = world.album(key).ok_or_else(Refusal::not_found)?;
            Ok((tracks(key, album), Some(Context::Album(key))))
        }
        Kind::Playlist => {
            let account = world.account(key.owner).ok_or_else(Refusal::not_found)?;
            let playlist = account.playlists.get(&key.n);
            let rows = &playlist.ok_or_else(Refusal::not_found)?.rows;
            let list = rows.iter().map(|row| row.content.clone()).collect();
            Ok((list, Some(Context::Playlist(key))))
        }
        _ => {
            world.artist(key).ok_or_else(Refusal::not_found)?;
            let list = world
                .albums_with(key)
                .flat_map(|(album, of)| tracks(album, of))
                .filter(|content| by(call, content, key))
                .take(MOST_OF_ARTIST)
                .collect();
            Ok((list, Some(Context::Artist(key))))
        }
    }
}

fn tracks(key: Key, album: &Album) -> Vec<Content> {
    let owner = key.owner;
    let numbers = album.tracks.iter();
    numbers
        .map(|n| Content::Track(Key { owner, n: *n }))
        .collect()
}

fn by(call: &Call, content: &Content, artist: Key) -> bool {
    let Content::Track(key) = content else {
        return false;
    };
    let track = call.sandbox.world.track(*key);
    track.is_some_and(|track| track.artists.contains(&artist))
}

/// Leaves out what Spotify steps over: what is gone, local files, what is not licensed here.
fn playable(
    call: &Call,
    list: Vec<Content>,
    first: Option<usize>,
    context: Option<Context>,
    progress: i64,
) -> Option<Load> {
    let world = &call.sandbox.world;
    let can = |content: &Content| match content {
        Content::Track(key) => world.track(*key).is_some_and(|track| track.playable),
        Content::Episode(_) => true,
        Content::Local { .. } | Content::Removed | Content::Hole => false,
    };
    // A list of URIs begins with its first; a context is mixed as a whole.
    let first = first.or_else(|| context.is_none().then_some(0));
    let before = first.map(|first| list[..first].iter().filter(|one| can(one)).count());
    let list: Vec<Content> = list.into_iter().filter(can).collect();
    (!list.is_empty()).then_some(Load {
        list,
        first: before,
        context,
        progress,
    })
}
