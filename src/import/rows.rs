//! From rows as they stand at the other server to people who can be taken over, each with what is wrong with theirs.
//! It opens what was sealed and asks nobody.

use std::collections::{HashMap, HashSet};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::source::{Source, TokenRow, UserRow};
use crate::{
    clock::Millis,
    crypto::{Fernet, FernetFault, ImportedKey},
    link::Brought,
    spotify::{AccessToken, RefreshToken},
};

/// The longest of that server's texts that is taken over, in bytes.
const LONGEST: usize = 256;

/// Somebody at the other server.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// That server's id of them.
    pub user: String,
    /// Spotify's `id`, as that server has it.
    pub spotify_id: String,
    /// The name of the account.
    pub display_name: Option<String>,
    /// Since when that server knew them.
    pub since: Millis,
    /// When they last used it.
    pub last_used_at: Option<Millis>,
    /// Their key there.
    pub key: FoundKey,
    /// Their link there.
    pub tokens: FoundTokens,
}

/// A key as it was found.
#[derive(Clone, Debug)]
pub enum FoundKey {
    /// Of the right form.
    Usable(ImportedKey),
    /// Not 32 letters and digits.
    Malformed,
    /// Held by several rows.
    Shared,
}

/// Tokens as they were found.
#[derive(Clone, Debug)]
pub enum FoundTokens {
    /// Both, opened.
    Both(Box<Brought>),
    /// No row.
    None,
    /// One of the two, or a time, is missing.
    Half,
    /// A value does not open, or holds no token.
    Unreadable,
}

/// A row that cannot be taken over as it stands.
#[derive(Clone, Debug)]
pub struct Refused {
    /// That server's id, if there is one.
    pub user: String,
    /// Spotify's `id`, if there is one.
    pub spotify_id: String,
    /// The name of the account.
    pub display_name: Option<String>,
    /// Why not.
    pub why: RowFault,
}

/// What is wrong with a row as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// It has no id.
    NoUser,
    /// It names no Spotify account.
    NoSpotifyId,
    /// Another row names the same Spotify account.
    SharedSpotifyId,
    /// Another row has the same id.
    SharedUser,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Judged {
    /// Who can be taken over.
    pub candidates: Vec<Candidate>,
    /// Who cannot.
    pub refused: Vec<Refused>,
    /// Rows of `spotify_tokens` and `user_sessions` whose user is not there.
    pub orphans: Orphans,
}

/// Rows without an owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orphans {
    /// In `spotify_tokens`.
    pub tokens: usize,
    /// In `user_sessions`.
    pub sessions: usize,
}

/// Not one value opened, though some have the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key does not open this database: not one of {0} sealed values")]
pub struct WrongKey(pub usize);

/// Judges what was read, with what `fernet` opens.
///
/// # Errors
/// [`WrongKey`] when it opens nothing.
pub fn judge(source: &Source, fernet: &Fernet) -> Result<Judged, WrongKey> {
    check_key(&source.tokens, fernet)?;
    let users: HashSet<&str> = source
        .users
        .iter()
        .filter_map(|row| row.user_id.as_deref())
        .collect();
    let orphaned = |user: &Option<String>| user.as_deref().is_none_or(|id| !users.contains(id));
    let orphans = Orphans {
        tokens: source
            .tokens
            .iter()
            .filter(|row| orphaned(&row.user_id))
            .count(),
        sessions: source
            .sessions
            .iter()
            .filter(|row| orphaned(&row.user_id))
            .count(),
    };
    let ids = counted(source.users.iter().map(|row| row.user_id.as_deref()));
    let accounts = counted(
        source
            .users
            .iter()
            .map(|row| row.spotify_user_id.as_deref()),
    );
    let keys = counted(source.users.iter().map(|row| row.api_key.as_deref()));
    let mut tokens: HashMap<&str, Vec<&TokenRow>> = HashMap::new();
    for row in &source.tokens {
        tokens
            .entry(row.user_id.as_deref().unwrap_or_default())
            .or_default()
            .push(row);
    }
    let mut judged = Judged {
        orphans,
        ..Judged::default()
    };
    for row in &source.users {
        let user = text(row.user_id.as_ref());
        let spotify_id = text(row.spotify_user_id.as_ref());
        let why = if user.is_empty() {
            Some(RowFault::NoUser)
        } else if ids[&*user] > 1 {
            Some(RowFault::SharedUser)
        } else if spotify_id.is_empty() || spotify_id.len() > LONGEST {
            Some(RowFault::NoSpotifyId)
        } else if accounts[&*spotify_id] > 1 {
            Some(RowFault::SharedSpotifyId)
        } else {
            None
        };
        let display_name = row.display_name.as_deref().map(str::trim);
        let display_name = display_name.filter(|name| !name.is_empty() && name.len() <= LONGEST);
        let display_name = display_name.map(str::to_owned);
        if let Some(why) = why {
            judged.refused.push(Refused {
                user,
                spotify_id,
                display_name,
                why,
            });
            continue;
        }
        let theirs = tokens.get(&*user).map_or(&[][..], Vec::as_slice);
        judged.candidates.push(Candidate {
            since: row.created_at.as_deref().and_then(millis).unwrap_or(0),
            last_used_at: row.last_active.as_deref().and_then(millis),
            key: key(row, &keys),
            tokens: found(theirs, fernet),
            user,
            spotify_id,
            display_name,
        });
    }
    Ok(judged)
}

/// A key that opens nothing is told once, before anything is done.
fn check_key(rows: &[TokenRow], fernet: &Fernet) -> Result<(), WrongKey> {
    let mut formed = 0;
    for sealed in rows
        .iter()
        .flat_map(|row| [&row.access_token, &row.refresh_token])
        .flatten()
    {
        match fernet.open(sealed) {
            Ok(_) => return Ok(()),
            Err(FernetFault::Refused) => formed += 1,
            Err(FernetFault::Malformed) => {}
        }
    }
    if formed == 0 {
        Ok(())
    } else {
        Err(WrongKey(formed))
    }
}

/// How often each text stands there, without blanks around it.
fn counted<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for text in texts.flatten() {
        *counts.entry(text.trim().to_owned()).or_insert(0) += 1;
    }
    counts
}

fn text(value: Option<&String>) -> String {
    value.map_or("", |value| value.trim()).to_owned()
}

fn key(row: &UserRow, keys: &HashMap<String, usize>) -> FoundKey {
    let written = row.api_key.as_deref().unwrap_or_default();
    match ImportedKey::parse(written) {
        Some(_) if keys.get(written).is_some_and(|count| *count > 1) => FoundKey::Shared,
        Some(key) => FoundKey::Usable(key),
        None => FoundKey::Malformed,
    }
}

fn found(rows: &[&TokenRow], fernet: &Fernet) -> FoundTokens {
    let row = match rows {
        [] => return FoundTokens::None,
        [row] => row,
        // Which of several counts is anybody's guess.
        _ => return FoundTokens::Unreadable,
    };
    let sealed = |value: &Option<String>| {
        value
            .as_deref()
            .map(str::trim)
            .unwrap_or_default()
            .to_owned()
    };
    let (access, refresh) = (sealed(&row.access_token), sealed(&row.refresh_token));
    if access.is_empty() && refresh.is_empty() {
        return FoundTokens::None;
    }
    if access.is_empty() || refresh.is_empty() {
        return FoundTokens::Half;
    }
    let (Some(access), Some(refresh)) = (opened(&access, fernet), opened(&refresh, fernet)) else {
        return FoundTokens::Unreadable;
    };
    if access.is_empty() || refresh.is_empty() {
        return FoundTokens::Half;
    }
    let at = |value: &Option<String>| value.as_deref().and_then(millis);
    let Some(authorized_at) = at(&row.created_at).or_else(|| at(&row.updated_at)) else {
        return FoundTokens::Half;
    };
    FoundTokens::Both(Box::new(Brought {
        // A time that cannot be read is one that is over: the tokens are renewed.
        access: Some((AccessToken::new(access), at(&row.expires_at).unwrap_or(0))),
        refresh: Some(RefreshToken::new(refresh)),
        scopes: scopes(row.scope.as_deref().unwrap_or_default()),
        authorized_at,
        changed_at: at(&row.updated_at).unwrap_or(authorized_at),
    }))
}

/// What is sealed, if it opens and can stand in a header.
fn opened(sealed: &str, fernet: &Fernet) -> Option<String> {
    let plain = fernet.open(sealed).ok()?;
    let text = std::str::from_utf8(&plain).ok()?;
    text.bytes()
        .all(|byte| byte.is_ascii_graphic())
        .then(|| text.to_owned())
}

/// Permissions with one blank between them, whatever stands there.
fn scopes(text: &str) -> String {
    text.split([' ', ',', '\t', '\n'])
        .filter(|scope| !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A time in UTC, which the other server writes without a zone, in Unix milliseconds.
fn millis(text: &str) -> Option<Millis> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let at = text
        .parse::<DateTime>()
        .ok()?
        .to_zoned(TimeZone::UTC)
        .ok()?;
    Some(at.timestamp().as_millisecond())
}
