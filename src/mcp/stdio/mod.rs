//! The protocol over lines: one JSON-RPC message a line in, one out, for one person (standard input and output of a
//! process that a client has started). Serves both eras.
//!
//! Reading, answering what cannot be read, and naming the caller are done by one task that nobody interrupts; the
//! protocol library gets whole messages. Knows no tool, and not where the lines come from.

mod lines;
mod skim;

use std::{borrow::Cow, fmt, io, sync::Arc, time::Duration};

use bytes::{BufMut, Bytes, BytesMut};
use futures::future::BoxFuture;
use rmcp::{
    RoleServer,
    model::{
        ClientJsonRpcMessage, ErrorCode, ErrorData, GetExtensions, JsonRpcError, RequestId,
        ServerJsonRpcMessage,
    },
    service::ServerInitializeError,
    transport::Transport,
};
use serde::Serialize;
use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc},
    time,
};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use crate::auth::Caller;

use super::{handler::Handler, message};
use lines::{Line, Lines};

/// Requests at work at most; further lines are not read until one of them is answered.
const AT_WORK: usize = 64;
/// How long work that must not be left half done is waited for at the end, beyond what the library waits for answers.
const GRACE: Duration = Duration::from_secs(30);
/// The code of a line that is too long: from the range that is free for servers, as over HTTP.
const REFUSED: ErrorCode = ErrorCode(-32_000);

/// Says who is calling, anew for each request: the person may have connected meanwhile.
pub trait Identify: fmt::Debug + Send + Sync {
    /// Who it is.
    fn identify(&self) -> BoxFuture<'_, Result<Caller, Unidentified>>;
}

/// The database did not say who it is.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the caller cannot be looked up")]
pub struct Unidentified;

/// The two ends of a session.
#[derive(Debug)]
pub struct Ends {
    /// What comes in, in pieces of any size; its end is the session's.
    pub input: mpsc::Receiver<io::Result<Bytes>>,
    /// What goes out, whole lines.
    pub output: mpsc::Sender<Bytes>,
}

/// Serves until the input ends or `stop` is cancelled, and then until what is at work is answered or at least whole.
/// A line longer than `longest` bytes is refused and costs no more memory than that.
pub async fn serve(
    handler: &Handler,
    who: Arc<dyn Identify>,
    ends: Ends,
    longest: usize,
    stop: &CancellationToken,
) {
    let work = TaskTracker::new();
    let (hand_over, incoming) = mpsc::channel(1);
    let pump = Pump {
        lines: Lines::new(ends.input, longest),
        who,
        longest,
        output: ends.output.clone(),
        hand_over,
        places: Arc::new(Semaphore::new(AT_WORK)),
        work: work.clone(),
    };
    let over = stop.child_token();
    let pumping = tokio::spawn({
        let over = over.clone();
        async move { over.run_until_cancelled(pump.run()).await }
    });
    let session = Session {
        incoming: Arc::new(Mutex::new(incoming)),
        output: ends.output,
    };
    while goes_on(handler, session.clone(), stop).await {}
    over.cancel();
    let _ = pumping.await;
    // What was handed over and never taken is no work.
    drop(session);
    work.close();
    if time::timeout(GRACE, work.wait()).await.is_err() {
        tracing::warn!("some work was cut off: it outlasted the end of the session");
    }
}

/// Serves one conversation. Whether another one can follow: before it has begun, the library ends it over what the
/// newer era allows, such as taking back a request that was answered.
async fn goes_on(handler: &Handler, session: Session, stop: &CancellationToken) -> bool {
    match rmcp::service::serve_server_with_ct(handler.service(), session, stop.child_token()).await
    {
        Ok(running) => {
            let _ = running.waiting().await;
            false
        }
        Err(
            ServerInitializeError::ExpectedInitializeRequest(Some(_))
            | ServerInitializeError::InitializeFailed(_),
        ) => true,
        Err(_) => false,
    }
}

/// Reads lines and hands over messages.
struct Pump {
    lines: Lines,
    who: Arc<dyn Identify>,
    longest: usize,
    output: mpsc::Sender<Bytes>,
    hand_over: mpsc::Sender<ClientJsonRpcMessage>,
    places: Arc<Semaphore>,
    work: TaskTracker,
}

/// Goes with each request and is dropped with its work.
#[derive(Clone)]
#[expect(dead_code, reason = "it is held for what its end does")]
struct AtWork(Arc<OwnedSemaphorePermit>, TaskTrackerToken);

impl Pump {
    async fn run(mut self) {
        while let Some(line) = self.lines.next().await {
            let goes_on = match line {
                Line::Whole(line) => self.take(&line).await,
                Line::TooLong { id } => self.refuse_long(id).await,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Whether anybody still listens.
    async fn take(&self, line: &[u8]) -> bool {
        match message::read(line) {
            Ok(ClientJsonRpcMessage::Request(mut request)) => {
                let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                    return false;
                };
                let Ok(caller) = self.who.identify().await else {
                    let message =
                        "The database cannot be reached; nothing was done. Try again in a moment.";
                    let fault = ErrorData::internal_error(message, None);
                    return self.refuse(Some(request.id), fault).await;
                };
                let extensions = request.request.extensions_mut();
                extensions.insert(caller);
                extensions.insert(AtWork(Arc::new(place), self.work.token()));
                let request = ClientJsonRpcMessage::Request(request);
                self.hand_over.send(request).await.is_ok()
            }
            Ok(other) => self.hand_over.send(other).await.is_ok(),
            Err(error) => send(&self.output, &*error).await.is_ok(),
        }
    }

    async fn refuse_long(&self, id: Option<RequestId>) -> bool {
        let message = format!(
            "Payload Too Large: the message exceeds {} bytes and was not read",
            self.longest
        );
        self.refuse(id, ErrorData::new(REFUSED, message, None))
            .await
    }

    async fn refuse(&self, id: Option<RequestId>, fault: ErrorData) -> bool {
        send(&self.output, &JsonRpcError::new(id, fault))
            .await
            .is_ok()
    }
}

/// What the library sees: whole messages. Its clones are one session.
#[derive(Clone)]
struct Session {
    incoming: Arc<Mutex<mpsc::Receiver<ClientJsonRpcMessage>>>,
    output: mpsc::Sender<Bytes>,
}

impl Transport<RoleServer> for Session {
    type Error = io::Error;

    fn name() -> Cow<'static, str> {
        "lines".into()
    }

    fn send(
        &mut self,
        item: ServerJsonRpcMessage,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let output = self.output.clone();
        async move { send(&output, &item).await }
    }

    /// May be dropped at any moment: nothing is half received.
    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        self.incoming.lock().await.recv().await
    }

    async fn close(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sends one line, once there is room for it.
async fn send(output: &mpsc::Sender<Bytes>, message: &impl Serialize) -> io::Result<()> {
    let mut line = BytesMut::new().writer();
    serde_json::to_writer(&mut line, message)?;
    let mut line = line.into_inner();
    line.put_u8(b'\n');
    output
        .send(line.freeze())
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
}
