//! The redirect URI as Spotify wants it. Its form is judged by the configuration, whose faults are told under this
//! check's name; here is what to register, and whether somebody listens there.

use std::{
    io::ErrorKind,
    net::{IpAddr, TcpListener},
};

use url::{Host, Url};

use super::{Case, report::Finding};

const CHECK: &str = "redirect_uri";
const VARIABLE: &str = "SPOTIFY_REDIRECT_URI";

pub(super) fn examine(case: &Case<'_>) -> Vec<Finding> {
    if case.salvage.is_spoilt(VARIABLE) {
        // The fault itself is told by the configuration.
        return Vec::new();
    }
    if !case.is_stdio()
        && let Some(spoilt) = case.address_spoilt(CHECK)
    {
        return vec![spoilt];
    }
    let (server, spotify) = (&case.config.server, &case.config.spotify);
    let uri = &spotify.redirect_uri;
    if !case.is_stdio() && server.base_url.port() == 0 {
        return vec![
            Finding::unchecked(
                CHECK,
                "with PORT=0 the system chooses the port at each start",
            )
            .once("choose a PORT: Spotify compares the redirect URI letter by letter"),
        ];
    }
    let mut findings = vec![Finding::ok(
        CHECK,
        format!(
            "register exactly this at developer.spotify.com: {uri} (callback route {})",
            spotify.callback_path
        ),
    )];
    let elsewhere = !case.is_stdio()
        && server.base_url.is_loopback()
        && server.base_url.port() != server.port
        && !case.salvage.is_spoilt("PORT");
    if elsewhere {
        findings.push(Finding::warning(
            CHECK,
            format!(
                "it leads to port {}, and the server listens on port {}",
                server.base_url.port(),
                server.port
            ),
            "let BASE_URL, SPOTIFY_REDIRECT_URI and PORT name one port, unless something forwards the one to the other",
        ));
    }
    if case.is_stdio() {
        findings.extend(taken(uri));
    }
    findings
}

/// Whether somebody else listens where a login of this machine would.
fn taken(uri: &Url) -> Option<Finding> {
    let address = match uri.host()? {
        Host::Ipv4(address) => IpAddr::V4(address),
        Host::Ipv6(address) => IpAddr::V6(address),
        Host::Domain(_) => return None,
    };
    let port = uri.port_or_known_default()?;
    let fault = TcpListener::bind((address, port)).err()?;
    (fault.kind() == ErrorKind::AddrInUse).then(|| {
        Finding::warning(
            CHECK,
            format!("another program listens on port {port}, to which Spotify sends the browser back"),
            "end the other login or program, choose another port in SPOTIFY_REDIRECT_URI and at Spotify, or paste the address that the browser ends at",
        )
    })
}
