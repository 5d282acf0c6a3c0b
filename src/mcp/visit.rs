//! Sending a person to an address by way of their client (elicitation in URL mode): by a request of ours where the
//! client keeps a session (revision 2025-11-25), by returning the request in the newer era (2026-07-28).
//!
//! Nothing is believed of the answer: that somebody agreed to open an address says nothing of what happened there.

use std::{collections::BTreeMap, time::Duration};

use rmcp::{
    Peer, RoleServer,
    model::{
        CallToolRequestParams, ClientCapabilities, ElicitRequest, ElicitRequestParams,
        ElicitationAction, InputRequest, InputRequiredResult, ProtocolVersion,
    },
    service::{ElicitationError, RequestContext, ServiceError},
};

/// The name of the request among the requests for input.
const VISIT: &str = "visit";
/// How long a person may take to agree to open an address.
const PATIENCE: Duration = Duration::from_mins(5);

/// An address that a person is to open.
#[derive(Debug)]
pub(crate) struct Visit {
    /// Why, for the person.
    pub(crate) why: String,
    /// The address.
    pub(crate) url: String,
    /// A name for the request.
    pub(crate) id: String,
}

/// Whether the client shows its person an address, and what became of that.
#[derive(Debug, Default)]
pub(crate) enum Visiting {
    /// It does not.
    #[default]
    Never,
    /// It does, when the call answers with the request.
    ByReturning,
    /// It does, when it is asked meanwhile.
    ByAsking(Peer<RoleServer>),
    /// It did at this very call; whether the person agreed.
    Answered(bool),
}

impl Visiting {
    /// What the call `request` says.
    pub(crate) fn of(
        request: &CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Self {
        if !context.client_capabilities().is_some_and(shows_addresses) {
            return Self::Never;
        }
        let modern = context
            .meta
            .protocol_version()
            .is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
        if !modern {
            return Self::ByAsking(context.peer.clone());
        }
        let answers = request.input_responses.as_ref();
        match answers.and_then(|answers| answers.get(VISIT)) {
            Some(answer) => Self::Answered(answer["action"] == "accept"),
            None => Self::ByReturning,
        }
    }
}

/// The request as the result of a call.
pub(super) fn returned(visit: Visit) -> InputRequiredResult {
    let request = ElicitRequestParams::UrlElicitationParams {
        meta: None,
        message: visit.why,
        url: visit.url,
        elicitation_id: visit.id,
    };
    let request = InputRequest::Elicitation(ElicitRequest::new(request));
    InputRequiredResult::new(Some(BTreeMap::from([(VISIT.to_owned(), request)])), None)
}

/// What became of asking meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The person was shown the address; whether they agreed.
    Answered(bool),
    /// Nobody answered in time, or the client is gone.
    Unanswered,
    /// The client could not show it after all.
    NotShown,
}

/// Asks meanwhile.
pub(super) async fn asked(peer: &Peer<RoleServer>, visit: Visit) -> Asked {
    let Ok(url) = url::Url::parse(&visit.url) else {
        return Asked::NotShown;
    };
    let asking = peer.elicit_url_with_timeout(visit.why, url, visit.id, Some(PATIENCE));
    match asking.await {
        Ok(action) => Asked::Answered(action == ElicitationAction::Accept),
        Err(ElicitationError::Service(
            ServiceError::Timeout { .. }
            | ServiceError::TransportClosed
            | ServiceError::Cancelled { .. },
        )) => Asked::Unanswered,
        Err(fault) => {
            tracing::info!(error = %fault, "the client did not show an address");
            Asked::NotShown
        }
    }
}

fn shows_addresses(client: ClientCapabilities) -> bool {
    client.elicitation.is_some_and(|can| can.url.is_some())
}
