//! A refresh token for the next pair of tokens (RFC 6749 section 6), in a way that survives real clients.
//!
//! Each token is replaced once. Whoever shows it again within the replay window gets the same answer: programs refresh
//! in parallel, and answers get lost. After the window a lost answer is given once more, if nothing of it was ever
//! used. Anything else is the mark of a stolen token, and ends the grant. Spotify is not asked.

use super::{
    Client, Door,
    form::Form,
    issue::Issued,
    usable::{is_aimed_well, usable},
    wire::Refused,
};
use crate::{
    auth::{Scope, Scopes},
    clock::{MINUTE, Millis, SECOND},
    crypto::{SecretHash, Token, TokenKind, random_bytes},
    store::{AuditEvent, FoundRefresh, Outcome, Recovered, Rotated, Rotation},
};

/// An access token that ends within this time is not worth giving again.
const SCARCELY: Millis = MINUTE;
/// How often a token is looked at again because somebody else changed it meanwhile. Each change takes a step that
/// happens once or a few times in a token's life, so this is more than enough.
const LOOKS: usize = 8;

/// The tokens that the refresh token in `form` gives to `client`.
///
/// # Errors
/// [`Refused`].
pub(super) async fn refresh(
    door: &Door,
    client: &Client,
    form: &Form,
    now: Millis,
) -> Result<Issued, Refused> {
    let token = form
        .get("refresh_token")
        .ok_or(Refused::Request("the refresh_token is missing"))?;
    let token = Token::parse(token)
        .filter(|token| token.kind() == TokenKind::Refresh)
        .ok_or(refused("refresh.malformed"))?;
    let hash = token.hash(door.keys.hash_key());
    for _ in 0..LOOKS {
        let found = door.db.find_refresh(&hash).await?;
        let found = found.ok_or(refused("refresh.unknown"))?;
        let scopes = judge(door, client, form, &found, now)?;
        let shown = Shown {
            door,
            token: &token,
            hash: &hash,
            found: &found,
            scopes,
            now,
        };
        let issued = match found.recovered_at.or(found.rotated_at) {
            None => shown.rotate().await?,
            Some(answered_at) if shown.is_replay(answered_at) => shown.repeat().await?,
            Some(_) if found.recovered_at.is_none() => shown.recover().await?,
            Some(_) => return Err(shown.reused().await?),
        };
        if let Some(issued) = issued {
            return Ok(issued);
        }
    }
    Err(often())
}

/// The scopes that the access token is to have, if the refresh token may be used at all.
fn judge(
    door: &Door,
    client: &Client,
    form: &Form,
    found: &FoundRefresh,
    now: Millis,
) -> Result<Scopes, Refused> {
    if found.grant.client_ref != client.id {
        return Err(refused("refresh.other_client"));
    }
    usable(&found.grant, now)?;
    if found.expires_at <= now {
        return Err(refused("refresh.expired"));
    }
    is_aimed_well(door, &found.grant, form)?;
    narrowed(form.get("scope"), Scopes::of_names(&found.grant.granted))
}

/// What is asked of what was granted; everything if nothing is asked.
fn narrowed(asked: Option<&str>, granted: Scopes) -> Result<Scopes, Refused> {
    let mut scopes = Scopes::default();
    let names = asked.unwrap_or_default().split_ascii_whitespace();
    for name in names.filter(|name| *name != "offline_access") {
        let scope = Scope::parse(name).filter(|scope| granted.contains(*scope));
        let scope = scope.ok_or(Refused::Scope)?;
        scopes = scopes.union([scope].into_iter().collect());
    }
    Ok(if scopes.is_empty() { granted } else { scopes })
}

/// A refresh token that its client shows, as it was found. Each step answers `None` when somebody else changed the
/// token meanwhile, so that it has to be looked at again.
struct Shown<'a> {
    door: &'a Door,
    token: &'a Token,
    hash: &'a SecretHash,
    found: &'a FoundRefresh,
    scopes: Scopes,
    now: Millis,
}

impl Shown<'_> {
    fn is_replay(&self, answered_at: Millis) -> bool {
        let window = Millis::try_from(self.door.replay_window.as_millis()).unwrap_or(Millis::MAX);
        window > 0 && self.now - answered_at <= window
    }

    /// Replaces it.
    async fn rotate(&self) -> Result<Option<Issued>, Refused> {
        let (door, grant, now) = (self.door, &self.found.grant, self.now);
        let key = door.keys.hash_key();
        let most = i64::from(door.limits.rotations());
        let issued = Issued::new(self.scopes, grant.grant_expires_at, now);
        let rotation = Rotation {
            hash: *self.hash,
            grant: grant.grant_id,
            generation: self.found.generation,
            tokens: issued.stored(key, &grant.granted, grant.grant_expires_at, now),
            answer_sealed: issued.seal(self.token, key),
            most,
        };
        match door.db.rotate_refresh(&rotation, now).await? {
            Rotated::Done { shortened } => {
                if shortened {
                    door.keys.forget_grant(grant.grant_id);
                }
                Ok(Some(issued))
            }
            Rotated::Not => {
                let until = door
                    .db
                    .find_rotation_pause(grant.grant_id, self.found.generation, most, now)
                    .await?;
                match until {
                    Some(until) => Err(Refused::Limited {
                        retry_after_seconds: ((until - now + SECOND - 1) / SECOND).unsigned_abs(),
                    }),
                    None => Ok(None),
                }
            }
        }
    }

    /// Gives the same answer again. Where that would be of no use, because its access token ends or has other scopes,
    /// the same refresh token with a fresh access token becomes the answer.
    async fn repeat(&self) -> Result<Option<Issued>, Refused> {
        let mut issued = self.answered()?;
        let key = self.door.keys.hash_key();
        let stored = self
            .door
            .db
            .find_access_end(&issued.access.hash(key))
            .await?;
        let grant_end = self.found.grant.grant_expires_at;
        let fresh = issued.with_fresh_access(self.scopes, grant_end, self.now);
        if let Some(ends) = stored.filter(|ends| {
            *ends > self.now + SCARCELY || (*ends > self.now && *ends == fresh.access_ends)
        }) && issued.scopes == self.scopes
        {
            issued.access_ends = ends;
            return Ok(Some(issued));
        }
        let sealed = fresh.seal(self.token, key);
        let access = fresh.stored_access(key);
        let replaced = self
            .door
            .db
            .update_answer(self.hash, self.found, &sealed, &access, self.now)
            .await?;
        if replaced {
            return Ok(Some(fresh));
        }
        let again = self.door.db.find_refresh(self.hash).await?;
        match again {
            Some(again) if again.answer_sealed == self.found.answer_sealed => Err(often()),
            Some(_) | None => Ok(None),
        }
    }

    /// Gives a lost answer once more, with a fresh access token; if it was not lost, the token was stolen.
    async fn recover(&self) -> Result<Option<Issued>, Refused> {
        let key = self.door.keys.hash_key();
        let grant = &self.found.grant;
        let fresh =
            self.answered()?
                .with_fresh_access(self.scopes, grant.grant_expires_at, self.now);
        let sealed = fresh.seal(self.token, key);
        let access = fresh.stored_access(key);
        let recovered = self
            .door
            .db
            .update_refresh_recovered(self.hash, self.found, &sealed, &access, self.now)
            .await?;
        match recovered {
            Recovered::Done => {
                tracing::info!(grant = ?grant.grant_id, "a lost answer was given once more");
                Ok(Some(fresh))
            }
            Recovered::Used => Err(self.reused().await?),
            Recovered::Changed => Ok(None),
        }
    }

    /// Ends the grant.
    async fn reused(&self) -> Result<Refused, Refused> {
        let (door, grant) = (self.door, self.found.grant.grant_id);
        let event = AuditEvent::new(
            self.now,
            random_bytes(),
            "oauth.refresh_reused",
            Outcome::Failure,
        );
        let ended = door
            .db
            .update_grant_revoked(grant, None, "refresh_reused", &event, self.now)
            .await?;
        door.keys.forget_grant(grant);
        if ended {
            tracing::warn!(?grant, client = ?self.found.grant.client_ref, "a replaced refresh token was shown again, so its grant ended");
        }
        Ok(refused("refresh.reused"))
    }

    fn answered(&self) -> Result<Issued, Refused> {
        let sealed = self.found.answer_sealed.as_deref().unwrap_or_default();
        Ok(Issued::open(sealed, self.token, self.door.keys.hash_key())?)
    }
}

/// One token was made to give too many access tokens.
fn often() -> Refused {
    Refused::Limited {
        retry_after_seconds: (MINUTE / SECOND).unsigned_abs(),
    }
}

fn refused(reason: &'static str) -> Refused {
    Refused::Grant { reason }
}
