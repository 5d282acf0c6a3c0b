//! What happened to whom, append-only and without a secret.

use super::{ClientId, Db, GrantId, KeyId, PersonId, StoreError, on};
use crate::clock::Millis;

/// How the audited act ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was refused or failed.
    Failure,
}

/// One event. `event` and `detail` are fixed slugs, never text from outside.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// Version 7 UUID as text, from the edge that saw the event.
    pub id: String,
    /// What happened, such as `account.connected`.
    pub event: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// Whose account it concerns.
    pub person: Option<PersonId>,
    /// The credential that it concerns.
    pub key: Option<KeyId>,
    /// The grant that it concerns.
    pub grant: Option<GrantId>,
    /// The OAuth client that it concerns.
    pub client: Option<ClientId>,
    /// A slug that says why.
    pub detail: Option<&'static str>,
}

impl AuditEvent {
    /// An event seen at `now`; `random` makes its identifier unique.
    pub fn new(now: Millis, random: [u8; 10], event: &'static str, outcome: Outcome) -> Self {
        let id = KeyId::new(now, random).to_string();
        Self {
            id,
            event,
            outcome,
            person: None,
            key: None,
            grant: None,
            client: None,
            detail: None,
        }
    }

    /// The event concerns `person`.
    #[must_use]
    pub fn about(self, person: PersonId) -> Self {
        Self {
            person: Some(person),
            ..self
        }
    }

    /// The event concerns `key`.
    #[must_use]
    pub fn with_key(self, key: KeyId) -> Self {
        Self {
            key: Some(key),
            ..self
        }
    }

    /// The event concerns `grant`.
    #[must_use]
    pub fn with_grant(self, grant: GrantId) -> Self {
        Self {
            grant: Some(grant),
            ..self
        }
    }

    /// The event concerns `client`.
    #[must_use]
    pub fn with_client(self, client: ClientId) -> Self {
        Self {
            client: Some(client),
            ..self
        }
    }

    /// The event has a reason: a fixed slug.
    #[must_use]
    pub fn because(self, detail: &'static str) -> Self {
        Self {
            detail: Some(detail),
            ..self
        }
    }
}

/// An event as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AuditRow {
    /// When it happened.
    pub created_at: Millis,
    /// What happened.
    pub event: String,
    /// How it ended: `success` or `failure`.
    pub outcome: String,
    /// The credential that it concerns.
    pub key_id: Option<String>,
    /// The grant that it concerns.
    pub grant_id: Option<String>,
    /// The OAuth client that it concerns.
    pub client_ref: Option<String>,
    /// Why.
    pub detail: Option<String>,
}

/// Shared by single events and by transactions that carry one.
macro_rules! insert_audit {
    ($executor:expr, $event:expr, $now:expr) => {{
        let event: &$crate::store::AuditEvent = $event;
        sqlx::query(
            "insert into audit (id, created_at, event, outcome, person_id, key_id, grant_id, client_ref, detail) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&event.id)
        .bind($now)
        .bind(event.event)
        .bind(event.outcome.as_str())
        .bind(event.person.map(|id| id.to_string()))
        .bind(event.key.map(|id| id.to_string()))
        .bind(event.grant.map(|id| id.to_string()))
        .bind(event.client.map(|id| id.to_string()))
        .bind(event.detail)
        .execute($executor)
        .await?;
    }};
}

pub(super) use insert_audit;

impl Outcome {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

impl Db {
    /// The events that concern `person`, oldest first.
    pub async fn list_audit(&self, person: PersonId) -> Result<Vec<AuditRow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select created_at, event, outcome, key_id, grant_id, client_ref, detail from audit where person_id = $1 \
             order by created_at, id")
            .bind(person.to_string()).fetch_all(pool).await?))
    }

    /// Appends `event`.
    pub async fn insert_audit(&self, event: &AuditEvent, now: Millis) -> Result<(), StoreError> {
        on!(self, pool => insert_audit!(pool, event, now));
        Ok(())
    }
}
