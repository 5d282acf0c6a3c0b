//! Why a login did not lead to an account, and what to do about it, in words for whoever reads them: a model, somebody
//! at a terminal, somebody in a browser.

use crate::{link::ConnectFault, store::FlowState};

/// Why there is no account.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The text is no address.
    #[error("the text is no address")]
    NoAddress,
    /// It is an address, but not where Spotify sends people back to.
    #[error("the address is not the redirect uri")]
    OtherAddress {
        /// Where that is.
        expected: String,
    },
    /// It is the address that is to be opened.
    #[error("the address is that of spotify's page")]
    NotOpenedYet,
    /// Its query is not one that Spotify writes.
    #[error("the address does not hold what spotify sends")]
    NotSpotifys,
    /// No login of this database has that state.
    #[error("the state is that of no login")]
    UnknownState,
    /// The state is that of a login that a browser began at a page, or another machine.
    #[error("the login was begun elsewhere")]
    Elsewhere,
    /// The person did not agree.
    #[error("the person did not agree")]
    Refused,
    /// Spotify answered with an error of its own.
    #[error("spotify answered with an error")]
    SpotifyFailed,
    /// The login failed.
    #[error(transparent)]
    Connect(#[from] ConnectFault),
}

/// A fault in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// A code for programs.
    pub code: &'static str,
    /// What happened, one sentence.
    pub happened: String,
    /// What to do, one or two sentences.
    pub todo: String,
}

impl Fault {
    /// In words; `again` says how a login is begun, such as "call `connect` again".
    pub fn told(&self, again: &str) -> Told {
        let (code, happened, todo) = self.words(again);
        Told {
            code,
            happened,
            todo,
        }
    }

    fn words(&self, again: &str) -> (&'static str, String, String) {
        let anew = format!("Nothing was lost: {again}, and use the new address.");
        match self {
            Self::NoAddress => (
                "invalid_argument",
                "That is not an address.".to_owned(),
                "Copy the whole line from the browser's address bar, after having agreed at Spotify: it begins with \
                 http and holds code= and state=."
                    .to_owned(),
            ),
            Self::OtherAddress { expected } => (
                "invalid_argument",
                "That is not the address to which Spotify sends this login back.".to_owned(),
                format!(
                    "It must begin with {expected} and hold code= and state=. The login still waits: agree at Spotify, \
                     and copy the whole line from the browser's address bar."
                ),
            ),
            Self::NotOpenedYet => (
                "invalid_argument",
                "That is the address to open, not the one to which Spotify sends the browser.".to_owned(),
                "Open it in a browser, agree at Spotify, and copy the whole line from the address bar then.".to_owned(),
            ),
            Self::NotSpotifys => (
                "invalid_argument",
                "The address does not hold the one code and the one state that Spotify sends.".to_owned(),
                format!("Copy the whole line from the browser's address bar; or {again}."),
            ),
            Self::UnknownState => (
                "unknown_login",
                "The address belongs to no login that was begun here.".to_owned(),
                anew,
            ),
            Self::Elsewhere => (
                "unknown_login",
                "The address belongs to a login that was begun elsewhere: in a browser at a server's page, or with \
                 another data folder."
                    .to_owned(),
                format!("It was left as it is, and can be ended there. For this one, {again}."),
            ),
            Self::Refused => (
                "declined",
                "The user did not agree at Spotify; nothing was connected.".to_owned(),
                format!("To try again, {again}."),
            ),
            Self::SpotifyFailed => (
                "upstream_error",
                "Spotify answered with an error instead of asking.".to_owned(),
                format!(
                    "Check at developer.spotify.com that the app has exactly this redirect URI; then {again}."
                ),
            ),
            Self::Connect(fault) => connect_words(fault, again, anew),
        }
    }
}

fn connect_words(
    fault: &ConnectFault,
    again: &str,
    anew: String,
) -> (&'static str, String, String) {
    let (code, happened, todo) = match fault {
        ConnectFault::State(FlowState::Unknown) => {
            ("unknown_login", "The address belongs to no login that was begun here.", anew)
        }
        ConnectFault::State(FlowState::Expired) => {
            ("expired_login", "This login's ten minutes are over.", anew)
        }
        ConnectFault::State(FlowState::Spent) | ConnectFault::NotWaiting => (
            "spent_login",
            "This address was used before: each login is good once.",
            format!("If it worked then, all is well. Else {again}, and use the new address."),
        ),
        ConnectFault::State(FlowState::OtherBrowser) => (
            "unknown_login",
            "The address belongs to a login that was begun elsewhere.",
            format!("It was left as it is. For this one, {again}."),
        ),
        ConnectFault::Code => (
            "unknown_login",
            "Spotify did not accept the code in the address: it is old, or was changed.",
            anew,
        ),
        ConnectFault::AppRefused => (
            "app_refused",
            "Spotify refused the app itself.",
            "Check SPOTIFY_CLIENT_ID, and SPOTIFY_CLIENT_SECRET if it is set, against developer.spotify.com."
                .to_owned(),
        ),
        ConnectFault::NotAllowListed => (
            "not_allowlisted",
            "This Spotify account is not on the user list of the Spotify app.",
            format!(
                "Add the account's e-mail address at developer.spotify.com (the app's settings, User Management); then \
                 {again}."
            ),
        ),
        ConnectFault::AppOwnerPremium => (
            "app_owner_premium",
            "Spotify refuses every call, because the owner of the Spotify app has no Premium.",
            "Only the app's owner can change that.".to_owned(),
        ),
        ConnectFault::Unavailable { .. } => (
            "upstream_error",
            "Spotify does not answer; the login still waits.",
            "Use the same address once more in a minute.".to_owned(),
        ),
        ConnectFault::Unnamed { .. } | ConnectFault::Incomplete => (
            "upstream_error",
            "Spotify took the login and then did not say whose account it is.",
            anew,
        ),
        ConnectFault::Store(_) => (
            "upstream_error",
            "The database could not be used.",
            format!("Check that its disk is not full and may be written; then {again}."),
        ),
    };
    (code, happened.to_owned(), todo)
}
