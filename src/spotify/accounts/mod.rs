//! The accounts service: sends a person there, trades the code and later the refresh token, asks who it is.
//!
//! Nothing is repeated here: a code is good for one try, and a refresh token may be. Secrets are arguments
//! and results, and never part of a failure. Spotify: "Authorization Code with PKCE", "Refreshing tokens".

mod answer;
mod error;

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{
    HeaderValue, Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use reqwest::Request;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;
use url::{Url, form_urlencoded};

use super::{
    api,
    body::BodyFault,
    classify::retry_after,
    client::Client,
    error::SpotifyError,
    token::{AccessToken, RefreshToken},
};

pub use super::model::Account;
pub use error::{AccountsError, OauthCode};

/// The accounts service of Spotify.
#[derive(Clone, Debug)]
pub struct Accounts {
    client: Client,
}

/// A Spotify app.
#[derive(Clone, Debug)]
pub struct AppCredentials {
    /// The client id.
    pub client_id: String,
    /// The client secret; an app that uses PKCE can do without.
    pub client_secret: Option<SecretString>,
}

/// What to ask a person for.
#[derive(Clone, Copy)]
pub struct AuthorizeRequest<'a> {
    /// Where Spotify sends them back, exactly as registered.
    pub redirect_uri: &'a str,
    /// What ties the answer to this browser.
    pub state: &'a str,
    /// The S256 challenge of PKCE (RFC 7636, section 4.2).
    pub code_challenge: &'a str,
    /// The permissions.
    pub scopes: &'a [&'a str],
    /// Whether to ask even if all this was approved before.
    pub show_dialog: bool,
}

impl std::fmt::Debug for AuthorizeRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthorizeRequest")
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .field("show_dialog", &self.show_dialog)
            .finish_non_exhaustive()
    }
}

/// Tokens as Spotify hands them out.
#[derive(Clone, Debug)]
pub struct TokenSet {
    /// Opens the Web API.
    pub access: AccessToken,
    /// The next refresh token; `None` on a refresh means that the old one stays good.
    pub refresh: Option<RefreshToken>,
    /// How long `access` is good from now.
    pub expires_in: Duration,
    /// What the person granted.
    pub scopes: Vec<String>,
}

impl Accounts {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// The longest that a call takes before it counts as failed.
    pub fn time_limit(&self) -> Duration {
        self.client.call_timeout()
    }

    /// Where to send the person's browser.
    pub fn authorize_url(&self, app: &AppCredentials, request: &AuthorizeRequest<'_>) -> Url {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &app.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", request.redirect_uri)
            .append_pair("state", request.state)
            .append_pair("scope", &request.scopes.join(" "))
            .append_pair(
                "show_dialog",
                if request.show_dialog { "true" } else { "false" },
            )
            .append_pair("code_challenge_method", "S256")
            .append_pair("code_challenge", request.code_challenge)
            .finish();
        let mut url = self.client.accounts_address("authorize");
        url.set_query(Some(&query));
        url
    }

    /// Trades the code that came back for tokens. `redirect_uri` is the one that the person was sent with.
    ///
    /// # Errors
    /// [`AccountsError`]; the code is used up by any answer.
    pub async fn exchange_code(
        &self,
        app: &AppCredentials,
        redirect_uri: &str,
        code: &str,
        verifier: &SecretString,
    ) -> Result<TokenSet, AccountsError> {
        let verifier = verifier.expose_secret();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        self.token(app, &fields, &[code, verifier]).await
    }

    /// Trades a refresh token for a new access token, and perhaps a new refresh token.
    ///
    /// # Errors
    /// [`AccountsError`]; only a terminal one says anything about the refresh token.
    pub async fn refresh(
        &self,
        app: &AppCredentials,
        token: &RefreshToken,
    ) -> Result<TokenSet, AccountsError> {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.expose()),
        ];
        self.token(app, &fields, &[token.expose()]).await
    }

    /// Whose token it is.
    ///
    /// # Errors
    /// [`SpotifyError`]; an account without an id counts as malformed.
    pub async fn me(&self, token: &AccessToken) -> Result<Account, SpotifyError> {
        self.client.send_for_login(token, &api::me()).await
    }

    async fn token(
        &self,
        app: &AppCredentials,
        fields: &[(&str, &str)],
        secrets: &[&str],
    ) -> Result<TokenSet, AccountsError> {
        let request = self.token_request(app, fields)?;
        let (status, headers, body) =
            timeout(self.client.call_timeout(), self.client.exchange(request))
                .await
                .map_err(|_late| AccountsError::Timeout)?
                .map_err(|fault| match fault {
                    BodyFault::TooLong => AccountsError::Malformed,
                    BodyFault::Broken(cause) => {
                        AccountsError::Network(Arc::new(cause.without_url()))
                    }
                })?;
        if status.is_success() {
            return answer::tokens(&body).ok_or(AccountsError::Malformed);
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            let retry_after = retry_after(&headers);
            return Err(AccountsError::RateLimited { retry_after });
        }
        Err(answer::refusal(status, &body, secrets))
    }

    /// With a secret the app proves itself in a header, without one it names itself in the form.
    fn token_request(
        &self,
        app: &AppCredentials,
        fields: &[(&str, &str)],
    ) -> Result<Request, AccountsError> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let mut request = Request::new(Method::POST, self.client.accounts_address("api/token"));
        let headers = request.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        if let Some(secret) = &app.client_secret {
            let pair = format!("{}:{}", app.client_id, secret.expose_secret());
            let text = format!("Basic {}", BASE64_STANDARD.encode(pair));
            let mut value =
                HeaderValue::try_from(text).map_err(|_invalid| AccountsError::InvalidClient)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        } else {
            form.append_pair("client_id", &app.client_id);
        }
        *request.body_mut() = Some(form.finish().into());
        Ok(request)
    }
}
