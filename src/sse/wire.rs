//! A stream as the protocol library sees it: messages come in one after the other, messages go out. Knows no method.

use std::{convert::Infallible, sync::Arc};

use rmcp::{
    RoleServer,
    model::{ClientJsonRpcMessage, JsonRpcMessage, RequestId, ServerJsonRpcMessage},
    transport::Transport,
};
use tokio::sync::mpsc::Receiver;

use super::{
    events::event,
    outbox::{Outbox, Unread},
    stream::Stream,
};

/// Both directions of one stream.
pub(super) struct Wire {
    pub(super) stream: Arc<Stream>,
    pub(super) incoming: Receiver<ClientJsonRpcMessage>,
    pub(super) outbox: Outbox,
}

impl Transport<RoleServer> for Wire {
    type Error = Infallible;

    /// A message for somebody who has left is not sent, and that is no fault of anybody.
    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Infallible>> + Send + 'static {
        let (stream, outbox) = (Arc::clone(&self.stream), self.outbox.clone());
        async move {
            let answered = answered(&message).cloned();
            // What the library made can be written.
            let text = serde_json::to_vec(&message).unwrap_or_default();
            drop(message);
            tokio::select! {
                put = outbox.put(event("message", &text)) => {
                    if put == Err(Unread) {
                        stream.end("the client does not read it");
                    }
                }
                () = stream.ended() => {}
            }
            if let Some(id) = answered {
                stream.settle(&id);
            }
            Ok(())
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        self.incoming.recv().await
    }

    async fn close(&mut self) -> Result<(), Infallible> {
        self.outbox.end();
        Ok(())
    }
}

/// The request that `message` answers.
fn answered(message: &ServerJsonRpcMessage) -> Option<&RequestId> {
    match message {
        JsonRpcMessage::Response(response) => Some(&response.id),
        JsonRpcMessage::Error(error) => error.id.as_ref(),
        JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => None,
    }
}
