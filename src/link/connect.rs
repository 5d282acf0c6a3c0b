//! Making a link: out to Spotify with a state and PKCE, back with a code, and the person's keys.
//!
//! A login belongs to the browser that began it, is good once, and ends after ten minutes.

use std::fmt;

use super::{Links, SpotifyScopes, sealed::split_scopes};
use crate::{
    clock::{MINUTE, Millis},
    crypto::{HashKey, Opaque, Place, Purpose, random_bytes},
    spotify::{
        SpotifyError,
        accounts::{AccountsError, AuthorizeRequest, TokenSet},
    },
    store::{
        Account, AuditEvent, FlowId, FlowState, KeyId, LinkId, NewConnection, NewFlow, NewKey,
        NewLink, Outcome, PersonId, StoreError, TakenFlow,
    },
};

/// How long a login may take.
pub(crate) const LOGIN_LASTS: Millis = 10 * MINUTE;

/// A login that is ready to leave for Spotify. Its `Debug` is blind: the address holds the state.
pub struct Outbound {
    /// Names the login's cookie, so that two tabs do not share one.
    pub flow: FlowId,
    /// What the browser keeps in that cookie.
    pub browser: Opaque,
    /// Where to send the browser.
    pub url: url::Url,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("flow", &self.flow)
            .finish_non_exhaustive()
    }
}

/// The keys that a login makes: one for the header, one for the connector URL.
pub type NewKeys = [NewKey; 2];

/// What a completed login led to.
#[derive(Debug)]
pub struct Connection {
    /// The person.
    pub person: PersonId,
    /// The account's display name.
    pub display_name: Option<String>,
    /// What Spotify granted.
    pub scopes: SpotifyScopes,
    /// Permissions that were asked for and not granted.
    pub missing: Vec<String>,
    /// Keys that had to go to keep their number down.
    pub dropped: Vec<KeyId>,
}

/// Why a login did not lead to a link.
#[derive(Debug, thiserror::Error)]
pub enum ConnectFault {
    /// The state is not that of an open login of this browser.
    #[error("the state cannot be used: {0:?}")]
    State(FlowState),
    /// Spotify refused the code.
    #[error("spotify refused the code")]
    Code,
    /// Spotify refused the app itself.
    #[error("spotify refused the app's credentials")]
    AppRefused,
    /// The account is not on the app's list of users.
    #[error("the account is not on the app's list of users")]
    NotAllowListed,
    /// The owner of the app has no Premium.
    #[error("the app's owner has no premium subscription")]
    AppOwnerPremium,
    /// Spotify failed or could not be reached; the login is open again.
    #[error("spotify is unavailable")]
    Unavailable {
        /// How long Spotify asked to wait, in seconds.
        retry_after: Option<u64>,
    },
    /// Spotify took the code and then failed to say whose account it is; the login is spent.
    #[error("spotify did not say whose account it is")]
    Unnamed {
        /// How long Spotify asked to wait, in seconds.
        retry_after: Option<u64>,
    },
    /// Spotify sent what cannot be used: no refresh token, or no account.
    #[error("spotify sent an incomplete answer")]
    Incomplete,
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
}

impl Links {
    /// Begins a login for `scopes`: keeps the hashes of a new state and cookie, and the sealed verifier.
    ///
    /// # Errors
    /// [`ConnectFault::Store`].
    pub async fn begin(&self, hash: &HashKey, scopes: &[&str]) -> Result<Outbound, ConnectFault> {
        let parts = &self.inner.parts;
        let now = parts.clock.now();
        let flow = FlowId::new(now, random_bytes());
        let [state, browser, verifier] = [(); 3].map(|()| Opaque::new(random_bytes()));
        let row = flow.to_string();
        let new = NewFlow {
            id: flow,
            state_hash: hash.hash(Purpose::State, state.expose()),
            browser_hash: hash.hash(Purpose::Browser, browser.expose()),
            app: parts.app.id,
            verifier_sealed: parts.keyring.seal(
                verifier_place(&row),
                verifier.expose().as_bytes(),
                random_bytes(),
            ),
            scopes: scopes.join(" "),
            created_at: now,
            expires_at: now + LOGIN_LASTS,
        };
        parts.db.insert_flow(&new).await?;
        let url = parts.accounts.authorize_url(
            &parts.app.credentials,
            &AuthorizeRequest {
                redirect_uri: &parts.app.redirect_uri,
                state: state.expose(),
                code_challenge: &verifier.s256_challenge(),
                scopes,
                // A second screen that is never silent: nobody is connected by a forgotten session.
                show_dialog: true,
            },
        );
        Ok(Outbound { flow, browser, url })
    }

    /// The login that `state` was made for, which names its cookie among those of other tabs.
    ///
    /// # Errors
    /// [`ConnectFault::Store`].
    pub async fn find_login(
        &self,
        hash: &HashKey,
        state: &str,
    ) -> Result<Option<FlowId>, ConnectFault> {
        let state = hash.hash(Purpose::State, state);
        Ok(self.inner.parts.db.find_flow(&state).await?)
    }

    /// Spends a login that came back refused; its state is checked all the same.
    ///
    /// # Errors
    /// [`ConnectFault::State`], [`ConnectFault::Store`].
    pub async fn refuse(
        &self,
        hash: &HashKey,
        state: &str,
        browser: &str,
    ) -> Result<(), ConnectFault> {
        self.take(hash, state, browser).await.map(|_| ())
    }

    /// Completes a login: redeems the code, asks whose account it is, and keeps person, link and `keys` together.
    ///
    /// # Errors
    /// [`ConnectFault`]. After [`ConnectFault::Unavailable`] the same callback may be tried again.
    pub async fn complete(
        &self,
        hash: &HashKey,
        state: &str,
        browser: &str,
        code: &str,
        keys: NewKeys,
    ) -> Result<Connection, ConnectFault> {
        let flow = self.take(hash, state, browser).await?;
        // A task of its own: what Spotify has issued is kept even if the browser goes away meanwhile.
        let links = self.clone();
        let code = Opaque::from_text(code);
        self.inner
            .tasks
            .spawn(async move { links.redeem(flow, &code, keys).await })
            .await
            .unwrap_or(Err(ConnectFault::Unavailable { retry_after: None }))
    }

    async fn take(
        &self,
        hash: &HashKey,
        state: &str,
        browser: &str,
    ) -> Result<TakenFlow, ConnectFault> {
        let parts = &self.inner.parts;
        let now = parts.clock.now();
        let state = hash.hash(Purpose::State, state);
        let browser = hash.hash(Purpose::Browser, browser);
        match parts.db.take_flow(&state, &browser, now).await? {
            Some(flow) => Ok(flow),
            None => Err(ConnectFault::State(
                parts.db.find_flow_state(&state, now).await?,
            )),
        }
    }

    async fn redeem(
        &self,
        flow: TakenFlow,
        code: &Opaque,
        keys: NewKeys,
    ) -> Result<Connection, ConnectFault> {
        let parts = &self.inner.parts;
        let verifier = self.open_verifier(&flow)?;
        let exchanged = parts
            .accounts
            .exchange_code(
                &parts.app.credentials,
                &parts.app.redirect_uri,
                code.expose(),
                verifier.secret(),
            )
            .await;
        let tokens = match exchanged {
            Ok(tokens) => tokens,
            Err(fault) => {
                let fault = exchange_fault(&fault);
                if matches!(fault, ConnectFault::Unavailable { .. }) {
                    parts.db.update_flow_reopened(flow.id).await?;
                }
                return Err(fault);
            }
        };
        let account = parts
            .accounts
            .me(&tokens.access)
            .await
            .map_err(|fault| me_fault(&fault))?;
        let account = Account {
            account_id: account.account_id,
            spotify_id: account.id,
            display_name: account.display_name,
        };
        self.keep(&flow, account, &tokens, keys).await
    }

    async fn keep(
        &self,
        flow: &TakenFlow,
        account: Account,
        tokens: &TokenSet,
        keys: NewKeys,
    ) -> Result<Connection, ConnectFault> {
        let parts = &self.inner.parts;
        let now = parts.clock.now();
        let refresh = tokens.refresh.as_ref().ok_or(ConnectFault::Incomplete)?;
        let id = LinkId::new(now, random_bytes());
        let life = Millis::try_from(tokens.expires_in.as_millis()).unwrap_or(Millis::MAX);
        let granted = granted_scopes(tokens, flow);
        let display_name = account.display_name.clone();
        let new = NewConnection {
            person: PersonId::new(now, random_bytes()),
            account,
            link: NewLink {
                id,
                app: flow.app_id,
                access_sealed: self.inner.seal_access(id, &tokens.access),
                refresh_sealed: self.inner.seal_refresh(id, refresh),
                access_expires_at: now.saturating_add(life),
                scopes: granted.clone(),
            },
            keys,
            event: AuditEvent::new(now, random_bytes(), "account.connected", Outcome::Success),
        };
        let connected = parts.db.insert_connection(&new, now).await?;
        self.forget(connected.person);
        let scopes = split_scopes(&granted);
        let missing = flow
            .scopes
            .split_whitespace()
            .filter(|asked| !scopes.iter().any(|scope| &**scope == *asked))
            .map(str::to_owned)
            .collect();
        Ok(Connection {
            person: connected.person,
            display_name,
            scopes,
            missing,
            dropped: connected.dropped,
        })
    }

    fn open_verifier(&self, flow: &TakenFlow) -> Result<Opaque, ConnectFault> {
        let row = flow.id.to_string();
        self.inner
            .parts
            .keyring
            .open(verifier_place(&row), &flow.verifier_sealed)
            .ok()
            .and_then(|plain| std::str::from_utf8(&plain).map(Opaque::from_text).ok())
            .ok_or(ConnectFault::Store(StoreError::Invalid("sealed verifier")))
    }
}

fn verifier_place(row: &str) -> Place<'_> {
    Place {
        table: "flows",
        column: "verifier_sealed",
        row,
    }
}

/// An answer without `scope` grants what was asked (RFC 6749 section 5.1).
fn granted_scopes(tokens: &TokenSet, flow: &TakenFlow) -> String {
    if tokens.scopes.is_empty() {
        flow.scopes.clone()
    } else {
        tokens.scopes.join(" ")
    }
}

fn exchange_fault(fault: &AccountsError) -> ConnectFault {
    tracing::warn!(error = %fault, "spotify did not redeem a code");
    match fault {
        AccountsError::InvalidGrant { .. } => ConnectFault::Code,
        fault if fault.is_transient() => ConnectFault::Unavailable {
            retry_after: fault.retry_after(),
        },
        _ => ConnectFault::AppRefused,
    }
}

/// The code is spent by now, so a failure here asks for a new login.
fn me_fault(fault: &SpotifyError) -> ConnectFault {
    tracing::warn!(error = %fault, "spotify did not say whose account was connected");
    match fault {
        // Every app has this endpoint, so a refusal in words of its own can only mean the list of users.
        SpotifyError::NotAllowListed(_)
        | SpotifyError::EndpointGone(_)
        | SpotifyError::NotReadable(_) => ConnectFault::NotAllowListed,
        SpotifyError::AppOwnerPremium(_) => ConnectFault::AppOwnerPremium,
        SpotifyError::Malformed(_) => ConnectFault::Incomplete,
        fault => ConnectFault::Unnamed {
            retry_after: fault.context().retry_after.map(|wait| wait.as_secs()),
        },
    }
}
