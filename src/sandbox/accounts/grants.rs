//! What was granted to whom: codes, access tokens, refresh tokens, approvals and the browser's sessions, with the
//! rules about their lives. It knows no HTTP; times are arguments.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::sandbox::{
    calls::{Issued, Secret},
    scope::Scopes,
    time::six_months_after,
};

/// Everything that was granted.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    state: RwLock<State>,
    issued: Issued,
}

/// Who calls, with what permissions.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    pub(crate) person: u32,
    pub(crate) client_id: String,
    pub(crate) scopes: Scopes,
}

/// Why an access token is no good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dead {
    Unknown,
    Expired,
}

/// What a person approved, on the way to a code.
#[derive(Clone, Debug)]
pub(crate) struct Approval {
    pub(crate) person: u32,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Scopes,
    pub(crate) challenge: Option<String>,
}

/// The tokens of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    /// Absent when a refresh keeps the old one.
    pub(crate) refresh: Option<String>,
    pub(crate) scopes: Scopes,
}

/// Why a code or a refresh token was refused, in Spotify's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("Invalid authorization code")]
    Code,
    #[error("Invalid redirect URI")]
    RedirectUri,
    #[error("code_verifier was incorrect")]
    Verifier,
    #[error("Refresh token revoked")]
    Revoked,
    #[error("Refresh token expired")]
    Expired,
    #[error("Invalid refresh token")]
    Unknown,
}

#[derive(Debug, Default)]
struct State {
    codes: HashMap<String, (Approval, i64)>,
    access: HashMap<String, Access>,
    /// Every refresh token ever issued, dead ones too: they are refused in other words than unknown ones.
    refresh: HashMap<String, Refresh>,
    consents: Vec<Consent>,
    approved: HashMap<(u32, String), Scopes>,
    sessions: HashMap<String, u32>,
}

#[derive(Debug)]
struct Access {
    consent: usize,
    expires_at: i64,
}

#[derive(Debug)]
struct Refresh {
    consent: usize,
    alive: bool,
}

#[derive(Debug)]
struct Consent {
    bearer: Bearer,
    /// Whether the app proved itself by a proof key, and so may refresh without its secret.
    by_proof_key: bool,
    authorized_at: i64,
    revoked: bool,
}

/// A code is good for ten minutes, in milliseconds.
const CODE_LIFE: i64 = 10 * 60 * 1_000;

impl Grants {
    /// What was handed out so far.
    pub(crate) fn issued(&self) -> &Issued {
        &self.issued
    }

    /// Who is behind an access token.
    pub(crate) fn bearer(&self, token: &str, now: i64) -> Result<Bearer, Dead> {
        let state = self.read();
        let access = state.access.get(token).ok_or(Dead::Unknown)?;
        let consent = &state.consents[access.consent];
        if consent.revoked {
            return Err(Dead::Unknown);
        }
        if access.expires_at <= now {
            return Err(Dead::Expired);
        }
        Ok(consent.bearer.clone())
    }

    /// Remembers the approval and makes a code for it.
    pub(crate) fn code(&self, approval: Approval, now: i64) -> String {
        let code = self.issued.make(Secret::Code, "AQ", 96);
        let mut state = self.write();
        let approved = (approval.person, approval.client_id.clone());
        let known = state.approved.entry(approved).or_default();
        *known = known.either(approval.scopes);
        state
            .codes
            .insert(code.clone(), (approval, now + CODE_LIFE));
        code
    }

    /// Takes a code, once, and answers with the first tokens. A wrong attempt spends the code too.
    pub(crate) fn redeem(
        &self,
        code: &str,
        client_id: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        (now, ttl): (i64, i64),
    ) -> Result<Tokens, Refused> {
        let (approval, expires_at) = self.write().codes.remove(code).ok_or(Refused::Code)?;
        if expires_at <= now || approval.client_id != client_id {
            return Err(Refused::Code);
        }
        if approval.redirect_uri != redirect_uri {
            return Err(Refused::RedirectUri);
        }
        if !proves(approval.challenge.as_deref(), verifier) {
            return Err(Refused::Verifier);
        }
        let bearer = Bearer {
            person: approval.person,
            client_id: approval.client_id,
            scopes: approval.scopes,
        };
        Ok(self.consent(bearer, approval.challenge.is_some(), now, ttl))
    }

    /// Records a consent given at `now` and makes its first tokens.
    pub(crate) fn consent(&self, bearer: Bearer, by_proof_key: bool, now: i64, ttl: i64) -> Tokens {
        let scopes = bearer.scopes;
        let mut state = self.write();
        state.consents.push(Consent {
            bearer,
            by_proof_key,
            authorized_at: now,
            revoked: false,
        });
        let consent = state.consents.len() - 1;
        Tokens {
            access: self.access(&mut state, consent, now + ttl),
            refresh: Some(self.refresh_token(&mut state, consent)),
            scopes,
        }
    }

    /// Whether that refresh token needs the app's secret: its code came without a proof key.
    pub(crate) fn wants_secret(&self, token: &str) -> bool {
        let state = self.read();
        let consent = state.refresh.get(token).map(|refresh| refresh.consent);
        consent.is_some_and(|consent| !state.consents[consent].by_proof_key)
    }

    /// Refreshes. With `rotate` the old refresh token is dead from here on and a new one comes back.
    pub(crate) fn refresh(
        &self,
        token: &str,
        client_id: &str,
        rotate: bool,
        (now, ttl): (i64, i64),
    ) -> Result<Tokens, Refused> {
        let mut state = self.write();
        let known = state.refresh.get(token).ok_or(Refused::Unknown)?;
        let (consent, alive) = (known.consent, known.alive);
        let given = &state.consents[consent];
        if given.bearer.client_id != client_id {
            return Err(Refused::Unknown);
        }
        if given.revoked || !alive {
            return Err(Refused::Revoked);
        }
        if six_months_after(given.authorized_at) <= now {
            return Err(Refused::Expired);
        }
        let scopes = given.bearer.scopes;
        let refresh = if rotate {
            if let Some(old) = state.refresh.get_mut(token) {
                old.alive = false;
            }
            Some(self.refresh_token(&mut state, consent))
        } else {
            None
        };
        Ok(Tokens {
            access: self.access(&mut state, consent, now + ttl),
            refresh,
            scopes,
        })
    }

    /// Ends every consent of a person, as when they remove the app from their account.
    pub(crate) fn revoke(&self, person: u32) {
        let mut state = self.write();
        state.approved.retain(|(who, _), _| *who != person);
        for consent in &mut state.consents {
            consent.revoked |= consent.bearer.person == person;
        }
    }

    /// Lets every access token of a person end at `now`; without a person, everybody's.
    pub(crate) fn expire(&self, person: Option<u32>, now: i64) {
        let mut state = self.write();
        let State {
            access, consents, ..
        } = &mut *state;
        for access in access.values_mut() {
            if person.is_none_or(|person| consents[access.consent].bearer.person == person) {
                access.expires_at = access.expires_at.min(now);
            }
        }
    }

    /// Whose refresh token or code that is.
    pub(crate) fn person_behind(&self, secret: &str) -> Option<u32> {
        let state = self.read();
        let by_refresh = || {
            let refresh = state.refresh.get(secret)?;
            Some(state.consents[refresh.consent].bearer.person)
        };
        let by_code = || state.codes.get(secret).map(|(approval, _)| approval.person);
        by_refresh().or_else(by_code)
    }

    /// Whether a person has already approved all of that for an app.
    pub(crate) fn has_approved(&self, person: u32, client_id: &str, scopes: Scopes) -> bool {
        self.read()
            .approved
            .get(&(person, client_id.to_owned()))
            .is_some_and(|approved| approved.covers(scopes))
    }

    /// Makes a browser session in which that person is signed in at Spotify.
    pub(crate) fn session(&self, person: u32) -> String {
        let session = self.issued.make(Secret::Session, "", 24);
        self.write().sessions.insert(session.clone(), person);
        session
    }

    /// Who is signed in.
    pub(crate) fn signed_in(&self, session: &str) -> Option<u32> {
        self.read().sessions.get(session).copied()
    }

    /// Ends a browser session.
    pub(crate) fn sign_out(&self, session: &str) {
        self.write().sessions.remove(session);
    }

    fn access(&self, state: &mut State, consent: usize, expires_at: i64) -> String {
        let token = self.issued.make(Secret::Access, "BQ", 120);
        let access = Access {
            consent,
            expires_at,
        };
        state.access.insert(token.clone(), access);
        token
    }

    fn refresh_token(&self, state: &mut State, consent: usize) -> String {
        let token = self.issued.make(Secret::Refresh, "AQ", 96);
        let refresh = Refresh {
            consent,
            alive: true,
        };
        state.refresh.insert(token.clone(), refresh);
        token
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Proof Key for Code Exchange, method S256 (RFC 7636, section 4.6).
fn proves(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}
