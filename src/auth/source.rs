//! Where a request comes from, as limits count it. Knows addresses and the two headers in which proxies name them,
//! no limit and no person.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use http::{HeaderMap, HeaderName, header::FORWARDED};
use ipnet::IpNet;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// How much of an IPv6 address one subscriber chooses freely, in bits from the right (RFC 6177).
const FREE_BITS: u32 = 64;

/// Who a request counts for: an IPv4 address, or the /64 of an IPv6 address. Its `Display` is the subject of limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source(IpAddr);

impl Source {
    /// The source of a request that `peer` sent. Headers count only if `peer` lies in `trusted`: then it is the last
    /// address in `X-Forwarded-For` or `Forwarded` (RFC 7239) that does not lie there too. What cannot be read, and
    /// two headers that tell different things, count as the peer's own.
    pub fn of(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let peer = peer.to_canonical();
        let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
        if !is_trusted(&peer) {
            return Self::at(peer);
        }
        let told = [
            headers
                .contains_key(&X_FORWARDED_FOR)
                .then(|| x_forwarded_for(headers)),
            headers.contains_key(FORWARDED).then(|| forwarded(headers)),
        ];
        let mut clients = told
            .into_iter()
            .flatten()
            .map(|hops| client(&hops, is_trusted));
        let first = clients.next().flatten();
        match clients.next() {
            Some(second) if second != first => Self::at(peer),
            _ => Self::at(first.unwrap_or(peer)),
        }
    }

    fn at(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self(address),
            IpAddr::V6(address) => {
                let network = u128::from(address) >> FREE_BITS << FREE_BITS;
                Self(Ipv6Addr::from(network).into())
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(network) => write!(f, "{network}/64"),
        }
    }
}

/// The last hop that is not one of ours; the first one if all are. `None` where a hop before it cannot be read.
fn client(hops: &[Option<IpAddr>], is_trusted: impl Fn(&IpAddr) -> bool) -> Option<IpAddr> {
    let mut client = None;
    for hop in hops.iter().rev() {
        let hop = (*hop)?;
        client = Some(hop);
        if !is_trusted(&hop) {
            break;
        }
    }
    client
}

/// The addresses in the order in which they were added; `None` stands for one that cannot be read.
fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for value in headers.get_all(&X_FORWARDED_FOR) {
        match value.to_str() {
            Ok(text) => hops.extend(text.split(',').map(|hop| address(hop.trim()))),
            Err(_) => hops.push(None),
        }
    }
    hops
}

/// The same of `Forwarded` (RFC 7239 section 4).
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for value in headers.get_all(FORWARDED) {
        match value.to_str().ok().and_then(|text| split(text, ',')) {
            Some(elements) => hops.extend(elements.into_iter().map(for_of)),
            None => hops.push(None),
        }
    }
    hops
}

/// The address after the only `for=` of an element.
fn for_of(element: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in split(element, ';')? {
        let (name, value) = pair.trim().split_once('=')?;
        if name.eq_ignore_ascii_case("for") && found.replace(value).is_some() {
            return None;
        }
    }
    address(found?)
}

/// The parts of a list whose quoted strings may hold the separator; `None` if a quote is left open.
fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, one) in text.char_indices() {
        match one {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if one == separator && !quoted => {
                parts.push(&text[start..at]);
                start = at + one.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (!quoted).then_some(parts)
}

/// An address with or without quotes, brackets and a port.
fn address(text: &str) -> Option<IpAddr> {
    let unquoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text);
    let bare = unquoted
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(unquoted);
    let with_port = || unquoted.parse::<SocketAddr>().map(|address| address.ip());
    let address = bare.parse::<IpAddr>().or_else(|_| with_port()).ok()?;
    Some(address.to_canonical())
}
