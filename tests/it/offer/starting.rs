//! What the operator chooses, by flag, variable and file; a name that is no tool's stops the start.

use serde_json::json;

use super::{kept, tools};
use crate::harness::{Program, Setup, TestApp};

#[tokio::test]
async fn the_operator_names_single_tools_and_exclusions_by_new_and_old_names() {
    let all = {
        let app =
            TestApp::start_with(Setup::default().with("TOOLSETS", "core,spoken,curation")).await;
        let person = app.connect_first().await;
        tools(&app.client(&person.key)).await
    };
    for (environment, expected) in [
        (
            vec![("TOOLS", "search,get_status")],
            kept(&all, |name| ["search", "get_status"].contains(&name)),
        ),
        (
            vec![("TOOLS", "search_tracks"), ("TOOLSETS", "spoken")],
            vec!["search".to_owned()],
        ),
        (
            vec![
                ("TOOLS", "search,create_playlist,get_status"),
                ("READ_ONLY", "true"),
                ("EXCLUDE_TOOLS", "search"),
            ],
            vec!["get_status".to_owned()],
        ),
    ] {
        let setup = environment
            .iter()
            .fold(Setup::default(), |setup, (name, value)| {
                setup.with(name, value)
            });
        let app = TestApp::start_with(setup).await;
        let person = app.connect_first().await;
        assert_eq!(
            tools(&app.client(&person.key)).await,
            expected,
            "{environment:?}"
        );
    }
}

#[tokio::test]
async fn an_unknown_tool_stops_the_start_with_the_nearest_name() {
    let mut app = TestApp::start().await;
    for (variable, value, near) in [
        ("TOOLS", "search,get_playlists", "get_playlist"),
        ("EXCLUDE_TOOLS", "create_playlst", "create_playlist"),
        ("EXCLUDE_TOOLS", "get_currenttrack", "get_current_track"),
    ] {
        let refused = app.restart_with(variable, value).await.unwrap_err();
        let told = format!("{refused} {}", refused.hint());
        assert!(
            told.contains(variable) && told.contains(near),
            "{variable}={value}: {told}"
        );
        app.restart_with(variable, "").await.unwrap();
    }
    let both = app
        .restart_with("TOOLS", "serach,get_stats")
        .await
        .unwrap_err();
    assert!(both.to_string().contains("serach") && both.to_string().contains("get_stats"));
    app.restart_with("TOOLS", "").await.unwrap();
}

#[tokio::test]
async fn flags_name_them_too_and_the_check_of_the_configuration_finds_a_slip() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let refused = program
        .run(&["serve", "--sandbox", "--exclude-tools", "serach"])
        .await;
    refused.failed_saying(&["--exclude-tools", "there is no tool", "search"]);
    let program = Program::new(folder.path()).with("TOOLS", "get_statu");
    let checked = program.run(&["config", "check"]).await;
    checked.failed_saying(&["TOOLS", "get_statu", "get_status"]);

    let mut server = Program::new(folder.path()).with("PORT", "0").start(&[
        "serve",
        "--sandbox",
        "--tools",
        "search,get_status",
        "--read-only",
        "--toolsets",
        "core",
    ]);
    let origin = server.origin().await;
    let key = server.printed("  aux_").await.pop().unwrap();
    let key = key.trim();
    let client = crate::harness::Client::new(&format!("{origin}/mcp"), key);
    assert_eq!(tools(&client).await, ["get_status", "search"]);
    let said = client
        .refused("create_playlist", json!({ "name": "x" }))
        .await;
    assert!(said.contains("this server does not offer it"), "{said}");
    server.signal("TERM").await;
}
