//! What the endpoint knows of connecting an account where there is no page for it: somebody begins a login, somebody
//! ends it with the address that the browser was sent to. Who does it, and how the browser comes back, is elsewhere.

use std::{fmt, time::Duration};

use futures::future::BoxFuture;

/// Connects the account of whoever works on this machine.
pub trait Connect: fmt::Debug + Send + Sync {
    /// Begins a login, or tells again of the one that this process has under way; `open` asks for a browser.
    fn begin(&self, open: bool) -> BoxFuture<'_, Result<Begun, Refused>>;

    /// Ends the login that `address` belongs to: where Spotify has sent a browser, with everything behind it.
    fn finish<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<Finished, Refused>>;

    /// Waits, at most so long, until the login that this process began last has led to an account.
    fn wait(&self, at_most: Duration) -> BoxFuture<'_, Option<Linked>>;
}

/// A login that waits for its person.
#[derive(Clone)]
pub struct Begun {
    /// Where the person agrees, at Spotify. It holds the state of the login, so it is not for logs.
    pub url: String,
    /// Names the login, and is no secret.
    pub id: String,
    /// Whether a browser was started with that address.
    pub opened: bool,
    /// How the browser comes back, as a sentence for whoever waits.
    pub back: String,
}

impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun")
            .field("id", &self.id)
            .field("opened", &self.opened)
            .finish_non_exhaustive()
    }
}

/// Where an address led.
#[derive(Clone, Debug)]
pub enum Finished {
    /// To an account.
    Linked(Linked),
    /// Back to Spotify, which has to ask for more than it was asked for.
    AskAgain(Begun),
}

/// An account that is connected.
#[derive(Clone, Debug)]
pub struct Linked {
    /// What its person calls it.
    pub name: Option<String>,
    /// Spotify permissions that were asked for and not granted.
    pub missing: Vec<String>,
}

/// Why there is no login or no account.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The code of the catalogue.
    pub code: &'static str,
    /// Cause and next step.
    pub words: String,
}
