//! Serves one stream and looks after it: it ends when its client leaves, has been silent for too long, or holds a
//! bearer whose key or grant has ended, and when the process stops. Knows no message.

use std::{sync::Arc, time::Duration};

use rmcp::model::ClientJsonRpcMessage;
use secrecy::ExposeSecret;
use tokio::sync::mpsc::Receiver;

use super::{Inner, Parts, calls::Calls, outbox::Outbox, stream::Stream, wire::Wire};
use crate::auth::Refusal;

/// How often it is looked whether the bearer is still good: as long as a revocation may take to be known.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Serves `stream` until it ends, and frees its place.
pub(super) async fn attend(
    streams: Arc<Inner>,
    stream: Arc<Stream>,
    incoming: Receiver<ClientJsonRpcMessage>,
    outbox: Outbox,
) {
    let _leaving = Leaving {
        streams: &streams,
        stream: &stream,
    };
    let wire = Wire {
        stream: Arc::clone(&stream),
        incoming,
        outbox: outbox.clone(),
    };
    let why = tokio::select! {
        why = serve(&streams.parts, wire) => why,
        why = watch(&streams.parts, &stream) => why,
        () = drain(&streams.parts, &stream, &outbox) => return,
        () = stream.ended() => return,
    };
    stream.end(why);
}

/// Answers what comes in. No handshake is asked for: clients open a new stream when theirs has ended, and go on where
/// they were.
async fn serve(parts: &Parts, wire: Wire) -> &'static str {
    let (stream, gone) = (Arc::clone(&wire.stream), wire.stream.gone().clone());
    let calls = Calls {
        handler: parts.handler.service(),
        stream,
        limit: parts.call_limit,
    };
    let running = rmcp::service::serve_directly_with_ct(calls, wire, None, gone);
    // How it ended is told to nobody.
    let _ = running.waiting().await;
    "the protocol has ended"
}

/// Why the stream is to end by itself.
async fn watch(parts: &Parts, stream: &Stream) -> &'static str {
    let idle = i64::try_from(parts.idle.as_millis()).unwrap_or(i64::MAX);
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        looks.tick().await;
        let resting = stream.resting_since();
        if resting.is_some_and(|since| parts.clock.now() - since >= idle) {
            return "its client is silent";
        }
        let bearer = stream.bearer();
        let resource = Some(parts.resource.as_str());
        let checked = parts.keys.check_bearer(bearer.expose_secret(), resource);
        // A database that does not answer is no reason: without it no message is taken either.
        if !matches!(checked.await, Err(Refusal::Invalid)) {
            continue;
        }
        // Clients renew a token when a message of theirs is refused, not before: what they hold must last until then.
        let credential = stream.credential();
        let lasts = parts.keys.lasts(stream.person, &credential).await;
        if matches!(lasts, Ok(false)) {
            return "its bearer has ended";
        }
    }
}

/// When the process stops: lets the calls that are under way end, and then the stream, and returns when it has, or when
/// its client does not read what is left.
async fn drain(parts: &Parts, stream: &Stream, outbox: &Outbox) {
    parts.stop.cancelled().await;
    stream.close().await;
    outbox.end();
    // Either way it is over.
    let _ = tokio::time::timeout(parts.unread, stream.ended()).await;
}

/// Frees the stream's place, whatever happens.
struct Leaving<'a> {
    streams: &'a Inner,
    stream: &'a Stream,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.stream.end("nobody looks after it");
        self.streams.table.remove(self.stream);
    }
}
