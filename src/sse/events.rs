//! The body of a stream: its events, and a comment now and then, so that nobody in between takes it for dead. Knows
//! the form of events (HTML Standard, section 9.2), no message.

use std::{convert::Infallible, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::outbox::Queued;

/// How often a comment is sent. Proxies cut what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const COMMENT: Bytes = Bytes::from_static(b": keep-alive\n\n");

/// An event of that name with `data`, which has no line breaks.
pub(super) fn event(name: &str, data: &[u8]) -> Bytes {
    let text = [b"event: ", name.as_bytes(), b"\ndata: ", data, b"\n\n"];
    Bytes::from(text.concat())
}

/// A body that begins with `first` and goes on with what is read from `queue`, until that ends or `gone` is cancelled.
/// When nobody reads it any more, it cancels `gone`.
pub(super) fn body(
    first: Bytes,
    queue: UnboundedReceiver<Queued>,
    gone: &CancellationToken,
) -> Body {
    let mut beat = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let reading = Reading {
        first: Some(first),
        queue,
        beat,
        gone: gone.clone(),
        _end: gone.clone().drop_guard(),
    };
    Body::from_stream(stream::unfold(reading, Reading::next))
}

struct Reading {
    first: Option<Bytes>,
    queue: UnboundedReceiver<Queued>,
    beat: Interval,
    gone: CancellationToken,
    _end: DropGuard,
}

impl Reading {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if let Some(first) = self.first.take() {
            return Some((Ok(first), self));
        }
        let bytes = tokio::select! {
            biased;
            () = self.gone.cancelled() => return None,
            queued = self.queue.recv() => match queued {
                Some(Queued::Event(bytes, _room)) => bytes,
                Some(Queued::End) | None => return None,
            },
            _ = self.beat.tick() => COMMENT,
        };
        Some((Ok(bytes), self))
    }
}
