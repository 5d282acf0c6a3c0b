//! Codes, access tokens and refresh tokens of grants, each known by its hash alone.

use super::{ClientId, Db, GrantId, GrantStatus, PersonId, StoreError, on};
use crate::{clock::Millis, crypto::SecretHash};

/// How exactly the last use of a grant is known.
const TOUCH_EVERY: Millis = crate::clock::MINUTE;

/// An access token that was looked up by its hash, with all that a request needs.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FoundToken {
    /// The grant that it belongs to.
    #[sqlx(try_from = "String")]
    pub grant_id: GrantId,
    /// The client that was granted something.
    #[sqlx(try_from = "String")]
    pub client_ref: ClientId,
    /// Who granted.
    #[sqlx(try_from = "String")]
    pub person_id: PersonId,
    /// The token's scopes, separated by spaces.
    pub scopes: String,
    /// What the client asked for and the person withheld, separated by spaces.
    pub withheld: String,
    /// The resource that it is for.
    pub resource: String,
    /// When the token ends, or the grant if that is earlier.
    pub expires_at: Millis,
    /// When it was first used.
    pub first_used_at: Option<Millis>,
    /// When a token of the grant was last used, to the minute.
    pub last_used_at: Option<Millis>,
}

/// What a code or refresh token is judged by, beside itself.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TokenGrant {
    /// The grant that it belongs to.
    #[sqlx(try_from = "String")]
    pub grant_id: GrantId,
    /// Who granted.
    #[sqlx(try_from = "String")]
    pub person_id: PersonId,
    /// The client that was granted something.
    #[sqlx(try_from = "String")]
    pub client_ref: ClientId,
    /// What was granted, separated by spaces.
    pub granted: String,
    /// The resource that it is for.
    pub resource: String,
    /// Whether it is in use.
    #[sqlx(try_from = "String")]
    pub status: GrantStatus,
    /// When it ends.
    pub grant_expires_at: Millis,
}

/// A token about to be kept.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Its hash.
    pub hash: SecretHash,
    /// Its scopes, separated by spaces.
    pub scopes: String,
    /// When it ends.
    pub expires_at: Millis,
}

/// What a client gets for a code or a refresh token.
#[derive(Clone, Debug)]
pub struct NewTokens {
    /// The access token.
    pub access: NewToken,
    /// The refresh token.
    pub refresh: NewToken,
}

/// Part of a transaction that has locked the grant.
macro_rules! insert_token {
    ($tx:ident, $grant:expr, $kind:literal, $generation:expr, $token:expr, $now:expr) => {{
        let token: &$crate::store::NewToken = $token;
        sqlx::query(
            "insert into tokens (hash, grant_id, kind, generation, scopes, attempts, created_at, expires_at) \
             values ($1, $2, $3, $4, $5, 0, $6, $7)",
        )
        .bind(token.hash.as_bytes())
        .bind($grant.to_string())
        .bind($kind)
        .bind($generation)
        .bind(&token.scopes)
        .bind($now)
        .bind(token.expires_at)
        .execute(&mut *$tx)
        .await?;
    }};
}

pub(super) use insert_token;

impl Db {
    /// The grant and client of an access or refresh token, whatever became of it.
    pub async fn find_token_grant(
        &self,
        hash: &SecretHash,
    ) -> Result<Option<(GrantId, ClientId)>, StoreError> {
        let row: Option<(String, String)> = on!(self, pool => sqlx::query_as(
            "select g.id, g.client_ref from tokens t join grants g on g.id = t.grant_id \
             where t.hash = $1 and t.kind <> 'code'")
            .bind(hash.as_bytes()).fetch_optional(pool).await?);
        let Some((grant, client)) = row else {
            return Ok(None);
        };
        Ok(Some((
            GrantId::parse(&grant).ok_or(StoreError::Invalid("grant id"))?,
            ClientId::parse(&client).ok_or(StoreError::Invalid("client id"))?,
        )))
    }

    /// When the access token with `hash` ends; `None` once it is swept.
    pub async fn find_access_end(&self, hash: &SecretHash) -> Result<Option<Millis>, StoreError> {
        Ok(on!(self, pool => sqlx::query_scalar(
            "select expires_at from tokens where hash = $1 and kind = 'access'")
            .bind(hash.as_bytes()).fetch_optional(pool).await?))
    }

    /// The access token with `hash`, if it and its grant are in use.
    pub async fn find_access_token(
        &self,
        hash: &SecretHash,
        now: Millis,
    ) -> Result<Option<FoundToken>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select t.grant_id, g.client_ref, g.person_id, t.scopes, g.withheld, g.resource, \
             case when t.expires_at < g.expires_at then t.expires_at else g.expires_at end as expires_at, \
             t.first_used_at, g.last_used_at from tokens t join grants g on g.id = t.grant_id \
             where t.hash = $1 and t.kind = 'access' and $2 < t.expires_at \
             and g.status = 'active' and $2 < g.expires_at")
            .bind(hash.as_bytes()).bind(now).fetch_optional(pool).await?))
    }

    /// Notes that an access token was used, and its grant, at most once a minute.
    pub async fn update_token_used(
        &self,
        hash: &SecretHash,
        grant: GrantId,
        now: Millis,
    ) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query("update tokens set first_used_at = $2 where hash = $1 and first_used_at is null")
                .bind(hash.as_bytes()).bind(now).execute(pool).await?;
            sqlx::query(
                "update grants set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at <= $3)",
            )
            .bind(grant.to_string()).bind(now).bind(now - TOUCH_EVERY).execute(pool).await?;
        });
        Ok(())
    }
}
