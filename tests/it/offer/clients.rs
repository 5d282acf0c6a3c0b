//! The protocol library's own client calls every listed tool in both eras, by the same table as the clients of
//! `scripts/clients` (`tests/clients/every_tool.json`).

use std::collections::{BTreeMap, BTreeSet};

use rmcp::{
    ClientLifecycleMode,
    model::{CallToolRequestParams, ProtocolVersion},
    service::serve_client_with_lifecycle,
    transport::{
        StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::harness::{Setup, TestApp, http, mcp::Answer};

/// One call. A text that begins with `$` stands for what an earlier answer said.
#[derive(Deserialize)]
struct Step {
    tool: String,
    arguments: Value,
    /// What later calls need of the structured answer: name, JSON pointer.
    #[serde(default)]
    keep: BTreeMap<String, String>,
}

fn steps() -> Vec<Step> {
    serde_json::from_str(include_str!("../../clients/every_tool.json")).unwrap()
}

fn filled(value: Value, kept: &BTreeMap<String, Value>) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('$') {
            Some(name) => kept[name].clone(),
            None => Value::String(text),
        },
        Value::Array(items) => items.into_iter().map(|item| filled(item, kept)).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, field)| (name, filled(field, kept)))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    }
}

async fn start() -> (TestApp, String) {
    let app = TestApp::start_with(Setup::default().with("TOOLSETS", "core,spoken,curation")).await;
    let key = app.connect_first().await.key;
    (app, key)
}

async fn every_tool_answers(lifecycle: ClientLifecycleMode) {
    let (app, key) = start().await;
    let config = StreamableHttpClientTransportConfig::with_uri(format!("{}/mcp", app.origin))
        .auth_header(key);
    let transport = StreamableHttpClientTransport::with_client(http().build().unwrap(), config);
    let client = serve_client_with_lifecycle((), transport, lifecycle)
        .await
        .unwrap();
    let tools = client.list_all_tools().await.unwrap();
    let mut uncalled: BTreeSet<String> = tools.iter().map(|tool| tool.name.to_string()).collect();
    let mut kept = BTreeMap::new();
    for step in steps() {
        let tool = tools.iter().find(|tool| tool.name == step.tool);
        let declared = tool.and_then(|tool| tool.output_schema.as_deref()).cloned();
        let Value::Object(arguments) = filled(step.arguments, &kept) else {
            panic!("the arguments of {} are no object", step.tool);
        };
        let asked = CallToolRequestParams::new(step.tool.clone()).with_arguments(arguments);
        let answer = client.call_tool(asked).await.unwrap();
        let told = serde_json::to_value(&answer).unwrap();
        assert_ne!(answer.is_error, Some(true), "{}: {told}", step.tool);
        let structured = answer.structured_content.unwrap();
        let schema = jsonschema::validator_for(&Value::Object(declared.unwrap())).unwrap();
        let problems: Vec<_> = schema
            .iter_errors(&structured)
            .map(|one| one.to_string())
            .collect();
        assert!(
            problems.is_empty(),
            "{}: {problems:?} in {structured}",
            step.tool
        );
        for (name, pointer) in step.keep {
            let found = structured.pointer(&pointer);
            let found = found.unwrap_or_else(|| panic!("no {pointer} in {structured}"));
            kept.insert(name, found.clone());
        }
        uncalled.remove(&step.tool);
    }
    assert!(uncalled.is_empty(), "no call for {uncalled:?}");
    client.cancel().await.unwrap();
    assert!(!app.spotify.take_writes().is_empty());
}

#[tokio::test]
async fn a_client_of_the_handshake_era_calls_every_tool() {
    every_tool_answers(ClientLifecycleMode::Initialize).await;
}

#[tokio::test]
async fn a_client_without_handshake_calls_every_tool() {
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    every_tool_answers(ClientLifecycleMode::Discover { preferred_versions }).await;
}

/// The fixtures of the conformance suite (`examples/conformance_fixture`) are in no server but their own.
#[tokio::test]
async fn no_fixture_is_listed_or_can_be_called() {
    let (app, key) = start().await;
    let client = app.client(&key);
    let named: BTreeSet<String> = steps().into_iter().map(|step| step.tool).collect();
    let listed = super::tools(&client).await;
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), named);
    for fixture in [
        "test_simple_text",
        "json_schema_2020_12_tool",
        "test_x_mcp_header",
    ] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{fixture}","arguments":{{}}}}}}"#
        );
        let answer = Answer::read(client.post(body)).await;
        assert_eq!(answer.body["error"]["code"], -32602, "{}", answer.body);
    }
}
