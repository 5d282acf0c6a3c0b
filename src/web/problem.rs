//! Every way in which connecting can end without a link, and the account page without an account, with the status of
//! its page. The words are next door.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};

use super::{Web, pages, problem_texts as texts};
use crate::{link::ConnectFault, store::FlowState};

/// Why there is no link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The form was sent from another site.
    CrossSite,
    /// The form was sent from our page at another address than the public one.
    OtherAddress,
    /// The database did not take the login.
    NotBegun,
    /// The callback's query is not one that Spotify writes.
    BadCallback,
    /// The person did not agree.
    Cancelled,
    /// Spotify failed before it asked the person.
    SpotifyFailed,
    /// Spotify refused the request before it asked the person.
    RequestRefused,
    /// No such login.
    Unknown,
    /// Its ten minutes are over.
    Expired,
    /// It came back before.
    Spent,
    /// Its cookie is missing or another's.
    OtherBrowser,
    /// Spotify refused the code.
    Code,
    /// Spotify refused the app.
    AppRefused,
    /// The account is not on the app's list.
    NotAllowListed,
    /// The owner of the app has no Premium.
    AppOwnerPremium,
    /// Spotify could not be asked; the login is open again.
    Unavailable { retry_after: Option<u64> },
    /// Spotify took the code and failed to say whose account it is.
    Unnamed { retry_after: Option<u64> },
    /// Spotify left out what is needed.
    Incomplete,
    /// The database failed.
    Database,
    /// A form of the account page was sent from another site.
    FormFromElsewhere,
    /// A form of the account page was sent from there at another address than the public one.
    FormAtOtherAddress,
    /// There is no such key or client, or it is another person's.
    NotYours,
    /// The form for a new key says something that it does not have.
    KeyForm,
    /// A key with these limits could do nothing.
    KeyOfNothing,
    /// The person has as many keys as one can have.
    TooManyKeys,
    /// The account page has no database.
    AccountUnavailable,
}

/// What the page's buttons do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Button {
    /// To the beginning.
    StartAgain,
    /// To the beginning, at the public address.
    RightAddress,
    /// The same page once more, or to the beginning.
    Reload,
}

/// Where the beginning is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// The page that leads to keys.
    Login,
    /// The account page.
    Account,
}

impl Start {
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Login => "/auth/login",
            Self::Account => "/account",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Login => "Start again",
            Self::Account => "To your account",
        }
    }
}

impl From<&ConnectFault> for Problem {
    fn from(fault: &ConnectFault) -> Self {
        match fault {
            ConnectFault::State(FlowState::Unknown) => Self::Unknown,
            ConnectFault::State(FlowState::Expired) => Self::Expired,
            ConnectFault::State(FlowState::Spent) | ConnectFault::NotWaiting => Self::Spent,
            ConnectFault::State(FlowState::OtherBrowser) => Self::OtherBrowser,
            ConnectFault::Code => Self::Code,
            ConnectFault::AppRefused => Self::AppRefused,
            ConnectFault::NotAllowListed => Self::NotAllowListed,
            ConnectFault::AppOwnerPremium => Self::AppOwnerPremium,
            ConnectFault::Unavailable { retry_after } => Self::Unavailable {
                retry_after: *retry_after,
            },
            ConnectFault::Unnamed { retry_after } => Self::Unnamed {
                retry_after: *retry_after,
            },
            ConnectFault::Incomplete => Self::Incomplete,
            ConnectFault::Store(_) => Self::Database,
        }
    }
}

impl Problem {
    /// What the `error` in Spotify's answer means (RFC 6749 section 4.1.2.1). Its text goes no further.
    pub(super) fn of_spotify(error: &str) -> Self {
        match error {
            "access_denied" => Self::Cancelled,
            "server_error" | "temporarily_unavailable" => Self::SpotifyFailed,
            _ => Self::RequestRefused,
        }
    }

    /// The page that says what happened and what to do.
    pub(super) fn page(self, web: &Web) -> Response {
        let start = match self {
            Self::FormFromElsewhere
            | Self::FormAtOtherAddress
            | Self::NotYours
            | Self::KeyForm
            | Self::KeyOfNothing
            | Self::TooManyKeys
            | Self::AccountUnavailable => Start::Account,
            _ => Start::Login,
        };
        self.page_from(web, start)
    }

    /// The same for something that began at `start`.
    pub(super) fn page_from(self, web: &Web, start: Start) -> Response {
        let mut response = pages::problem(web, self, start);
        if let Some(seconds) = self.retry_after() {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// Whether the login cannot be continued by this browser, so that its cookie is of no more use. One that was spent
    /// may be opened again by the request that spent it.
    pub(super) fn is_final(self) -> bool {
        !matches!(
            self,
            Self::Unavailable { .. }
                | Self::Database
                | Self::OtherBrowser
                | Self::Spent
                | Self::BadCallback
        )
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::BadCallback
            | Self::Unknown
            | Self::Expired
            | Self::Spent
            | Self::Code
            | Self::KeyForm
            | Self::KeyOfNothing => StatusCode::BAD_REQUEST,
            Self::TooManyKeys => StatusCode::CONFLICT,
            Self::CrossSite
            | Self::OtherAddress
            | Self::OtherBrowser
            | Self::Cancelled
            | Self::NotAllowListed
            | Self::FormFromElsewhere
            | Self::FormAtOtherAddress => StatusCode::FORBIDDEN,
            Self::NotYours => StatusCode::NOT_FOUND,
            Self::RequestRefused | Self::AppRefused | Self::AppOwnerPremium | Self::Incomplete => {
                StatusCode::BAD_GATEWAY
            }
            Self::NotBegun
            | Self::SpotifyFailed
            | Self::Unavailable { .. }
            | Self::Unnamed { .. }
            | Self::Database
            | Self::AccountUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub(super) fn button(self) -> Button {
        match self {
            Self::OtherAddress | Self::FormAtOtherAddress => Button::RightAddress,
            Self::Unavailable { .. } | Self::Database => Button::Reload,
            _ => Button::StartAgain,
        }
    }

    /// How long Spotify asked to wait, in seconds.
    pub(super) fn retry_after(self) -> Option<u64> {
        match self {
            Self::Unavailable { retry_after } | Self::Unnamed { retry_after } => retry_after,
            _ => None,
        }
    }

    pub(super) fn text(self) -> &'static texts::Text {
        match self {
            Self::CrossSite => &texts::CROSS_SITE,
            Self::OtherAddress => &texts::OTHER_ADDRESS,
            Self::NotBegun => &texts::NOT_BEGUN,
            Self::BadCallback => &texts::BAD_CALLBACK,
            Self::Cancelled => &texts::CANCELLED,
            Self::SpotifyFailed => &texts::SPOTIFY_FAILED,
            Self::RequestRefused => &texts::REQUEST_REFUSED,
            Self::Unknown => &texts::UNKNOWN,
            Self::Expired => &texts::EXPIRED,
            Self::Spent => &texts::SPENT,
            Self::OtherBrowser => &texts::OTHER_BROWSER,
            Self::Code => &texts::CODE,
            Self::AppRefused => &texts::APP_REFUSED,
            Self::NotAllowListed => &texts::NOT_ALLOW_LISTED,
            Self::AppOwnerPremium => &texts::APP_OWNER_PREMIUM,
            Self::Unavailable { .. } => &texts::UNAVAILABLE,
            Self::Unnamed { .. } => &texts::UNNAMED,
            Self::Incomplete => &texts::INCOMPLETE,
            Self::Database => &texts::DATABASE,
            Self::FormFromElsewhere => &texts::FORM_FROM_ELSEWHERE,
            Self::FormAtOtherAddress => &texts::FORM_AT_OTHER_ADDRESS,
            Self::NotYours => &texts::NOT_YOURS,
            Self::KeyForm => &texts::KEY_FORM,
            Self::KeyOfNothing => &texts::KEY_OF_NOTHING,
            Self::TooManyKeys => &texts::TOO_MANY_KEYS,
            Self::AccountUnavailable => &texts::ACCOUNT_UNAVAILABLE,
        }
    }
}
