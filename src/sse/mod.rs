//! HTTP+SSE, the transport of revision 2024-11-05, for clients that know no other: `GET /sse` opens a stream of events,
//! `POST /messages` brings what the client says, and the answers come on the stream. The handler behind it is the
//! endpoint's, and no tool knows of it.
//!
//! A stream lives in this process. Its id is 32 random bytes and opens nothing by itself: each message brings the
//! bearer of its own, which must be the one that opened the stream or one of the same client. Knows no tool, no page
//! and no database.
//!
//! | file | what is in it |
//! |---|---|
//! | `open`, `post` | the two routes |
//! | `table` | all streams of this process, and how many a person may have |
//! | `stream` | one stream: whose it is, what waits for an answer |
//! | `attend` | ends a stream when it is idle, its bearer has ended, or the process stops |
//! | `calls` | each call with the limit of its own |
//! | `outbox`, `wire`, `events` | what is on its way to the client, and how the protocol library sees it |

mod attend;
mod calls;
mod events;
mod open;
mod outbox;
mod post;
mod stream;
mod table;
mod wire;

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    Router,
    routing::{get, post as posted},
};
use tokio_util::sync::CancellationToken;

use crate::{auth::Keys, clock::Clock, mcp::Handler};
use table::Table;

/// Where the stream is opened.
pub const STREAM_PATH: &str = "/sse";
/// Where messages are brought.
pub const MESSAGES_PATH: &str = "/messages";

/// What the room is made from.
#[derive(Clone, Debug)]
pub struct Parts {
    /// What answers.
    pub handler: Handler,
    /// Tells whether a stream's bearer is still good.
    pub keys: Keys,
    /// The time.
    pub clock: Clock,
    /// Makes a stream's id.
    pub new_id: fn() -> [u8; 32],
    /// The resource that the stream is, which access tokens must be for.
    pub resource: String,
    /// The longest message, in bytes.
    pub max_body_bytes: usize,
    /// How long one call may take.
    pub call_limit: Duration,
    /// After how long without a message a stream ends.
    pub idle: Duration,
    /// How long answers wait for a client that does not read, before its stream ends.
    pub unread: Duration,
    /// Cancelled when the process is asked to stop.
    pub stop: CancellationToken,
}

/// All streams of this process. Cloning is cheap.
#[derive(Clone)]
pub struct Streams {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    table: Table,
}

impl Streams {
    /// None yet.
    pub fn new(parts: Parts) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                table: Table::default(),
            }),
        }
    }

    /// The two routes. The room WHO puts a `Caller` into the extensions of each request.
    pub fn routes(&self) -> Router {
        Router::new()
            .route(STREAM_PATH, get(open::open))
            .route(MESSAGES_PATH, posted(post::post))
            .with_state(self.clone())
    }
}

impl fmt::Debug for Streams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streams").finish_non_exhaustive()
    }
}
