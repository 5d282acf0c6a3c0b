//! Refresh tokens: each is replaced once, and remembered until it would have ended, so that its answer can be given
//! again and its reuse is noticed.
//!
//! Every change here begins with the lock of the grant, so that changes of one grant happen one after the other.

use super::{
    Db, GrantId, NewToken, NewTokens, StoreError, TokenGrant, grants::lock_grant, in_transaction,
    on, revocations::insert_revocation, tokens::insert_token,
};
use crate::{
    clock::{MINUTE, Millis},
    crypto::SecretHash,
};

/// How long the access tokens of earlier generations live on after a rotation, for calls that are under way.
const OVERLAP: Millis = MINUTE;
/// The time in which rotations of a grant are counted.
const WINDOW: Millis = MINUTE;
/// Access tokens that one refresh token gives at most, all its repetitions together.
const MOST_REPEATED: i64 = 10;

/// A refresh token that was looked up by its hash, whatever became of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FoundRefresh {
    /// What it belongs to.
    #[sqlx(flatten)]
    pub grant: TokenGrant,
    /// How many there were before it, the code included.
    pub generation: i64,
    /// When it ends.
    pub expires_at: Millis,
    /// When it was replaced.
    pub rotated_at: Option<Millis>,
    /// When its lost answer was given once more.
    pub recovered_at: Option<Millis>,
    /// What it was replaced by, sealed for its holder.
    pub answer_sealed: Option<Vec<u8>>,
}

/// A refresh token and what is to replace it.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The old one's hash.
    pub hash: SecretHash,
    /// The grant.
    pub grant: GrantId,
    /// The old one's generation.
    pub generation: i64,
    /// The new ones.
    pub tokens: NewTokens,
    /// The new ones, sealed for the holder of the old one.
    pub answer_sealed: Vec<u8>,
    /// Rotations of the grant within a minute at most.
    pub most: i64,
}

/// What became of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// It is done; whether access tokens of earlier generations end earlier for it.
    Done {
        /// What replicas remember of them has to be dropped.
        shortened: bool,
    },
    /// The token is replaced or over, or its grant is not in use or rotates too often.
    Not,
}

/// What became of giving a lost answer once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// It is done.
    Done,
    /// The answer was not lost: something of it was used.
    Used,
    /// It was given once more already, or the grant is not in use.
    Changed,
}

impl Db {
    /// The refresh token with `hash`.
    pub async fn find_refresh(
        &self,
        hash: &SecretHash,
    ) -> Result<Option<FoundRefresh>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select g.id as grant_id, g.person_id, g.client_ref, g.scopes as granted, g.resource, g.status, \
             g.expires_at as grant_expires_at, t.generation, t.expires_at, t.rotated_at, t.recovered_at, \
             t.answer_sealed from tokens t join grants g on g.id = t.grant_id \
             where t.hash = $1 and t.kind = 'refresh'")
            .bind(hash.as_bytes()).fetch_optional(pool).await?))
    }

    /// Replaces a refresh token, once. Access tokens of earlier generations end within a minute, on every replica.
    pub async fn rotate_refresh(
        &self,
        rotation: &Rotation,
        now: Millis,
    ) -> Result<Rotated, StoreError> {
        Ok(in_transaction!(self, tx => {
            let rotated = lock_grant!(tx, rotation.grant, now)
                && sqlx::query(
                    // The one as many generations ago as are allowed in the window was replaced before it began.
                    "update tokens set rotated_at = $2, answer_sealed = $3 where hash = $1 and grant_id = $4 \
                     and kind = 'refresh' and rotated_at is null and $2 < expires_at and not exists \
                     (select 1 from tokens o where o.grant_id = $4 and o.kind = 'refresh' \
                     and o.generation = $5 and o.rotated_at > $6)")
                    .bind(rotation.hash.as_bytes()).bind(now).bind(&rotation.answer_sealed)
                    .bind(rotation.grant.to_string()).bind(rotation.generation - rotation.most).bind(now - WINDOW)
                    .execute(&mut *tx).await?.rows_affected() > 0;
            if rotated {
                let next = rotation.generation + 1;
                insert_token!(tx, rotation.grant, "access", next, &rotation.tokens.access, now);
                insert_token!(tx, rotation.grant, "refresh", next, &rotation.tokens.refresh, now);
                let shortened = sqlx::query(
                    "update tokens set expires_at = $3 \
                     where grant_id = $1 and kind = 'access' and generation < $2 and expires_at > $3")
                    .bind(rotation.grant.to_string()).bind(next).bind(now + OVERLAP)
                    .execute(&mut *tx).await?.rows_affected() > 0;
                if shortened {
                    insert_revocation!(&mut *tx, grant rotation.grant, now);
                }
                Rotated::Done { shortened }
            } else {
                Rotated::Not
            }
        }))
    }

    /// Until when a grant may not replace its token of `generation`, because it did so `most` times in a minute.
    pub async fn find_rotation_pause(
        &self,
        grant: GrantId,
        generation: i64,
        most: i64,
        now: Millis,
    ) -> Result<Option<Millis>, StoreError> {
        let rotated_at: Option<Millis> = on!(self, pool => sqlx::query_scalar(
            "select rotated_at from tokens where grant_id = $1 and kind = 'refresh' and generation = $2 \
             and rotated_at > $3")
            .bind(grant.to_string()).bind(generation - most).bind(now - WINDOW)
            .fetch_optional(pool).await?);
        Ok(rotated_at.map(|rotated_at| rotated_at + WINDOW))
    }

    /// Puts `answer_sealed` with a fresh access token in the place of the answer that `found` has, unless somebody
    /// did so meanwhile or it happened too often; `false` and nothing then.
    pub async fn update_answer(
        &self,
        hash: &SecretHash,
        found: &FoundRefresh,
        answer_sealed: &[u8],
        access: &NewToken,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let next = found.generation + 1;
        Ok(in_transaction!(self, tx => {
            let replaced = lock_grant!(tx, found.grant.grant_id, now)
                && sqlx::query(
                    "update tokens set answer_sealed = $3 where hash = $1 and kind = 'refresh' and answer_sealed = $2 \
                     and (select count(*) from tokens a where a.grant_id = $4 and a.kind = 'access' \
                     and a.generation = $5) < $6")
                    .bind(hash.as_bytes()).bind(&found.answer_sealed).bind(answer_sealed)
                    .bind(found.grant.grant_id.to_string()).bind(next).bind(MOST_REPEATED)
                    .execute(&mut *tx).await?.rows_affected() > 0;
            if replaced {
                insert_token!(tx, found.grant.grant_id, "access", next, access, now);
            }
            replaced
        }))
    }

    /// Gives the answer of a replaced token once more, with a fresh access token, if nothing that it gave was ever
    /// used and it is the first time; changes nothing otherwise.
    pub async fn update_refresh_recovered(
        &self,
        hash: &SecretHash,
        found: &FoundRefresh,
        answer_sealed: &[u8],
        access: &NewToken,
        now: Millis,
    ) -> Result<Recovered, StoreError> {
        let grant = found.grant.grant_id;
        let next = found.generation + 1;
        Ok(in_transaction!(self, tx => {
            if !lock_grant!(tx, grant, now) {
                Recovered::Changed
            } else if sqlx::query(
                "update tokens set recovered_at = $2, answer_sealed = $3 where hash = $1 and kind = 'refresh' \
                 and rotated_at is not null and recovered_at is null and not exists \
                 (select 1 from tokens s where s.grant_id = $4 and s.kind = 'refresh' and s.generation = $5 \
                 and s.rotated_at is not null) and not exists \
                 (select 1 from tokens s where s.grant_id = $4 and s.kind = 'access' and s.generation = $5 \
                 and s.first_used_at is not null)")
                .bind(hash.as_bytes()).bind(now).bind(answer_sealed).bind(grant.to_string()).bind(next)
                .execute(&mut *tx).await?.rows_affected() > 0
            {
                insert_token!(tx, grant, "access", next, access, now);
                Recovered::Done
            } else {
                // Of the two conditions that can fail, this is the one that somebody at the same instant causes.
                let recovered_at: Option<Millis> =
                    sqlx::query_scalar("select recovered_at from tokens where hash = $1")
                        .bind(hash.as_bytes()).fetch_one(&mut *tx).await?;
                match recovered_at {
                    Some(_) => Recovered::Changed,
                    None => Recovered::Used,
                }
            }
        }))
    }
}
