//! `GET /search`. The catalogue's hits are written once and spliced, since this endpoint is also the upstream of
//! the benchmark. What is the caller's own comes first, as Spotify personalises results. It knows no ranking.

use std::{fmt::Write as _, sync::OnceLock};

use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::Value;

use super::{
    call::Call, paging::Span, playlists::outline, refusal::Refusal, shapes::Shapes, spoken,
};
use crate::sandbox::world::{Found, Key, Kind, MIXES, Query, World};

/// JSON of the catalogue's music, written when it is first needed.
#[derive(Debug)]
pub(crate) struct Written {
    tracks: Vec<OnceLock<Box<str>>>,
    albums: Vec<OnceLock<Box<str>>>,
    artists: Vec<OnceLock<Box<str>>>,
}

impl Written {
    /// Nothing is written yet.
    pub(crate) fn new(world: &World) -> Self {
        let places = |count: usize| (0..count).map(|_| OnceLock::new()).collect();
        let music = world.music();
        Self {
            tracks: places(music.tracks.len()),
            albums: places(music.albums.len()),
            artists: places(music.artists.len()),
        }
    }

    fn get(&self, kind: Kind, key: Key, write: impl FnOnce() -> Option<Value>) -> Option<&str> {
        let places = match kind {
            Kind::Track => &self.tracks,
            Kind::Album => &self.albums,
            _ => &self.artists,
        };
        let place = places.get(key.n as usize)?;
        let text = || write().map_or_else(String::new, |value| value.to_string());
        Some(place.get_or_init(|| text().into_boxed_str()))
    }
}

/// Searches the kinds that `type` names.
pub(super) async fn search(call: Call) -> Result<Response, Refusal> {
    let q = call
        .param("q")
        .ok_or_else(|| Refusal::bad("No search query"))?;
    let types = call
        .param("type")
        .ok_or_else(|| Refusal::bad("Missing parameter type"))?;
    let kinds = types
        .split(',')
        .map(|name| kind(name).ok_or_else(|| Refusal::bad(format!("Bad search type field {name}"))))
        .collect::<Result<Vec<_>, _>>()?;
    let market = call.market()?;
    let span = Span {
        limit: call.limit(5, 10)?,
        offset: call.offset(1_000)?,
    };
    let query = Query::parse(q);
    let mut body = String::with_capacity(kinds.len() * span.limit * 2_500);
    for (at, kind) in kinds.into_iter().enumerate() {
        body.push(if at == 0 { '{' } else { ',' });
        // Writing to a string cannot fail.
        let _ = write!(body, "\"{}\":", kind.segment());
        section(&call, kind, &query, span, market, &mut body);
    }
    body.push('}');
    let json = (header::CONTENT_TYPE, "application/json; charset=utf-8");
    Ok(([json], body).into_response())
}

fn kind(name: &str) -> Option<Kind> {
    [
        Kind::Album,
        Kind::Artist,
        Kind::Playlist,
        Kind::Track,
        Kind::Show,
        Kind::Episode,
        Kind::Audiobook,
    ]
    .into_iter()
    .find(|kind| kind.word() == name)
}

/// The page of one kind.
fn section(call: &Call, kind: Kind, query: &Query, span: Span, market: bool, body: &mut String) {
    let world = &call.sandbox.world;
    let mut found = world.find(kind, query, call.sandbox.now());
    if query.is_plain() {
        personalise(world, kind, call.me, &mut found);
    }
    let total = found.len();
    let frame = span
        .frame(call, total, &[("type", kind.word().to_owned())])
        .to_string();
    body.push_str(frame.trim_end_matches('}'));
    body.push_str(",\"items\":[");
    for (at, hit) in found[span.range(total)].iter().enumerate() {
        if at > 0 {
            body.push(',');
        }
        match hit {
            Found::Thing(key) => write(call, kind, *key, market, body),
            Found::Withheld => body.push_str("null"),
        }
    }
    body.push_str("]}");
}

/// Puts what is the person's own before what is found: their mix of the first track, their first playlist.
fn personalise(world: &World, kind: Kind, me: u32, found: &mut Vec<Found>) {
    let own = match (kind, found.first()) {
        (Kind::Track, Some(Found::Thing(first))) => Some(Key {
            owner: me,
            n: MIXES + first.n,
        }),
        (Kind::Playlist, Some(_)) => world.account(me).and_then(|account| {
            let own = |key: &&Key| key.owner == me;
            account.listed.iter().find(own).copied()
        }),
        _ => None,
    };
    if let Some(own) = own {
        found.insert(0, Found::Thing(own));
    }
}

fn write(call: &Call, kind: Kind, key: Key, market: bool, body: &mut String) {
    let shapes = call.shapes();
    let common = key.owner == 0 && !(market && kind == Kind::Track);
    if common && matches!(kind, Kind::Track | Kind::Album | Kind::Artist) {
        let written = &call.sandbox.written;
        body.push_str(
            written
                .get(kind, key, || one(shapes, call, kind, key, market))
                .unwrap_or("null"),
        );
    } else {
        let value = one(shapes, call, kind, key, market).unwrap_or(Value::Null);
        body.push_str(&value.to_string());
    }
}

fn one(shapes: Shapes<'_>, call: &Call, kind: Kind, key: Key, market: bool) -> Option<Value> {
    match kind {
        Kind::Track => shapes.track(key, market),
        Kind::Album => {
            let album = shapes.world.album(key)?;
            Some(shapes.simple_album(key, album).into())
        }
        Kind::Artist => shapes.artist(key),
        Kind::Playlist => outline(call, key),
        Kind::Show => spoken::show(shapes, key.n).map(Value::from),
        Kind::Episode => spoken::episode(shapes, key.n).map(Value::from),
        Kind::Audiobook => spoken::book(shapes, key.n).map(Value::from),
        Kind::Chapter => None,
    }
}
