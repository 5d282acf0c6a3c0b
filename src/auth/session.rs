//! Signed-in browsers: made by a login, recognised by their cookie, over after 30 days without a visit.
//!
//! A session opens the account page and nothing else: it is no credential for `/mcp`, and makes no `Caller`.

use crate::{
    clock::{Clock, DAY, HOUR, Millis},
    crypto::{HashKey, Opaque, Purpose, SecretHash, random_bytes},
    store::{AuditEvent, Db, NewSession, Outcome, PersonId, SessionId, StoreError},
};

/// How long a session lasts without a visit.
const IDLE: Millis = 30 * DAY;
/// How often at most a visit is noted.
const NOTED_EVERY: Millis = HOUR;
/// The longest cookie looked at, in bytes; ours are far shorter.
const LONGEST: usize = 128;

/// A new session: the cookie for its browser, and what is stored of it.
#[derive(Clone, Debug)]
pub struct IssuedSession {
    /// What the browser keeps.
    pub cookie: Opaque,
    /// Stored by the login that it is made by.
    pub stored: NewSession,
}

/// A browser that is signed in.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// Who it is.
    pub person: PersonId,
    id: SessionId,
    seen_at: Millis,
}

/// Checks the sessions of all requests. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Sessions {
    db: Db,
    hash_key: HashKey,
    clock: Clock,
}

impl Sessions {
    /// `hash_key` hashes the cookies.
    pub fn new(db: Db, hash_key: HashKey, clock: Clock) -> Self {
        Self {
            db,
            hash_key,
            clock,
        }
    }

    /// A new session, not yet stored.
    pub fn issue(&self) -> IssuedSession {
        let now = self.clock.now();
        let cookie = Opaque::new(random_bytes());
        let stored = NewSession {
            id: SessionId::new(now, random_bytes()),
            hash: self.hash(cookie.expose()),
            expires_at: now + IDLE,
        };
        IssuedSession { cookie, stored }
    }

    /// Whose browser has `cookie`, if it is signed in.
    ///
    /// # Errors
    /// [`StoreError`]; never a reason to call a browser signed out.
    pub async fn check(&self, cookie: &str) -> Result<Option<Session>, StoreError> {
        if cookie.len() > LONGEST {
            return Ok(None);
        }
        let found = self
            .db
            .find_session(&self.hash(cookie), self.clock.now())
            .await?;
        Ok(found.map(|found| Session {
            person: found.person_id,
            id: found.id,
            seen_at: found.last_seen_at,
        }))
    }

    /// Notes a visit, which gives the session another 30 days; whether that was due, so that its cookie has to be
    /// set again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew(&self, session: &Session) -> Result<bool, StoreError> {
        let now = self.clock.now();
        if now - session.seen_at < NOTED_EVERY {
            return Ok(false);
        }
        self.db
            .update_session_seen(session.id, now - NOTED_EVERY, now + IDLE, now)
            .await
    }

    /// Signs the browser with `cookie` out; `false` when it was not signed in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end(&self, cookie: &str) -> Result<bool, StoreError> {
        if cookie.len() > LONGEST {
            return Ok(false);
        }
        let now = self.clock.now();
        let event = AuditEvent::new(now, random_bytes(), "session.ended", Outcome::Success);
        self.db
            .delete_session(&self.hash(cookie), &event, now)
            .await
    }

    fn hash(&self, cookie: &str) -> SecretHash {
        self.hash_key.hash(Purpose::Session, cookie)
    }
}
