//! Tokens that did not come through our own login: from an earlier server's database, or typed in by the operator.
//!
//! Nothing is believed of them. `GET /me` says whose they are, and a refresh token that Spotify replaces on the way is
//! stored before that is asked, because it exists nowhere else. Who calls decides what becomes of the answer.

use std::fmt::Write;

use super::{Links, redeem::grants_until};
use crate::{
    clock::{MINUTE, Millis},
    crypto::{SecretHash, random_bytes},
    spotify::{
        AccessToken, RefreshToken, SpotifyError,
        accounts::{AccountsError, OauthCode, TokenSet},
    },
    store::{
        Account, AuditEvent, BroughtLink, Given, LinkChange, LinkId, LinkRow, LinkStatus,
        NewConnection, NewLink, Outcome, PersonId, StoreError,
    },
};

/// An access token that ends sooner than this is renewed instead of being used.
const WORTH_USING: Millis = MINUTE;
/// How often a link is put in the place of another that changes meanwhile.
const REPLACED_AT_MOST: u32 = 5;

/// Tokens from elsewhere, for this server's Spotify app.
#[derive(Clone, Debug)]
pub struct Brought {
    /// The access token, and when it ends.
    pub access: Option<(AccessToken, Millis)>,
    /// The refresh token.
    pub refresh: Option<RefreshToken>,
    /// The Spotify permissions granted, separated by spaces; empty when that is not known.
    pub scopes: String,
    /// When the person consented, as far as that is known.
    pub authorized_at: Millis,
    /// When these tokens were last written where they come from.
    pub changed_at: Millis,
}

/// Tokens that Spotify has just accepted, and whose they are.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The account that `GET /me` named.
    pub account: Account,
    access: AccessToken,
    refresh: Option<RefreshToken>,
    issued_at: Millis,
    expires_at: Millis,
    scopes: String,
    authorized_at: Millis,
}

/// Whose link tokens have become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// The person.
    pub person: PersonId,
    /// Whether the person's link stayed as it was, because it can do more or lasts longer.
    pub stayed: bool,
}

/// Why it is not known whose tokens are.
#[derive(Debug, thiserror::Error)]
pub enum ExamineFault {
    /// Spotify does not accept them any more, or they were issued to another app.
    #[error("spotify does not accept the tokens any more")]
    Ended,
    /// Spotify refuses the app itself, whoever's tokens it shows.
    #[error("spotify does not know this server's app or its secret")]
    AppRefused,
    /// The owner of the app has no Premium.
    #[error("the owner of the spotify app has no premium subscription")]
    AppOwnerPremium,
    /// The account is not on the user list of the app.
    #[error("the account is not on the user list of the spotify app")]
    NotAllowListed,
    /// Spotify asks to slow down.
    #[error("spotify asks to slow down")]
    Slow {
        /// For how many seconds.
        retry_after: Option<u64>,
    },
    /// The app's calls for the day are used up.
    #[error("the app's quota at spotify is used up")]
    Quota,
    /// Spotify could not be asked, or its answer makes no sense.
    #[error("spotify could not be asked")]
    Unreachable,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Examined {
    /// Whether the link would end with its access token.
    pub fn ends_at(&self) -> Option<Millis> {
        self.refresh.is_none().then_some(self.expires_at)
    }

    /// Whether `link` works and can be renewed where this cannot, or may do what this may not.
    fn is_less_than(&self, link: &LinkRow) -> bool {
        let may = |scope| self.scopes.split(' ').any(|mine| mine == scope);
        let renews = !link.refresh_sealed.is_empty();
        let wider = link.scopes.split(' ').any(|scope| !may(scope));
        link.status == LinkStatus::Active && renews && (self.refresh.is_none() || wider)
    }
}

impl Links {
    /// Asks Spotify whose tokens these are, renewing them where they have ended or their permissions are not known.
    /// `origin` is the keyed hash of where they come from.
    ///
    /// # Errors
    /// [`ExamineFault`]; only [`ExamineFault::Ended`] says anything about the tokens.
    pub async fn examine(
        &self,
        origin: &SecretHash,
        brought: &Brought,
    ) -> Result<Examined, ExamineFault> {
        let now = self.inner.parts.clock.now();
        let waiting = self.waiting(origin, brought.changed_at).await?;
        if let (None, Some((access, expires_at))) = (&waiting, &brought.access)
            && now + WORTH_USING < *expires_at
            && (!brought.scopes.is_empty() || brought.refresh.is_none())
        {
            match self.account_of(access).await {
                Ok(account) => {
                    return Ok(Examined {
                        account,
                        access: access.clone(),
                        refresh: brought.refresh.clone(),
                        issued_at: now,
                        expires_at: *expires_at,
                        scopes: brought.scopes.clone(),
                        authorized_at: brought.authorized_at,
                    });
                }
                // It may have ended early; the refresh token decides.
                Err(ExamineFault::Ended) => {}
                Err(fault) => return Err(fault),
            }
        }
        let refresh = waiting
            .or_else(|| brought.refresh.clone())
            .ok_or(ExamineFault::Ended)?;
        self.examine_renewed(origin, brought, refresh, now).await
    }

    /// The account of an access token that is good now, without renewing anything.
    ///
    /// # Errors
    /// [`ExamineFault::Ended`] also when the access token alone has ended.
    pub async fn peek(&self, brought: &Brought) -> Result<Account, ExamineFault> {
        let now = self.inner.parts.clock.now();
        match &brought.access {
            Some((access, expires_at)) if now < *expires_at => self.account_of(access).await,
            _ => Err(ExamineFault::Ended),
        }
    }

    /// Seals what was examined as a link that can be used.
    pub fn seal_examined(&self, examined: &Examined) -> BroughtLink {
        let inner = &self.inner;
        let id = LinkId::new(inner.parts.clock.now(), random_bytes());
        let refresh = examined.refresh.as_ref();
        BroughtLink {
            id,
            app: inner.parts.app.id,
            access_sealed: inner.seal_access(id, &examined.access),
            refresh_sealed: refresh.map_or(Vec::new(), |token| inner.seal_refresh(id, token)),
            access_issued_at: examined.issued_at,
            access_expires_at: examined.expires_at,
            scopes: examined.scopes.clone(),
            authorized_at: examined.authorized_at,
            status: LinkStatus::Active,
        }
    }

    /// Seals tokens that nobody examined as a link that cannot be used yet; `None` without a refresh token.
    pub fn seal_unexamined(&self, brought: &Brought) -> Option<BroughtLink> {
        let inner = &self.inner;
        let (access, expires_at) = brought.access.as_ref()?;
        let refresh = brought.refresh.as_ref()?;
        let id = LinkId::new(inner.parts.clock.now(), random_bytes());
        Some(BroughtLink {
            id,
            app: inner.parts.app.id,
            access_sealed: inner.seal_access(id, access),
            refresh_sealed: inner.seal_refresh(id, refresh),
            access_issued_at: brought.changed_at,
            access_expires_at: *expires_at,
            scopes: brought.scopes.clone(),
            authorized_at: brought.authorized_at,
            status: LinkStatus::Suspended,
        })
    }

    /// Makes what was examined the link of its person, who is made if they are new, in the place of any other one; but
    /// never in the place of one that works and can do more, or that can be renewed where this one cannot.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn adopt(
        &self,
        examined: &Examined,
        reason: &'static str,
    ) -> Result<Adopted, StoreError> {
        let parts = &self.inner.parts;
        let mut attempt = 1;
        loop {
            let now = parts.clock.now();
            let known = parts.db.find_person_of(&examined.account).await?;
            let earlier = match known {
                Some(person) => parts.db.find_link(person).await?,
                None => None,
            };
            let earlier = earlier.filter(|link| link.app_id == parts.app.id);
            if let (Some(person), Some(link)) = (known, &earlier)
                && examined.is_less_than(link)
            {
                return Ok(Adopted {
                    person,
                    stayed: true,
                });
            }
            let sealed = self.seal_examined(examined);
            let link = NewLink {
                id: sealed.id,
                app: sealed.app,
                access_sealed: sealed.access_sealed,
                refresh_sealed: sealed.refresh_sealed,
                access_expires_at: sealed.access_expires_at,
                scopes: sealed.scopes,
                grants_until: grants_until(now),
            };
            let event = AuditEvent::new(now, random_bytes(), "account.connected", Outcome::Success);
            let new = NewConnection {
                person: PersonId::new(now, random_bytes()),
                account: examined.account.clone(),
                link: LinkChange::Replace(link, earlier.map(|link| link.id)),
                given: Given::Nothing,
                events: vec![event.because(reason)],
            };
            match parts.db.insert_connection(&new, now).await {
                Ok(Some(connected)) => {
                    self.forget(connected.person);
                    return Ok(Adopted {
                        person: connected.person,
                        stayed: false,
                    });
                }
                Ok(None) | Err(StoreError::Overtaken) if attempt < REPLACED_AT_MOST => attempt += 1,
                Ok(None) => return Err(StoreError::Overtaken),
                Err(fault) => return Err(fault),
            }
        }
    }

    /// The refresh token that an earlier attempt left, unless the other server has written newer tokens since.
    async fn waiting(
        &self,
        origin: &SecretHash,
        changed_at: Millis,
    ) -> Result<Option<RefreshToken>, StoreError> {
        let inner = &self.inner;
        let row = inner.parts.db.find_import(origin).await?;
        Ok(row
            .filter(|row| changed_at <= row.tokens_at)
            .and_then(|row| inner.open_waiting(&row_of(origin), &row.refresh_sealed?)))
    }

    async fn examine_renewed(
        &self,
        origin: &SecretHash,
        brought: &Brought,
        refresh: RefreshToken,
        now: Millis,
    ) -> Result<Examined, ExamineFault> {
        let parts = &self.inner.parts;
        let renewed = parts.accounts.refresh(&parts.app.credentials, &refresh);
        let TokenSet {
            access,
            refresh: newer,
            expires_in,
            scopes,
        } = renewed.await.map_err(|fault| refused(&fault))?;
        if let Some(newer) = &newer {
            let sealed = self.inner.seal_waiting(&row_of(origin), newer);
            parts
                .db
                .update_import_begun(origin, &sealed, brought.changed_at, now)
                .await?;
        }
        let life = Millis::try_from(expires_in.as_millis()).unwrap_or(Millis::MAX);
        Ok(Examined {
            account: self.account_of(&access).await?,
            access,
            refresh: Some(newer.unwrap_or(refresh)),
            issued_at: now,
            expires_at: now.saturating_add(life),
            scopes: if scopes.is_empty() {
                brought.scopes.clone()
            } else {
                scopes.join(" ")
            },
            authorized_at: brought.authorized_at,
        })
    }

    async fn account_of(&self, access: &AccessToken) -> Result<Account, ExamineFault> {
        let account = self.inner.parts.accounts.me(access).await;
        let account = account.map_err(|fault| unnamed(&fault))?;
        Ok(Account {
            account_id: account.account_id,
            spotify_id: account.id,
            display_name: account.display_name,
        })
    }
}

/// The name of an origin's row, for sealing.
fn row_of(origin: &SecretHash) -> String {
    origin
        .as_bytes()
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing into a text never fails.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn refused(fault: &AccountsError) -> ExamineFault {
    match fault {
        AccountsError::InvalidGrant { .. } => ExamineFault::Ended,
        AccountsError::InvalidClient | AccountsError::OtherOauth(OauthCode::UnauthorizedClient) => {
            ExamineFault::AppRefused
        }
        AccountsError::RateLimited { .. } => ExamineFault::Slow {
            retry_after: fault.retry_after(),
        },
        AccountsError::Unavailable { .. }
        | AccountsError::OtherOauth(_)
        | AccountsError::Timeout
        | AccountsError::Network(_)
        | AccountsError::Malformed => ExamineFault::Unreachable,
    }
}

fn unnamed(fault: &SpotifyError) -> ExamineFault {
    match fault {
        // 400 is what Spotify says to what was never a token.
        SpotifyError::Unauthorized(_) | SpotifyError::InvalidRequest(_) => ExamineFault::Ended,
        // Every app has this endpoint, so a refusal in words of its own can only mean the list of users.
        SpotifyError::NotAllowListed(_)
        | SpotifyError::EndpointGone(_)
        | SpotifyError::NotReadable(_) => ExamineFault::NotAllowListed,
        SpotifyError::AppOwnerPremium(_) => ExamineFault::AppOwnerPremium,
        SpotifyError::RateLimited(context) => ExamineFault::Slow {
            retry_after: context.retry_after.map(|wait| wait.as_secs()),
        },
        SpotifyError::QuotaExceeded(_) => ExamineFault::Quota,
        _ => ExamineFault::Unreachable,
    }
}
