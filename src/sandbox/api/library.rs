//! The person's library: what is saved, what is followed, and whether a thing is in it (reference: Spotify Web API,
//! Library). It saves and removes nothing.

use axum::{Json, extract::Path};
use serde_json::{Value, json};

use super::{call::Call, catalogue::full_album, refusal::Refusal, spoken};
use crate::sandbox::{
    time::stamp,
    world::{Account, Key, Kind, Saved, decode_as, encode, well_formed},
};

type Answer = Result<Json<Value>, Refusal>;

/// `GET /me/tracks`; the key in each item is still `track`.
pub(super) async fn tracks(call: Call) -> Answer {
    let market = call.market()?;
    saved(
        &call,
        &["user-library-read"],
        |account| &account.tracks,
        |key| Some(("track", call.shapes().track(key, market)?)),
    )
}

/// `GET /me/albums`.
pub(super) async fn albums(call: Call) -> Answer {
    let market = call.market()?;
    saved(
        &call,
        &["user-library-read"],
        |account| &account.albums,
        |key| Some(("album", full_album(&call, key, market)?)),
    )
}

/// `GET /me/shows`.
pub(super) async fn shows(call: Call) -> Answer {
    saved(
        &call,
        &["user-library-read"],
        |account| &account.shows,
        |n| Some(("show", spoken::show(call.shapes(), n)?.into())),
    )
}

/// `GET /me/episodes`.
pub(super) async fn episodes(call: Call) -> Answer {
    call.market()?;
    let scopes = ["user-library-read", "user-read-playback-position"];
    saved(
        &call,
        &scopes,
        |account| &account.episodes,
        |n| Some(("episode", spoken::episode(call.shapes(), n)?.into())),
    )
}

/// `GET /me/audiobooks`; unlike the others a list of the books themselves.
pub(super) async fn books(call: Call) -> Answer {
    call.need("user-library-read")?;
    let span = call.span()?;
    let (part, total) = slice(&call, span.range(usize::MAX), |account| &account.books);
    let shapes = call.shapes();
    let items = part
        .iter()
        .filter_map(|saved| spoken::book(shapes, saved.what).map(Value::from))
        .collect();
    Ok(Json(span.page(&call, total, items)))
}

/// `GET /me/following?type=artist`: pages by cursor.
pub(super) async fn following(call: Call) -> Answer {
    call.need("user-follow-read")?;
    if call.param("type") != Some("artist") {
        return Err(Refusal::bad("Invalid type, must be artist"));
    }
    let limit = call.limit(20, 50)?;
    let followed = match call.sandbox.world.account(call.me) {
        Some(account) => account.artists.clone(),
        None => Vec::new(),
    };
    let start = match call.param("after") {
        None => 0,
        Some(after) => {
            let after =
                decode_as(Kind::Artist, after).ok_or_else(|| Refusal::bad("Invalid cursor"))?;
            let at = followed.iter().position(|key| *key == after);
            at.map_or(followed.len(), |at| at + 1)
        }
    };
    let part = &followed[start..(start + limit).min(followed.len())];
    let more = start + part.len() < followed.len();
    let after = part
        .last()
        .filter(|_| more)
        .map(|key| encode(Kind::Artist, *key));
    let shapes = call.shapes();
    let items: Vec<Value> = part.iter().filter_map(|key| shapes.artist(*key)).collect();
    let next = after
        .clone()
        .map(|after| call.address(&[("after", after), ("limit", limit.to_string())]));
    Ok(Json(json!({"artists": {
        "cursors": {"after": after},
        "href": call.address(&[]),
        "items": items,
        "limit": limit,
        "next": next,
        "total": followed.len(),
    }})))
}

/// `GET /me/top/{type}`, in the order in which Spotify would put them: here the order of saving.
pub(super) async fn top(call: Call, Path(kind): Path<String>) -> Answer {
    call.need("user-top-read")?;
    let span = call.span()?;
    let shift = match call.param("time_range").unwrap_or("medium_term") {
        "short_term" => 0,
        "medium_term" => 1,
        "long_term" => 2,
        _ => return Err(Refusal::bad("Invalid time_range")),
    };
    let (tracks, artists) = match call.sandbox.world.account(call.me) {
        Some(account) => {
            let tracks: Vec<Key> = account.tracks.iter().map(|saved| saved.what).collect();
            (tracks, account.artists.clone())
        }
        None => (Vec::new(), Vec::new()),
    };
    let shapes = call.shapes();
    let mut best = match &*kind {
        "tracks" => tracks,
        "artists" => artists,
        _ => return Err(Refusal::not_found()),
    };
    best.truncate(MOST_TOP);
    if best.len() > shift {
        best.rotate_left(shift);
    }
    let items = best[span.range(best.len())]
        .iter()
        .filter_map(|key| match &*kind {
            "tracks" => shapes.track(*key, false),
            _ => shapes.artist(*key),
        })
        .collect();
    Ok(Json(span.page(&call, best.len(), items)))
}

/// `GET /me/library/contains`: for each URI whether it is saved or followed, in the order asked.
pub(super) async fn contains(call: Call) -> Answer {
    let things = uris(&call)?
        .into_iter()
        .map(|uri| {
            may_ask(&call, uri)?;
            Thing::named(&call, uri)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let Some(account) = call.sandbox.world.account(call.me) else {
        return Err(Refusal::not_found());
    };
    Ok(Json(
        things
            .into_iter()
            .map(|thing| thing.is_some_and(|thing| has(&account, thing)))
            .collect(),
    ))
}

/// Most URIs in a call of the library.
const MOST_URIS: usize = 40;
/// How far down Spotify ranks what somebody listens to.
const MOST_TOP: usize = 50;

/// Something that can be in a library.
#[derive(Clone, Copy, Debug)]
pub(super) enum Thing {
    Of(Kind, Key),
    /// The number of a person.
    User(u32),
}

impl Thing {
    /// What a URI names; `None` is nothing that there is.
    pub(super) fn named(call: &Call, uri: &str) -> Result<Option<Self>, Refusal> {
        let invalid = || Refusal::bad(format!("Invalid uri: {uri}"));
        let mut parts = uri.split(':');
        let (Some("spotify"), Some(word), Some(id), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(invalid());
        };
        if word == "user" {
            let person = call.sandbox.world.person_by_id(id);
            return Ok(person.map(|person| Self::User(person.owner)));
        }
        let kind = KINDS.into_iter().find(|kind| kind.word() == word);
        let kind = kind.ok_or_else(invalid)?;
        if !well_formed(id) {
            return Err(invalid());
        }
        Ok(decode_as(kind, id).map(|key| Self::Of(kind, key)))
    }
}

/// The URIs of a call of the library: in the query only, at most 40.
pub(super) fn uris(call: &Call) -> Result<Vec<&str>, Refusal> {
    let uris = call
        .param("uris")
        .ok_or_else(|| Refusal::bad("Missing required field: uris"))?;
    let uris: Vec<&str> = uris.split(',').map(str::trim).collect();
    if uris.len() > MOST_URIS {
        let message = format!("Too many uris, maximum is {MOST_URIS}");
        return Err(Refusal::bad(message));
    }
    Ok(uris)
}

/// The kinds of things that a library knows by an id of 22 characters.
const KINDS: [Kind; 7] = [
    Kind::Track,
    Kind::Album,
    Kind::Episode,
    Kind::Show,
    Kind::Audiobook,
    Kind::Artist,
    Kind::Playlist,
];

/// Refuses without the permission to ask whether a thing of that sort is in the library.
fn may_ask(call: &Call, uri: &str) -> Result<(), Refusal> {
    call.need(match uri.split(':').nth(1) {
        Some("artist" | "user") => "user-follow-read",
        Some("playlist") => "playlist-read-private",
        _ => "user-library-read",
    })
}

fn has(account: &Account, thing: Thing) -> bool {
    let (kind, key) = match thing {
        Thing::Of(kind, key) => (kind, key),
        Thing::User(owner) => return account.follows.contains(&owner),
    };
    let spoken = |saved: &[Saved<u32>]| saved.iter().any(|saved| saved.what == key.n);
    match kind {
        Kind::Track => account.tracks.iter().any(|saved| saved.what == key),
        Kind::Album => account.albums.iter().any(|saved| saved.what == key),
        Kind::Show => spoken(&account.shows),
        Kind::Episode => spoken(&account.episodes),
        Kind::Audiobook => spoken(&account.books),
        Kind::Artist => account.artists.contains(&key),
        Kind::Playlist => account.listed.contains(&key),
        Kind::Chapter => false,
    }
}

/// A page of saved things, each under its own key beside `added_at`.
fn saved<T: Copy>(
    call: &Call,
    scopes: &[&str],
    shelf: impl Fn(&Account) -> &Vec<Saved<T>>,
    write: impl Fn(T) -> Option<(&'static str, Value)>,
) -> Answer {
    for scope in scopes {
        call.need(scope)?;
    }
    let span = call.span()?;
    let (part, total) = slice(call, span.range(usize::MAX), shelf);
    let items = part
        .into_iter()
        .filter_map(|saved| {
            let (key, thing) = write(saved.what)?;
            Some(json!({"added_at": stamp(saved.at), key: thing}))
        })
        .collect();
    Ok(Json(span.page(call, total, items)))
}

/// Part of a shelf, copied so that the account is free again, and the length of the whole.
fn slice<T: Copy>(
    call: &Call,
    range: std::ops::Range<usize>,
    shelf: impl Fn(&Account) -> &Vec<Saved<T>>,
) -> (Vec<Saved<T>>, usize) {
    let Some(account) = call.sandbox.world.account(call.me) else {
        return (Vec::new(), 0);
    };
    let all = shelf(&account);
    let part = &all[range.start.min(all.len())..range.end.min(all.len())];
    (part.to_vec(), all.len())
}
