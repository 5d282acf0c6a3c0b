//! Codes, access tokens and refresh tokens of grants, each known by its hash alone.

use super::{Db, GrantId, PersonId, StoreError, on};
use crate::{clock::Millis, crypto::SecretHash};

/// How exactly the last use of a grant is known.
const TOUCH_EVERY: Millis = crate::clock::MINUTE;

/// An access token that was looked up by its hash, with all that a request needs.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FoundToken {
    /// The grant that it belongs to.
    #[sqlx(try_from = "String")]
    pub grant_id: GrantId,
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

impl Db {
    /// The access token with `hash`, if it and its grant are in use.
    pub async fn find_access_token(
        &self,
        hash: &SecretHash,
        now: Millis,
    ) -> Result<Option<FoundToken>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select t.grant_id, g.person_id, t.scopes, g.withheld, g.resource, \
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
