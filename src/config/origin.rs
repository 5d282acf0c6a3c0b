//! A web origin: scheme, host and port, and nothing else (RFC 6454).

use std::fmt;

use url::{Host, Url};

/// An `http` or `https` origin, written without a trailing slash and without the scheme's default port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    url: Url,
    text: String,
}

impl Origin {
    /// Takes the origin of a text; the error is a fragment that says what is too much or missing.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "not a URL")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it holds a user name or a password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it holds a `?` or a `#`");
        }
        if url.path() != "/" {
            return Err("it holds a path");
        }
        Self::of(&url).ok_or("neither an http nor an https origin")
    }

    /// The origin of a URL, if that is one of the web.
    pub fn of(url: &Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let text = url.origin().ascii_serialization();
        let url = Url::parse(&text).ok()?;
        Some(Self { url, text })
    }

    /// As clients see it, such as `https://music.example.com`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address of `path`, which starts with a slash, on this origin.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// Whether the connection is encrypted.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether the host is a loopback IP literal. A name is not: it is for the resolver to say where it leads.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// The host, and the port unless it is the scheme's default: what a `Host` header holds.
    pub fn host_and_port(&self) -> &str {
        self.text.split_once("://").map_or("", |(_, rest)| rest)
    }

    /// The host alone, an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The port, the scheme's default included.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// The same scheme and host at another port.
    pub(super) fn at_port(&self, port: u16) -> Option<Self> {
        Self::parse(&format!("{}://{}:{port}", self.url.scheme(), self.host())).ok()
    }

    /// Whether `text` is this origin in its normal form; upper case, one slash at the end and the scheme's default
    /// port are allowed.
    pub(super) fn is_spelt(&self, text: &str) -> bool {
        let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
        text == self.text || text == self.with_port()
    }

    /// Why no client can reach a service there, if so; a fragment for a fault.
    pub(super) fn oddity(&self) -> Option<&'static str> {
        let host_is_odd = match self.url.host() {
            Some(Host::Ipv4(address)) => {
                address.is_unspecified() || address.is_multicast() || address.is_broadcast()
            }
            Some(Host::Ipv6(address)) => address.is_unspecified() || address.is_multicast(),
            Some(Host::Domain(name)) => {
                let plain = |one: u8| one.is_ascii_alphanumeric() || b"-_".contains(&one);
                !name
                    .split('.')
                    .all(|label| !label.is_empty() && label.bytes().all(plain))
            }
            None => true,
        };
        if host_is_odd {
            Some("its host is not one that clients can reach")
        } else if self.url.port() == Some(0) {
            Some("it has port 0")
        } else {
            None
        }
    }

    /// Scheme, host and port, with the port always written out.
    pub(super) fn with_port(&self) -> String {
        format!("{}://{}:{}", self.url.scheme(), self.host(), self.port())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether the host of a URL is a loopback IP literal.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(_)) | None => false,
    }
}

/// Whether the host is `localhost` or a name below it.
pub(super) fn is_localhost(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
    }
}
