//! Who opens the account page: the session behind the cookie, and what is answered where there is none.

use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, StatusCode,
    header::{HeaderValue, LOCATION},
};

use super::{Web, problem::Problem};
use crate::{
    auth::Session,
    link::LinkFault,
    page::{SentFrom, SessionCookie, sent_from},
    store::StoreError,
};

/// The path of the account page, to which everything on it returns.
pub(super) const ACCOUNT: &str = "/account";

/// Why nothing is done for a browser.
#[derive(Debug)]
pub(super) enum Stop {
    /// It is not signed in; `stale` when it has a cookie all the same.
    SignedOut { stale: bool },
    /// A page says why.
    Problem(Problem),
}

/// The session of a browser that only looks.
pub(super) async fn looking(web: &Web, headers: &HeaderMap) -> Result<Session, Stop> {
    let Some(cookie) = SessionCookie::new(web.secure).read(headers) else {
        return Err(Stop::SignedOut { stale: false });
    };
    web.sessions
        .check(&cookie)
        .await?
        .ok_or(Stop::SignedOut { stale: true })
}

/// The session of a browser that sent a form, which must have come from our own page.
pub(super) async fn acting(web: &Web, headers: &HeaderMap) -> Result<Session, Stop> {
    from_here(web, headers)?;
    looking(web, headers).await
}

/// Refuses forms that were not sent from our own page.
pub(super) fn from_here(web: &Web, headers: &HeaderMap) -> Result<(), Stop> {
    match sent_from(headers, &web.origin) {
        SentFrom::Here => Ok(()),
        SentFrom::OtherAddress => Err(Stop::Problem(Problem::FormAtOtherAddress)),
        SentFrom::Elsewhere => Err(Stop::Problem(Problem::FormFromElsewhere)),
    }
}

/// 303 to the account page.
pub(super) fn to_account() -> Response {
    let location = HeaderValue::from_static(ACCOUNT);
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

impl From<StoreError> for Stop {
    /// A database that fails is never a reason to call a browser signed out.
    fn from(fault: StoreError) -> Self {
        tracing::error!(error = %fault, "the account page could not read or write the database");
        Self::Problem(Problem::AccountUnavailable)
    }
}

impl From<LinkFault> for Stop {
    fn from(fault: LinkFault) -> Self {
        match fault {
            // Deleted since the session was looked up.
            LinkFault::Missing => Self::SignedOut { stale: true },
            LinkFault::Suspended
            | LinkFault::Busy
            | LinkFault::Unavailable { .. }
            | LinkFault::Store => Self::Problem(Problem::AccountUnavailable),
        }
    }
}

impl Stop {
    /// What a browser is answered that wanted to do something.
    pub(super) fn answer(self, web: &Web) -> Response {
        match self {
            Self::Problem(problem) => problem.page(web),
            Self::SignedOut { stale } => {
                let mut response = to_account();
                if stale {
                    SessionCookie::new(web.secure).expire(&mut response);
                }
                response
            }
        }
    }
}
