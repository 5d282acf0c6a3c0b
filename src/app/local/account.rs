//! The account of this machine as its person sees and ends it. Needs no Spotify app and asks Spotify nothing.

use super::super::{AdminFailure, OpenFailure, open};
use crate::{
    auth::Machine,
    clock::Clock,
    config::{Config, DatabaseUrl},
    crypto::random_bytes,
    store::{AuditEvent, Db, LinkStatus, Outcome, PersonId},
};

/// The database of this machine, opened for its person.
#[derive(Debug)]
pub struct HeldAccount {
    db: Db,
    machine: Machine,
    clock: Clock,
}

/// An account that is connected on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    person: PersonId,
    /// Spotify's `id` of it.
    pub spotify_id: String,
    /// The name that the person chose.
    pub name: Option<String>,
    /// Whether its link works.
    pub works: bool,
    /// API keys on the same database, which end with the person.
    pub keys: usize,
}

impl HeldAccount {
    /// Opens the database; `None` where there is none yet.
    ///
    /// # Errors
    /// [`OpenFailure`].
    pub async fn open(config: &Config, clock: Clock) -> Result<Option<Self>, OpenFailure> {
        if let DatabaseUrl::Sqlite { path } = &config.database.url
            && !path.exists()
        {
            return Ok(None);
        }
        let secret = super::machine_secret(config)?;
        let opened = open(config, clock.now()).await?;
        Ok(Some(Self {
            machine: Machine::new(opened.db.clone(), opened.hash_key, secret, &clock),
            db: opened.db,
            clock,
        }))
    }

    /// The account, if one is connected.
    ///
    /// # Errors
    /// [`AdminFailure::Store`].
    pub async fn account(&self) -> Result<Option<Account>, AdminFailure> {
        let Some(owner) = self.machine.owner().await? else {
            return Ok(None);
        };
        let Some(person) = self.db.find_person(owner.person).await? else {
            return Ok(None);
        };
        let link = self.db.find_link(person.id).await?;
        let keys = self.db.list_keys(Some(person.id)).await?;
        Ok(Some(Account {
            person: person.id,
            spotify_id: person.spotify_id,
            name: person.display_name,
            works: link.is_some_and(|link| link.status == LinkStatus::Active),
            keys: keys.len(),
        }))
    }

    /// Deletes the person of that account with the link, here and for every process.
    ///
    /// # Errors
    /// [`AdminFailure::Store`].
    pub async fn delete(&self, account: &Account) -> Result<(), AdminFailure> {
        let now = self.clock.now();
        let pseudonym = PersonId::new(now, random_bytes());
        let event = AuditEvent::new(now, random_bytes(), "account.deleted", Outcome::Success)
            .because("logout");
        self.db
            .delete_person(account.person, pseudonym, &event, now)
            .await?;
        Ok(())
    }
}
