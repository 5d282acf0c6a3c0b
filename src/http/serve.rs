//! Accepting connections, with or without TLS, and letting the ones in flight finish when the process is asked to
//! stop.

use std::{net::SocketAddr, pin::Pin, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::tls::Tls;

/// Wait after a failed accept, such as when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A connection that fails when its client does not read what it asked for.
type Accepted = Pin<Box<TimeoutStream<TcpStream>>>;

/// How patient the listener is.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a client may take for the TLS handshake, for a request's headers, and how long a connection may be
    /// idle.
    pub header_timeout: Duration,
    /// How long an answer waits for a client that does not read on; then its connection is closed.
    pub unread: Duration,
    /// How long requests in flight may go on after the stop.
    pub grace: Duration,
}

/// Serves `router` on `listener`, over TLS if there is a certificate, until `stop` is cancelled, then drains. Whether
/// all requests finished in time.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    stop: CancellationToken,
    limits: Limits,
) -> bool {
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout);
    loop {
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(fault) => {
                    tracing::warn!(error = %fault, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        // Answers are small and wanted at once.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.unread));
        let stream = Box::pin(stream);
        let connection = Connection {
            http: http.clone(),
            peer,
            router: router.clone(),
            watcher: graceful.watcher(),
        };
        match tls.clone() {
            None => tokio::spawn(connection.answer(stream)),
            Some(tls) => {
                let (stop, patience) = (stop.clone(), limits.header_timeout);
                // A task of its own: a client that dawdles over its handshake keeps nobody else waiting.
                tokio::spawn(async move {
                    if let Some(stream) = shake_hands(&tls, stream, patience, &stop).await {
                        connection.answer(stream).await;
                    }
                })
            }
        };
    }
    drop(listener);
    tokio::time::timeout(limits.grace, graceful.shutdown())
        .await
        .is_ok()
}

/// The encrypted stream, unless the client is no TLS client, takes too long, or the server stops meanwhile: before
/// the first request there is nothing to finish.
async fn shake_hands(
    tls: &Tls,
    stream: Accepted,
    patience: Duration,
    stop: &CancellationToken,
) -> Option<TlsStream<Accepted>> {
    let handshake = tokio::time::timeout(patience, tls.acceptor().accept(stream));
    let finished = tokio::select! {
        () = stop.cancelled() => return None,
        finished = handshake => finished,
    };
    match finished {
        Ok(Ok(stream)) => Some(stream),
        Ok(Err(fault)) => {
            tracing::debug!(error = %fault, "a tls handshake failed");
            None
        }
        Err(_) => {
            tracing::debug!("a tls handshake took too long");
            None
        }
    }
}

/// What answers the requests of one client.
struct Connection {
    http: http1::Builder,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
}

impl Connection {
    async fn answer(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self {
            http,
            peer,
            router,
            watcher,
        } = self;
        let service = router.map_request(move |mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.map(Body::new)
        });
        let connection =
            http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        if let Err(fault) = watcher.watch(connection).await {
            tracing::debug!(error = %fault, "a connection ended early");
        }
    }
}
