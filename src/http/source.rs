//! Notes where each request comes from, for the limits of every room behind.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

use crate::auth::Source;

/// Puts the [`Source`] of each request into its extensions; `trusted` are the networks of our own proxies.
pub async fn note_source(
    State(trusted): State<Arc<[IpNet]>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let source = Source::of(peer, request.headers(), &trusted);
    request.extensions_mut().insert(source);
    next.run(request).await
}
