//! What a request does without: its `X-MCP-*` headers. They can only take away, and one that is not understood refuses
//! the request, because an exclusion that was not read would widen it. Knows names of tools only as somebody else's.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::step_up::buffer;
use crate::auth::{Caller, KeyLimits, Toolset};

/// Only these toolsets.
const TOOLSETS: &str = "x-mcp-toolsets";
/// Only these tools, in the place of toolsets.
const TOOLS: &str = "x-mcp-tools";
/// Never these tools.
const EXCLUDE_TOOLS: &str = "x-mcp-exclude-tools";
/// No tool that writes.
const READONLY: &str = "x-mcp-readonly";

/// JSON-RPC's code for parameters that cannot be used.
const INVALID_PARAMS: i32 = -32_602;
/// The most characters of a header that a refusal repeats.
const SHOWN: usize = 80;

/// Today's name of the tool of that name or old name; else the name that was probably meant.
pub type ToolNames = Arc<dyn Fn(&str) -> Result<&'static str, Option<&'static str>> + Send + Sync>;

/// Takes away from `caller` what the request's headers say, or refuses the request.
pub(super) async fn narrow(
    tools: &ToolNames,
    caller: &mut Caller,
    request: Request,
    max_body_bytes: usize,
) -> Result<Request, Response> {
    match asked(tools, request.headers()) {
        Ok(asked) => {
            caller.asked = asked;
            Ok(request)
        }
        Err(unread) => Err(unread.answer(request, max_body_bytes).await),
    }
}

fn asked(tools: &ToolNames, headers: &HeaderMap) -> Result<KeyLimits, Unread> {
    let tool = |name: &str| tools(name).map(str::to_owned);
    let toolset = |name: &str| {
        Toolset::parse(name).ok_or_else(|| {
            let all = Toolset::ALL.map(Toolset::as_str);
            all.into_iter().find(|set| set.eq_ignore_ascii_case(name))
        })
    };
    Ok(KeyLimits {
        read_only: truth(headers, READONLY)?,
        toolsets: list(headers, TOOLSETS, "toolset", toolset)?,
        tools: list(headers, TOOLS, "tool", tool)?,
        exclude_tools: list(headers, EXCLUDE_TOOLS, "tool", tool)?.unwrap_or_default(),
    })
}

/// The comma-separated names of all headers called `header`; `None` without one.
fn list<T>(
    headers: &HeaderMap,
    header: &'static str,
    what: &'static str,
    known: impl Fn(&str) -> Result<T, Option<&'static str>>,
) -> Result<Option<Vec<T>>, Unread> {
    if !headers.contains_key(header) {
        return Ok(None);
    }
    let mut found = Vec::new();
    for value in values(headers, header) {
        let names = value?.split(',').map(str::trim);
        for name in names.filter(|name| !name.is_empty()) {
            found.push(known(name).map_err(|nearest| Unread {
                header,
                why: format!("there is no {what} {}", shown(name)),
                nearest,
            })?);
        }
    }
    if found.is_empty() {
        // Nothing named would be everything or nothing, and whoever sent it meant only one of these.
        let why = format!("it names no {what}; name some or leave the header out");
        return Err(Unread::new(header, why));
    }
    Ok(Some(found))
}

fn truth(headers: &HeaderMap, header: &'static str) -> Result<bool, Unread> {
    let mut whole = false;
    for value in values(headers, header) {
        let value = value?.trim();
        let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
        if is(&["true", "1", "yes", "on"]) {
            whole = true;
        } else if !is(&["false", "0", "no", "off"]) {
            let why = format!("{} is neither true nor false", shown(value));
            return Err(Unread::new(header, why));
        }
    }
    Ok(whole)
}

fn values<'h>(
    headers: &'h HeaderMap,
    header: &'static str,
) -> impl Iterator<Item = Result<&'h str, Unread>> {
    headers.get_all(header).iter().map(move |value| {
        value
            .to_str()
            .map_err(|_| Unread::new(header, "it is not plain ASCII".to_owned()))
    })
}

/// What a person can read of a value; headers hold no control characters.
fn shown(value: &str) -> String {
    let short: String = value.chars().take(SHOWN).collect();
    format!("\"{short}\"")
}

/// A header that is not understood.
struct Unread {
    header: &'static str,
    why: String,
    nearest: Option<&'static str>,
}

impl Unread {
    fn new(header: &'static str, why: String) -> Self {
        Self {
            header,
            why,
            nearest: None,
        }
    }

    /// 400 as a JSON-RPC error, with the id of the message where one can be read.
    async fn answer(self, request: Request, max_body_bytes: usize) -> Response {
        let id = if request.method() == Method::POST {
            id_of(request.into_body(), max_body_bytes).await
        } else {
            Value::Null
        };
        let hint = self
            .nearest
            .map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
        let header = self.header;
        let body = json!({ "jsonrpc": "2.0", "id": id, "error": {
            "code": INVALID_PARAMS,
            "message": format!("{header}: {}{hint}", self.why),
            "data": { "header": header, "nearest": self.nearest },
        }});
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

async fn id_of(body: Body, limit: usize) -> Value {
    #[derive(Deserialize)]
    struct Message {
        id: Value,
    }
    let (read, _) = buffer(body, limit).await;
    read.and_then(|read| serde_json::from_slice::<Message>(&read).ok())
        .map(|message| message.id)
        .filter(|id| id.is_string() || id.is_number())
        .unwrap_or(Value::Null)
}
