//! What people granted to clients. A grant is in use, suspended with its link, or revoked for good.

use super::{AppId, AuthorizationId, ClientId, GrantId};
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
