//! Logins on their way to Spotify and back: each is used once, by the browser that began it.

use super::{AppId, AuthorizationId, Db, FlowId, StoreError, on};
use crate::{clock::Millis, crypto::SecretHash};

/// What a login is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginPurpose {
    /// API keys, shown on a page.
    Keys,
    /// Signing a browser in.
    Session,
    /// An account for somebody who works alone on one machine.
    Machine,
    /// A client's request for authorization.
    Authorization(AuthorizationId),
}

impl LoginPurpose {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Session => "session",
            Self::Machine => "machine",
            Self::Authorization(_) => "authorization",
        }
    }

    /// The request that it serves, if it serves one.
    pub fn authorization(self) -> Option<AuthorizationId> {
        match self {
            Self::Authorization(id) => Some(id),
            Self::Keys | Self::Session | Self::Machine => None,
        }
    }

    fn read(name: &str, authorization: Option<&str>) -> Result<Self, StoreError> {
        match (name, authorization.and_then(AuthorizationId::parse)) {
            ("keys", None) => Ok(Self::Keys),
            ("session", None) => Ok(Self::Session),
            ("machine", None) => Ok(Self::Machine),
            ("authorization", Some(id)) => Ok(Self::Authorization(id)),
            _ => Err(StoreError::Invalid("purpose of a login")),
        }
    }
}

/// A login that is about to leave for Spotify.
#[derive(Clone, Debug)]
pub struct NewFlow {
    /// Its row.
    pub id: FlowId,
    /// Hash of the `state` that goes to Spotify.
    pub state_hash: SecretHash,
    /// Hash of the cookie that stays in the browser.
    pub browser_hash: SecretHash,
    /// What it is for.
    pub purpose: LoginPurpose,
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
#[derive(Clone, Debug)]
pub struct TakenFlow {
    /// Its row.
    pub id: FlowId,
    /// What it is for.
    pub purpose: LoginPurpose,
    /// The app that it went through.
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

/// Shared by logins alone and by those that an approval begins.
macro_rules! insert_flow {
    ($executor:expr, $flow:expr) => {{
        let flow: &$crate::store::NewFlow = $flow;
        sqlx::query(
            "insert into flows (id, state_hash, browser_hash, purpose, authorization_id, app_id, verifier_sealed, \
             scopes, status, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10)",
        )
        .bind(flow.id.to_string())
        .bind(flow.state_hash.as_bytes())
        .bind(flow.browser_hash.as_bytes())
        .bind(flow.purpose.as_str())
        .bind(flow.purpose.authorization().map(|id| id.to_string()))
        .bind(flow.app.to_string())
        .bind(&flow.verifier_sealed)
        .bind(&flow.scopes)
        .bind(flow.created_at)
        .bind(flow.expires_at)
        .execute($executor)
        .await?;
    }};
}

pub(super) use insert_flow;

impl Db {
    /// Keeps `flow` until it comes back or expires.
    pub async fn insert_flow(&self, flow: &NewFlow) -> Result<(), StoreError> {
        on!(self, pool => insert_flow!(pool, flow));
        Ok(())
    }

    /// Spends the open login that `state` and `browser` name together.
    pub async fn take_flow(
        &self,
        state: &SecretHash,
        browser: &SecretHash,
        now: Millis,
    ) -> Result<Option<TakenFlow>, StoreError> {
        type Row = (String, String, Option<String>, String, Vec<u8>, String);
        let row: Option<Row> = on!(self, pool => sqlx::query_as(
            "update flows set status = 'spent' \
             where state_hash = $1 and browser_hash = $2 and status = 'open' and $3 < expires_at \
             returning id, purpose, authorization_id, app_id, verifier_sealed, scopes",
        )
        .bind(state.as_bytes()).bind(browser.as_bytes()).bind(now).fetch_optional(pool).await?);
        let Some((id, purpose, authorization, app, verifier_sealed, scopes)) = row else {
            return Ok(None);
        };
        Ok(Some(TakenFlow {
            id: FlowId::parse(&id).ok_or(StoreError::Invalid("login id"))?,
            purpose: LoginPurpose::read(&purpose, authorization.as_deref())?,
            app_id: AppId::parse(&app).ok_or(StoreError::Invalid("app id"))?,
            verifier_sealed,
            scopes,
        }))
    }

    /// Opens a spent login again, because Spotify could not be asked about it.
    pub async fn update_flow_reopened(&self, id: FlowId) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query("update flows set status = 'open' where id = $1 and status = 'spent'")
                .bind(id.to_string()).execute(pool).await?;
        });
        Ok(())
    }

    /// The login that `state` was made for and what it is for, whatever became of it.
    pub async fn find_flow(
        &self,
        state: &SecretHash,
    ) -> Result<Option<(FlowId, LoginPurpose)>, StoreError> {
        let row: Option<(String, String, Option<String>)> = on!(self, pool => sqlx::query_as(
            "select id, purpose, authorization_id from flows where state_hash = $1")
            .bind(state.as_bytes()).fetch_optional(pool).await?);
        let Some((id, purpose, authorization)) = row else {
            return Ok(None);
        };
        let id = FlowId::parse(&id).ok_or(StoreError::Invalid("login id"))?;
        Ok(Some((
            id,
            LoginPurpose::read(&purpose, authorization.as_deref())?,
        )))
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
