//! Stories of what is offered: the list of tools, its size, its dialect, and who sees what.

use serde_json::{Value, json};

use super::stage::Stage;
use crate::harness::tools;

async fn list(stage: &Stage) -> Vec<Value> {
    let answer = stage.client.rpc(1, "tools/list", json!({})).await;
    answer.body["result"]["tools"].as_array().unwrap().clone()
}

fn names(tools: &[Value]) -> Vec<&str> {
    tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn every_tool_is_listed_in_one_order_with_title_and_all_annotations() {
    let stage = Stage::new().await;
    let listed = list(&stage).await;
    assert_eq!(names(&listed), tools::names(|_| true));
    assert_eq!(listed, list(&stage).await);
    for tool in &listed {
        let annotations = &tool["annotations"];
        for hint in [
            "readOnlyHint",
            "destructiveHint",
            "idempotentHint",
            "openWorldHint",
        ] {
            assert!(annotations[hint].is_boolean(), "{hint} of {}", tool["name"]);
        }
        assert!(tool["title"].is_string() && tool["description"].is_string());
        let known = tools::TOOLS.iter().find(|known| tool["name"] == known.name);
        let writes = known.unwrap().writes;
        assert_eq!(annotations["readOnlyHint"], !writes, "{}", tool["name"]);
        insta::assert_json_snapshot!(format!("schema_{}", tool["name"].as_str().unwrap()), tool);
    }
}

#[tokio::test]
async fn the_list_is_small() {
    let stage = Stage::new().await;
    let listed = list(&stage).await;
    let size = |value: &Value| value.to_string().len();
    for tool in &listed {
        assert!(
            size(tool) <= 2_100,
            "{} has {} bytes",
            tool["name"],
            size(tool)
        );
        assert!(
            size(&tool["outputSchema"]) <= 500,
            "{}: {} bytes",
            tool["name"],
            size(&tool["outputSchema"])
        );
    }
    let all: usize = listed.iter().map(size).sum();
    assert!(all <= 32_000, "{all} bytes");
}

#[tokio::test]
async fn schemas_speak_the_strictest_clients_dialect() {
    let stage = Stage::new().await;
    for tool in list(&stage).await {
        let input = &tool["inputSchema"];
        assert_eq!(
            (&input["type"], &input["additionalProperties"]),
            (&json!("object"), &json!(false))
        );
        assert!(input["properties"].is_object(), "{tool}");
        strict(input, &tool["name"]);
        strict(&tool["outputSchema"], &tool["name"]);
        let compiled = jsonschema::validator_for(&tool["outputSchema"]);
        assert!(
            compiled.is_ok() && jsonschema::validator_for(input).is_ok(),
            "{}",
            tool["name"]
        );
    }
}

fn strict(schema: &Value, tool: &Value) {
    match schema {
        Value::Object(object) => {
            for keyword in ["$ref", "$defs", "oneOf", "allOf", "format", "nullable"] {
                assert!(
                    !object.contains_key(keyword),
                    "{keyword} in {tool}: {schema}"
                );
            }
            // A reference or a name: each branch of one type, and nothing beside them.
            if let Some(branches) = object.get("anyOf").and_then(Value::as_array) {
                let typed = |branch: &Value| branch["type"].is_string();
                assert!(branches.iter().all(typed), "{schema} in {tool}");
                assert_eq!(object.len(), 1, "{schema} in {tool}");
            }
            if let Some(kind) = object.get("type").filter(|kind| !kind.is_object()) {
                assert!(kind.is_string(), "{kind} in {tool}");
                let bounded = object.contains_key("minimum");
                assert!(
                    kind != "integer" || bounded || !object.contains_key("maximum"),
                    "{schema} in {tool}"
                );
            }
            object.values().for_each(|inner| strict(inner, tool));
        }
        Value::Array(items) => items.iter().for_each(|inner| strict(inner, tool)),
        _ => {}
    }
}

#[tokio::test]
async fn lists_are_private_and_may_be_kept_a_while() {
    let stage = Stage::new().await;
    for method in [
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list",
        "server/discover",
    ] {
        let answer = stage.client.modern(1, method, json!({})).await;
        let result = &answer.body["result"];
        assert_eq!(result["cacheScope"], "private", "{method}: {}", answer.body);
        assert!(result["ttlMs"].as_u64().unwrap() >= 60_000, "{method}");
    }
}

#[tokio::test]
async fn what_the_operator_withholds_is_neither_listed_nor_run() {
    let stage = Stage::with(
        &[
            ("READ_ONLY", "true"),
            ("EXCLUDE_TOOLS", "get_recently_played"),
        ],
        None,
    )
    .await;
    let listed = list(&stage).await;
    let expected = tools::names(|tool| !tool.writes && tool.name != "get_recently_played");
    assert_eq!(names(&listed), expected);
    for hidden in [
        "create_playlist",
        "add_tracks_to_playlist",
        "get_recently_played",
    ] {
        let said = stage.client.refused(hidden, json!({})).await;
        assert!(
            said.starts_with("not_offered: ") && said.contains("this server"),
            "{said}"
        );
    }
    let prompts = stage.client.rpc(1, "prompts/list", json!({})).await;
    let prompts: Vec<_> = prompts.body["result"]["prompts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].clone())
        .collect();
    assert_eq!(prompts, ["discover_similar"], "a prompt needs its tools");
    assert_eq!(stage.spotify.calls(), [""; 0]);
}

#[tokio::test]
async fn the_endpoint_that_only_reads_hides_what_writes() {
    let stage = Stage::new().await;
    let reader = stage.reader();
    let answer = reader.rpc(1, "tools/list", json!({})).await;
    let listed = answer.body["result"]["tools"].as_array().unwrap().clone();
    assert_eq!(names(&listed), tools::names(|tool| !tool.writes));
    let said = reader
        .refused("create_playlist", json!({"name": "x"}))
        .await;
    assert!(
        said.starts_with("not_offered: ") && said.contains("ends in /readonly and only reads"),
        "{said}"
    );
    assert_eq!(stage.spotify.calls(), [""; 0]);
}

#[test]
fn a_name_resolves_to_todays_tool_and_its_scope() {
    let found = auxcord::mcp::resolve("add_tracks_to_playlist").unwrap();
    assert_eq!(
        (found.name, found.scope.as_str(), found.writes),
        ("add_to_playlist", "playlists:write", true)
    );
    assert_eq!(
        auxcord::mcp::resolve("search").unwrap().scope.as_str(),
        "music:read"
    );
    assert_eq!(auxcord::mcp::resolve("no_such_tool"), None);
}
