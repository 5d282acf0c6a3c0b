//! What waits to be read by the client: at most so many bytes. Whoever has more to say waits, and when the client has
//! read nothing for too long there is nobody to say it to. Knows bytes, no message.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::sync::{
    OwnedSemaphorePermit, Semaphore,
    mpsc::{self, UnboundedReceiver, UnboundedSender},
};

/// How many bytes wait at most. A longer event waits alone.
pub(super) const CAPACITY: u32 = 256 * 1024;
/// What an event costs beside its bytes.
const OVERHEAD: usize = 128;

/// The writing end. Cloning is cheap.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    room: Arc<Semaphore>,
    queue: UnboundedSender<Queued>,
    patience: Duration,
}

/// What comes out of it.
#[derive(Debug)]
pub(super) enum Queued {
    /// An event as it goes over the wire, and the room that it takes until it is read.
    Event(Bytes, OwnedSemaphorePermit),
    /// Nothing comes any more.
    End,
}

/// The client has read nothing for too long, or there is none any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unread;

impl Outbox {
    /// An empty one, whose events wait for room as long as `patience`.
    pub(super) fn new(patience: Duration) -> (Self, UnboundedReceiver<Queued>) {
        // What bounds the queue is the room.
        let (queue, read) = mpsc::unbounded_channel();
        let outbox = Self {
            room: Arc::new(Semaphore::new(CAPACITY as usize)),
            queue,
            patience,
        };
        (outbox, read)
    }

    /// Puts `event` behind the others once there is room.
    ///
    /// # Errors
    /// [`Unread`].
    pub(super) async fn put(&self, event: Bytes) -> Result<(), Unread> {
        let weight = u32::try_from(event.len() + OVERHEAD).unwrap_or(CAPACITY);
        let room = Arc::clone(&self.room).acquire_many_owned(weight.min(CAPACITY));
        let room = tokio::time::timeout(self.patience, room).await;
        let room = room.map_err(|_| Unread)?.map_err(|_| Unread)?;
        let queued = self.queue.send(Queued::Event(event, room));
        queued.map_err(|_| Unread)
    }

    /// Says that nothing comes after what waits now.
    pub(super) fn end(&self) {
        // Without a reader it has ended.
        let _ = self.queue.send(Queued::End);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::{CAPACITY, OVERHEAD, Outbox, Queued, Unread};

    #[tokio::test]
    async fn never_more_waits_than_there_is_room_for() {
        let (outbox, mut read) = Outbox::new(Duration::ZERO);
        let event = Bytes::from(vec![b'x'; 10_000]);
        let fit = CAPACITY as usize / (event.len() + OVERHEAD);
        for _ in 0..fit {
            outbox.put(event.clone()).await.unwrap();
        }
        assert_eq!(outbox.put(event.clone()).await, Err(Unread));
        assert!(matches!(read.recv().await, Some(Queued::Event(..))));
        assert_eq!(outbox.put(event).await, Ok(()), "reading makes room");
    }

    #[tokio::test]
    async fn an_event_longer_than_the_whole_room_waits_alone() {
        let (outbox, mut read) = Outbox::new(Duration::ZERO);
        let huge = Bytes::from(vec![b'x'; 2 * CAPACITY as usize]);
        outbox.put(huge.clone()).await.unwrap();
        assert_eq!(outbox.put(Bytes::from_static(b"x")).await, Err(Unread));
        assert!(matches!(read.recv().await, Some(Queued::Event(..))));
        assert_eq!(outbox.put(huge).await, Ok(()));
    }

    #[tokio::test]
    async fn without_a_reader_nothing_is_kept() {
        let (outbox, read) = Outbox::new(Duration::ZERO);
        drop(read);
        assert_eq!(outbox.put(Bytes::from_static(b"x")).await, Err(Unread));
    }
}
