//! API keys, link keys and access tokens: recognised, remembered for seconds, forgotten at once when revoked.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    caller::{Caller, Credential, KeyLimits, Toolset},
    scope::Scopes,
};
use crate::{
    clock::{Clock, MINUTE, Millis},
    crypto::{ApiKey, HashKey, ImportedKey, KeyKind, SecretHash, Token, TokenKind, random_bytes},
    store::{Db, FoundKey, FoundToken, Freshness, GrantId, KeyId, NewKey, PersonId, StoreError},
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
    /// The resource that an access token is for (RFC 8707); a key is for all.
    audience: Option<String>,
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
            tools: options.limits.tools.map(|names| names.join(",")),
            exclude_tools: Some(options.limits.exclude_tools.join(","))
                .filter(|names| !names.is_empty()),
            expires_at: options.expires_at,
        };
        IssuedKey { key, stored }
    }

    /// Who `text` is the key of, if it is a key of `kind`, or one of an earlier server's, whose keys opened both doors.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn check(&self, kind: KeyKind, text: &str) -> Result<Caller, Refusal> {
        let hash_key = &self.inner.hash_key;
        let hash = match ApiKey::parse(text) {
            Some(key) if key.kind() == kind => key.hash(hash_key),
            Some(_) => return Err(Refusal::Invalid),
            None => ImportedKey::parse(text)
                .ok_or(Refusal::Invalid)?
                .hash(hash_key),
        };
        let known = self.recognise(hash, Looked::Key).await?;
        Ok(known.caller.clone())
    }

    /// Who `text`, an API key or an access token for `resource`, belongs to. Without a resource only keys count.
    ///
    /// # Errors
    /// [`Refusal`]; a token for another resource is [`Refusal::Invalid`].
    pub async fn check_bearer(
        &self,
        text: &str,
        resource: Option<&str>,
    ) -> Result<Caller, Refusal> {
        let is_key = text.starts_with("aux_") || ImportedKey::parse(text).is_some();
        let Some(resource) = resource.filter(|_| !is_key) else {
            return self.check(KeyKind::Api, text).await;
        };
        let token = Token::parse(text)
            .filter(|token| token.kind() == TokenKind::Access)
            .ok_or(Refusal::Invalid)?;
        let known = self
            .recognise(token.hash(&self.inner.hash_key), Looked::Token)
            .await?;
        if known.audience.as_deref() == Some(resource) {
            Ok(known.caller.clone())
        } else {
            Err(Refusal::Invalid)
        }
    }

    /// Whether new tokens of the grant that `credential` of `person` belongs to can still be had, whatever became of the
    /// token; of a key, which is never renewed, `false`. Asks the database.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`].
    pub async fn lasts(&self, person: PersonId, credential: &Credential) -> Result<bool, Refusal> {
        let Credential::Grant { id, .. } = credential else {
            return Ok(false);
        };
        let now = self.inner.clock.now();
        let grants = self.inner.db.list_grants(person).await;
        let grants = grants.map_err(Refusal::Unavailable)?;
        Ok(grants
            .iter()
            .any(|grant| grant.id == *id && grant.status == "active" && now < grant.expires_at))
    }

    /// Drops what is remembered of one key, and tells whose it was if it was remembered.
    pub fn forget_key(&self, key: KeyId) -> Option<PersonId> {
        let mut owner = None;
        self.forget(|caller| {
            let concerned = caller.credential == Credential::Key(key);
            if concerned {
                owner = Some(caller.person);
            }
            concerned
        });
        owner
    }

    /// Drops what is remembered of the tokens of one grant, and tells whose they were if any was remembered.
    pub fn forget_grant(&self, grant: GrantId) -> Option<PersonId> {
        let mut owner = None;
        self.forget(|caller| {
            let concerned =
                matches!(caller.credential, Credential::Grant { id, .. } if id == grant);
            if concerned {
                owner = Some(caller.person);
            }
            concerned
        });
        owner
    }

    /// Drops what is remembered of all credentials of `person`.
    pub fn forget_person(&self, person: PersonId) {
        self.forget(|caller| caller.person == person);
    }

    fn remembered(&self, hash: &SecretHash) -> Option<Arc<Known>> {
        self.inner
            .freshness
            .holds()
            .then(|| self.inner.known.get(hash))?
    }

    async fn recognise(&self, hash: SecretHash, looked: Looked) -> Result<Arc<Known>, Refusal> {
        let now = self.inner.clock.now();
        let known = match self.remembered(&hash) {
            Some(known) => known,
            None => self.look_up(hash, looked, now).await?,
        };
        if known.expires_at.is_some_and(|end| end <= now) {
            return Err(Refusal::Invalid);
        }
        self.touch(hash, &known, now);
        Ok(known)
    }

    async fn look_up(
        &self,
        hash: SecretHash,
        looked: Looked,
        now: Millis,
    ) -> Result<Arc<Known>, Refusal> {
        let inner = &self.inner;
        let forgotten = inner.forgotten.load(Ordering::SeqCst);
        let found = match looked {
            Looked::Key => inner
                .db
                .find_key(&hash, now)
                .await
                .map(|found| found.map(Known::from)),
            Looked::Token => inner
                .db
                .find_access_token(&hash, now)
                .await
                .map(|found| found.map(Known::from)),
        };
        let known = found.map_err(Refusal::Unavailable)?;
        let known = Arc::new(known.ok_or(Refusal::Invalid)?);
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

    /// Notes the use of a credential, at most once a minute and beside the request.
    fn touch(&self, hash: SecretHash, known: &Known, now: Millis) {
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
        let credential = known.caller.credential;
        tokio::spawn(async move {
            let noted = match credential {
                Credential::Key(key) => db.update_key_used(key, now).await,
                Credential::Grant { id, .. } => db.update_token_used(&hash, id, now).await,
                // Never looked up here.
                Credential::Machine => Ok(()),
            };
            if let Err(fault) = noted {
                tracing::warn!(?credential, error = %fault, "a credential's last use could not be noted");
            }
        });
    }
}

/// Which table a credential is looked up in.
#[derive(Clone, Copy, Debug)]
enum Looked {
    Key,
    Token,
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
        let names = |list: String| list.split(',').map(str::to_owned).collect::<Vec<_>>();
        Self {
            caller: Caller {
                person: found.person_id,
                credential: Credential::Key(found.id),
                limits: KeyLimits {
                    read_only: found.read_only,
                    toolsets,
                    tools: found.tools.map(names),
                    exclude_tools: found.exclude_tools.map(names).unwrap_or_default(),
                },
                asked: KeyLimits::default(),
                stream: KeyLimits::default(),
            },
            audience: None,
            expires_at: found.expires_at,
            touched_at: AtomicI64::new(found.last_used_at.unwrap_or(0)),
        }
    }
}

impl From<FoundToken> for Known {
    fn from(found: FoundToken) -> Self {
        Self {
            caller: Caller {
                person: found.person_id,
                credential: Credential::Grant {
                    id: found.grant_id,
                    client: found.client_ref,
                    granted: Scopes::of_names(&found.scopes),
                    withheld: Scopes::of_names(&found.withheld),
                },
                limits: KeyLimits::default(),
                asked: KeyLimits::default(),
                stream: KeyLimits::default(),
            },
            audience: Some(found.resource),
            expires_at: Some(found.expires_at),
            // A token's first use is always noted: whether an answer arrived is told by it.
            touched_at: AtomicI64::new(
                found
                    .first_used_at
                    .map_or(0, |_| found.last_used_at.unwrap_or(0)),
            ),
        }
    }
}
