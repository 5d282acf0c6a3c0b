//! How a person connects their account, in the words that a model reads: at a page of this server, or by the tool
//! where there is no page.

use super::server::Deps;

/// How a person connects or reconnects.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reconnect<'a> {
    /// In a browser, at the page of the server with this public origin.
    AtPage(&'a str),
    /// By calling `connect`.
    WithTool,
}

impl Reconnect<'_> {
    /// The way that the house has.
    pub(crate) fn of(deps: &Deps) -> Reconnect<'_> {
        match deps.connect {
            Some(_) => Reconnect::WithTool,
            None => Reconnect::AtPage(&deps.base_url),
        }
    }

    /// The address of the page.
    pub(crate) fn url(self) -> Option<String> {
        match self {
            Self::AtPage(origin) => Some(format!("{origin}/auth/login")),
            Self::WithTool => None,
        }
    }

    /// What to do for somebody who never connected, without a full stop.
    pub(crate) fn first(self) -> String {
        match self.url() {
            Some(url) => format!("Ask the user to connect at {url}"),
            None => {
                "Call `connect`: it starts the login at Spotify, which the user ends in the browser"
                    .to_owned()
            }
        }
    }

    /// What to do for somebody who must connect again, without a full stop.
    pub(crate) fn again(self) -> String {
        match self.url() {
            Some(url) => format!("Ask the user to reconnect at {url}"),
            None => "Call `connect`, and let the user log in again".to_owned(),
        }
    }

    /// The same after other words of the same sentence, such as "To get them, ".
    pub(crate) fn again_inside(self) -> String {
        let words = self.again();
        let mut letters = words.chars();
        let first = letters.next().map(|first| first.to_ascii_lowercase());
        first.into_iter().chain(letters).collect()
    }

    /// Where a login is begun, behind the words about a date.
    pub(crate) fn place(self) -> String {
        match self.url() {
            Some(url) => format!("at {url}"),
            None => "by `connect`".to_owned(),
        }
    }
}
