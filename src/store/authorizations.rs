//! Clients' requests for authorization, from the consent page to the code. Each is answered once, by the browser
//! that was shown the page, and is gone when the answer is no.

use super::{
    AppId, AuditEvent, AuthorizationId, ClientId, Db, FlowId, NewFlow, StoreError,
    audit::insert_audit, flows::insert_flow, in_transaction, on,
};
use crate::{clock::Millis, crypto::SecretHash};

/// Requests that wait for a person at most; another one ends the oldest.
pub const MAX_PENDING: i64 = 10_000;

/// A request that a client has just made.
#[derive(Clone, Debug)]
pub struct NewAuthorization {
    /// Its row.
    pub id: AuthorizationId,
    /// Hash of the cookie that stays in the browser.
    pub browser_hash: SecretHash,
    /// Who asks.
    pub client: ClientId,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// The S256 challenge of PKCE (RFC 7636 section 4.2).
    pub code_challenge: String,
    /// auxcord's scopes that are asked for, separated by spaces.
    pub asked: String,
    /// The resource that the tokens are for (RFC 8707).
    pub resource: String,
    /// The client's `state`, sealed for the row, if it sent one.
    pub state_sealed: Option<Vec<u8>>,
    /// When it was made.
    pub created_at: Millis,
    /// When it ends.
    pub expires_at: Millis,
}

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizationStatus {
    /// The page is shown.
    Pending,
    /// The person agreed and is at Spotify.
    Approved,
    /// The client was sent its code.
    Coded,
}

impl TryFrom<String> for AuthorizationStatus {
    type Error = StoreError;

    fn try_from(text: String) -> Result<Self, StoreError> {
        Ok(match text.as_str() {
            "pending" => Self::Pending,
            "approved" => Self::Approved,
            "coded" => Self::Coded,
            _ => return Err(StoreError::Invalid("status of an authorization")),
        })
    }
}

/// A request as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AuthorizationRow {
    /// Its row.
    #[sqlx(try_from = "String")]
    pub id: AuthorizationId,
    /// Hash of the cookie that stays in the browser.
    pub browser_hash: Vec<u8>,
    /// Who asks.
    #[sqlx(try_from = "String")]
    pub client_ref: ClientId,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// auxcord's scopes that are asked for, separated by spaces.
    pub asked: String,
    /// What the person granted of them.
    pub granted: Option<String>,
    /// The resource that the tokens are for.
    pub resource: String,
    /// The client's `state`, sealed for the row.
    pub state_sealed: Option<Vec<u8>>,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub status: AuthorizationStatus,
    /// When it ends.
    pub expires_at: Millis,
}

/// What a person agreed to.
#[derive(Clone, Debug)]
pub struct Approval {
    /// The request.
    pub id: AuthorizationId,
    /// Hash of the browser's cookie.
    pub browser_hash: SecretHash,
    /// The scopes that were granted, separated by spaces.
    pub granted: String,
    /// The login at Spotify that it begins.
    pub flow: NewFlow,
    /// When the request ends now.
    pub expires_at: Millis,
}

/// The columns of [`AuthorizationRow`].
macro_rules! columns {
    () => {
        "id, browser_hash, client_ref, redirect_uri, asked, granted, resource, state_sealed, status, expires_at"
    };
}

impl Db {
    /// Keeps a request until it is answered or expires; the oldest ones that wait go when there are too many.
    pub async fn insert_authorization(&self, new: &NewAuthorization) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query(
                "insert into authorizations (id, browser_hash, client_ref, redirect_uri, code_challenge, asked, \
                 resource, state_sealed, status, created_at, expires_at) \
                 values ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $9, $10)",
            )
            .bind(new.id.to_string())
            .bind(new.browser_hash.as_bytes())
            .bind(new.client.to_string())
            .bind(&new.redirect_uri)
            .bind(&new.code_challenge)
            .bind(&new.asked)
            .bind(&new.resource)
            .bind(&new.state_sealed)
            .bind(new.created_at)
            .bind(new.expires_at)
            .execute(pool).await?;
            // Identifiers sort by time, and the index holds them: nothing but the index is read.
            sqlx::query(
                "delete from authorizations where status = 'pending' and id <= \
                 (select id from authorizations where status = 'pending' order by id desc limit 1 offset $1)",
            )
            .bind(MAX_PENDING)
            .execute(pool).await?;
        });
        Ok(())
    }

    /// One request.
    pub async fn find_authorization(
        &self,
        id: AuthorizationId,
    ) -> Result<Option<AuthorizationRow>, StoreError> {
        const SELECT: &str = concat!("select ", columns!(), " from authorizations where id = $1");
        Ok(
            on!(self, pool => sqlx::query_as(SELECT).bind(id.to_string()).fetch_optional(pool).await?),
        )
    }

    /// The request that a login serves, and the app that the login goes through.
    pub async fn find_authorization_of(
        &self,
        flow: FlowId,
    ) -> Result<Option<(AuthorizationRow, AppId)>, StoreError> {
        let ids: Option<(String, String)> = on!(self, pool => sqlx::query_as(
            "select authorization_id, app_id from flows where id = $1 and authorization_id is not null")
            .bind(flow.to_string()).fetch_optional(pool).await?);
        let Some((id, app)) = ids else {
            return Ok(None);
        };
        let id = AuthorizationId::parse(&id).ok_or(StoreError::Invalid("authorization id"))?;
        let app = AppId::parse(&app).ok_or(StoreError::Invalid("app id"))?;
        Ok(self.find_authorization(id).await?.map(|row| (row, app)))
    }

    /// Whether the request that a spent login serves may still be answered through that login: nothing came of it yet,
    /// neither is over at `now`, and no other login was begun in its place.
    pub async fn is_authorization_unfinished(
        &self,
        flow: FlowId,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let found: Option<(String,)> = on!(self, pool => sqlx::query_as(
            "select a.id from authorizations a join flows f on f.authorization_id = a.id \
             where f.id = $1 and a.status = 'approved' and $2 < a.expires_at and $2 < f.expires_at \
             and not exists (select 1 from flows o where o.authorization_id = a.id and o.id <> f.id \
             and o.status = 'open')")
            .bind(flow.to_string()).bind(now).fetch_optional(pool).await?);
        Ok(found.is_some())
    }

    /// Approves a request that waits for this browser, and keeps the login that it begins, together; whether it
    /// was waiting.
    pub async fn update_authorization_approved(
        &self,
        approval: &Approval,
        event: &AuditEvent,
        now: Millis,
    ) -> Result<bool, StoreError> {
        Ok(in_transaction!(self, tx => {
            let approved = sqlx::query(
                "update authorizations set status = 'approved', granted = $3, expires_at = $4 \
                 where id = $1 and browser_hash = $2 and status = 'pending' and $5 < expires_at",
            )
            .bind(approval.id.to_string())
            .bind(approval.browser_hash.as_bytes())
            .bind(&approval.granted)
            .bind(approval.expires_at)
            .bind(now)
            .execute(&mut *tx).await?.rows_affected() > 0;
            if approved {
                insert_flow!(&mut *tx, &approval.flow);
                insert_audit!(&mut *tx, event, now);
            }
            approved
        }))
    }

    /// Takes away a request that waits for this browser, because the person said no; whether it was waiting.
    pub async fn take_authorization_denied(
        &self,
        id: AuthorizationId,
        browser: &SecretHash,
        event: &AuditEvent,
        now: Millis,
    ) -> Result<bool, StoreError> {
        Ok(in_transaction!(self, tx => {
            let taken = sqlx::query(
                "delete from authorizations \
                 where id = $1 and browser_hash = $2 and status = 'pending' and $3 < expires_at",
            )
            .bind(id.to_string()).bind(browser.as_bytes()).bind(now)
            .execute(&mut *tx).await?.rows_affected() > 0;
            if taken {
                insert_audit!(&mut *tx, event, now);
            }
            taken
        }))
    }

    /// Takes away an approved request with its login, because Spotify sent this browser back without a code;
    /// whether the login was open for it.
    pub async fn take_authorization_refused(
        &self,
        state: &SecretHash,
        browser: &SecretHash,
        event: &AuditEvent,
        now: Millis,
    ) -> Result<bool, StoreError> {
        Ok(in_transaction!(self, tx => {
            let taken = sqlx::query(
                "delete from authorizations where status = 'approved' and id = \
                 (select authorization_id from flows where state_hash = $1 and browser_hash = $2 \
                 and status = 'open' and $3 < expires_at)",
            )
            .bind(state.as_bytes()).bind(browser.as_bytes()).bind(now)
            .execute(&mut *tx).await?.rows_affected() > 0;
            if taken {
                insert_audit!(&mut *tx, event, now);
            }
            taken
        }))
    }

    /// Takes away an approved request whose login was spent and led to nothing.
    pub async fn take_authorization_failed(&self, id: AuthorizationId) -> Result<(), StoreError> {
        on!(self, pool => {
            sqlx::query("delete from authorizations where id = $1 and status = 'approved'")
                .bind(id.to_string()).execute(pool).await?;
        });
        Ok(())
    }
}
