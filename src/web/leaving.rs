//! Leaving for good: the person, their link, keys, grants and sessions are gone, here and on every replica.

use super::Web;
use crate::{
    crypto::random_bytes,
    store::{AuditEvent, Outcome, PersonId, StoreError},
};

/// Deletes `person` with everything of theirs; `false` when they are gone already.
pub(super) async fn delete(web: &Web, person: PersonId) -> Result<bool, StoreError> {
    let now = web.clock.now();
    let pseudonym = PersonId::new(now, random_bytes());
    let event = AuditEvent::new(now, random_bytes(), "account.deleted", Outcome::Success);
    let deleted = web.db.delete_person(person, pseudonym, &event, now).await?;
    web.keys.forget_person(person);
    web.links.forget(person);
    Ok(deleted)
}
