//! Saving to the library and removing from it, following and unfollowing: one endpoint for all (reference: Spotify
//! Web API, Save Items to Library, Remove Items from Library). It reads nothing back.

use axum::body::Bytes;
use http::StatusCode;

use super::{
    call::Call,
    library::{Thing, uris},
    refusal::Refusal,
};
use crate::sandbox::world::{Account, Key, Kind, Saved, World};

type Answer = Result<StatusCode, Refusal>;

/// `PUT /me/library?uris=`: 200 without a body. Saving what is saved changes nothing.
pub(super) async fn save(call: Call, _body: Bytes) -> Answer {
    let things = wanted(&call)?;
    let world = &call.sandbox.world;
    let missing = |thing: &&(&str, Option<Thing>)| thing.1.is_none_or(|one| !exists(world, one));
    if things.iter().any(|thing| missing(&thing)) {
        return Err(Refusal::bad("Payload contains a non-existing ID"));
    }
    let now = call.sandbox.now();
    let mut account = world.account(call.me).ok_or_else(Refusal::not_found)?;
    for (uri, thing) in things.into_iter().rev() {
        if let Some(thing) = thing
            && put(&mut account, thing, now)
        {
            call.wrote(format!("saved {uri}"));
        }
    }
    Ok(StatusCode::OK)
}

/// `DELETE /me/library?uris=`: 200 without a body. What is not there is not missed; a playlist of one's own only
/// leaves the list.
pub(super) async fn remove(call: Call, _body: Bytes) -> Answer {
    let things = wanted(&call)?;
    let world = &call.sandbox.world;
    let mut account = world.account(call.me).ok_or_else(Refusal::not_found)?;
    for (uri, thing) in things {
        if let Some(thing) = thing
            && take(&mut account, thing)
        {
            call.wrote(format!("removed {uri}"));
        }
    }
    Ok(StatusCode::OK)
}

/// The things that the query names, if the caller may change things of those kinds.
fn wanted(call: &Call) -> Result<Vec<(&str, Option<Thing>)>, Refusal> {
    let things = uris(call)?
        .into_iter()
        .map(|uri| {
            let thing = Thing::named(call, uri)?;
            Ok((uri, thing))
        })
        .collect::<Result<Vec<_>, Refusal>>()?;
    for (uri, _) in &things {
        let scope = match uri.split(':').nth(1) {
            Some("artist") => return Err(Refusal::bad(format!("Invalid uri: {uri}"))),
            Some("user") => "user-follow-modify",
            Some("playlist") => "playlist-modify-public",
            _ => "user-library-modify",
        };
        call.need(scope)?;
    }
    Ok(things)
}

fn exists(world: &World, thing: Thing) -> bool {
    let Thing::Of(kind, key) = thing else {
        return true;
    };
    let spoken = world.spoken();
    let n = key.n as usize;
    match kind {
        Kind::Track => world.track(key).is_some(),
        Kind::Album => world.album(key).is_some(),
        Kind::Artist => world.artist(key).is_some(),
        Kind::Show => n < spoken.shows.len(),
        Kind::Episode => n < spoken.episodes.len(),
        Kind::Audiobook => n < spoken.books.len(),
        Kind::Chapter => n < spoken.chapters.len(),
        Kind::Playlist => {
            let account = world.account(key.owner);
            account.is_some_and(|account| account.playlists.contains_key(&key.n))
        }
    }
}

/// Puts a thing in front of its shelf; gives whether it was not there.
fn put(account: &mut Account, thing: Thing, now: i64) -> bool {
    match thing {
        Thing::User(owner) => first(&mut account.follows, owner),
        Thing::Of(kind, key) => match kind {
            Kind::Track => saved(&mut account.tracks, key, now),
            Kind::Album => saved(&mut account.albums, key, now),
            Kind::Show => saved(&mut account.shows, key.n, now),
            Kind::Episode => saved(&mut account.episodes, key.n, now),
            Kind::Audiobook => saved(&mut account.books, key.n, now),
            Kind::Playlist => first(&mut account.listed, key),
            Kind::Artist | Kind::Chapter => false,
        },
    }
}

/// Takes a thing off its shelf; gives whether it was there.
fn take(account: &mut Account, thing: Thing) -> bool {
    match thing {
        Thing::User(owner) => dropped(&mut account.follows, |one| *one == owner),
        Thing::Of(kind, key) => {
            let same = |saved: &Saved<Key>| saved.what == key;
            let spoken = |saved: &Saved<u32>| saved.what == key.n;
            match kind {
                Kind::Track => dropped(&mut account.tracks, same),
                Kind::Album => dropped(&mut account.albums, same),
                Kind::Show => dropped(&mut account.shows, spoken),
                Kind::Episode => dropped(&mut account.episodes, spoken),
                Kind::Audiobook => dropped(&mut account.books, spoken),
                Kind::Playlist => dropped(&mut account.listed, |one| *one == key),
                Kind::Artist | Kind::Chapter => false,
            }
        }
    }
}

fn saved<T: PartialEq>(shelf: &mut Vec<Saved<T>>, what: T, at: i64) -> bool {
    let new = shelf.iter().all(|saved| saved.what != what);
    if new {
        shelf.insert(0, Saved { what, at });
    }
    new
}

fn first<T: PartialEq>(list: &mut Vec<T>, what: T) -> bool {
    let new = !list.contains(&what);
    if new {
        list.insert(0, what);
    }
    new
}

fn dropped<T>(list: &mut Vec<T>, same: impl Fn(&T) -> bool) -> bool {
    let before = list.len();
    list.retain(|one| !same(one));
    list.len() < before
}
