//! Which addresses are refused for how they are written, before anybody is asked for anything.

use std::collections::BTreeSet;

use url::{Host, Url};

use super::FetchBuildError;

/// The port of https, and the only one for hosts that nobody trusts.
const HTTPS: u16 = 443;

/// Names that never stand for a public host (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, and what networks use).
const NEVER_PUBLIC: &[&str] = &[
    "alt",
    "home.arpa",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
];

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Another scheme.
    #[error("only https is fetched")]
    Scheme,
    /// User or password in it.
    #[error("it names a user")]
    UserInfo,
    /// Another port than 443.
    #[error("only port 443 is fetched from")]
    Port,
    /// An IP address in place of a name, however it is written.
    #[error("the host is an address, not a name")]
    AddressLiteral,
    /// A name without a dot, with one at its end, or of a network of one's own.
    #[error("the host is no public name")]
    Name,
}

/// How far a connection may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// To public addresses.
    Public,
    /// To any address, because an operator trusts the host.
    Trusted,
}

/// Judges addresses, knowing whom the operator trusts.
#[derive(Debug)]
pub(super) struct Rules {
    /// Each with the only port that is trusted, or with none for all of them.
    trusted: BTreeSet<(String, Option<u16>)>,
}

impl Rules {
    pub(super) fn new(trusted: &[String]) -> Result<Self, FetchBuildError> {
        let trusted: Result<_, _> = trusted
            .iter()
            .map(|text| {
                host_and_port(text).ok_or_else(|| FetchBuildError::TrustedHost(text.clone()))
            })
            .collect();
        Ok(Self { trusted: trusted? })
    }

    pub(super) fn judge(&self, url: &Url) -> Result<Reach, Forbidden> {
        if url.scheme() != "https" {
            return Err(Forbidden::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Forbidden::UserInfo);
        }
        let host = url.host_str().ok_or(Forbidden::Name)?;
        let port = url.port().unwrap_or(HTTPS);
        let trusts = |port| self.trusted.contains(&(host.to_owned(), port));
        if trusts(None) || trusts(Some(port)) {
            return Ok(Reach::Trusted);
        }
        match url.host() {
            Some(Host::Domain(name)) if is_public_name(name) => {}
            Some(Host::Domain(_)) | None => return Err(Forbidden::Name),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(Forbidden::AddressLiteral),
        }
        if port != HTTPS {
            return Err(Forbidden::Port);
        }
        Ok(Reach::Public)
    }
}

fn is_public_name(name: &str) -> bool {
    name.contains('.')
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !NEVER_PUBLIC.iter().any(|never| {
            name == *never
                || name
                    .strip_suffix(never)
                    .is_some_and(|rest| rest.ends_with('.'))
        })
}

/// `host` or `host:port`, the host as addresses write it.
fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let url = Url::parse(&format!("https://{text}/")).ok()?;
    let only_a_host = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && !text.contains(['/', '\\', '@', '*'])
        && text.trim() == text;
    let host = url.host_str().filter(|_| only_a_host)?;
    // The parser drops the scheme's own port, which limits as much as any other.
    let port = url
        .port()
        .or_else(|| text.ends_with(":443").then_some(HTTPS));
    Some((host.to_owned(), port))
}
