//! `[server]`: where to listen, and under which name the world sees it.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use ipnet::IpNet;

use super::{origin::Origin, proxies, reader::Reader};

const CERT: &str = "server.tls_cert";
const KEY: &str = "server.tls_key";

/// Whether a fault of the set-up is tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// On one's own machine.
    Dev,
    /// Facing others: example secrets and unencrypted origins are refused.
    Prod,
}

/// How MCP clients reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Over HTTP: `auxcord serve`.
    Http,
    /// Over standard input and output: `auxcord stdio`.
    Stdio,
}

/// Where to listen, and under which name the world sees it.
#[derive(Clone, Debug)]
pub struct Server {
    /// `ENVIRONMENT`
    pub environment: Environment,
    /// `TRANSPORT`: what a bare `auxcord` does.
    pub transport: Transport,
    /// `HOST`
    pub host: IpAddr,
    /// `PORT`; 0 lets the system choose, see [`super::Config::bound`].
    pub port: u16,
    /// `BASE_URL`: the public origin.
    pub base_url: Origin,
    /// `ADMIN_LISTEN`: the second listener, with `/readyz`.
    pub admin_listen: Option<SocketAddr>,
    /// `SHUTDOWN_GRACE_SECONDS`: what running requests get after SIGTERM.
    pub shutdown_grace: Duration,
    /// `HEADER_TIMEOUT_SECONDS`: how long a client may take over its headers, and a connection may be idle.
    pub header_timeout: Duration,
    /// `TLS_CERT` and `TLS_KEY`: with them the server speaks https itself.
    pub tls: Option<Tls>,
    /// `TRUSTED_PROXIES`: the networks whose word about a request's address counts.
    pub trusted_proxies: Vec<IpNet>,
}

/// What the server needs to speak https.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// `TLS_CERT`: PEM, the certificate and those between it and the root.
    pub cert: PathBuf,
    /// `TLS_KEY`: PEM, the certificate's private key.
    pub key: PathBuf,
}

impl Server {
    /// The address to listen on.
    pub fn listen(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    pub(super) fn read(
        reader: &mut Reader,
        environment: Option<Environment>,
        base_url: Option<Origin>,
    ) -> Option<Self> {
        let tls = tls(reader);
        let trusted_proxies = proxies::read(reader);
        let transport = reader.word(
            "server.transport",
            &[("http", Transport::Http), ("stdio", Transport::Stdio)],
        );
        let host = host(reader, environment);
        let port = port(reader);
        let admin_listen = reader.parse::<SocketAddr>(
            "server.admin_listen",
            "write an IP address and a port, such as 127.0.0.1:9001",
        );
        let shutdown_grace = reader.seconds("server.shutdown_grace_seconds", 0..=600);
        let header_timeout = reader.seconds("server.header_timeout_seconds", 1..=120);
        if let (Some(host), Some(port), Some(admin)) = (host, port, admin_listen)
            && port != 0
            && admin == SocketAddr::new(host, port)
        {
            reader.fault(
                "server.admin_listen",
                "it is the address of the public listener",
                "choose another port",
            );
        }
        Some(Self {
            environment: environment?,
            transport: transport?,
            host: host?,
            port: port?,
            base_url: base_url?,
            admin_listen,
            shutdown_grace: shutdown_grace?,
            header_timeout: header_timeout?,
            tls,
            trusted_proxies,
        })
    }
}

/// `ENVIRONMENT`, which other sections depend on.
pub(super) fn environment(reader: &mut Reader) -> Option<Environment> {
    reader.word(
        "server.environment",
        &[("dev", Environment::Dev), ("prod", Environment::Prod)],
    )
}

/// What the default of `BASE_URL` depends on; faults about either are reported by [`Server::read`].
pub(super) struct Listener {
    /// `PORT`
    pub(super) port: Option<u16>,
    /// Whether the server speaks https itself.
    pub(super) https: bool,
}

pub(super) fn listener(reader: &Reader) -> Listener {
    Listener {
        port: reader
            .text("server.port")
            .and_then(|port| port.parse().ok()),
        https: reader.text(CERT).is_some() || reader.text(KEY).is_some(),
    }
}

fn tls(reader: &mut Reader) -> Option<Tls> {
    let (cert, key) = (reader.path(CERT), reader.path(KEY));
    for (given, missing, key, name) in [
        (&cert, &key, KEY, "TLS_CERT"),
        (&key, &cert, CERT, "TLS_KEY"),
    ] {
        if given.is_some() && missing.is_none() {
            reader.fault(
                key,
                format!("not set, although {name} is"),
                "name the PEM files of the certificate and of its key, or neither",
            );
        }
    }
    Some(Tls {
        cert: cert?,
        key: key?,
    })
}

fn port(reader: &mut Reader) -> Option<u16> {
    reader.small("server.port", 0..=u64::from(u16::MAX))
}

fn host(reader: &mut Reader, environment: Option<Environment>) -> Option<IpAddr> {
    let Some(text) = reader.text("server.host") else {
        return Some(match environment? {
            Environment::Dev => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Environment::Prod => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        });
    };
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse() {
        return Some(address);
    }
    reader.parse::<IpAddr>(
        "server.host",
        "write an IP address: 127.0.0.1 for this machine only, 0.0.0.0 for every interface",
    )
}
