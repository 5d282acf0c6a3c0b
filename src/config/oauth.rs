//! `[oauth]`: which clients may come by themselves, and how patient a refresh is.

use std::{path::PathBuf, time::Duration};

use url::{Host, Url};

use super::reader::{Reader, shown};

/// Which clients may come by themselves, and how patient a refresh is.
#[derive(Clone, Debug)]
pub struct Oauth {
    /// `OAUTH_REGISTRATION`: whether clients may register themselves (RFC 7591).
    pub registration: bool,
    /// `OAUTH_TRUSTED_CLIENT_HOSTS`: `host` or `host:port`, in lower case, an IPv6 address in brackets. Client
    /// documents there are fetched whatever the address is.
    pub trusted_client_hosts: Vec<String>,
    /// `OAUTH_EXTRA_CA_FILE`: PEM, roots that count for client documents beside the usual ones.
    pub extra_ca_file: Option<PathBuf>,
    /// `OAUTH_REFRESH_REPLAY_SECONDS`: for how long a spent refresh token gets the same answer again.
    pub refresh_replay: Duration,
}

impl Oauth {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let registration = reader.truth("oauth.registration");
        let trusted_client_hosts = hosts(reader, "oauth.trusted_client_hosts");
        let extra_ca_file = reader.path("oauth.extra_ca_file");
        let refresh_replay = reader.seconds("oauth.refresh_replay_seconds", 0..=600);
        Some(Self {
            registration: registration?,
            trusted_client_hosts,
            extra_ca_file,
            refresh_replay: refresh_replay?,
        })
    }
}

/// The hosts that `key` lists, in normal form.
pub(super) fn hosts(reader: &mut Reader, key: &str) -> Vec<String> {
    let mut hosts = Vec::new();
    for text in reader.list(key) {
        match host_and_port(&text) {
            Some(host) => hosts.push(host),
            None => reader.fault(
                key,
                format!("{} is not a host", shown(&text)),
                "write hosts, each with or without a port, separated by commas: clients.internal, clients.internal:8443",
            ),
        }
    }
    hosts
}

/// The text in normal form, if it is a host or a host and a port and nothing else.
fn host_and_port(text: &str) -> Option<String> {
    let plain = |one: u8| one.is_ascii_alphanumeric() || b"-._:[]".contains(&one);
    // As http, whose default port is none of a client document's: one that is written out stays.
    let url = Url::parse(&format!("http://{text}")).ok()?;
    if !text.bytes().all(plain) || url.path() != "/" || text.ends_with(':') {
        return None;
    }
    let host = match url.host()? {
        Host::Domain(name) => name.trim_end_matches('.').to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => format!("[{address}]"),
    };
    let written = text
        .rsplit_once(':')
        .filter(|(_, port)| !port.contains(']'));
    match (written, url.port_or_known_default()) {
        _ if host.is_empty() => None,
        (Some(_), Some(port)) => Some(format!("{host}:{port}")),
        _ => Some(host),
    }
}
