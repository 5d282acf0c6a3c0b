//! What people granted to clients. A grant is in use, suspended with its link, or revoked for good.

use super::{
    AppId, AuditEvent, AuthorizationId, ClientId, Db, GrantId, PersonId, StoreError,
    audit::insert_audit, in_transaction, on, revocations::insert_revocation,
};
use crate::{clock::Millis, crypto::SecretHash};

/// Grants in use that a person has at most; making another one revokes the longest unused.
pub const MAX_GRANTS: i64 = 50;

/// A grant about to be made, together with its authorization code.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// Its row.
    pub id: GrantId,
    /// The request that it answers.
    pub authorization: AuthorizationId,
    /// The client.
    pub client: ClientId,
    /// The app whose link it hangs on.
    pub app: AppId,
    /// auxcord's scopes that the person granted, separated by spaces.
    pub scopes: String,
    /// The scopes that the client asked for and the person withheld, separated by spaces.
    pub withheld: String,
    /// The resource that its tokens are for (RFC 8707).
    pub resource: String,
    /// The host that the browser returned to, for the person to read.
    pub redirect_host: String,
    /// When it ends at the latest.
    pub expires_at: Millis,
    /// Hash of the authorization code.
    pub code_hash: SecretHash,
    /// When the code ends.
    pub code_expires_at: Millis,
}

/// A grant as the person may see it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GrantRow {
    /// Its row.
    #[sqlx(try_from = "String")]
    pub id: GrantId,
    /// What the client calls itself; untrusted text.
    pub client_name: String,
    /// The client's id on the wire: a URL where it is known by its document.
    pub client_id: String,
    /// How the client is known: `dcr`, `cimd` or `static`.
    pub client_kind: String,
    /// The host that the browser returned to.
    pub redirect_host: String,
    /// auxcord's scopes that the person granted, separated by spaces.
    pub scopes: String,
    /// The scopes that the client asked for and the person withheld, separated by spaces.
    pub withheld: String,
    /// The resource that its tokens are for.
    pub resource: String,
    /// `active`, or `suspended` with the link.
    pub status: String,
    /// When it was given.
    pub created_at: Millis,
    /// When a token of it was last used, to the minute.
    pub last_used_at: Option<Millis>,
    /// When it ends.
    pub expires_at: Millis,
}

/// Part of the transaction that completes a login; the request must have been moved on in it before.
macro_rules! insert_grant {
    ($tx:ident, $person:expr, $grant:expr, $now:expr) => {{
        let grant: &$crate::store::NewGrant = $grant;
        sqlx::query(
            "insert into grants (id, person_id, client_ref, app_id, scopes, withheld, resource, redirect_host, \
             status, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10)",
        )
        .bind(grant.id.to_string())
        .bind($person.to_string())
        .bind(grant.client.to_string())
        .bind(grant.app.to_string())
        .bind(&grant.scopes)
        .bind(&grant.withheld)
        .bind(&grant.resource)
        .bind(&grant.redirect_host)
        .bind($now)
        .bind(grant.expires_at)
        .execute(&mut *$tx)
        .await?;
        sqlx::query(
            "insert into tokens (hash, grant_id, kind, generation, scopes, authorization_id, attempts, created_at, \
             expires_at) values ($1, $2, 'code', 0, $3, $4, 0, $5, $6)",
        )
        .bind(grant.code_hash.as_bytes())
        .bind(grant.id.to_string())
        .bind(&grant.scopes)
        .bind(grant.authorization.to_string())
        .bind($now)
        .bind(grant.code_expires_at)
        .execute(&mut *$tx)
        .await?;
        let surplus: Vec<String> = sqlx::query_scalar(
            "update grants set status = 'revoked', ended_at = $3, ended_reason = 'too_many' where id in \
             (select id from grants where person_id = $1 and status <> 'revoked' and id <> $2 \
             order by coalesce(last_used_at, created_at) desc, id desc limit 1000 offset $4) returning id",
        )
        .bind($person.to_string())
        .bind(grant.id.to_string())
        .bind($now)
        .bind($crate::store::MAX_GRANTS - 1)
        .fetch_all(&mut *$tx)
        .await?;
        for id in surplus {
            $crate::store::revocations::insert_revocation!(&mut *$tx, grant id, $now);
        }
    }};
}

pub(super) use insert_grant;

impl Db {
    /// The grants of `person` that were not revoked, oldest first; some may have expired and not been swept yet.
    pub async fn list_grants(&self, person: PersonId) -> Result<Vec<GrantRow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select g.id, c.name as client_name, c.client_id, c.kind as client_kind, g.redirect_host, g.scopes, \
             g.withheld, g.resource, g.status, g.created_at, g.last_used_at, g.expires_at \
             from grants g join clients c on c.id = g.client_ref \
             where g.person_id = $1 and g.status <> 'revoked' order by g.created_at, g.id")
            .bind(person.to_string()).fetch_all(pool).await?))
    }

    /// Ends a grant with all its tokens at once, on every replica; `false` when there is none in use, or it is not
    /// `owner`'s where one is named. The event is noted with its person and client.
    pub async fn update_grant_revoked(
        &self,
        id: GrantId,
        owner: Option<PersonId>,
        reason: &'static str,
        event: &AuditEvent,
        now: Millis,
    ) -> Result<bool, StoreError> {
        Ok(in_transaction!(self, tx => {
            let ended: Option<(String, String)> = sqlx::query_as(
                "update grants set status = 'revoked', ended_at = $2, ended_reason = $3 \
                 where id = $1 and status <> 'revoked' and ($4 is null or person_id = $4) \
                 returning person_id, client_ref")
                .bind(id.to_string()).bind(now).bind(reason).bind(owner.map(|owner| owner.to_string()))
                .fetch_optional(&mut *tx).await?;
            if let Some((person, client)) = &ended {
                insert_revocation!(&mut *tx, grant id, now);
                let event = AuditEvent {
                    person: PersonId::parse(person),
                    client: ClientId::parse(client),
                    ..event.clone().with_grant(id).because(reason)
                };
                insert_audit!(&mut *tx, &event, now);
            }
            ended.is_some()
        }))
    }
}
