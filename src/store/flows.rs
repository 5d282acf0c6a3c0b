//! Logins on their way to Spotify and back: each is used once, by the browser that began it.

use super::{AppId, Db, FlowId, StoreError, on};
use crate::{clock::Millis, crypto::SecretHash};

/// A login that is about to leave for Spotify.
#[derive(Clone, Debug)]
pub struct NewFlow {
    /// Its row.
    pub id: FlowId,
    /// Hash of the `state` that goes to Spotify.
    pub state_hash: SecretHash,
    /// Hash of the cookie that stays in the browser.
    pub browser_hash: SecretHash,
    /// The app that it goes through.
    pub app: AppId,
    /// The PKCE verifier, sealed.
    pub verifier_sealed: Vec<u8>,
    /// The Spotify permissions asked for, separated by spaces.
    pub scopes: String,
    /// When it was begun.
    pub created_at: Millis,
    /// When it ends.
    pub expires_at: Millis,
}

/// A login that came back and is now spent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TakenFlow {
    /// Its row.
    #[sqlx(try_from = "String")]
    pub id: FlowId,
    /// The app that it went through.
    #[sqlx(try_from = "String")]
    pub app_id: AppId,
    /// The PKCE verifier, sealed.
    pub verifier_sealed: Vec<u8>,
    /// The Spotify permissions asked for, separated by spaces.
    pub scopes: String,
}

/// Why a state could not be taken, for the page that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowState {
    /// No such login, or swept since.
    Unknown,
    /// Its time is over.
    Expired,
    /// It came back before.
    Spent,
    /// It is open, but another browser began it.
    OtherBrowser,
}

impl Db {
    /// Keeps `flow` until it comes back or expires.
    pub async fn insert_flow(&self, flow: &NewFlow) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query(
                "insert into flows (id, state_hash, browser_hash, app_id, verifier_sealed, scopes, status, \
                 created_at, expires_at) values ($1, $2, $3, $4, $5, $6, 'open', $7, $8)",
            )
            .bind(flow.id.to_string())
            .bind(flow.state_hash.as_bytes())
            .bind(flow.browser_hash.as_bytes())
            .bind(flow.app.to_string())
            .bind(&flow.verifier_sealed)
            .bind(&flow.scopes)
            .bind(flow.created_at)
            .bind(flow.expires_at)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Spends the open login that `state` and `browser` name together.
    pub async fn take_flow(
        &self,
        state: &SecretHash,
        browser: &SecretHash,
        now: Millis,
    ) -> Result<Option<TakenFlow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "update flows set status = 'spent' \
             where state_hash = $1 and browser_hash = $2 and status = 'open' and $3 < expires_at \
             returning id, app_id, verifier_sealed, scopes",
        )
        .bind(state.as_bytes()).bind(browser.as_bytes()).bind(now).fetch_optional(pool).await?))
    }

    /// Opens a spent login again, because Spotify could not be asked about it.
    pub async fn update_flow_reopened(&self, id: FlowId) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query("update flows set status = 'open' where id = $1 and status = 'spent'")
                .bind(id.to_string()).execute(pool).await?;
        });
        Ok(())
    }

    /// The login that `state` was made for, whatever became of it.
    pub async fn find_flow(&self, state: &SecretHash) -> Result<Option<FlowId>, StoreError> {
        let id: Option<String> = on!(self, pool => sqlx::query_scalar(
            "select id from flows where state_hash = $1")
            .bind(state.as_bytes()).fetch_optional(pool).await?);
        Ok(id.as_deref().and_then(FlowId::parse))
    }

    /// Why [`Db::take_flow`] found nothing.
    pub async fn find_flow_state(
        &self,
        state: &SecretHash,
        now: Millis,
    ) -> Result<FlowState, StoreError> {
        let row: Option<(String, i64)> = on!(self, pool => sqlx::query_as(
            "select status, expires_at from flows where state_hash = $1")
            .bind(state.as_bytes()).fetch_optional(pool).await?);
        Ok(match row {
            None => FlowState::Unknown,
            Some((status, _)) if status == "spent" => FlowState::Spent,
            Some((_, expires_at)) if expires_at <= now => FlowState::Expired,
            Some(_) => FlowState::OtherBrowser,
        })
    }
}
