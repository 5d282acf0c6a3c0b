//! Making a link: out to Spotify with a state and PKCE, and back with a code.
//!
//! A login belongs to the browser that began it, is good once, and ends after ten minutes.

use std::fmt;

use super::{Links, SpotifyScopes};
use crate::{
    clock::{MINUTE, Millis},
    crypto::{HashKey, Opaque, Place, Purpose, random_bytes},
    spotify::accounts::AuthorizeRequest,
    store::{
        FlowId, FlowState, Given, KeyId, LoginPurpose, NewFlow, PersonId, StoreError, TakenFlow,
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

/// A login as its state names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login {
    /// Names the login's cookie among those of other tabs.
    pub flow: FlowId,
    /// What it is for.
    pub purpose: LoginPurpose,
}

/// Where a login that came back leads.
#[derive(Debug)]
pub enum Completed {
    /// To a link, and to what the login was to give.
    Connected(Connection),
    /// Back to Spotify: the person's link can do more than was asked for, and must not lose it.
    AskAgain(Outbound),
}

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
    /// The request for authorization that the login answers was answered before, or its time is over.
    #[error("the request for authorization does not wait for this login any more")]
    NotWaiting,
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
}

impl Links {
    /// Begins a login for the Spotify permissions `scopes`.
    ///
    /// # Errors
    /// [`ConnectFault::Store`].
    pub async fn begin(
        &self,
        hash: &HashKey,
        scopes: &[&str],
        purpose: LoginPurpose,
    ) -> Result<Outbound, ConnectFault> {
        let (flow, outbound) = self.prepare(hash, scopes, purpose);
        self.inner.parts.db.insert_flow(&flow).await?;
        Ok(outbound)
    }

    /// Begins a login that no browser's cookie binds: `bind` makes what stands in its place from the state.
    ///
    /// # Errors
    /// [`ConnectFault::Store`].
    pub async fn begin_bound(
        &self,
        hash: &HashKey,
        scopes: &[&str],
        purpose: LoginPurpose,
        bind: impl FnOnce(&Opaque) -> Opaque,
    ) -> Result<Outbound, ConnectFault> {
        let state = Opaque::new(random_bytes());
        let browser = bind(&state);
        let (flow, outbound) = self.prepare_for(hash, scopes, purpose, &state, browser);
        self.inner.parts.db.insert_flow(&flow).await?;
        Ok(outbound)
    }

    /// A login for the Spotify permissions `scopes`, not yet stored: the hashes of a new state and cookie, the
    /// sealed verifier, and the way out, which must not be taken before the login is stored.
    pub fn prepare(
        &self,
        hash: &HashKey,
        scopes: &[&str],
        purpose: LoginPurpose,
    ) -> (NewFlow, Outbound) {
        let [state, browser] = [(); 2].map(|()| Opaque::new(random_bytes()));
        self.prepare_for(hash, scopes, purpose, &state, browser)
    }

    fn prepare_for(
        &self,
        hash: &HashKey,
        scopes: &[&str],
        purpose: LoginPurpose,
        state: &Opaque,
        browser: Opaque,
    ) -> (NewFlow, Outbound) {
        let parts = &self.inner.parts;
        let now = parts.clock.now();
        let flow = FlowId::new(now, random_bytes());
        let verifier = Opaque::new(random_bytes());
        let row = flow.to_string();
        let new = NewFlow {
            id: flow,
            state_hash: hash.hash(Purpose::State, state.expose()),
            browser_hash: hash.hash(Purpose::Browser, browser.expose()),
            purpose,
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
        (new, Outbound { flow, browser, url })
    }

    /// The login that `state` was made for, whatever became of it.
    ///
    /// # Errors
    /// [`ConnectFault::Store`].
    pub async fn find_login(
        &self,
        hash: &HashKey,
        state: &str,
    ) -> Result<Option<Login>, ConnectFault> {
        let state = hash.hash(Purpose::State, state);
        let found = self.inner.parts.db.find_flow(&state).await?;
        Ok(found.map(|(flow, purpose)| Login { flow, purpose }))
    }

    /// Whether the login that `state` was made for still waits for its answer.
    ///
    /// # Errors
    /// [`ConnectFault::Store`].
    pub async fn waits(&self, hash: &HashKey, state: &str) -> Result<bool, ConnectFault> {
        let parts = &self.inner.parts;
        let state = hash.hash(Purpose::State, state);
        let found = parts.db.find_flow_state(&state, parts.clock.now()).await?;
        // Asked without its cookie, a login that is open is another browser's.
        Ok(found == FlowState::OtherBrowser)
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

    /// Completes a login: redeems the code, asks whose account it is, and keeps person, link and what is `given`
    /// together. The end of a grant is moved forward to that of Spotify's consent.
    ///
    /// # Errors
    /// [`ConnectFault`]. After [`ConnectFault::Unavailable`] the same callback may be tried again.
    pub async fn complete(
        &self,
        hash: &HashKey,
        state: &str,
        browser: &str,
        code: &str,
        given: Given,
    ) -> Result<Completed, ConnectFault> {
        // A task of its own: what is begun is finished even if the browser goes away meanwhile.
        let links = self.clone();
        let hash = hash.clone();
        let [state, browser, code] = [state, browser, code].map(Opaque::from_text);
        self.inner
            .tasks
            .spawn(async move {
                let flow = links.take(&hash, state.expose(), browser.expose()).await?;
                links.redeem(&hash, flow, &code, given).await
            })
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
}

pub(super) fn verifier_place(row: &str) -> Place<'_> {
    Place {
        table: "flows",
        column: "verifier_sealed",
        row,
    }
}
