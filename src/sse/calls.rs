//! The handler behind a stream, with what each call needs there: a limit of its own, because the request that brought
//! it was answered long ago, and the name of that request in the log.

use std::{borrow::Cow, sync::Arc, time::Duration};

use rmcp::{
    ErrorData, Peer, RoleServer,
    model::{
        ClientNotification, ClientRequest, InitializeRequestParams, ProtocolVersion, RequestId,
        ServerConfig, ServerResult,
    },
    service::{NotificationContext, RequestContext, Service},
};
use tracing::{Instrument, Span};

use super::stream::Stream;

/// The handler for one stream.
pub(super) struct Calls {
    pub(super) handler: Box<dyn rmcp::service::DynService<RoleServer>>,
    pub(super) stream: Arc<Stream>,
    pub(super) limit: Duration,
}

impl Service<RoleServer> for Calls {
    async fn handle_request(
        &self,
        request: ClientRequest,
        mut context: RequestContext<RoleServer>,
    ) -> Result<ServerResult, ErrorData> {
        let span = context.extensions.remove::<Span>();
        let cancelled = context.ct.clone();
        let peer = context.peer.clone();
        let mut place = Place {
            stream: &self.stream,
            id: context.id.clone(),
            is_left_to_the_answer: false,
        };
        let handling = self.handler.handle_request(request, context);
        let handling = tokio::time::timeout(self.limit, handling)
            .instrument(span.unwrap_or_else(Span::current));
        let handled = handling.await;
        if let Ok(Ok(ServerResult::InitializeResult(settled))) = &handled {
            settle(&peer, settled.protocol_version.clone());
        }
        // The library throws the answer to a cancelled call away.
        place.is_left_to_the_answer = !cancelled.is_cancelled();
        handled.unwrap_or_else(|_| {
            cancelled.cancel();
            tracing::warn!("a call ran out of time");
            let message = "the request took too long; a change may have been made, so look before you repeat it";
            Err(ErrorData::internal_error(message, None))
        })
    }

    async fn handle_notification(
        &self,
        notification: ClientNotification,
        context: NotificationContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.handler
            .handle_notification(notification, context)
            .await
    }

    fn get_info(&self) -> ServerConfig {
        self.handler.get_info()
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.handler.supported_protocol_versions()
    }
}

/// What follows on this stream is of the revision that was settled on, not of the one that was asked for.
fn settle(peer: &Peer<RoleServer>, revision: ProtocolVersion) {
    if let Some(asked) = peer.peer_info() {
        let mut info = InitializeRequestParams::clone(&asked);
        info.protocol_version = revision;
        peer.set_peer_info(info);
    }
}

/// A call's place among those that wait; free again when its answer is on its way, or when it will have none.
struct Place<'a> {
    stream: &'a Stream,
    id: RequestId,
    is_left_to_the_answer: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.is_left_to_the_answer {
            self.stream.settle(&self.id);
        }
    }
}
