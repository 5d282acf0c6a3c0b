//! One message from its bytes, as strictly as at the endpoint, for transports that bring messages another way. Knows
//! JSON-RPC, no transport and no method.

use rmcp::model::{ClientJsonRpcMessage, ErrorCode, ErrorData, JsonRpcError, RequestId};
use serde::Deserialize;

use super::strict::{self, Ambiguity};

/// The message that `sent` is.
///
/// # Errors
/// The answer to it (JSON-RPC 2.0, section 5.1), under its id where one can be read.
pub fn read(sent: &[u8]) -> Result<ClientJsonRpcMessage, Box<JsonRpcError>> {
    let refused = |id| Box::new(JsonRpcError::new(id, why_unread(sent)));
    strict::check(sent).map_err(|ambiguity| {
        // Of a doubled member nobody knows which one counts, and the id may be it.
        refused(
            Some(ambiguity)
                .filter(|found| *found != Ambiguity::Doubled)
                .and_then(|_| id_of(sent)),
        )
    })?;
    serde_json::from_slice(sent).map_err(|_| refused(id_of(sent)))
}

/// Why a body is no JSON-RPC message (JSON-RPC 2.0, section 5.1). Batches ended with revision 2025-06-18.
pub(super) fn why_unread(sent: &[u8]) -> ErrorData {
    let (code, message) = match strict::check(sent) {
        Err(Ambiguity::NotJson) => (
            ErrorCode::PARSE_ERROR,
            "Parse error: the body is not valid JSON",
        ),
        Err(Ambiguity::TooDeep) => (
            ErrorCode::PARSE_ERROR,
            "Parse error: the body is nested more than 128 levels deep",
        ),
        Err(Ambiguity::Doubled) => (
            ErrorCode::INVALID_REQUEST,
            "Invalid Request: an object in the body has a member twice",
        ),
        Ok(()) if sent.trim_ascii_start().starts_with(b"[") => (
            ErrorCode::INVALID_REQUEST,
            "Invalid Request: batches are not supported; send one message",
        ),
        Ok(()) => (
            ErrorCode::INVALID_REQUEST,
            "Invalid Request: the body is not a JSON-RPC 2.0 message",
        ),
    };
    ErrorData::new(code, message, None)
}

/// The id of the message, where one can be read.
pub(super) fn id_of(sent: &[u8]) -> Option<RequestId> {
    #[derive(Deserialize)]
    struct Envelope {
        id: RequestId,
    }
    serde_json::from_slice::<Envelope>(sent)
        .ok()
        .map(|envelope| envelope.id)
}
