//! THE LOOK: what every page for browsers shares, whoever shows it. Stylesheet and icon, the headers of a page,
//! where a form was sent from, the cookies that tie something to one browser, dates in words.
//!
//! Names nothing of ours but the clock's type: it is told ids as text, secrets as text, and the origin.

mod assets;
mod cookies;
mod headers;
mod words;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;

pub use assets::{icon_path, routes, style, style_path};
pub use cookies::{FlowCookies, Kind, SessionCookie};
pub use headers::{SentFrom, dress, is_navigation, is_prefetch, sent_from};
pub use words::{date, long_date};

/// `page` written out, with `status`; askama escapes what a template is given.
pub fn show(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(fault) => {
            tracing::error!(error = %fault, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
