//! What an operator can do from the command line, on the same database as a running server.

use super::{
    open::{LOCKED, OpenFailure, open},
    views::{EventView, KeyView, LinkView, PersonExport, PersonView},
};
use crate::{
    auth::{KeyOptions, Keys},
    clock::Clock,
    config::Config,
    crypto::{ApiKey, random_bytes},
    oauth::redirects::RedirectFault,
    store::{
        AuditEvent, Db, Freshness, KeyId, KeyKept, MAX_KEYS, Outcome, PersonId, PersonRow,
        StoreError,
    },
};

/// An open database with an operator at it.
#[derive(Debug)]
pub struct Admin {
    pub(super) db: Db,
    pub(super) keys: Keys,
    pub(super) clock: Clock,
    _temporary: Option<tempfile::TempDir>,
}

/// Why an operator's command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum AdminFailure {
    /// There is no person of that id or Spotify id.
    #[error("there is no person {0:?}")]
    NoPerson(String),
    /// Several people have that Spotify id.
    #[error("several people have the spotify id {0:?}")]
    SeveralPeople(String),
    /// There is no key of that id.
    #[error("there is no key {0:?}")]
    NoKey(String),
    /// The person has as many keys as a person may have.
    #[error("{0:?} has {MAX_KEYS} keys, as many as a person may have")]
    TooManyKeys(String),
    /// There is no client of that id.
    #[error("there is no client {0:?}")]
    NoClient(String),
    /// Nothing in the name of a client can be shown.
    #[error("the name of the client is empty")]
    NoClientName,
    /// The redirect URIs of a client.
    #[error(transparent)]
    Redirects(#[from] RedirectFault),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AdminFailure {
    /// What to do about it, in one line.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoPerson(_) => {
                "`auxcord users list` shows everybody; name a person by id or by Spotify id"
            }
            Self::SeveralPeople(_) => {
                "name the person by the id in the first column of `auxcord users list`"
            }
            Self::NoKey(_) => {
                "`auxcord keys list` shows every key; name one by the id in its first column"
            }
            Self::TooManyKeys(_) => {
                "`auxcord keys list PERSON` shows when each was last used; `auxcord keys revoke ID` ends one that is not needed"
            }
            Self::NoClient(_) => {
                "`auxcord clients list` shows every client; name one by the id in either of its first columns"
            }
            Self::NoClientName => {
                "say with --name what people are to be told that the client is called"
            }
            Self::Redirects(_) => {
                "--redirect-uri takes https addresses, and http ones to localhost, 127.0.0.1 and [::1]"
            }
            Self::Store(fault) if fault.is_locked() => LOCKED,
            Self::Store(_) => {
                "check DATABASE_URL, that it may be written, and that the disk is not full"
            }
        }
    }
}

/// A key that was made just now.
#[derive(Debug)]
pub struct MadeKey {
    /// Its id.
    pub id: KeyId,
    /// Shown once.
    pub key: ApiKey,
}

impl Admin {
    /// Opens the database and its keys as a server would.
    ///
    /// # Errors
    /// [`OpenFailure`].
    pub async fn open(config: &Config, clock: Clock) -> Result<Self, OpenFailure> {
        let opened = open(config, clock.now()).await?;
        let keys = Keys::new(
            opened.db.clone(),
            opened.hash_key,
            clock.clone(),
            Freshness::new(),
            config.mcp.caller_cache,
        );
        Ok(Self {
            db: opened.db,
            keys,
            clock,
            _temporary: opened.temporary,
        })
    }

    /// Everybody.
    ///
    /// # Errors
    /// [`AdminFailure::Store`].
    pub async fn people(&self) -> Result<Vec<PersonView>, AdminFailure> {
        let mut views = Vec::new();
        for person in self.db.list_people().await? {
            views.push(self.view(person).await?);
        }
        Ok(views)
    }

    /// The person with that id or Spotify id.
    ///
    /// # Errors
    /// [`AdminFailure`].
    pub async fn person(&self, name: &str) -> Result<PersonView, AdminFailure> {
        let person = self.resolve(name).await?;
        self.view(person).await
    }

    /// All that is stored of the person with that id or Spotify id, but secrets.
    ///
    /// # Errors
    /// [`AdminFailure`].
    pub async fn export(&self, name: &str) -> Result<PersonExport, AdminFailure> {
        let person = self.resolve(name).await?;
        let link = self.db.find_link(person.id).await?;
        let events = self.db.list_audit(person.id).await?;
        Ok(PersonExport {
            person: self.view(person).await?,
            spotify_link: link.map(LinkView::from),
            events: events.into_iter().map(EventView::from).collect(),
        })
    }

    /// Deletes a person with their link and keys.
    ///
    /// # Errors
    /// [`AdminFailure`].
    pub async fn delete_person(&self, name: &str) -> Result<PersonId, AdminFailure> {
        let person = self.resolve(name).await?.id;
        let now = self.clock.now();
        let pseudonym = PersonId::new(now, random_bytes());
        let event = AuditEvent::new(now, random_bytes(), "person.deleted", Outcome::Success)
            .because("operator");
        if self
            .db
            .delete_person(person, pseudonym, &event, now)
            .await?
        {
            Ok(person)
        } else {
            Err(AdminFailure::NoPerson(name.to_owned()))
        }
    }

    /// Makes a key for the person with that id or Spotify id.
    ///
    /// # Errors
    /// [`AdminFailure`].
    pub async fn make_key(&self, name: &str, options: KeyOptions) -> Result<MadeKey, AdminFailure> {
        let person = self.resolve(name).await?.id;
        let now = self.clock.now();
        let issued = self.keys.issue(options);
        let event = AuditEvent::new(now, random_bytes(), "key.created", Outcome::Success)
            .about(person)
            .with_key(issued.stored.id)
            .because("operator");
        match self
            .db
            .insert_key(person, &issued.stored, &event, now)
            .await?
        {
            KeyKept::Kept => Ok(MadeKey {
                id: issued.stored.id,
                key: issued.key,
            }),
            KeyKept::NoPerson => Err(AdminFailure::NoPerson(name.to_owned())),
            KeyKept::TooMany => Err(AdminFailure::TooManyKeys(name.to_owned())),
        }
    }

    /// The keys of one person or of everybody.
    ///
    /// # Errors
    /// [`AdminFailure`].
    pub async fn keys(&self, name: Option<&str>) -> Result<Vec<KeyView>, AdminFailure> {
        let person = match name {
            Some(name) => Some(self.resolve(name).await?.id),
            None => None,
        };
        Ok(self
            .db
            .list_keys(person)
            .await?
            .into_iter()
            .map(KeyView::from)
            .collect())
    }

    /// Ends a key; running servers refuse it within a second.
    ///
    /// # Errors
    /// [`AdminFailure`].
    pub async fn revoke_key(&self, id: &str) -> Result<(), AdminFailure> {
        let missing = || AdminFailure::NoKey(id.to_owned());
        let key = KeyId::parse(id).ok_or_else(missing)?;
        let now = self.clock.now();
        let event = AuditEvent::new(now, random_bytes(), "key.revoked", Outcome::Success)
            .with_key(key)
            .because("operator");
        if self.db.delete_key(key, None, &event, now).await? {
            Ok(())
        } else {
            Err(missing())
        }
    }

    async fn resolve(&self, name: &str) -> Result<PersonRow, AdminFailure> {
        let missing = || AdminFailure::NoPerson(name.to_owned());
        if let Some(id) = PersonId::parse(name) {
            return self.db.find_person(id).await?.ok_or_else(missing);
        }
        let mut named: Vec<PersonRow> = self
            .db
            .list_people()
            .await?
            .into_iter()
            .filter(|person| person.spotify_id == name)
            .collect();
        match (named.pop(), named.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(_), false) => Err(AdminFailure::SeveralPeople(name.to_owned())),
            (None, _) => Err(missing()),
        }
    }

    async fn view(&self, person: PersonRow) -> Result<PersonView, AdminFailure> {
        let link = self.db.find_link(person.id).await?;
        let keys = self.db.list_keys(Some(person.id)).await?;
        Ok(PersonView::of(person, link, keys))
    }
}
