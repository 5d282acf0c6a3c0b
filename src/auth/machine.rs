//! The credential of somebody who works alone on one machine: the secret in their data folder. Whoever can read that
//! folder is the person, as with the keys that lie beside it. Knows no folder and no login.

use std::fmt;

use super::caller::{Caller, Credential, KeyLimits};
use crate::{
    clock::{Clock, Millis},
    crypto::{HashKey, Opaque, Purpose, SecretHash, random_bytes},
    store::{Db, PersonId, StoreError},
};

/// This machine, as the database knows it. Cloning is cheap.
#[derive(Clone)]
pub struct Machine {
    db: Db,
    hash_key: HashKey,
    secret: Opaque,
    hash: SecretHash,
    /// Stands for whoever has not connected yet: nothing of anybody's hangs on it.
    nobody: PersonId,
}

/// Who works on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The person.
    pub person: PersonId,
    /// When they, or an earlier one, last connected an account here.
    pub linked_at: Millis,
}

impl Machine {
    /// The machine whose data folder holds `secret`.
    pub fn new(db: Db, hash_key: HashKey, secret: Opaque, clock: &Clock) -> Self {
        Self {
            hash: hash_key.hash(Purpose::Machine, secret.expose()),
            nobody: PersonId::new(clock.now(), random_bytes()),
            db,
            hash_key,
            secret,
        }
    }

    /// Who works here; `None` before an account was connected.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn owner(&self) -> Result<Option<Owner>, StoreError> {
        let found = self.db.find_machine(&self.hash).await?;
        Ok(found.map(|row| Owner {
            person: row.person_id,
            linked_at: row.linked_at,
        }))
    }

    /// Who is calling: the person of this machine, or somebody without any account.
    ///
    /// # Errors
    /// [`StoreError`]; a database that does not answer is no reason to call somebody unconnected.
    pub async fn caller(&self) -> Result<Caller, StoreError> {
        let owner = self.owner().await?;
        Ok(Caller {
            person: owner.map_or(self.nobody, |owner| owner.person),
            credential: Credential::Machine,
            limits: KeyLimits::default(),
            asked: KeyLimits::default(),
            stream: KeyLimits::default(),
        })
    }

    /// What a completed login is to be given to.
    pub fn hash(&self) -> SecretHash {
        self.hash
    }

    /// The key of every hash in this database.
    pub fn hash_key(&self) -> &HashKey {
        &self.hash_key
    }

    /// What stands in the place of a browser's cookie for the login of that `state`: only who has the secret can make it.
    pub fn browser(&self, state: &Opaque) -> Opaque {
        let both = Opaque::from_text(&format!("{} {}", self.secret.expose(), state.expose()));
        let hash = self.hash_key.hash(Purpose::MachineLogin, both.expose());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hash.as_bytes());
        Opaque::new(bytes)
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").finish_non_exhaustive()
    }
}
