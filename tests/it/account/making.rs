//! Making a key on the account page: with its limits, shown once, and only by its owner from our own page.

use std::time::Duration;

use serde_json::json;

use super::{resident, whole::sign_in};
use crate::{
    harness::{TestApp, browser::Page as Shown, tools},
    web::stage::Stage,
};

const KEYS: &str = "/account/keys";

#[tokio::test]
async fn the_form_has_a_label_an_end_and_every_limit() {
    let stage = Stage::on_https().await;
    let ann = resident(&stage, "Ann").await;
    let form = format!("form[action='{KEYS}']");
    let named = |what: &str| ann.page.attributes_of(&format!("{form} {what}"), "name");
    assert_eq!(ann.page.attributes_of(&form, "method"), ["post"]);
    assert_eq!(named("input[type=text]"), ["label"]);
    assert_eq!(named("select"), ["kind", "ends"]);
    let values = |what: &str| ann.page.attributes_of(&format!("{form} {what}"), "value");
    assert_eq!(values("input[name=read_only]"), ["yes"]);
    assert_eq!(values("input[name=toolset]"), ["core", "spoken"]);
    assert_eq!(
        values("input[name=tool]"),
        ["search", "play", "list_show_episodes"]
    );
    assert_eq!(
        values("select[name=ends] option"),
        ["", "1", "7", "30", "90", "365"]
    );
}

#[tokio::test]
async fn a_key_is_shown_once_listed_with_its_limits_and_ended() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let form = "label=The+car&kind=api&ends=30&read_only=yes&tool=search";
    let page = ann.visitor.submit(KEYS, &[], form).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.header("cache-control"), "no-store");
    let key = page.text_of("#api-key");
    assert_eq!(stage.person_of(&key).await, Some(ann.person));
    assert_eq!(page.text_of("#may"), "only read, with these tools: search");
    assert_eq!(page.text_of("#ends"), "20 December 2026");
    assert!(stage.places_of(&key).await.is_empty(), "nobody keeps it");

    let list = ann.visitor.get("/account").await;
    assert!(!list.text.contains(&key));
    let at = list.texts_of(".key h3");
    let at = at
        .iter()
        .position(|name| name == "The car (API key)")
        .unwrap();
    let facts = &list.texts_of(".key > dl")[at];
    assert!(
        facts.contains("only read, with these tools: search") && facts.contains("20 December 2026"),
        "{facts}"
    );
    let audited = format!(
        "select count(*) from audit where event = 'key.created' and detail = 'person' and person_id = '{}'",
        ann.person
    );
    assert_eq!(stage.number(&audited).await, 1);
    let end = list.attributes_of(".key form", "action").remove(at);
    assert_eq!(ann.visitor.send("POST", &end, &[]).await.status, 303);
    assert_eq!(stage.person_of(&key).await, None);
}

#[tokio::test]
async fn a_key_ends_by_itself_when_it_was_told_to() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let page = ann
        .visitor
        .submit(KEYS, &[], "label=x&kind=api&ends=1")
        .await;
    let key = page.text_of("#api-key");
    stage
        .clock
        .advance(Duration::from_hours(24) - Duration::from_millis(1));
    assert!(stage.person_of(&key).await.is_some());
    stage.clock.advance(Duration::from_millis(1));
    assert_eq!(stage.person_of(&key).await, None);
}

#[tokio::test]
async fn a_connector_url_is_shown_as_an_address() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let page = ann
        .visitor
        .submit(KEYS, &[], "label=x&kind=link&ends=")
        .await;
    let url = page.text_of("#connector-url");
    let key = url
        .strip_prefix("https://music.example/claude-mcp?token=")
        .unwrap();
    assert!(key.starts_with("auxl_"), "{url}");
    assert_eq!(stage.person_of(key).await, Some(ann.person));
}

#[tokio::test]
async fn what_is_wrong_or_too_much_makes_no_key_and_is_told() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let before = stage.count("api_keys").await;
    for (form, status) in [
        ("", 400),
        ("label=x&kind=api&ends=5", 400),
        ("label=x&kind=api&tool=delete_everything", 400),
        ("label=x&kind=api&read_only=yes&tool=play", 400),
    ] {
        let page = ann.visitor.submit(KEYS, &[], form).await;
        assert_eq!(page.status, status, "{form}: {}", page.text);
        assert!(page.texts_of(".secret").is_empty());
    }
    let long = format!("label=x&kind=api{}", "&tool=search".repeat(2_000));
    assert_eq!(ann.visitor.submit(KEYS, &[], &long).await.status, 413);
    assert_eq!(stage.count("api_keys").await, before);

    for _ in before..20 {
        let page = ann.visitor.submit(KEYS, &[], "label=x&kind=api").await;
        assert_eq!(page.status, 200);
    }
    let page = ann.visitor.submit(KEYS, &[], "label=x&kind=api").await;
    assert_eq!(page.status, 409);
    assert_eq!(
        page.text_of("h1"),
        "You have as many keys as a person can have"
    );
    assert_eq!(
        stage.count("api_keys").await,
        20,
        "and none of them is ended"
    );
}

#[tokio::test]
async fn markup_in_a_label_is_text() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let form = "label=%3Cscript%3E1%3C%2Fscript%3E&kind=api";
    let page = ann.visitor.submit(KEYS, &[], form).await;
    assert_eq!(page.text_of("h2 bdi"), "<script>1</script>");
    assert!(page.texts_of("script").is_empty());
}

#[tokio::test]
async fn only_the_owner_from_our_own_page_gets_a_key() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let before = stage.count("api_keys").await;
    let form = "label=x&kind=api";
    for headers in [
        [("sec-fetch-site", "cross-site")].as_slice(),
        [("sec-fetch-site", "same-site")].as_slice(),
        [("origin", "https://evil.example")].as_slice(),
    ] {
        let page = ann.visitor.submit(KEYS, headers, form).await;
        assert_eq!(page.status, 403, "{headers:?}");
    }
    let page = stage.visitor().submit(KEYS, &[], form).await;
    assert_eq!((page.status, page.header("location")), (303, "/account"));
    assert_eq!(stage.count("api_keys").await, before);
}

#[tokio::test]
async fn a_key_made_on_the_page_does_what_was_ticked_and_no_more() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let browser = app.browser();
    sign_in(&app, &browser, &person.spotify_id).await;
    let page = browser.get("/account").await;
    assert_eq!(page.values_of("input[name=tool]"), tools::names(|_| true));
    let make = async |fields: &[(&str, &str)]| {
        let mut form = vec![("label", "x"), ("kind", "api")];
        form.extend(fields);
        let form = browser.request(reqwest::Method::POST, KEYS).form(&form);
        let page = Shown::read(form).await;
        app.client(&page.text_of("#api-key"))
    };
    let seen = async |fields: &[(&str, &str)]| {
        let listed = make(fields).await.rpc(1, "tools/list", json!({})).await;
        let tools = listed.body["result"]["tools"].as_array().unwrap().clone();
        let name = |tool: serde_json::Value| tool["name"].as_str().unwrap().to_owned();
        tools.into_iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(seen(&[]).await, tools::names(|_| true));
    let reading = [("read_only", "yes")];
    assert_eq!(seen(&reading).await, tools::names(|tool| !tool.writes));
    let spoken = [("toolset", "spoken")];
    assert_eq!(
        seen(&spoken).await,
        tools::names(|tool| tool.toolset == "spoken")
    );
    let two = [("tool", "play"), ("tool", "search")];
    assert_eq!(seen(&two).await, ["search", "play"]);
}
