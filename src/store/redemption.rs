//! Authorization codes: each is spent once, and remembered as long as its grant so that a replay is noticed.

use super::{
    Db, NewTokens, StoreError, TokenGrant, grants::lock_grant, in_transaction, on,
    tokens::insert_token,
};
use crate::{clock::Millis, crypto::SecretHash, store::GrantId};

/// Generation of the tokens that a code gives; each rotation counts on.
const FIRST_GENERATION: i64 = 1;

/// An authorization code that was looked up by its hash, whatever became of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FoundCode {
    /// What it was given for.
    #[sqlx(flatten)]
    pub grant: TokenGrant,
    /// Where the client had the browser sent.
    pub redirect_uri: String,
    /// The PKCE challenge, method S256.
    pub code_challenge: String,
    /// How often a wrong verifier was shown with it.
    pub attempts: i64,
    /// When it ends.
    pub expires_at: Millis,
    /// When it was redeemed.
    pub spent_at: Option<Millis>,
}

impl Db {
    /// The code with `hash`.
    pub async fn find_code(&self, hash: &SecretHash) -> Result<Option<FoundCode>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select g.id as grant_id, g.person_id, g.client_ref, g.scopes as granted, g.resource, g.status, \
             g.expires_at as grant_expires_at, t.redirect_uri, t.code_challenge, t.attempts, t.expires_at, \
             t.rotated_at as spent_at from tokens t join grants g on g.id = t.grant_id \
             where t.hash = $1 and t.kind = 'code'")
            .bind(hash.as_bytes()).fetch_optional(pool).await?))
    }

    /// Counts a wrong verifier against a code that is not spent.
    pub async fn update_code_tried(&self, hash: &SecretHash) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query(
                "update tokens set attempts = attempts + 1 \
                 where hash = $1 and kind = 'code' and rotated_at is null",
            )
            .bind(hash.as_bytes()).execute(pool).await?;
        });
        Ok(())
    }

    /// Spends a code for `tokens`, unless it is spent, over, or was tried `most` times, or its grant is not in use;
    /// `false` and nothing then.
    pub async fn take_code(
        &self,
        hash: &SecretHash,
        grant: GrantId,
        tokens: &NewTokens,
        most: i64,
        now: Millis,
    ) -> Result<bool, StoreError> {
        Ok(in_transaction!(self, tx => {
            let spent = lock_grant!(tx, grant, now)
                && sqlx::query(
                    "update tokens set rotated_at = $2 where hash = $1 and grant_id = $3 and kind = 'code' \
                     and rotated_at is null and attempts < $4 and $2 < expires_at")
                    .bind(hash.as_bytes()).bind(now).bind(grant.to_string()).bind(most)
                    .execute(&mut *tx).await?.rows_affected() > 0;
            if spent {
                insert_token!(tx, grant, "access", FIRST_GENERATION, &tokens.access, now);
                insert_token!(tx, grant, "refresh", FIRST_GENERATION, &tokens.refresh, now);
            }
            spent
        }))
    }
}
