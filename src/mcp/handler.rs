//! What answers messages, for a transport that is not the endpoint: an HTTP stream, standard input and output.
//!
//! Such a transport puts the [`Caller`](crate::auth::Caller) of each incoming request into that request's extensions
//! (`rmcp::model::GetExtensions`). Knows no transport.

use std::{fmt, sync::Arc};

use rmcp::{RoleServer, ServerHandler, ServiceExt, service::DynService};

/// The handler behind the endpoint, whichever it is. Cloning is cheap.
#[derive(Clone)]
pub struct Handler(Arc<dyn Fn() -> Box<dyn DynService<RoleServer>> + Send + Sync>);

impl Handler {
    pub(super) fn new(handler: impl ServerHandler + Clone) -> Self {
        Self(Arc::new(move || handler.clone().into_dyn()))
    }

    /// A copy to serve over one transport, as with `rmcp::serve_server(handler.service(), transport)`.
    pub fn service(&self) -> Box<dyn DynService<RoleServer>> {
        (self.0)()
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler").finish_non_exhaustive()
    }
}
