//! Tools whose Spotify permission the person's link lacks: not listed, told by the status, and never hidden for
//! longer than the lack.

use serde_json::json;

use super::{kept, tools};
use crate::harness::{
    TestApp,
    app::Connected,
    grant::{Wish, give},
    sql::Hand,
};

/// All permissions but those in `without`, as Spotify writes them.
fn permissions(without: &[&str]) -> String {
    let all = auxcord::auth::Scopes::all().spotify();
    let left: Vec<_> = all
        .into_iter()
        .filter(|permission| !without.contains(permission))
        .collect();
    left.join(" ")
}

/// A person whose link may do everything but `without`.
async fn start(without: &[&str]) -> (TestApp, Connected) {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let scopes = permissions(without);
    let mut hand = Hand::on(&app.database).await;
    hand.execute(&format!("update spotify_links set scopes = '{scopes}'"))
        .await;
    (app, person)
}

#[tokio::test]
async fn what_was_not_permitted_at_spotify_is_not_listed_and_the_status_says_how_to_get_it() {
    let (whole, somebody) = start(&[]).await;
    let all = tools(&whole.client(&somebody.key)).await;
    let (app, person) = start(&["user-read-recently-played"]).await;
    let client = app.client(&person.key);
    assert_eq!(
        tools(&client).await,
        kept(&all, |name| name != "get_recently_played")
    );
    let said = client.refused("get_recently_played", json!({})).await;
    assert!(
        said.starts_with("missing_scope: ") && said.contains("/auth/login"),
        "{said}"
    );
    let result = client.call("get_status", json!({})).await;
    let structured = &result["structuredContent"];
    assert_eq!(structured["missing_tools"], json!(["get_recently_played"]));
    assert_eq!(structured["missing"], json!(["user-read-recently-played"]));
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("get_recently_played")
            && text.contains(&format!("{}/auth/login", app.origin)),
        "{text}"
    );
}

#[tokio::test]
async fn what_the_client_could_still_ask_for_stays_listed() {
    let (app, person) = start(&["playlist-modify-private", "playlist-modify-public"]).await;
    let by_key = tools(&app.client(&person.key)).await;
    assert!(!by_key.iter().any(|name| name == "create_playlist"));
    let token = give(&app, &person, Wish::of("music:read")).await.token;
    let by_grant = tools(&app.client(&token)).await;
    assert!(
        by_grant.iter().any(|name| name == "create_playlist"),
        "{by_grant:?}"
    );
    let asked = app
        .client(&token)
        .rpc(
            1,
            "tools/call",
            json!({ "name": "create_playlist", "arguments": { "name": "x" } }),
        )
        .await;
    assert_eq!(asked.status, 403, "{}", asked.body);
}

#[tokio::test]
async fn without_a_link_that_works_nothing_is_hidden() {
    let (app, person) = start(&["user-read-recently-played"]).await;
    let mut hand = Hand::on(&app.database).await;
    hand.execute("update spotify_links set status = 'suspended'")
        .await;
    let listed = tools(&app.client(&person.key)).await;
    assert!(listed.iter().any(|name| name == "get_recently_played"));
    let told = app.client(&person.key).done("get_status", json!({})).await;
    assert_eq!(told["connected"], false);
    assert_eq!(told["missing_tools"], json!(null));

    let (app, person) = start(&["user-read-recently-played"]).await;
    let mut hand = Hand::on(&app.database).await;
    hand.execute("delete from spotify_links").await;
    let listed = tools(&app.client(&person.key)).await;
    assert!(listed.iter().any(|name| name == "get_recently_played"));
}

#[tokio::test]
async fn the_list_costs_no_spotify_call_and_no_question_to_the_database_while_it_is_remembered() {
    let (app, person) = start(&["user-read-recently-played"]).await;
    let client = app.client(&person.key);
    let listed = tools(&client).await;
    app.spotify.reset_calls();
    let mut hand = Hand::on(&app.database).await;
    hand.execute("alter table spotify_links rename to hidden")
        .await;
    assert_eq!(tools(&client).await, listed);
    hand.execute("alter table hidden rename to spotify_links")
        .await;
    assert_eq!(app.spotify.calls().values().sum::<u64>(), 0);
}

#[tokio::test]
async fn after_connecting_again_with_all_permissions_everything_is_listed() {
    let (app, person) = start(&["user-read-recently-played"]).await;
    let before = tools(&app.client(&person.key)).await;
    assert!(!before.iter().any(|name| name == "get_recently_played"));
    app.connect(&person.spotify_id).await;
    let after = tools(&app.client(&person.key)).await;
    assert!(after.iter().any(|name| name == "get_recently_played"));
}

#[tokio::test]
async fn prompts_that_need_a_tool_that_is_not_offered_are_not_offered_either() {
    let (app, person) = start(&["user-read-recently-played"]).await;
    let answer = app
        .client(&person.key)
        .rpc(1, "prompts/list", json!({}))
        .await;
    let prompts = answer.body["result"]["prompts"].as_array().unwrap();
    assert!(!prompts.is_empty());
    assert!(
        !prompts
            .iter()
            .any(|prompt| prompt["name"] == "weekly_discovery"),
        "{prompts:?}"
    );
}
