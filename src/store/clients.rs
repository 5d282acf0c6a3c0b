//! OAuth clients: registered by themselves, made by an operator, or known by the document at their address.

use super::{
    AuditEvent, ClientId, Db, GrantId, PersonId, StoreError, audit::insert_audit, in_transaction,
    on, revocations::insert_revocation,
};
use crate::{
    clock::{DAY, HOUR, Millis},
    crypto::SecretHash,
};

/// How long a client that nobody uses is kept.
pub(super) const UNUSED_CLIENT_KEPT: Millis = 90 * DAY;
/// Clients of one kind that strangers made known and nobody granted anything, at most; another one ends the one that
/// was unused for longest.
const MOST_UNGRANTED: i64 = 10_000;
/// How many of them go at once at most, should there ever be far too many.
const MOST_ENDED_AT_ONCE: i64 = 1_000;
/// How often at most a client's last use is written.
const TOUCH_EVERY: Millis = HOUR;

/// How a client came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// It registered itself (RFC 7591).
    Registered,
    /// Its id is the address of its document.
    Document,
    /// An operator made it.
    Static,
}

impl ClientKind {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "dcr",
            Self::Document => "cimd",
            Self::Static => "static",
        }
    }
}

impl TryFrom<String> for ClientKind {
    type Error = StoreError;

    fn try_from(text: String) -> Result<Self, StoreError> {
        [Self::Registered, Self::Document, Self::Static]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(StoreError::Invalid("kind of client"))
    }
}

/// A client about to be kept.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Its row.
    pub id: ClientId,
    /// The id that it shows, or the address of its document.
    pub client_id: String,
    /// How it came to be known.
    pub kind: ClientKind,
    /// Its name, cleaned.
    pub name: String,
    /// All else that it says of itself, as JSON.
    pub metadata: String,
    /// What tells a registration from another one.
    pub digest: Option<[u8; 32]>,
    /// The hash of its secret, if it is confidential.
    pub secret_hash: Option<SecretHash>,
    /// Until when its document need not be fetched again.
    pub fresh_until: Option<Millis>,
}

/// A client as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ClientRow {
    /// Its row.
    #[sqlx(try_from = "String")]
    pub id: ClientId,
    /// The id that it shows, or the address of its document.
    pub client_id: String,
    /// How it came to be known.
    #[sqlx(try_from = "String")]
    pub kind: ClientKind,
    /// Its name.
    pub name: String,
    /// All else that it says of itself, as JSON.
    pub metadata: String,
    /// The hash of its secret, if it is confidential.
    pub secret_hash: Option<Vec<u8>>,
    /// When it was first seen.
    pub created_at: Millis,
    /// When it was last used, to the hour.
    pub last_used_at: Option<Millis>,
    /// Until when its document need not be fetched again.
    pub fresh_until: Option<Millis>,
}

/// A client with how many grants hang on it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CountedClient {
    /// The client.
    #[sqlx(flatten)]
    pub client: ClientRow,
    /// Grants that are not revoked.
    pub grants: i64,
}

impl Db {
    /// The client that shows `client_id`.
    pub async fn find_client(&self, client_id: &str) -> Result<Option<ClientRow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select id, client_id, kind, name, metadata, secret_hash, created_at, last_used_at, fresh_until \
             from clients where client_id = $1")
            .bind(client_id).fetch_optional(pool).await?))
    }

    /// The client of row `id`.
    pub async fn find_client_by_row(&self, id: ClientId) -> Result<Option<ClientRow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select id, client_id, kind, name, metadata, secret_hash, created_at, last_used_at, fresh_until \
             from clients where id = $1")
            .bind(id.to_string()).fetch_optional(pool).await?))
    }

    /// The registration with that digest; asking again counts as a use.
    pub async fn find_client_by_digest(
        &self,
        digest: &[u8; 32],
        now: Millis,
    ) -> Result<Option<ClientRow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "update clients set last_used_at = $2 where digest = $1 \
             returning id, client_id, kind, name, metadata, secret_hash, created_at, last_used_at, fresh_until")
            .bind(digest.as_slice()).bind(now).fetch_optional(pool).await?))
    }

    /// Adds `client` with its event, unless one with its id or digest is there; `false` then. Of those that are not an
    /// operator's, the longest unused ones go when there are too many that nobody granted or is being asked for
    /// anything.
    pub async fn insert_client(
        &self,
        client: &NewClient,
        event: &AuditEvent,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let inserted = in_transaction!(self, tx => {
            let inserted = sqlx::query(
                "insert into clients (id, client_id, kind, name, metadata, digest, secret_hash, created_at, \
                 fresh_until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing")
                .bind(client.id.to_string())
                .bind(&client.client_id)
                .bind(client.kind.as_str())
                .bind(&client.name)
                .bind(&client.metadata)
                .bind(client.digest.as_ref().map(<[u8; 32]>::as_slice))
                .bind(client.secret_hash.as_ref().map(SecretHash::as_bytes))
                .bind(now)
                .bind(client.fresh_until)
                .execute(&mut *tx).await?.rows_affected() == 1;
            if inserted {
                insert_audit!(&mut *tx, event, now);
            }
            inserted
        });
        if inserted && client.kind != ClientKind::Static {
            self.delete_surplus_clients(client.kind).await?;
        }
        Ok(inserted)
    }

    async fn delete_surplus_clients(&self, kind: ClientKind) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query(
                "delete from clients where id in (select c.id from clients c where c.kind = $1 \
                 and not exists (select 1 from grants g where g.client_ref = c.id) \
                 and not exists (select 1 from authorizations a where a.client_ref = c.id) \
                 order by coalesce(c.last_used_at, c.created_at) desc, c.id desc limit $2 offset $3)",
            )
            .bind(kind.as_str())
            .bind(MOST_ENDED_AT_ONCE)
            .bind(MOST_UNGRANTED)
            .execute(pool).await?;
        });
        Ok(())
    }

    /// Renews what the document of a client that is kept says; `false` when there is no such client.
    pub async fn update_client_document(&self, client: &NewClient) -> Result<bool, StoreError> {
        Ok(on!(self, pool => sqlx::query(
            "update clients set name = $2, metadata = $3, fresh_until = $4 where client_id = $1 and kind = $5")
            .bind(&client.client_id)
            .bind(&client.name)
            .bind(&client.metadata)
            .bind(client.fresh_until)
            .bind(ClientKind::Document.as_str())
            .execute(pool).await?.rows_affected() == 1))
    }

    /// Notes that a client was used, at most once an hour.
    pub async fn update_client_used(&self, id: ClientId, now: Millis) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query(
                "update clients set last_used_at = $2 \
                 where id = $1 and (last_used_at is null or last_used_at <= $3)",
            )
            .bind(id.to_string()).bind(now).bind(now - TOUCH_EVERY).execute(pool).await?;
        });
        Ok(())
    }

    /// Every client, oldest first, with how many grants hang on it.
    pub async fn list_clients(&self) -> Result<Vec<CountedClient>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select c.id, c.client_id, c.kind, c.name, c.metadata, c.secret_hash, c.created_at, c.last_used_at, \
             c.fresh_until, (select count(*) from grants g where g.client_ref = c.id and g.status <> 'revoked') \
             as grants from clients c order by c.created_at, c.id")
            .fetch_all(pool).await?))
    }

    /// Ends a client with all its grants at once, on every replica; `false` when there is none. `about_grant` makes
    /// the event of each grant, `event` is the client's own.
    pub async fn delete_client(
        &self,
        id: ClientId,
        event: &AuditEvent,
        about_grant: impl Fn() -> AuditEvent,
        now: Millis,
    ) -> Result<bool, StoreError> {
        Ok(in_transaction!(self, tx => {
            // Waits for whoever is just making a grant of a request, and leaves no request to make another one of.
            sqlx::query("delete from authorizations where client_ref = $1")
                .bind(id.to_string()).execute(&mut *tx).await?;
            let grants: Vec<(String, String)> = sqlx::query_as(
                "update grants set status = 'revoked', ended_at = $2, ended_reason = 'operator' \
                 where client_ref = $1 and status <> 'revoked' returning id, person_id")
                .bind(id.to_string()).bind(now).fetch_all(&mut *tx).await?;
            let deleted = sqlx::query("delete from clients where id = $1")
                .bind(id.to_string()).execute(&mut *tx).await?.rows_affected() == 1;
            for (grant, person) in grants {
                insert_revocation!(&mut *tx, grant grant, now);
                let event = AuditEvent {
                    person: PersonId::parse(&person),
                    grant: GrantId::parse(&grant),
                    ..about_grant().with_client(id)
                };
                insert_audit!(&mut *tx, &event, now);
            }
            if deleted {
                insert_audit!(&mut *tx, event, now);
            }
            deleted
        }))
    }

    /// Takes away clients that nobody has used for so long and nobody granted anything; those of operators stay.
    pub(super) async fn delete_unused_clients(&self, now: Millis) -> Result<u64, StoreError> {
        Ok(on!(self, pool => sqlx::query(
            "delete from clients where kind <> $1 and coalesce(last_used_at, created_at) <= $2 \
             and not exists (select 1 from grants g where g.client_ref = clients.id) \
             and not exists (select 1 from authorizations a where a.client_ref = clients.id)")
            .bind(ClientKind::Static.as_str()).bind(now - UNUSED_CLIENT_KEPT)
            .execute(pool).await?.rows_affected()))
    }
}
