//! `[spotify]`: the operator's Spotify app, and where Spotify is.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::{origin, reader::Reader, routes, secrets, server::Environment};

/// The operator's Spotify app, and where Spotify is.
#[derive(Clone, Debug)]
pub struct Spotify {
    /// `SPOTIFY_CLIENT_ID`
    pub client_id: Option<String>,
    /// `SPOTIFY_CLIENT_SECRET`; optional, because PKCE is always used.
    pub client_secret: Option<SecretString>,
    /// `SPOTIFY_REDIRECT_URI`: where Spotify sends the browser back to.
    pub redirect_uri: Url,
    /// Its path, which is the callback route.
    pub callback_path: String,
    /// `SPOTIFY_ACCOUNTS_URL`
    pub accounts_url: Url,
    /// `SPOTIFY_API_URL`
    pub api_url: Url,
    /// `SPOTIFY_CONNECT_TIMEOUT_MS`
    pub connect_timeout: Duration,
    /// `SPOTIFY_CALL_TIMEOUT_MS`: for one whole call.
    pub call_timeout: Duration,
}

impl Spotify {
    pub(super) fn read(
        reader: &mut Reader,
        environment: Option<Environment>,
        redirect_uri: Option<Url>,
    ) -> Option<Self> {
        let client_id = client_id(reader, environment);
        let client_secret = secrets::client_secret(reader, environment);
        let callback_path = redirect_uri.as_ref().map(|uri| uri.path().to_owned());
        if let Some(path) = &callback_path
            && let Err(what) = routes::check_callback(path)
        {
            reader.fault(
                "spotify.redirect_uri",
                what,
                "write a path of its own, such as /auth/callback",
            );
        }
        let accounts_url = upstream(reader, "spotify.accounts_url", environment);
        let api_url = upstream(reader, "spotify.api_url", environment);
        let connect_timeout = reader.millis("spotify.connect_timeout_ms", 100..=60_000);
        let call_timeout = reader.millis("spotify.call_timeout_ms", 100..=120_000);
        Some(Self {
            client_id,
            client_secret,
            redirect_uri: redirect_uri?,
            callback_path: callback_path?,
            accounts_url: accounts_url?,
            api_url: api_url?,
            connect_timeout: connect_timeout?,
            call_timeout: call_timeout?,
        })
    }
}

fn client_id(reader: &mut Reader, environment: Option<Environment>) -> Option<String> {
    const KEY: &str = "spotify.client_id";
    const REMEDY: &str =
        "write the client id of your app from https://developer.spotify.com/dashboard";
    let Some(id) = reader.text(KEY).map(str::to_owned) else {
        if environment == Some(Environment::Prod) {
            reader.fault(KEY, "not set, and ENVIRONMENT=prod needs it", REMEDY);
        } else if reader.text("spotify.client_secret").is_some() {
            reader.fault(KEY, "not set, although there is a client secret", REMEDY);
        }
        return None;
    };
    if secrets::is_example(&id) {
        reader.fault(KEY, "it is the example's", REMEDY);
    } else if !id.bytes().all(|one| one.is_ascii_graphic()) {
        reader.fault(KEY, "it holds blanks or special characters", REMEDY);
    }
    Some(id)
}

fn upstream(reader: &mut Reader, key: &str, environment: Option<Environment>) -> Option<Url> {
    let mut url = reader.url(key, "https://api.spotify.com/v1")?;
    if environment == Some(Environment::Prod)
        && url.scheme() != "https"
        && !origin::is_loopback(&url)
    {
        reader.fault(
            key,
            "tokens would travel unencrypted",
            "write an https address",
        );
        return None;
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Some(url)
}
