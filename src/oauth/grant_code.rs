//! An authorization code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.6). A code works once: shown again by
//! its client with the right verifier, it was stolen on one of the two ways, and everything that it gave ends.

use subtle::ConstantTimeEq;

use super::{
    Client, Door,
    form::Form,
    issue::Issued,
    usable::{is_aimed_well, usable},
    wire::Refused,
};
use crate::{
    auth::Scopes,
    clock::Millis,
    crypto::{Opaque, SecretHash, Token, TokenKind, random_bytes},
    store::{AuditEvent, FoundCode, Outcome},
};

/// Wrong verifiers after which a code is dead.
const MOST_TRIES: i64 = 3;

/// The tokens that the code in `form` gives to `client`.
///
/// # Errors
/// [`Refused`].
pub(super) async fn redeem(
    door: &Door,
    client: &Client,
    form: &Form,
    now: Millis,
) -> Result<Issued, Refused> {
    let shown = Shown::read(door, form)?;
    let found = find(door, client, &shown.hash).await?;
    if found.spent_at.is_some() {
        return Err(replayed(door, &found, shown.verifier, now).await?);
    }
    if found.redirect_uri != shown.redirect_uri {
        return Err(refused("code.redirect_uri"));
    }
    is_aimed_well(door, &found.grant, form)?;
    if !fits(shown.verifier, &found.code_challenge) {
        door.db.update_code_tried(&shown.hash).await?;
        return Err(refused("code.verifier"));
    }
    usable(&found.grant, now)?;
    let (grant, key) = (&found.grant, door.keys.hash_key());
    let granted = Scopes::of_names(&grant.granted);
    let issued = Issued::new(granted, grant.grant_expires_at, now);
    let tokens = issued.stored(key, &grant.granted, grant.grant_expires_at, now);
    let taken = door
        .db
        .take_code(&shown.hash, grant.grant_id, &tokens, MOST_TRIES, now)
        .await?;
    if taken {
        Ok(issued)
    } else {
        // Somebody may have spent it since it was read.
        let found = find(door, client, &shown.hash).await?;
        Err(not_taken(door, &found, shown.verifier, now).await?)
    }
}

/// What a request shows of a code.
struct Shown<'a> {
    hash: SecretHash,
    redirect_uri: &'a str,
    verifier: &'a str,
}

impl<'a> Shown<'a> {
    fn read(door: &Door, form: &'a Form) -> Result<Self, Refused> {
        let code = form
            .get("code")
            .ok_or(Refused::Request("the code is missing"))?;
        let redirect_uri = form
            .get("redirect_uri")
            .ok_or(Refused::Request("the redirect_uri is missing"))?;
        let verifier = form
            .get("code_verifier")
            .ok_or(Refused::Request("the code_verifier is missing"))?;
        let code = Token::parse(code)
            .filter(|code| code.kind() == TokenKind::Code)
            .ok_or(refused("code.malformed"))?;
        Ok(Self {
            hash: code.hash(door.keys.hash_key()),
            redirect_uri,
            verifier,
        })
    }
}

/// Why a code that fitted could not be spent.
async fn not_taken(
    door: &Door,
    found: &FoundCode,
    verifier: &str,
    now: Millis,
) -> Result<Refused, Refused> {
    if found.spent_at.is_some() {
        return replayed(door, found, verifier, now).await;
    }
    usable(&found.grant, now)?;
    Ok(refused(if found.attempts >= MOST_TRIES {
        "code.tries"
    } else {
        "code.expired"
    }))
}

async fn find(door: &Door, client: &Client, hash: &SecretHash) -> Result<FoundCode, Refused> {
    let found = door.db.find_code(hash).await?;
    let found = found.ok_or(refused("code.unknown"))?;
    if found.grant.client_ref == client.id {
        Ok(found)
    } else {
        Err(refused("code.other_client"))
    }
}

/// Ends what a spent code gave, if whoever shows it again could have redeemed it.
async fn replayed(
    door: &Door,
    found: &FoundCode,
    verifier: &str,
    now: Millis,
) -> Result<Refused, Refused> {
    if !fits(verifier, &found.code_challenge) {
        return Ok(refused("code.spent"));
    }
    let grant = found.grant.grant_id;
    let event = AuditEvent::new(now, random_bytes(), "oauth.code_replayed", Outcome::Failure);
    let ended = door
        .db
        .update_grant_revoked(grant, None, "code_replayed", &event, now)
        .await?;
    door.keys.forget_grant(grant);
    if ended {
        tracing::warn!(?grant, client = ?found.grant.client_ref, "a spent code was shown again, so its grant ended");
    }
    Ok(refused("code.replayed"))
}

/// Whether `verifier` is one (RFC 7636 section 4.1) and the one that `challenge` was made from.
fn fits(verifier: &str, challenge: &str) -> bool {
    let is_one = (43..=128).contains(&verifier.len())
        && verifier
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let made = Opaque::from_text(verifier).s256_challenge();
    is_one && bool::from(made.as_bytes().ct_eq(challenge.as_bytes()))
}

fn refused(reason: &'static str) -> Refused {
    Refused::Grant { reason }
}
