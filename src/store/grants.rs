//! What people granted to clients. A grant is in use, suspended with its link, or revoked for good.

use super::{
    AppId, AuditEvent, AuthorizationId, ClientId, ClientKind, Db, GrantId, Outcome, PersonId,
    StoreError, audit::insert_audit, in_transaction, on, revocations::insert_revocation,
};
use crate::{
    clock::{DAY, Millis},
    crypto::SecretHash,
};

/// How long a grant lasts at most.
pub const GRANT_LASTS: Millis = 180 * DAY;
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

/// Whether a grant's tokens count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantStatus {
    /// They do.
    Active,
    /// Not until the person's link works again.
    Suspended,
    /// Never again.
    Revoked,
}

impl TryFrom<String> for GrantStatus {
    type Error = StoreError;

    fn try_from(name: String) -> Result<Self, StoreError> {
        match name.as_str() {
            "active" => Ok(Self::Active),
            "suspended" => Ok(Self::Suspended),
            "revoked" => Ok(Self::Revoked),
            _ => Err(StoreError::Invalid("grant status")),
        }
    }
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
    /// How the client came to be known.
    #[sqlx(try_from = "String")]
    pub client_kind: ClientKind,
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
        // The code keeps what its redemption is checked against: the request goes long before the grant does.
        sqlx::query(
            "insert into tokens (hash, grant_id, kind, generation, scopes, redirect_uri, code_challenge, attempts, \
             created_at, expires_at) \
             select $1, $2, 'code', 0, $3, redirect_uri, code_challenge, 0, $5, $6 from authorizations where id = $4",
        )
        .bind(grant.code_hash.as_bytes())
        .bind(grant.id.to_string())
        .bind(&grant.scopes)
        .bind(grant.authorization.to_string())
        .bind($now)
        .bind(grant.code_expires_at)
        .execute(&mut *$tx)
        .await?;
        // One goes for the one that came, so there is never more than one too many.
        let surplus: Option<(String, String)> = sqlx::query_as(
            "update grants set status = 'revoked', ended_at = $3, ended_reason = 'too_many' where id in \
             (select id from grants where person_id = $1 and status <> 'revoked' and $3 < expires_at and id <> $2 \
             order by coalesce(last_used_at, created_at) desc, id desc limit 1 offset $4) returning id, client_ref",
        )
        .bind($person.to_string())
        .bind(grant.id.to_string())
        .bind($now)
        .bind($crate::store::MAX_GRANTS - 1)
        .fetch_optional(&mut *$tx)
        .await?;
        if let Some((id, client)) = surplus {
            $crate::store::revocations::insert_revocation!(&mut *$tx, grant id, $now);
            let mut event = $crate::store::grants::too_many(grant, $now).about($person);
            event.grant = $crate::store::GrantId::parse(&id);
            event.client = $crate::store::ClientId::parse(&client);
            $crate::store::audit::insert_audit!(&mut *$tx, &event, $now);
        }
    }};
}

/// Part of a transaction that uses a token of a grant, and its first statement: whether the grant is in use. Until the
/// end of the transaction nobody else ends it or uses a token of it; rows of tokens are locked after it, as they are
/// when a grant is deleted with its tokens.
macro_rules! lock_grant {
    ($tx:ident, $grant:expr, $now:expr) => {
        sqlx::query(
            "update grants set last_used_at = $2 where id = $1 and status = 'active' and $2 < expires_at",
        )
        .bind($grant.to_string())
        .bind($now)
        .execute(&mut *$tx)
        .await?
        .rows_affected()
            > 0
    };
}

pub(super) use {insert_grant, lock_grant};

/// What the audit says of a grant that went for `grant`. The new code's hash is as random as the event's id has to be.
pub(super) fn too_many(grant: &NewGrant, now: Millis) -> AuditEvent {
    let mut random = [0; 10];
    random.copy_from_slice(&grant.code_hash.as_bytes()[..10]);
    AuditEvent::new(now, random, "oauth.grant_revoked", Outcome::Success).because("too_many")
}

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
