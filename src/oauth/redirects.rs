//! Where a client may have browsers sent: judged once when it registers, matched exactly when it asks.
//!
//! Both work on the text as it was written. A parser repairs what it reads (tabs, backslashes, dots, upper case), and
//! what was repaired is not what the browser is sent later.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The longest redirect URI, in bytes.
pub const LONGEST: usize = 2_048;
/// Redirect URIs that one registration may name.
pub const MOST: usize = 10;

/// Hosts on which http is allowed (RFC 8252 section 7.3; clients write `localhost` too). Each stands for itself alone.
const LOOPBACK_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
/// Parameters that the answer carries, which a client must not choose itself.
pub(super) const OUR_PARAMETERS: [&str; 6] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
];
/// Schemes that run, read or draw something in the browser itself, or that are not for sign-in at all.
const DANGEROUS_SCHEMES: [&str; 16] = [
    "about",
    "blob",
    "chrome",
    "chrome-extension",
    "data",
    "file",
    "filesystem",
    "ftp",
    "jar",
    "javascript",
    "mailto",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// How far a registered redirect URI can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectKind {
    /// https to a host.
    Https,
    /// http to this very machine, on any port.
    Loopback,
    /// A scheme of the app's own. Kept, because clients list it beside others, and never redirected to: any program
    /// may claim it.
    PrivateUse,
}

/// A redirect URI as it was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// The text, unchanged.
    pub uri: String,
    /// What it is.
    pub kind: RedirectKind,
}

/// Why a redirect URI is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectFault {
    /// None at all.
    #[error("at least one redirect URI is needed")]
    None,
    /// More than allowed.
    #[error("there are too many redirect URIs")]
    TooMany,
    /// Longer than [`LONGEST`].
    #[error("a redirect URI is too long")]
    TooLong,
    /// Spaces, control characters, backslashes or anything else that no URI holds.
    #[error("a redirect URI has characters that no URI has")]
    Characters,
    /// No scheme, or one that is never redirected to.
    #[error("the scheme of a redirect URI is not allowed")]
    Scheme,
    /// http to a host that is not this machine.
    #[error("http is allowed only to localhost, 127.0.0.1 and [::1]")]
    Cleartext,
    /// No host, or one that reads otherwise than it is written.
    #[error("a redirect URI has no plain host")]
    Host,
    /// A user or a password.
    #[error("a redirect URI names a user")]
    UserInfo,
    /// A fragment.
    #[error("a redirect URI has a fragment")]
    Fragment,
    /// A wildcard.
    #[error("a redirect URI has a wildcard")]
    Wildcard,
    /// Segments that lead elsewhere, encoded or not.
    #[error("the path of a redirect URI has dot segments or encoded control characters")]
    Path,
    /// A parameter that the answer carries.
    #[error("the query of a redirect URI has a parameter of the answer")]
    Parameter,
    /// Only URIs of private-use schemes.
    #[error("none of the redirect URIs can be used: https, or http to localhost, is needed")]
    NoneUsable,
}

/// Judges what a client registers, at most `most` of them. A URI that is there twice counts once.
///
/// # Errors
/// [`RedirectFault`], of the first one that is refused.
pub fn judge_all(uris: &[String], most: usize) -> Result<Vec<Redirect>, RedirectFault> {
    if uris.is_empty() {
        return Err(RedirectFault::None);
    }
    if uris.len() > most {
        return Err(RedirectFault::TooMany);
    }
    let mut seen = BTreeSet::new();
    let mut judged = Vec::with_capacity(uris.len());
    for uri in uris {
        let kind = judge(uri)?;
        if seen.insert(uri) {
            judged.push(Redirect {
                uri: uri.clone(),
                kind,
            });
        }
    }
    if judged.iter().all(|redirect| !redirect.is_usable()) {
        return Err(RedirectFault::NoneUsable);
    }
    Ok(judged)
}

impl Redirect {
    /// Whether browsers are ever sent there.
    pub fn is_usable(&self) -> bool {
        self.kind != RedirectKind::PrivateUse
    }

    /// Whether a request for `asked` may be answered by way of this registration: the same text, or on loopback the
    /// same host, path and query on any port (RFC 8252 section 7.3).
    pub fn allows(&self, asked: &str) -> bool {
        match self.kind {
            RedirectKind::Https => self.uri == asked,
            RedirectKind::Loopback => {
                asked.len() <= LONGEST
                    && match (loopback_parts(&self.uri), loopback_parts(asked)) {
                        (Some(registered), Some(asked)) => registered == asked,
                        _ => false,
                    }
            }
            RedirectKind::PrivateUse => false,
        }
    }
}

/// Whether one of `registered` allows `asked`.
pub fn allows(registered: &[Redirect], asked: &str) -> bool {
    registered.iter().any(|redirect| redirect.allows(asked))
}

/// The host of `url`, with its port where that is not the scheme's own: what people know a place by.
pub(super) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn judge(text: &str) -> Result<RedirectKind, RedirectFault> {
    if text.len() > LONGEST {
        return Err(RedirectFault::TooLong);
    }
    if text.is_empty() || !text.bytes().all(is_uri_byte) {
        return Err(RedirectFault::Characters);
    }
    if text.contains('#') {
        return Err(RedirectFault::Fragment);
    }
    let (scheme, rest) = text.split_once(':').ok_or(RedirectFault::Scheme)?;
    let lower = scheme.to_ascii_lowercase();
    if !is_scheme(scheme) || DANGEROUS_SCHEMES.contains(&lower.as_str()) {
        return Err(RedirectFault::Scheme);
    }
    if lower != "https" && lower != "http" {
        return private_use(&lower, rest);
    }
    // Only as everybody writes it: a parser also takes `https:host` and `HTTPS:///host`.
    let rest = rest.strip_prefix("//").ok_or(RedirectFault::Host)?;
    if scheme != lower {
        return Err(RedirectFault::Scheme);
    }
    located(text, &lower, rest)
}

fn private_use(scheme: &str, rest: &str) -> Result<RedirectKind, RedirectFault> {
    let own = scheme.contains('.') || rest.starts_with("//");
    if !own {
        return Err(RedirectFault::Scheme);
    }
    let authority = rest.strip_prefix("//").map_or("", authority);
    if authority.contains('@') {
        return Err(RedirectFault::UserInfo);
    }
    if rest.contains('*') {
        return Err(RedirectFault::Wildcard);
    }
    Ok(RedirectKind::PrivateUse)
}

/// Judges an http or https URI; `rest` begins with the authority.
fn located(text: &str, scheme: &str, rest: &str) -> Result<RedirectKind, RedirectFault> {
    let authority = authority(rest);
    if authority.contains('@') {
        return Err(RedirectFault::UserInfo);
    }
    if text.contains('*') {
        return Err(RedirectFault::Wildcard);
    }
    let url = Url::parse(text).map_err(|_unreadable| RedirectFault::Host)?;
    let host = host_of(authority);
    if scheme == "http" && !LOOPBACK_HOSTS.contains(&host) {
        return Err(RedirectFault::Cleartext);
    }
    if scheme == "http" && loopback_parts(text).is_none() {
        return Err(RedirectFault::Host);
    }
    // What the parser had to repair (numbers for addresses, letters of other scripts) is not what people are shown.
    let reads_as_written = url
        .host_str()
        .is_some_and(|read| read.eq_ignore_ascii_case(host));
    let dotted_end = matches!(url.host(), Some(Host::Domain(name)) if name.ends_with('.'));
    if !reads_as_written || dotted_end {
        return Err(RedirectFault::Host);
    }
    let (path, query) = match rest[authority.len()..].split_once('?') {
        Some((path, query)) => (path, query),
        None => (&rest[authority.len()..], ""),
    };
    if leads_elsewhere(path) {
        return Err(RedirectFault::Path);
    }
    let chosen = url::form_urlencoded::parse(query.as_bytes())
        .any(|(name, _)| OUR_PARAMETERS.contains(&name.as_ref()));
    if chosen {
        return Err(RedirectFault::Parameter);
    }
    Ok(if scheme == "https" {
        RedirectKind::Https
    } else {
        RedirectKind::Loopback
    })
}

/// The bytes of RFC 3986; `%` begins an encoded one.
pub(super) fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// All before the path or the query.
pub(super) fn authority(rest: &str) -> &str {
    rest.split(['/', '?']).next().unwrap_or("")
}

/// The authority without its port.
fn host_of(authority: &str) -> &str {
    let end = if authority.starts_with('[') {
        authority.find(']').map_or(authority.len(), |at| at + 1)
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    &authority[..end]
}

/// Whether decoding the path once gives dot segments, backslashes, control characters or bytes that are no text.
pub(super) fn leads_elsewhere(path: &str) -> bool {
    let Ok(plain) = percent_decode_str(path).decode_utf8() else {
        return true;
    };
    plain.chars().any(|c| c.is_control() || c == '\\')
        || plain
            .split('/')
            .any(|segment| segment == "." || segment == "..")
}

/// Host and what follows the port of an http URI on loopback, if `text` is one.
fn loopback_parts(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("http://")?;
    let authority = authority(rest);
    let host = host_of(authority);
    let port = &authority[host.len()..];
    let port_is_one = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|digits| !digits.starts_with(['0', '+']) && digits.parse::<u16>().is_ok());
    (LOOPBACK_HOSTS.contains(&host) && port_is_one).then(|| (host, &rest[authority.len()..]))
}
