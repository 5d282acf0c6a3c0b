//! Logins of this machine: begun once at a time in a process, ended by whichever process gets the browser back.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, Notify, watch},
    time,
};
use url::Url;

use super::{Browser, fault::Fault, listener};
use crate::{
    auth::Machine,
    clock::{Clock, MINUTE, Millis},
    crypto::Opaque,
    link::{
        Completed, ConnectFault, Connection, Given, Links, LoginPurpose, Outbound, Returned,
        SpotifyAnswer, Standing,
    },
};

/// How long a login may take; the room LINK ends it then.
const LOGIN_LASTS: Millis = 10 * MINUTE;
/// A login with less time left than this is not told again: its person needs some.
const WORTH_TELLING: Millis = 3 * MINUTE;
/// How often it is looked whether another process has ended a login of ours.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long it takes at most to tell whether the listener could be opened.
const OPENING: Duration = Duration::from_secs(1);

/// What a desk is made of.
#[derive(Debug)]
pub struct DeskParts {
    /// Carries logins out to Spotify and back.
    pub links: Links,
    /// This machine.
    pub machine: Machine,
    /// The time.
    pub clock: Clock,
    /// Where Spotify sends people back to. A listener is opened there if it is on loopback and plain http.
    pub redirect_uri: Url,
    /// The Spotify permissions to ask for.
    pub scopes: Vec<&'static str>,
    /// Opens addresses.
    pub browser: Browser,
}

/// Where logins are begun and ended. Cloning is cheap.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    parts: DeskParts,
    state: Mutex<State>,
    /// Something may be over.
    changed: Notify,
    back: watch::Sender<Option<Back>>,
}

#[derive(Default)]
struct State {
    pending: Option<Pending>,
    /// What binds a login that does not follow from the machine: Spotify was asked for more meanwhile.
    bound: HashMap<String, Opaque>,
    is_listening: bool,
}

/// The login that this process began last.
struct Pending {
    id: String,
    url: Url,
    state: Opaque,
    begun_at: Millis,
    /// It was refused or spent here.
    is_over: bool,
}

/// A login that waits for its person.
#[derive(Clone)]
pub struct Begun {
    /// Where the person agrees. It holds the login's state.
    pub url: String,
    /// Names the login; no secret.
    pub id: String,
    /// Whether a browser was started with it.
    pub opened: bool,
    back: Back,
}

/// How the browser comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Back {
    /// To the listener of this process.
    Here,
    /// Another program has the port.
    Taken(String),
    /// There can be no listener there.
    Nowhere,
}

/// Where an address led.
#[derive(Clone, Debug)]
pub enum Finished {
    /// To an account.
    Linked(Linked),
    /// Back to Spotify: it has to be asked for more, lest somebody loses what they had.
    AskAgain(Begun),
}

/// An account that is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// What its person calls it.
    pub name: Option<String>,
    /// Spotify permissions that were asked for and not granted.
    pub missing: Vec<String>,
}

impl Desk {
    /// Joins the parts.
    pub fn new(parts: DeskParts) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                state: Mutex::default(),
                changed: Notify::new(),
                back: watch::Sender::new(None),
            }),
        }
    }

    /// Begins a login, or tells again of the one that waits. With `open` a browser is started, where there is one.
    ///
    /// # Errors
    /// [`Fault::Connect`] when the database does not keep it.
    pub async fn begin(&self, open: bool) -> Result<Begun, Fault> {
        let (url, id) = {
            let mut state = self.inner.state.lock().await;
            let pending = match state.pending.take() {
                Some(pending) if self.still_waits(&pending).await? => pending,
                _ => self.new_login().await?,
            };
            let told = (pending.url.to_string(), pending.id.clone());
            state.pending = Some(pending);
            self.listen(&mut state);
            told
        };
        let back = self.way_back().await;
        Ok(Begun {
            opened: open && self.inner.parts.browser.open(&url),
            url,
            id,
            back,
        })
    }

    /// Ends the login that the pasted `address` belongs to.
    ///
    /// # Errors
    /// [`Fault`]; whatever is wrong with the address costs no login.
    pub async fn finish(&self, address: &str) -> Result<Finished, Fault> {
        let query = self.query_of(address)?;
        self.come_back(&query).await
    }

    /// Waits, at most so long, until the login that this process began last has led to an account, here or elsewhere.
    pub async fn wait(&self, at_most: Duration) -> Option<Linked> {
        let looking = async {
            loop {
                let changed = self.inner.changed.notified();
                if let Ok(Some(linked)) = self.linked_by_last().await {
                    return linked;
                }
                let _ = time::timeout(LOOK_EVERY, changed).await;
            }
        };
        time::timeout(at_most, looking).await.ok()
    }

    /// How the account of this machine stands; `None` without one.
    ///
    /// # Errors
    /// [`Fault::Connect`] when the database does not tell.
    pub async fn standing(&self) -> Result<Option<Standing>, Fault> {
        let parts = &self.inner.parts;
        let owner = parts.machine.owner().await.map_err(ConnectFault::from)?;
        let Some(owner) = owner else {
            return Ok(None);
        };
        Ok(parts.links.standing(owner.person).await.ok())
    }

    /// Ends the login of the callback with that query.
    pub(super) async fn come_back(&self, query: &str) -> Result<Finished, Fault> {
        let back = Returned::parse(query).ok_or(Fault::NotSpotifys)?;
        let outcome = self.end(&back).await;
        self.note_end(&back.state).await;
        outcome
    }

    /// Whether nothing is waited for any more, and then nobody listens.
    pub(super) async fn is_over(&self) -> bool {
        let mut state = self.inner.state.lock().await;
        let over = match &state.pending {
            None => true,
            Some(pending) => {
                pending.is_over
                    || pending.begun_at + LOGIN_LASTS <= self.inner.parts.clock.now()
                    || self.is_linked_since(pending.begun_at).await
            }
        };
        if over {
            state.is_listening = false;
        }
        over
    }

    /// Returns once that may have changed.
    pub(super) async fn change(&self) {
        let _ = time::timeout(LOOK_EVERY, self.inner.changed.notified()).await;
    }

    /// Tells those who begin a login how the browser comes back.
    pub(super) fn comes_back(&self, back: Option<Back>) {
        self.inner.back.send_replace(back);
    }

    async fn new_login(&self) -> Result<Pending, Fault> {
        let parts = &self.inner.parts;
        let machine = &parts.machine;
        let mut scopes = parts.scopes.clone();
        // Who may do more already is asked for that as well, so that they need not be asked twice.
        let held = self.standing().await?.map(|standing| standing.scopes);
        for held in held.iter().flat_map(|scopes| scopes.iter()) {
            if !scopes.contains(&&**held) {
                scopes.push(held);
            }
        }
        let purpose = LoginPurpose::Machine;
        let bind = |state: &Opaque| machine.browser(state);
        let outbound = parts
            .links
            .begin_bound(machine.hash_key(), &scopes, purpose, bind)
            .await?;
        Ok(self.pending(&outbound))
    }

    fn pending(&self, outbound: &Outbound) -> Pending {
        Pending {
            id: outbound.flow.to_string(),
            state: state_of(&outbound.url),
            url: outbound.url.clone(),
            begun_at: self.inner.parts.clock.now(),
            is_over: false,
        }
    }

    async fn still_waits(&self, pending: &Pending) -> Result<bool, Fault> {
        let parts = &self.inner.parts;
        let ends_at = pending.begun_at + LOGIN_LASTS;
        if pending.is_over || ends_at < parts.clock.now() + WORTH_TELLING {
            return Ok(false);
        }
        let hash = parts.machine.hash_key();
        Ok(parts.links.waits(hash, pending.state.expose()).await?)
    }

    /// Opens the listener, unless it is open or cannot be.
    fn listen(&self, state: &mut State) {
        let Some(address) = listener::address(&self.inner.parts.redirect_uri) else {
            self.comes_back(Some(Back::Nowhere));
            return;
        };
        if !state.is_listening {
            state.is_listening = true;
            self.comes_back(None);
            let path = self.inner.parts.redirect_uri.path().to_owned();
            tokio::spawn(listener::run(self.clone(), address, path));
        }
    }

    async fn way_back(&self) -> Back {
        let mut told = self.inner.back.subscribe();
        let known = time::timeout(OPENING, told.wait_for(Option::is_some)).await;
        match known {
            Ok(Ok(back)) => back.clone().unwrap_or(Back::Nowhere),
            _ => Back::Nowhere,
        }
    }

    /// The query of a pasted address, if that is where Spotify sends people back to.
    fn query_of(&self, address: &str) -> Result<String, Fault> {
        let expected = &self.inner.parts.redirect_uri;
        let marks: &[char] = &['"', '\'', '<', '>', '`'];
        let text = address.trim().trim_matches(marks).trim();
        let given = Url::parse(text).map_err(|_| Fault::NoAddress)?;
        let is_it = given.origin() == expected.origin() && given.path() == expected.path();
        if is_it {
            return Ok(given.query().unwrap_or_default().to_owned());
        }
        let is_question = given
            .query_pairs()
            .any(|(name, _)| name == "code_challenge");
        if is_question {
            return Err(Fault::NotOpenedYet);
        }
        Err(Fault::OtherAddress {
            expected: expected.to_string(),
        })
    }

    async fn end(&self, back: &Returned) -> Result<Finished, Fault> {
        let parts = &self.inner.parts;
        let (hash, state) = (parts.machine.hash_key(), back.state.expose());
        match parts.links.find_login(hash, state).await? {
            None => return Err(Fault::UnknownState),
            Some(login) if login.purpose != LoginPurpose::Machine => return Err(Fault::Elsewhere),
            Some(_) => {}
        }
        let browser = self.browser_of(&back.state).await;
        match &back.answer {
            None => Err(Fault::NotSpotifys),
            Some(SpotifyAnswer::Refused { error }) => {
                parts.links.refuse(hash, state, browser.expose()).await?;
                Err(match error.as_str() {
                    "access_denied" => Fault::Refused,
                    _ => Fault::SpotifyFailed,
                })
            }
            Some(SpotifyAnswer::Agreed { code }) => {
                let given = Given::Machine(parts.machine.hash());
                let completing =
                    parts
                        .links
                        .complete(hash, state, browser.expose(), code.expose(), given);
                match completing.await? {
                    Completed::Connected(connection) => {
                        Ok(Finished::Linked(self.linked(connection).await))
                    }
                    Completed::AskAgain(outbound) => Ok(self.ask_again(outbound).await),
                }
            }
        }
    }

    async fn browser_of(&self, state: &Opaque) -> Opaque {
        let bound = self.inner.state.lock().await;
        let bound = bound.bound.get(state.expose()).cloned();
        bound.unwrap_or_else(|| self.inner.parts.machine.browser(state))
    }

    async fn linked(&self, connection: Connection) -> Linked {
        let standing = self
            .inner
            .parts
            .links
            .standing(connection.person)
            .await
            .ok();
        Linked {
            name: connection
                .display_name
                .or_else(|| standing.map(|standing| standing.spotify_id)),
            missing: connection.missing,
        }
    }

    async fn ask_again(&self, outbound: Outbound) -> Finished {
        let pending = self.pending(&outbound);
        let (url, id) = (pending.url.to_string(), pending.id.clone());
        let mut state = self.inner.state.lock().await;
        let key = pending.state.expose().to_owned();
        state.bound.insert(key, outbound.browser);
        state.pending = Some(pending);
        self.listen(&mut state);
        drop(state);
        Finished::AskAgain(Begun {
            url,
            id,
            opened: false,
            back: self.way_back().await,
        })
    }

    /// Notes that the login of this process is over, if it is the one of `ended` and does not wait any more.
    async fn note_end(&self, ended: &Opaque) {
        let parts = &self.inner.parts;
        let mut state = self.inner.state.lock().await;
        if let Some(pending) = &mut state.pending
            && pending.state.expose() == ended.expose()
        {
            let waits = parts.links.waits(parts.machine.hash_key(), ended.expose());
            pending.is_over = !waits.await.unwrap_or(true);
        }
        drop(state);
        self.inner.changed.notify_waiters();
    }

    async fn is_linked_since(&self, begun_at: Millis) -> bool {
        let owner = self.inner.parts.machine.owner().await;
        matches!(owner, Ok(Some(owner)) if owner.linked_at >= begun_at)
    }

    async fn linked_by_last(&self) -> Result<Option<Linked>, Fault> {
        let begun_at = {
            let state = self.inner.state.lock().await;
            state.pending.as_ref().map(|pending| pending.begun_at)
        };
        let Some(begun_at) = begun_at else {
            return Ok(None);
        };
        if !self.is_linked_since(begun_at).await {
            return Ok(None);
        }
        let wanted = &self.inner.parts.scopes;
        Ok(self.standing().await?.map(|standing| Linked {
            missing: wanted
                .iter()
                .filter(|wanted| !standing.scopes.iter().any(|held| **held == ***wanted))
                .map(|wanted| (*wanted).to_owned())
                .collect(),
            name: standing.display_name.or(Some(standing.spotify_id)),
        }))
    }
}

impl Begun {
    /// How the browser comes back, one or two sentences; `paste` says where an address is pasted, such as "call
    /// `connect` with it as `callback_url`".
    pub fn way_back(&self, paste: &str) -> String {
        match &self.back {
            Back::Here => format!(
                "The browser comes back by itself. If it shows an error instead, for it may be on another machine, copy \
                 the whole line from its address bar and {paste}."
            ),
            Back::Taken(address) => format!(
                "Another program has {address}, to which the browser comes back. If that is another auxcord of this \
                 user, it ends this login too; if the browser shows anything but a page that says so, copy the whole \
                 line from its address bar and {paste}."
            ),
            Back::Nowhere => format!(
                "The browser is sent to an address that nobody here listens at. Copy the whole line from its address \
                 bar then, and {paste}."
            ),
        }
    }
}

/// The state in the address at Spotify.
fn state_of(url: &Url) -> Opaque {
    let state = url.query_pairs().find(|(name, _)| name == "state");
    Opaque::from_text(&state.map(|(_, state)| state).unwrap_or_default())
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun")
            .field("id", &self.id)
            .field("opened", &self.opened)
            .finish_non_exhaustive()
    }
}
