//! Says which scopes an operation needs, to a client that holds fewer and could ask for more. It reads what the
//! operation is and no more; the handler checks again what it really does.

use std::{borrow::Cow, fmt, sync::Arc};

use axum::{body::Body, extract::Request, response::Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use http::{HeaderMap, Method};
use serde::Deserialize;

use super::challenge::{Resource, insufficient_scope};
use crate::auth::{Caller, Credential, Needed, Scopes};

/// The first revision without a handshake, whose requests name their operation in headers (SEP-2243).
const MODERN: &str = "2026-07-28";

/// The scopes that an operation needs, by JSON-RPC method and by the name of what it is about; `None` for one that
/// needs none or that there is not for this caller.
pub type Needs = Arc<dyn Fn(&Caller, &str, Option<&str>) -> Option<Needed> + Send + Sync>;

/// What the layer has to know.
#[derive(Clone)]
pub struct StepUp {
    /// What operations need.
    pub needs: Needs,
    /// The longest body that is looked into, in bytes; the endpoint refuses longer ones.
    pub max_body_bytes: usize,
    /// The resource that the challenge names.
    pub resource: Resource,
}

impl fmt::Debug for StepUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepUp")
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

/// Hands the request on, or answers 403 `insufficient_scope` to a grant that lacks what the operation needs, unless
/// the person withheld it: asking again would get the same answer.
pub(super) async fn step_up(
    state: &StepUp,
    caller: &Caller,
    request: Request,
) -> Result<Request, Response> {
    if !could_ask_for_more(caller) || request.method() != Method::POST {
        return Ok(request);
    }
    let (operation, request) = if is_modern(request.headers()) {
        (named_in(request.headers()), request)
    } else {
        let (parts, body) = request.into_parts();
        let (read, body) = buffer(body, state.max_body_bytes).await;
        let operation = read.as_deref().and_then(Operation::of_body);
        (operation, Request::from_parts(parts, body))
    };
    let needed = operation
        .and_then(|operation| (state.needs)(caller, &operation.method, operation.name.as_deref()))
        .filter(|needed| is_within_reach(caller, needed.required.without(caller.scopes())));
    match needed {
        Some(needed) => Err(insufficient_scope(&state.resource, needed.whole)),
        None => Ok(request),
    }
}

/// Whether there is a scope that the caller lacks and that was not withheld.
fn could_ask_for_more(caller: &Caller) -> bool {
    let lacking = Scopes::all().without(caller.scopes());
    matches!(caller.credential, Credential::Grant { .. })
        && lacking.iter().any(|scope| caller.sees(scope))
}

/// Whether something is lacking, and asking for all of it makes sense.
fn is_within_reach(caller: &Caller, lacking: Scopes) -> bool {
    !lacking.is_empty() && lacking.iter().all(|scope| caller.sees(scope))
}

/// What a request wants.
struct Operation {
    method: String,
    name: Option<String>,
}

impl Operation {
    /// What a message says. A message that cannot be read needs nothing: the endpoint refuses it.
    fn of_body(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Message<'a> {
            #[serde(borrow)]
            method: Cow<'a, str>,
            params: Option<Params>,
        }
        #[derive(Deserialize)]
        struct Params {
            name: Option<String>,
            uri: Option<String>,
        }
        let message: Message<'_> = serde_json::from_slice(body).ok()?;
        Some(Self {
            method: message.method.into_owned(),
            name: message.params.and_then(|params| params.name.or(params.uri)),
        })
    }
}

fn is_modern(headers: &HeaderMap) -> bool {
    // Revisions are dates, so later ones are greater.
    headers
        .get("mcp-protocol-version")
        .is_some_and(|version| version.as_bytes() >= MODERN.as_bytes())
        && headers.contains_key("mcp-method")
}

fn named_in(headers: &HeaderMap) -> Option<Operation> {
    let method = headers.get("mcp-method")?.to_str().ok()?.to_owned();
    let name = headers
        .get("mcp-name")
        .and_then(|name| decoded(name.to_str().ok()?));
    Some(Operation { method, name })
}

/// A value as it was before it was made fit for a header.
fn decoded(value: &str) -> Option<String> {
    let encoded = value
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="));
    match encoded {
        None => Some(value.to_owned()),
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok(),
    }
}

/// The bytes of a body, unless it is too long or ends early, and a body that is the same to whoever reads on.
pub(super) async fn buffer(body: Body, limit: usize) -> (Option<Bytes>, Body) {
    let mut chunks = body.into_data_stream();
    let mut read = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) if read.len() + chunk.len() <= limit => read.extend_from_slice(&chunk),
            further => {
                let begun = stream::iter([Ok(read.freeze()), further]);
                return (None, Body::from_stream(begun.chain(chunks)));
            }
        }
    }
    let read = read.freeze();
    (Some(read.clone()), Body::from(read))
}
