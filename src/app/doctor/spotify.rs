//! Whether Spotify can be reached, and whether it knows the app: as far as it says so without anybody's login. The app
//! is tried with a refresh token that nobody ever had, so that nothing of anybody's is touched.

use std::time::Duration;

use http::StatusCode;
use secrecy::ExposeSecret;
use tokio::time::timeout;
use url::Url;

use super::{
    Case,
    report::Finding,
    wire::{Dated, Lost, Reply},
};
use crate::{
    app::{OpenFailure, join::spotify_client},
    config::Config,
    spotify::{
        RefreshToken,
        accounts::{AccountsError, AppCredentials, AuthorizeRequest},
    },
};
const ACCOUNTS: &str = "spotify.accounts";
const API: &str = "spotify.api";
const APP: &str = "spotify.app";
const REDIRECT: &str = "spotify.redirect_uri";

/// The longest wait for the app's check.
const PATIENCE: Duration = Duration::from_secs(8);

/// A refresh token that is none.
const NOBODYS: &str = "auxcord-doctor-asks-whether-the-app-is-known";

const DASHBOARD: &str = "copy client id and secret again from https://developer.spotify.com/dashboard; without a secret, leave SPOTIFY_CLIENT_SECRET unset";

/// The findings, and what Spotify's clock shows.
pub(super) async fn examine(case: &Case<'_>) -> (Vec<Finding>, Option<Dated>) {
    let spotify = &case.config.spotify;
    let api = format!("{}/me", spotify.api_url.as_str().trim_end_matches('/'));
    let (accounts, api, app, redirect) = tokio::join!(
        case.wire.get(spotify.accounts_url.as_str()),
        case.wire.get(&api),
        app(case),
        redirect(case),
    );
    let dated = [&accounts, &api]
        .into_iter()
        .find_map(|reply| reply.as_ref().ok()?.dated.clone());
    let reached = accounts.is_ok();
    let mut findings = vec![
        reach(ACCOUNTS, &spotify.accounts_url, &accounts),
        reach(API, &spotify.api_url, &api),
    ];
    // What is missing here is known without anybody's answer.
    if reached || spotify.client_id.is_none() {
        findings.extend([app, redirect]);
    } else {
        let why = "the accounts service cannot be reached";
        findings.extend([APP, REDIRECT].map(|check| Finding::unchecked(check, why)));
    }
    (findings, dated)
}

/// Any answer below 500 is one: nobody is signed in here.
fn reach(check: &'static str, url: &Url, reply: &Result<Reply, Lost>) -> Finding {
    let host = url.host_str().unwrap_or_default();
    match reply {
        Ok(reply) if reply.status.is_server_error() => Finding::warning(
            check,
            format!("{host} answers with status {}", reply.status.as_u16()),
            "wait, and look at https://developer.spotify.com: Spotify itself has a failure",
        ),
        Ok(_) => Finding::ok(check, format!("{host} answers")),
        Err(lost) => Finding::fault(
            check,
            format!("{host}: {}", lost.told()),
            "let this machine make https connections to accounts.spotify.com and api.spotify.com, directly: proxies of the environment are not used",
        ),
    }
}

async fn app(case: &Case<'_>) -> Finding {
    for variable in ["SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET"] {
        if let Some(spoilt) = case.spoilt(APP, variable) {
            return spoilt;
        }
    }
    let Some(app) = credentials(case.config) else {
        let redirect_uri = case.config.spotify.redirect_uri.to_string();
        let failure = if case.is_stdio() {
            OpenFailure::NoOwnApp { redirect_uri }
        } else {
            OpenFailure::NoApp { redirect_uri }
        };
        return Finding::fault(APP, failure.to_string(), failure.hint());
    };
    let client = match spotify_client(case.config) {
        Ok(client) => client,
        Err(failure) => return Finding::fault(APP, failure.to_string(), failure.hint()),
    };
    let token = RefreshToken::new(NOBODYS.to_owned());
    let answer = timeout(PATIENCE, client.accounts().refresh(&app, &token)).await;
    match answer.unwrap_or(Err(AccountsError::Timeout)) {
        // That the token is refused comes after the app was taken.
        Err(AccountsError::InvalidGrant { .. }) => Finding::ok(APP, known(&app)),
        Err(AccountsError::InvalidClient) => Finding::fault(
            APP,
            "Spotify does not take this client id and secret",
            DASHBOARD,
        ),
        Err(AccountsError::OtherOauth(code)) => Finding::fault(
            APP,
            format!("Spotify refuses the app with {code:?}"),
            DASHBOARD,
        ),
        Ok(_) => Finding::unchecked(
            APP,
            "what answers in Spotify's place gives tokens for a token that nobody had",
        )
        .once("check SPOTIFY_ACCOUNTS_URL"),
        Err(fault) => Finding::unchecked(APP, format!("{fault}"))
            .once("ask again in a while; look at https://developer.spotify.com"),
    }
}

fn known(app: &AppCredentials) -> String {
    let with = match &app.client_secret {
        Some(secret) if !secret.expose_secret().is_empty() => "client id and secret",
        _ => "client id",
    };
    format!("Spotify takes the {with}")
}

/// Spotify's authorization page refuses a redirect URI that is not registered, when it says so before a login.
async fn redirect(case: &Case<'_>) -> Finding {
    for variable in ["SPOTIFY_CLIENT_ID", "SPOTIFY_REDIRECT_URI"] {
        if let Some(spoilt) = case.spoilt(REDIRECT, variable) {
            return spoilt;
        }
    }
    if !case.is_stdio()
        && let Some(spoilt) = case.address_spoilt(REDIRECT)
    {
        return spoilt;
    }
    let config = case.config;
    let Some(app) = credentials(config) else {
        return Finding::unchecked(REDIRECT, "there is no app yet");
    };
    if !case.is_stdio() && config.server.base_url.port() == 0 {
        return Finding::unchecked(REDIRECT, "with PORT=0 it is another one at each start");
    }
    let Ok(client) = spotify_client(config) else {
        return Finding::unchecked(REDIRECT, "there is no way to Spotify");
    };
    let uri = config.spotify.redirect_uri.as_str();
    let page = client.accounts().authorize_url(
        &app,
        &AuthorizeRequest {
            redirect_uri: uri,
            state: NOBODYS,
            // Of a verifier that nobody keeps: whatever came back could not be redeemed.
            code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            scopes: &[],
            show_dialog: true,
        },
    );
    match case.wire.get(page.as_str()).await {
        Ok(reply) => judge_page(uri, &reply),
        Err(lost) => {
            Finding::unchecked(REDIRECT, format!("the authorization page: {}", lost.told()))
        }
    }
}

fn judge_page(uri: &str, reply: &Reply) -> Finding {
    let words = String::from_utf8_lossy(&reply.body).to_ascii_lowercase();
    let about_it = words.contains("redirect");
    if reply.status == StatusCode::BAD_REQUEST && about_it {
        return Finding::fault(
            REDIRECT,
            format!("Spotify refuses {uri}: it is not registered for this app"),
            format!(
                "enter {uri} under Redirect URIs of the app at https://developer.spotify.com/dashboard, letter by letter"
            ),
        );
    }
    if reply.status.is_client_error() || reply.status.is_server_error() {
        return Finding::unchecked(
            REDIRECT,
            format!(
                "the authorization page answers with status {}",
                reply.status.as_u16()
            ),
        );
    }
    Finding::ok(
        REDIRECT,
        "Spotify does not refuse it before a login; the first login shows for certain",
    )
}

fn credentials(config: &Config) -> Option<AppCredentials> {
    Some(AppCredentials {
        client_id: config.spotify.client_id.clone()?,
        client_secret: config.spotify.client_secret.clone(),
    })
}
