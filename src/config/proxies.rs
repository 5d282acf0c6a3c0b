//! `TRUSTED_PROXIES`: whose word about where a request comes from counts.

use std::net::IpAddr;

use ipnet::IpNet;

use super::reader::{Reader, shown};

const KEY: &str = "server.trusted_proxies";

/// The networks, each in normal form.
pub(super) fn read(reader: &mut Reader) -> Vec<IpNet> {
    let mut networks = Vec::new();
    for text in reader.list(KEY) {
        match network(&text) {
            Some(network) if network.prefix_len() == 0 => reader.fault(
                KEY,
                format!(
                    "{} is everybody, so anybody could name any address",
                    shown(&text)
                ),
                "write the networks of your proxies alone",
            ),
            Some(network) => networks.push(network),
            None => reader.fault(
                KEY,
                format!("{} is not a network", shown(&text)),
                "write networks separated by commas, such as 10.0.0.0/8, 192.0.2.7, fd00::/8",
            ),
        }
    }
    networks
}

/// A network, or the one address that is written. Bits beyond the prefix say nothing and are dropped.
fn network(text: &str) -> Option<IpNet> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    let network = text.parse::<IpNet>().or_else(|_| address()).ok()?;
    Some(network.trunc())
}
