//! `BASE_URL` and `SPOTIFY_REDIRECT_URI`, which depend on each other: the redirect URI lies on the public
//! origin, and an https redirect URI alone says what that origin is.

use url::Url;

use super::{
    local,
    origin::{self, Origin},
    reader::{Reader, shown},
    server::{Environment, Listener},
};

const BASE_URL: &str = "server.base_url";
const REDIRECT_URI: &str = "spotify.redirect_uri";

/// The callback route when no redirect URI says otherwise.
pub(super) const CALLBACK_PATH: &str = "/auth/callback";

/// The two addresses; `None` stands for one that a fault was reported about.
pub(super) struct Addresses {
    pub(super) base_url: Option<Origin>,
    pub(super) redirect_uri: Option<Url>,
}

/// Reads both addresses and holds them against each other.
pub(super) fn read(
    reader: &mut Reader,
    environment: Option<Environment>,
    listener: &Listener,
) -> Addresses {
    let redirect_is_set = reader.text(REDIRECT_URI).is_some();
    let redirect_uri = redirect_uri(reader, listener);
    let base_url = if reader.text(BASE_URL).is_some() {
        base_url(reader, listener)
    } else {
        match &redirect_uri {
            Some(uri) if uri.scheme() == "https" => origin_of(reader, uri),
            None if redirect_is_set => None,
            _ => own_origin(listener),
        }
    };
    if environment == Some(Environment::Prod) {
        require_public(reader, base_url.as_ref(), redirect_is_set);
    } else if listener.https {
        require_https(reader, base_url.as_ref());
    }
    if let (Some(base), Some(uri)) = (&base_url, &redirect_uri) {
        require_same_origin(reader, base, uri);
    }
    let redirect_uri = if redirect_is_set {
        redirect_uri
    } else {
        base_url
            .as_ref()
            .and_then(|base| Url::parse(&base.join(CALLBACK_PATH)).ok())
    };
    Addresses {
        base_url,
        redirect_uri,
    }
}

/// The addresses of one person's own auxcord, which no page is served from: only the redirect URI says where its
/// listener is.
pub(super) fn read_local(reader: &mut Reader, listener: &Listener) -> Addresses {
    let redirect_uri = if reader.text(REDIRECT_URI).is_some() {
        redirect_uri(reader, listener)
    } else {
        Url::parse(local::REDIRECT_URI).ok()
    };
    Addresses {
        base_url: own_origin(&Listener {
            https: false,
            ..*listener
        }),
        redirect_uri,
    }
}

/// The origin of a server that nobody gave another name.
fn own_origin(listener: &Listener) -> Option<Origin> {
    let scheme = if listener.https { "https" } else { "http" };
    Origin::parse(&format!("{scheme}://127.0.0.1:{}", listener.port?)).ok()
}

fn base_url(reader: &mut Reader, listener: &Listener) -> Option<Origin> {
    let text = reader.text(BASE_URL)?.to_owned();
    let remedy = "write scheme, host and port only, such as https://music.example.com";
    let origin = match Origin::parse(&text) {
        Ok(origin) => origin,
        Err(what) => {
            reader.fault(BASE_URL, what, remedy);
            return None;
        }
    };
    if let Ok(url) = Url::parse(&text)
        && origin::is_localhost(&url)
    {
        let instead = loopback_instead(&url, listener);
        reader.fault(
            BASE_URL,
            "Spotify refuses redirect URIs on `localhost`, so the service cannot live there",
            format!("write BASE_URL={}", instead.trim_end_matches('/')),
        );
        return None;
    }
    if !origin.is_https() && !origin.is_loopback() {
        reader.fault(
            BASE_URL,
            format!("{} is not https and not a loopback address", shown(&text)),
            format!(
                "write BASE_URL=https://{} and let a reverse proxy speak https for it, or set TLS_CERT and TLS_KEY",
                origin.host()
            ),
        );
        return None;
    }
    if let Some(what) = origin.oddity() {
        reader.fault(BASE_URL, what, remedy);
        return None;
    }
    // Clients compare the issuer letter by letter, and two spellings of one origin are two issuers to them.
    if !origin.is_spelt(&text) {
        reader.fault(
            BASE_URL,
            format!("{} is not in normal form", shown(&text)),
            format!("write BASE_URL={origin}"),
        );
        return None;
    }
    Some(origin)
}

/// The origin of an https redirect URI, as the one of the service.
fn origin_of(reader: &mut Reader, uri: &Url) -> Option<Origin> {
    let origin = Origin::of(uri)?;
    if let Some(what) = origin.oddity() {
        let remedy = "write an address on the public origin of this server";
        reader.fault(REDIRECT_URI, what, remedy);
        return None;
    }
    Some(origin)
}

/// Spotify's rules: https, or http with a loopback IP literal; compared with the registered one character by
/// character. <https://developer.spotify.com/documentation/web-api/concepts/redirect_uri>
fn redirect_uri(reader: &mut Reader, listener: &Listener) -> Option<Url> {
    let url = reader.url(REDIRECT_URI, "https://music.example.com/auth/callback")?;
    let text = reader.text(REDIRECT_URI)?.to_owned();
    let (what, remedy) = if origin::is_localhost(&url) {
        (
            "Spotify refuses `localhost` in redirect URIs and accepts only the IP address"
                .to_owned(),
            format!(
                "write SPOTIFY_REDIRECT_URI={} and register the same at Spotify",
                loopback_instead(&url, listener)
            ),
        )
    } else if url.scheme() != "https" && !origin::is_loopback(&url) {
        (
            "Spotify accepts http for loopback addresses only".to_owned(),
            "write an https address, or http://127.0.0.1:PORT/auth/callback on one's own machine"
                .to_owned(),
        )
    } else if url.as_str() != text {
        (
            format!(
                "{} is not in normal form, and Spotify compares letter by letter",
                shown(&text)
            ),
            format!("write SPOTIFY_REDIRECT_URI={url} and register the same at Spotify"),
        )
    } else {
        return Some(url);
    };
    reader.fault(REDIRECT_URI, what, remedy);
    None
}

fn loopback_instead(url: &Url, listener: &Listener) -> String {
    let mut instead = url.clone();
    // Both can only fail for URLs without a host, and this one has `localhost`.
    let _ = instead.set_host(Some("127.0.0.1"));
    let _ = instead.set_scheme(if listener.https { "https" } else { "http" });
    instead.to_string()
}

/// `prod` needs an https origin that somebody chose: the default one is known to this machine alone.
fn require_public(reader: &mut Reader, base_url: Option<&Origin>, redirect_is_set: bool) {
    let is_set = reader.text(BASE_URL).is_some();
    let chosen = is_set || redirect_is_set;
    if base_url.is_some_and(|base| !base.is_https() || !chosen) {
        let what = if is_set {
            "ENVIRONMENT=prod needs an https origin"
        } else {
            "not set, and ENVIRONMENT=prod needs an https origin"
        };
        reader.fault(
            BASE_URL,
            what,
            "write the public origin, such as BASE_URL=https://music.example.com",
        );
    }
}

/// A listener that speaks https only is not reached under an http origin.
fn require_https(reader: &mut Reader, base_url: Option<&Origin>) {
    if let Some(base) = base_url.filter(|base| !base.is_https()) {
        reader.fault(
            BASE_URL,
            "it is http, although TLS_CERT and TLS_KEY make the server speak https",
            format!("write BASE_URL=https://{}", base.host_and_port()),
        );
    }
}

fn require_same_origin(reader: &mut Reader, base: &Origin, uri: &Url) {
    let Some(its) = Origin::of(uri).filter(|its| its != base) else {
        return;
    };
    reader.fault(
        REDIRECT_URI,
        format!("its origin {its} is not that of BASE_URL, {base}"),
        format!(
            "write SPOTIFY_REDIRECT_URI={} or BASE_URL={its}",
            base.join(uri.path())
        ),
    );
}
