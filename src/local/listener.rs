//! The loopback listener that takes the browser back: open while a login waits, and not a moment longer, because other
//! processes of the same person want the port too. Who finds it taken tries again until it is free.

use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use axum::{
    Router,
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode, header::ALLOW};
use tokio::{net::TcpListener, sync::oneshot, time};
use url::{Host, Url};

use super::{
    desk::{Back, Desk, Finished},
    page,
};
use crate::page::is_prefetch;

/// How often a taken port is tried again.
const TRY_EVERY: Duration = Duration::from_millis(250);
/// How long the last page may take to be sent.
const LAST_PAGE: Duration = Duration::from_secs(2);

/// Where to listen for that redirect URI; `None` when it does not lead to this machine.
pub(super) fn address(redirect_uri: &Url) -> Option<SocketAddr> {
    let ip = match redirect_uri.host()? {
        Host::Ipv4(ip) => IpAddr::V4(ip),
        Host::Ipv6(ip) => IpAddr::V6(ip),
        Host::Domain(_) => return None,
    };
    let is_ours = redirect_uri.scheme() == "http" && ip.is_loopback();
    is_ours.then_some(SocketAddr::new(ip, redirect_uri.port_or_known_default()?))
}

/// Listens until no login of `desk` waits any more.
pub(super) async fn run(desk: Desk, address: SocketAddr, path: String) {
    while !desk.is_over().await {
        match TcpListener::bind(address).await {
            Ok(listener) => {
                desk.comes_back(Some(Back::Here));
                if serve(&desk, listener, &path).await {
                    return;
                }
            }
            Err(fault) => {
                if fault.kind() != ErrorKind::AddrInUse {
                    tracing::warn!(%address, error = %fault, "nobody can listen for the browser there");
                }
                desk.comes_back(Some(Back::Taken(address.to_string())));
                time::sleep(TRY_EVERY).await;
            }
        }
    }
}

/// Whether it ended because no login waits any more: the next one has a listener of its own then.
async fn serve(desk: &Desk, listener: TcpListener, path: &str) -> bool {
    let router = Router::new()
        .route(path, get(come_back).head(no_effect))
        .with_state(desk.clone());
    let (over, is_over) = oneshot::channel();
    let waiting = desk.clone();
    let end = async move {
        while !waiting.is_over().await {
            waiting.change().await;
        }
        let _ = over.send(());
    };
    let serving = axum::serve(listener, router).with_graceful_shutdown(end);
    // A browser may hold a connection open without a word.
    let too_long = async {
        let _ = is_over.await;
        time::sleep(LAST_PAGE).await;
    };
    tokio::select! {
        served = serving => served.is_ok(),
        () = too_long => true,
    }
}

async fn come_back(
    State(desk): State<Desk>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if is_prefetch(&headers) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match desk.come_back(query.as_deref().unwrap_or_default()).await {
        Ok(Finished::Linked(linked)) => page::linked(&linked),
        Ok(Finished::AskAgain(begun)) => Redirect::to(&begun.url).into_response(),
        Err(fault) => {
            tracing::info!(error = %fault, "a browser came back without an account");
            page::failed(&fault)
        }
    }
}

/// `HEAD` must not spend the login.
async fn no_effect() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")]).into_response()
}
