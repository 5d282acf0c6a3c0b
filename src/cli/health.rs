//! `auxcord health`: asks the server that runs here with these settings whether it lives. For health checks in places
//! that have neither a shell nor another program to ask with.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use reqwest::redirect::Policy;

use super::output::{self, Hinted};
use crate::config::Config;

/// Whoever asks this often gives up soon.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let url = address(&config);
    match answer(&url).await {
        Ok(()) => output::text("the server lives\n"),
        Err(why) => Err(Hinted {
            what: format!("no good answer from {url}: {why}"),
            hint: "start it with `auxcord serve`, and give this command the same HOST, PORT and TLS_CERT"
                .to_owned(),
        }
        .into()),
    }
}

/// Where a server with these settings is reached from its own machine.
fn address(config: &Config) -> String {
    let mut listen = config.server.listen();
    match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => listen.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => listen.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    let scheme = if config.server.tls.is_some() {
        "https"
    } else {
        "http"
    };
    format!("{scheme}://{listen}/health")
}

async fn answer(url: &str) -> anyhow::Result<()> {
    // reqwest asks rustls for the process's provider, also where it speaks plain http.
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        // It speaks to its own machine, whatever name the certificate is for, and sends nothing secret.
        .tls_danger_accept_invalid_certs(true)
        .build()?;
    let status = client.get(url).send().await?.status();
    anyhow::ensure!(status.is_success(), "it answered {status}");
    Ok(())
}
