//! Tools of the conformance suite that answer at once, word for word as it asks for them.

use std::{sync::Arc, time::Duration};

use rmcp::{
    ErrorData, RoleServer,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, JsonObject,
        ProgressNotificationParam, ResourceContents, Tool,
    },
    service::{RequestContext, SubscriptionContext},
};
use serde_json::{Value, json};
use tokio::{sync::broadcast, time::sleep};

use crate::{
    asking,
    contents::{PNG, WAV},
};

/// Between two notifications.
const PAUSE: Duration = Duration::from_millis(50);

/// Tools without arguments that ask for nothing.
const PLAIN: [&str; 15] = [
    "test_simple_text",
    "test_image_content",
    "test_audio_content",
    "test_embedded_resource",
    "test_multiple_content_types",
    "test_error_handling",
    "test_tool_with_progress",
    "test_tool_with_logging",
    "test_logging_tool",
    "test_reconnection",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
    "test_trigger_tool_change",
    "test_trigger_prompt_change",
    "test_trigger_resource_change",
];

/// What a tool says has changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Tools,
    Prompts,
    Resource,
}

pub(crate) fn all() -> Vec<Tool> {
    let empty = || json!({ "type": "object", "properties": {}, "additionalProperties": false });
    let text = |name: &str| json!({ "type": "object", "properties": { name: { "type": "string" } }, "required": [name] });
    let plain = PLAIN
        .into_iter()
        .chain(asking::names())
        .map(|name| (name, empty()));
    plain
        .chain([
            ("test_sampling", text("prompt")),
            ("test_elicitation", text("message")),
            (
                "test_x_mcp_header",
                json!({ "type": "object", "properties": {
                "region": { "type": "string", "x-mcp-header": "Region" },
            }, "required": ["region"] }),
            ),
            ("json_schema_2020_12_tool", json_schema()),
        ])
        .map(|(name, schema)| {
            Tool::new(
                name,
                "A fixture of the conformance suite",
                Arc::new(object(schema)),
            )
        })
        .collect()
}

pub(crate) async fn call(
    request: &CallToolRequestParams,
    context: &RequestContext<RoleServer>,
    changes: &broadcast::Sender<Change>,
) -> Result<CallToolResponse, ErrorData> {
    let image = || ContentBlock::image(PNG, "image/png");
    let resource = |uri: &str, kind: &str, text: &str| {
        ContentBlock::resource(ResourceContents::text(text, uri).with_mime_type(kind))
    };
    let blocks = match request.name.as_ref() {
        "test_simple_text" => vec![ContentBlock::text(
            "This is a simple text response for testing.",
        )],
        "test_image_content" => vec![image()],
        "test_audio_content" => vec![ContentBlock::audio(WAV, "audio/wav")],
        "test_embedded_resource" => {
            vec![resource(
                "test://embedded-resource",
                "text/plain",
                "This is an embedded resource content.",
            )]
        }
        "test_multiple_content_types" => vec![
            ContentBlock::text("Multiple content types test:"),
            image(),
            resource(
                "test://mixed-content-resource",
                "application/json",
                r#"{"test":"data","value":123}"#,
            ),
        ],
        "test_tool_with_progress" => progress(context).await,
        "test_tool_with_logging" => log(context).await,
        "test_logging_tool" => match context.meta.log_level() {
            Some(_) => log(context).await,
            None => vec![ContentBlock::text("No log was asked for")],
        },
        "test_trigger_tool_change" => change(changes, Change::Tools),
        "test_trigger_prompt_change" => change(changes, Change::Prompts),
        "test_trigger_resource_change" => change(changes, Change::Resource),
        "test_x_mcp_header" | "json_schema_2020_12_tool" => {
            let given = serde_json::to_string(&request.arguments).unwrap_or_default();
            vec![ContentBlock::text(given)]
        }
        "test_error_handling" => {
            return Ok(failed(
                "This tool intentionally returns an error for testing",
            ));
        }
        "test_sampling"
        | "test_elicitation"
        | "test_elicitation_sep1034_defaults"
        | "test_elicitation_sep1330_enums" => {
            return Ok(failed(
                "No session is kept, so a client of the older era cannot be asked",
            ));
        }
        "test_reconnection" => {
            return Ok(failed("No session is kept, so no stream can be resumed"));
        }
        other => {
            return Err(ErrorData::invalid_params(
                format!("Unknown tool: {other}"),
                None,
            ));
        }
    };
    Ok(CallToolResult::success(blocks).into())
}

/// Tells a listener about a change, if it asked for it.
pub(crate) async fn tell(change: Change, context: &SubscriptionContext) {
    let sink = context.sink();
    // Who asked for something else, or has left, is told nothing.
    let _ = match change {
        Change::Tools => sink.notify_tool_list_changed().await,
        Change::Prompts => sink.notify_prompt_list_changed().await,
        Change::Resource => {
            sink.notify_resource_updated("test://watched-resource")
                .await
        }
    };
}

fn change(changes: &broadcast::Sender<Change>, what: Change) -> Vec<ContentBlock> {
    let listeners = changes.send(what).unwrap_or(0);
    vec![ContentBlock::text(format!(
        "{what:?} changed; {listeners} listen"
    ))]
}

async fn progress(context: &RequestContext<RoleServer>) -> Vec<ContentBlock> {
    let token = context.meta.get_progress_token();
    for done in [0.0, 50.0, 100.0] {
        if let Some(token) = &token {
            let told = ProgressNotificationParam::new(token.clone(), done).with_total(100.0);
            let _ = context.peer.notify_progress(told).await;
        }
        sleep(PAUSE).await;
    }
    vec![ContentBlock::text("Progress test completed")]
}

#[expect(
    deprecated,
    reason = "the suite still asks for logging, which the product does not offer"
)]
async fn log(context: &RequestContext<RoleServer>) -> Vec<ContentBlock> {
    use rmcp::model::{LoggingLevel, LoggingMessageNotificationParam};
    for said in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ] {
        let told = LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(said));
        let _ = context.peer.notify_logging_message(told).await;
        sleep(PAUSE).await;
    }
    vec![ContentBlock::text("Logging test completed")]
}

fn failed(why: &str) -> CallToolResponse {
    CallToolResult::error(vec![ContentBlock::text(why)]).into()
}

/// Every keyword that must come through unharmed (SEP-1613, SEP-2106).
fn json_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": { "address": { "$anchor": "addressDef", "type": "object", "properties": {
            "street": { "type": "string" }, "city": { "type": "string" },
        }}},
        "properties": {
            "name": { "type": "string" }, "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" }, "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}

fn object(schema: Value) -> JsonObject {
    match schema {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    }
}
