//! Beginning a login: the one form, checked for where it was sent from, and the way out to Spotify.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header::LOCATION};

use super::{Shared, Web, problem::Problem};
use crate::{
    auth::Scopes,
    link::{ConnectFault, LoginPurpose, Outbound},
    page::{FlowCookies, Kind, SentFrom, sent_from},
};

/// `POST /auth/login`: 303 to Spotify, with the cookie of this login; else a page that says why not.
pub(super) async fn begin(State(web): Shared, headers: HeaderMap) -> Response {
    match sent_from(&headers, &web.origin) {
        SentFrom::Here => match web
            .links
            .begin(
                web.keys.hash_key(),
                &Scopes::all().spotify(),
                LoginPurpose::Keys,
            )
            .await
        {
            Ok(outbound) => leave(&web, &headers, &outbound),
            Err(fault) => not_begun(&fault).page(&web),
        },
        SentFrom::OtherAddress => Problem::OtherAddress.page(&web),
        SentFrom::Elsewhere => Problem::CrossSite.page(&web),
    }
}

/// 303 to Spotify, with the cookie of the login.
pub(super) fn leave(web: &Web, headers: &HeaderMap, outbound: &Outbound) -> Response {
    let Ok(mut location) = HeaderValue::try_from(outbound.url.as_str()) else {
        tracing::error!("the address of spotify's accounts service cannot be written in a header");
        return Problem::NotBegun.page(web);
    };
    // It holds the state.
    location.set_sensitive(true);
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response();
    let cookies = FlowCookies::new(web.secure, Kind::Spotify);
    for flow in cookies.surplus(headers) {
        cookies.expire(&mut response, flow);
    }
    cookies.set(&mut response, outbound.flow, outbound.browser.expose());
    response
}

fn not_begun(fault: &ConnectFault) -> Problem {
    tracing::error!(error = %fault, "a login could not be begun");
    Problem::NotBegun
}
