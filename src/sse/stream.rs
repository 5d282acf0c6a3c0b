//! One stream: whose it is, and which of its calls wait for an answer. Nothing of another stream is in it.

use std::{
    collections::HashSet,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rmcp::model::{ClientJsonRpcMessage, GetExtensions, JsonRpcMessage, RequestId};
use secrecy::SecretString;
use tokio::sync::{
    Notify,
    mpsc::{self, Receiver, Sender},
};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::{Caller, Credential, KeyLimits, PersonId},
    clock::{Clock, Millis},
};

/// How many calls of a stream wait for an answer at most.
pub(super) const MOST_WAITING: usize = 32;
/// How many messages wait to be looked at: the calls, and some notifications.
const INCOMING: usize = 2 * MOST_WAITING;

/// Names a stream; 32 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct StreamId([u8; 32]);

/// One stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) id: StreamId,
    pub(super) person: PersonId,
    /// What the request that opened it does without.
    without: KeyLimits,
    clock: Clock,
    gone: CancellationToken,
    incoming: Sender<ClientJsonRpcMessage>,
    state: Mutex<State>,
    settled: Notify,
}

#[derive(Debug)]
struct State {
    credential: Credential,
    /// The newest that was shown; blind in print.
    bearer: SecretString,
    used_at: Millis,
    waiting: HashSet<RequestId>,
    closing: bool,
}

/// Why a stream does not take a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotTaken {
    /// It has ended, or is not the caller's.
    #[error("there is no such stream")]
    NoStream,
    /// Too many calls wait for an answer.
    #[error("too many calls wait for an answer")]
    Full,
    /// A call of that id waits for an answer.
    #[error("the id is in use")]
    Doubled,
    /// The process stops.
    #[error("the server stops")]
    Closing,
}

/// Who brings a message, and with what.
#[derive(Debug)]
pub(super) struct Bringer {
    pub(super) caller: Caller,
    pub(super) bearer: SecretString,
}

impl Stream {
    /// A stream that `opener` opens, and where its messages come out.
    pub(super) fn new(
        id: StreamId,
        opener: Bringer,
        clock: Clock,
    ) -> (Self, Receiver<ClientJsonRpcMessage>) {
        let (incoming, messages) = mpsc::channel(INCOMING);
        let stream = Self {
            id,
            person: opener.caller.person,
            without: opener.caller.asked,
            gone: CancellationToken::new(),
            incoming,
            state: Mutex::new(State {
                credential: opener.caller.credential,
                bearer: opener.bearer,
                used_at: clock.now(),
                waiting: HashSet::new(),
                closing: false,
            }),
            settled: Notify::new(),
            clock,
        };
        (stream, messages)
    }

    /// Whether `caller` may use it: the same person with the same key, or with a grant to the same client. Clients come
    /// back with other tokens, and with another grant after asking for more.
    pub(super) fn is_of(&self, caller: &Caller) -> bool {
        let same = match (self.state().credential, caller.credential) {
            (Credential::Grant { client: held, .. }, Credential::Grant { client: shown, .. }) => {
                held == shown
            }
            (held, shown) => held == shown,
        };
        same && caller.person == self.person
    }

    /// Takes `message` in the name of the caller who brought it.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub(super) fn take(
        &self,
        mut message: ClientJsonRpcMessage,
        bringer: Bringer,
    ) -> Result<(), NotTaken> {
        let Bringer { mut caller, bearer } = bringer;
        if !self.is_of(&caller) || self.gone.is_cancelled() {
            return Err(NotTaken::NoStream);
        }
        let credential = caller.credential;
        caller.stream = self.without.clone();
        let mut state = self.state();
        if state.closing {
            return Err(NotTaken::Closing);
        }
        let asked = match &mut message {
            JsonRpcMessage::Request(request) => {
                let extensions = request.request.extensions_mut();
                extensions.insert(caller);
                extensions.insert(tracing::Span::current());
                Some(request.id.clone())
            }
            JsonRpcMessage::Notification(notification) => {
                notification.notification.extensions_mut().insert(caller);
                None
            }
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => None,
        };
        if let Some(id) = &asked {
            if state.waiting.contains(id) {
                return Err(NotTaken::Doubled);
            }
            if state.waiting.len() >= MOST_WAITING {
                return Err(NotTaken::Full);
            }
        }
        self.incoming
            .try_send(message)
            .map_err(|fault| match fault {
                mpsc::error::TrySendError::Full(_) => NotTaken::Full,
                mpsc::error::TrySendError::Closed(_) => NotTaken::NoStream,
            })?;
        state.waiting.extend(asked);
        state.used_at = self.clock.now();
        state.bearer = bearer;
        state.credential = credential;
        Ok(())
    }

    /// The call of that id has its answer, or gets none.
    pub(super) fn settle(&self, id: &RequestId) {
        let mut state = self.state();
        if state.waiting.remove(id) {
            state.used_at = self.clock.now();
        }
        drop(state);
        self.settled.notify_waiters();
    }

    /// Takes no more messages, and returns when no call waits.
    pub(super) async fn close(&self) {
        self.state().closing = true;
        loop {
            let settled = self.settled.notified();
            if self.state().waiting.is_empty() {
                return;
            }
            settled.await;
        }
    }

    /// Ends it at once.
    pub(super) fn end(&self, why: &'static str) {
        if !self.gone.is_cancelled() {
            tracing::debug!(why, "a stream ended");
        }
        self.gone.cancel();
    }

    /// Returns when it has ended.
    pub(super) async fn ended(&self) {
        self.gone.cancelled().await;
    }

    /// Cancelled when it has ended.
    pub(super) fn gone(&self) -> &CancellationToken {
        &self.gone
    }

    /// When its client last said something or was answered, if it waits for nothing.
    pub(super) fn resting_since(&self) -> Option<Millis> {
        let state = self.state();
        state.waiting.is_empty().then_some(state.used_at)
    }

    /// The credential of the newest bearer.
    pub(super) fn credential(&self) -> Credential {
        self.state().credential
    }

    /// The newest bearer that was shown.
    pub(super) fn bearer(&self) -> SecretString {
        self.state().bearer.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics between two changes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StreamId {
    /// The id with these bytes.
    pub(super) fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The id that `text` is.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// As it stands in the address that the client posts to.
    pub(super) fn text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamId")
    }
}
