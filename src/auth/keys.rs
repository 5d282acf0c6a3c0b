//! API keys and link keys: made, recognised, remembered for seconds, forgotten at once when revoked.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use super::caller::{Caller, KeyLimits, Toolset};
use crate::{
    clock::{Clock, MINUTE, Millis},
    crypto::{ApiKey, HashKey, KeyKind, SecretHash, random_bytes},
    store::{Db, FoundKey, Freshness, KeyId, NewKey, PersonId, StoreError},
};

/// Keys remembered at most; the longest unused go first.
const REMEMBERED: u64 = 10_000;

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct KeyOptions {
    /// Which door it opens.
    pub kind: KeyKind,
    /// The owner's name for it.
    pub label: String,
    /// What is taken away from it.
    pub limits: KeyLimits,
    /// When it ends, if ever.
    pub expires_at: Option<Millis>,
}

/// A new key: the plain text for its owner, and what is stored of it.
#[derive(Clone, Debug)]
pub struct IssuedKey {
    /// Shown once.
    pub key: ApiKey,
    /// Stored.
    pub stored: NewKey,
}

/// Why a credential was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is none of ours, of the wrong kind, expired or revoked; which of these is not told.
    #[error("the key is wrong, expired or revoked")]
    Invalid,
    /// The database could not be asked. Never a reason to call a key wrong.
    #[error("the key could not be checked")]
    Unavailable(#[source] StoreError),
}

/// Checks keys for all requests. Cloning is cheap.
#[derive(Clone)]
pub struct Keys {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    hash_key: HashKey,
    clock: Clock,
    freshness: Freshness,
    known: moka::sync::Cache<SecretHash, Arc<Known>>,
    /// Counts what was forgotten, so that a look-up that began before cannot bring it back.
    forgotten: AtomicU64,
}

#[derive(Debug)]
struct Known {
    caller: Caller,
    expires_at: Option<Millis>,
    touched_at: AtomicI64,
}

impl Keys {
    /// Remembers a checked key for `remembered_for`, as long as `freshness` holds.
    pub fn new(
        db: Db,
        hash_key: HashKey,
        clock: Clock,
        freshness: Freshness,
        remembered_for: Duration,
    ) -> Self {
        let known = moka::sync::Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(remembered_for)
            .build();
        Self {
            inner: Arc::new(Inner {
                db,
                hash_key,
                clock,
                freshness,
                known,
                forgotten: AtomicU64::new(0),
            }),
        }
    }

    /// The key under which secrets are hashed.
    pub fn hash_key(&self) -> &HashKey {
        &self.inner.hash_key
    }

    /// A new key, not yet stored.
    pub fn issue(&self, options: KeyOptions) -> IssuedKey {
        let key = ApiKey::new(options.kind, random_bytes());
        let stored = NewKey {
            id: KeyId::new(self.inner.clock.now(), random_bytes()),
            kind: options.kind,
            hash: key.hash(&self.inner.hash_key),
            label: options.label,
            read_only: options.limits.read_only,
            toolsets: options.limits.toolsets.map(|sets| {
                sets.iter()
                    .map(|set| set.as_str())
                    .collect::<Vec<_>>()
                    .join(",")
            }),
            expires_at: options.expires_at,
        };
        IssuedKey { key, stored }
    }

    /// Who `text` is the key of, if it is a key of `kind`.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn check(&self, kind: KeyKind, text: &str) -> Result<Caller, Refusal> {
        let key = ApiKey::parse(text)
            .filter(|key| key.kind() == kind)
            .ok_or(Refusal::Invalid)?;
        let hash = key.hash(&self.inner.hash_key);
        let now = self.inner.clock.now();
        let known = match self.remembered(&hash) {
            Some(known) => known,
            None => self.look_up(hash, now).await?,
        };
        if known.expires_at.is_some_and(|end| end <= now) {
            return Err(Refusal::Invalid);
        }
        self.touch(&known, now);
        Ok(known.caller.clone())
    }

    /// Drops what is remembered of one key, and tells whose it was if it was remembered.
    pub fn forget_key(&self, key: KeyId) -> Option<PersonId> {
        let mut owner = None;
        self.forget(|caller| {
            let concerned = caller.key == key;
            if concerned {
                owner = Some(caller.person);
            }
            concerned
        });
        owner
    }

    /// Drops what is remembered of all keys of `person`.
    pub fn forget_person(&self, person: PersonId) {
        self.forget(|caller| caller.person == person);
    }

    fn remembered(&self, hash: &SecretHash) -> Option<Arc<Known>> {
        self.inner
            .freshness
            .holds()
            .then(|| self.inner.known.get(hash))?
    }

    async fn look_up(&self, hash: SecretHash, now: Millis) -> Result<Arc<Known>, Refusal> {
        let inner = &self.inner;
        let forgotten = inner.forgotten.load(Ordering::SeqCst);
        let found = inner
            .db
            .find_key(&hash, now)
            .await
            .map_err(Refusal::Unavailable)?;
        let known = Arc::new(Known::from(found.ok_or(Refusal::Invalid)?));
        inner.known.insert(hash, Arc::clone(&known));
        if inner.forgotten.load(Ordering::SeqCst) != forgotten {
            inner.known.invalidate(&hash);
        }
        Ok(known)
    }

    fn forget(&self, mut concerned: impl FnMut(&Caller) -> bool) {
        self.inner.forgotten.fetch_add(1, Ordering::SeqCst);
        for (hash, known) in &self.inner.known {
            if concerned(&known.caller) {
                self.inner.known.invalidate(&*hash);
            }
        }
    }

    /// Notes the use of a key, at most once a minute and beside the request.
    fn touch(&self, known: &Known, now: Millis) {
        let last = known.touched_at.load(Ordering::Relaxed);
        if now - last < MINUTE
            || known
                .touched_at
                .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_err()
        {
            return;
        }
        let db = self.inner.db.clone();
        let key = known.caller.key;
        tokio::spawn(async move {
            if let Err(fault) = db.update_key_used(key, now).await {
                tracing::warn!(%key, error = %fault, "a key's last use could not be noted");
            }
        });
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl From<FoundKey> for Known {
    fn from(found: FoundKey) -> Self {
        // A toolset that this version does not know is left out, which only narrows the key.
        let toolsets = found.toolsets.map(|names| {
            names
                .split(',')
                .filter_map(Toolset::parse)
                .collect::<Vec<_>>()
        });
        Self {
            caller: Caller {
                person: found.person_id,
                key: found.id,
                limits: KeyLimits {
                    read_only: found.read_only,
                    toolsets,
                },
            },
            expires_at: found.expires_at,
            touched_at: AtomicI64::new(found.last_used_at.unwrap_or(0)),
        }
    }
}
