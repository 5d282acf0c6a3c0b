//! What a code that came back from Spotify leads to: tokens, the account behind them, and a link that never loses
//! what another client of the person relies on.

use super::{
    Completed, ConnectFault, Connection, Links,
    connect::verifier_place,
    sealed::{consent_end, split_scopes},
};
use crate::{
    clock::{DAY, Millis},
    crypto::{HashKey, Opaque, random_bytes},
    spotify::{
        SpotifyError,
        accounts::{AccountsError, TokenSet},
    },
    store::{
        Account, AuditEvent, GRANT_LASTS, Given, LinkChange, LinkId, LinkRow, LinkStatus,
        LoginPurpose, NewConnection, NewLink, Outcome, PersonId, StoreError, TakenFlow,
    },
};

/// A grant ends this long before Spotify's consent does.
const BEFORE_CONSENT_ENDS: Millis = DAY;
/// A link whose consent ends sooner than this is not kept for another client: it is asked for anew.
const WORTH_KEEPING: Millis = 30 * DAY;

/// How often a login is planned anew because the person's link was changed meanwhile.
const PLANNED_AT_MOST: u32 = 5;

/// What to do with the person's link.
enum Plan {
    Replace { earlier: Option<LinkId> },
    Keep { id: LinkId, authorized_at: Millis },
    Leave,
    AskAgain { scopes: Vec<String> },
}

impl Links {
    pub(super) async fn redeem(
        &self,
        hash: &HashKey,
        flow: TakenFlow,
        code: &Opaque,
        given: Given,
    ) -> Result<Completed, ConnectFault> {
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
        let mut planned = 1;
        loop {
            let plan = self.plan(&flow, &account).await?;
            if let Plan::AskAgain { scopes } = plan {
                let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                let outbound = self.begin(hash, &scopes, flow.purpose).await?;
                return Ok(Completed::AskAgain(outbound));
            }
            match self.keep(&flow, &account, &tokens, &given, &plan).await {
                // Somebody else of the person's came back, or their link ended, since it was looked at.
                Err(ConnectFault::Store(StoreError::Overtaken)) if planned < PLANNED_AT_MOST => {
                    planned += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// A link through which more is allowed than was asked for now stays, if it can do what was asked for; else
    /// Spotify is asked for both.
    async fn plan(&self, flow: &TakenFlow, account: &Account) -> Result<Plan, ConnectFault> {
        let parts = &self.inner.parts;
        let link = match parts.db.find_person_of(account).await? {
            Some(person) => parts.db.find_link(person).await?,
            None => None,
        };
        let Some(link) = link.filter(|link| link.app_id == flow.app_id) else {
            // Who only signs in connects nothing.
            return Ok(match flow.purpose {
                LoginPurpose::Session => Plan::Leave,
                LoginPurpose::Keys | LoginPurpose::Machine | LoginPurpose::Authorization(_) => {
                    Plan::Replace { earlier: None }
                }
            });
        };
        let covers = |wide: &str, narrow: &str| {
            narrow
                .split_whitespace()
                .all(|scope| wide.split_whitespace().any(|held| held == scope))
        };
        if covers(&flow.scopes, &link.scopes) {
            return Ok(Plan::Replace {
                earlier: Some(link.id),
            });
        }
        if flow.purpose == LoginPurpose::Session {
            return Ok(Plan::Leave);
        }
        let worth_keeping = is_active(&link)
            && consent_end(link.authorized_at)
                .is_some_and(|end| parts.clock.now() + WORTH_KEEPING < end);
        if worth_keeping && covers(&link.scopes, &flow.scopes) {
            return Ok(Plan::Keep {
                id: link.id,
                authorized_at: link.authorized_at,
            });
        }
        let mut scopes: Vec<String> = flow.scopes.split_whitespace().map(str::to_owned).collect();
        for held in link.scopes.split_whitespace() {
            if !scopes.iter().any(|scope| scope == held) {
                scopes.push(held.to_owned());
            }
        }
        Ok(Plan::AskAgain { scopes })
    }

    async fn keep(
        &self,
        flow: &TakenFlow,
        account: &Account,
        tokens: &TokenSet,
        given: &Given,
        plan: &Plan,
    ) -> Result<Completed, ConnectFault> {
        let parts = &self.inner.parts;
        let now = parts.clock.now();
        let granted = granted_scopes(tokens, flow);
        let (link, authorized_at) = match plan {
            Plan::Replace { earlier } => {
                let link = self.new_link(flow, tokens, &granted, now)?;
                (LinkChange::Replace(link, *earlier), now)
            }
            Plan::Keep { id, authorized_at } => (LinkChange::Keep(*id), *authorized_at),
            Plan::Leave | Plan::AskAgain { .. } => (LinkChange::Leave, now),
        };
        let mut given = given.clone();
        if let Given::Grant(grant) = &mut given {
            grant.expires_at = grants_until(authorized_at).min(now + GRANT_LASTS);
        }
        let new = NewConnection {
            person: PersonId::new(now, random_bytes()),
            account: account.clone(),
            events: events(&given, &link, now),
            link,
            given,
        };
        let Some(connected) = parts.db.insert_connection(&new, now).await? else {
            return Err(ConnectFault::NotWaiting);
        };
        self.forget(connected.person);
        let scopes = split_scopes(&granted);
        let missing = flow
            .scopes
            .split_whitespace()
            .filter(|asked| !scopes.iter().any(|scope| &**scope == *asked))
            .map(str::to_owned)
            .collect();
        Ok(Completed::Connected(Connection {
            person: connected.person,
            display_name: account.display_name.clone(),
            scopes,
            missing,
            dropped: connected.dropped,
        }))
    }

    fn new_link(
        &self,
        flow: &TakenFlow,
        tokens: &TokenSet,
        granted: &str,
        now: Millis,
    ) -> Result<NewLink, ConnectFault> {
        let refresh = tokens.refresh.as_ref().ok_or(ConnectFault::Incomplete)?;
        let id = LinkId::new(now, random_bytes());
        let life = Millis::try_from(tokens.expires_in.as_millis()).unwrap_or(Millis::MAX);
        Ok(NewLink {
            id,
            app: flow.app_id,
            access_sealed: self.inner.seal_access(id, &tokens.access),
            refresh_sealed: self.inner.seal_refresh(id, refresh),
            access_expires_at: now.saturating_add(life),
            scopes: granted.to_owned(),
            grants_until: grants_until(now),
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

/// What the audit says of a login. The person is filled in when it is kept.
fn events(given: &Given, link: &LinkChange, now: Millis) -> Vec<AuditEvent> {
    let event = |slug| AuditEvent::new(now, random_bytes(), slug, Outcome::Success);
    let mut events = Vec::new();
    if let LinkChange::Replace(..) = link {
        events.push(event("account.connected"));
    }
    match given {
        Given::Keys(_) | Given::Machine(_) | Given::Nothing => {}
        Given::Session(_) => events.push(event("session.started")),
        Given::Grant(grant) => events.push(
            event("oauth.granted")
                .with_grant(grant.id)
                .with_client(grant.client),
        ),
    }
    events
}

/// Until when grants last on a consent that was given at `authorized_at`.
pub(super) fn grants_until(authorized_at: Millis) -> Millis {
    consent_end(authorized_at).map_or(authorized_at, |end| end - BEFORE_CONSENT_ENDS)
}

fn is_active(link: &LinkRow) -> bool {
    match link.status {
        LinkStatus::Active => true,
        LinkStatus::Suspended => false,
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
