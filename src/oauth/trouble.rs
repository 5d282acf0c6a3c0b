//! What a person reads when a client's request cannot go on here, with the status of each page. Nothing from outside
//! is in the words.

use askama::Template;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use url::Url;

use super::trouble_texts::{self as texts, Text};
use crate::page::show;

/// How long to wait for a database that does not answer, in seconds.
const DATABASE_WAIT: u64 = 5;
/// How long to wait for a login that another request finishes, in seconds.
const UNFINISHED_WAIT: u64 = 3;

/// Why there is a page and no redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// `client_id` or `redirect_uri` is missing or there twice.
    Nameless,
    /// There is no such client, or its document is refused: which of them, strangers are not told.
    UnknownClient,
    /// The redirect URI is not the client's.
    ForeignRedirect,
    /// Too many requests from one address.
    Limited { retry_after_seconds: u64 },
    /// A page asked in the background: nobody would see the question.
    Unseen,
    /// The form was sent from another site.
    CrossSite,
    /// The form was sent from our page at another address than the public one.
    OtherAddress,
    /// What was sent is not our form.
    NoForm,
    /// It is far longer than our form.
    TooLong,
    /// The cookie of the page or of the login is missing or another's.
    OtherBrowser,
    /// The request was answered before, or there is none.
    Over,
    /// Another request is about to finish the login.
    Unfinished,
    /// Its time is over.
    Late,
    /// The query of the callback is not one that Spotify writes.
    NoAnswer,
    /// The account is not on the list of the operator's Spotify app.
    NotAllowListed,
    /// The owner of that app has no Premium.
    AppOwnerPremium,
    /// Spotify refused that app.
    AppRefused,
    /// Spotify could not be asked; the login is open again.
    Unavailable { retry_after: Option<u64> },
    /// The database does not answer; `reload` says whether asking for the same address again is trying again.
    Database { reload: bool },
}

#[derive(Template)]
#[template(path = "door_problem.html")]
struct Page {
    title: &'static str,
    happened: &'static str,
    todo: &'static [&'static str],
    wait: Option<u64>,
    reload: bool,
    back: Option<String>,
}

impl Trouble {
    /// The page.
    pub(super) fn page(self) -> Response {
        self.page_with(None)
    }

    /// The page, with a way back on which the client learns that there is no code.
    pub(super) fn page_with(self, back: Option<&Url>) -> Response {
        let text = self.text();
        let page = Page {
            title: text.title,
            happened: text.happened,
            todo: text.todo,
            wait: self.wait(),
            reload: matches!(
                self,
                Self::Unfinished | Self::Unavailable { .. } | Self::Database { reload: true }
            ),
            back: back.map(Url::to_string),
        };
        let mut response = show(self.status(), &page);
        if let Some(seconds) = self.wait() {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn wait(self) -> Option<u64> {
        match self {
            Self::Limited {
                retry_after_seconds,
            } => Some(retry_after_seconds),
            Self::Unavailable { retry_after } => Some(retry_after.unwrap_or(DATABASE_WAIT)),
            Self::Database { .. } => Some(DATABASE_WAIT),
            Self::Unfinished => Some(UNFINISHED_WAIT),
            _ => None,
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Nameless
            | Self::UnknownClient
            | Self::ForeignRedirect
            | Self::Unseen
            | Self::NoForm
            | Self::Over
            | Self::Late
            | Self::NoAnswer => StatusCode::BAD_REQUEST,
            Self::CrossSite | Self::OtherAddress | Self::OtherBrowser | Self::NotAllowListed => {
                StatusCode::FORBIDDEN
            }
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Limited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::AppOwnerPremium | Self::AppRefused => StatusCode::BAD_GATEWAY,
            Self::Unfinished | Self::Unavailable { .. } | Self::Database { .. } => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    fn text(self) -> &'static Text {
        match self {
            Self::Nameless => &texts::NAMELESS,
            Self::UnknownClient => &texts::UNKNOWN_CLIENT,
            Self::ForeignRedirect => &texts::FOREIGN_REDIRECT,
            Self::Limited { .. } => &texts::LIMITED,
            Self::Unseen => &texts::UNSEEN,
            Self::CrossSite => &texts::CROSS_SITE,
            Self::OtherAddress => &texts::OTHER_ADDRESS,
            Self::NoForm | Self::TooLong => &texts::NO_FORM,
            Self::OtherBrowser => &texts::OTHER_BROWSER,
            Self::Over => &texts::OVER,
            Self::Unfinished => &texts::UNFINISHED,
            Self::Late => &texts::LATE,
            Self::NoAnswer => &texts::NO_ANSWER,
            Self::NotAllowListed => &texts::NOT_ALLOW_LISTED,
            Self::AppOwnerPremium => &texts::APP_OWNER_PREMIUM,
            Self::AppRefused => &texts::APP_REFUSED,
            Self::Unavailable { .. } => &texts::UNAVAILABLE,
            Self::Database { .. } => &texts::DATABASE,
        }
    }
}
