//! `/auth/status` and `/auth/revoke`, for programs that hold a key.

use auxcord::{
    auth::{KeyLimits, KeyOptions, Scopes},
    crypto::{KeyKind, random_bytes},
    store::{AuditEvent, KeyKept, Outcome},
};
use serde_json::{Value, json};

use super::{stage::Stage, visitor::Page};

#[tokio::test]
async fn status_says_who_it_is_and_until_when_the_link_holds() {
    let stage = Stage::on_https().await;
    let key = stage.key_of(&Stage::account("ann", "Ann")).await;
    let page = ask(&stage, "GET", "/auth/status", &key).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "application/json");
    assert_eq!(page.header("cache-control"), "no-store");
    let mut body = json_of(&page);
    let person = stage.person_of(&key).await.unwrap();
    assert!(body["key"]["id"].take().is_string());
    assert_eq!(
        body,
        json!({
            "person": { "id": person.to_string(), "display_name": "Ann", "spotify_id": "ann" },
            "link": "active",
            "scopes": Scopes::all().spotify(),
            "missing_scopes": [],
            "authorized_at": "2026-11-20T12:00:00Z",
            "reauthorize_by": "2027-05-20T12:00:00Z",
            "key": { "id": null, "read_only": false, "toolsets": null },
            "reconnect_url": "https://music.example/auth/login",
        })
    );
}

#[tokio::test]
async fn status_names_the_permissions_that_are_missing() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let away = visitor.leave().await;
    let most: Vec<&str> = Scopes::all().spotify().split_off(1);
    let back = stage
        .spotify
        .agree_to(&away, &Stage::account("ann", "Ann"), &most.join(" "));
    let key = visitor.follow(&back).await.text_of("#api-key");
    let body = json_of(&ask(&stage, "GET", "/auth/status", &key).await);
    assert_eq!(body["missing_scopes"], json!(["user-read-private"]));
    assert_eq!(body["scopes"], json!(most));
}

#[tokio::test]
async fn status_tells_of_a_link_that_spotify_ended_and_reconnecting_revives_it() {
    let stage = Stage::on_https().await;
    let account = Stage::account("ann", "Ann");
    let key = stage.key_of(&account).await;
    let person = stage.person_of(&key).await.unwrap();
    let link = stage.web.db.find_link(person).await.unwrap().unwrap();
    let now = stage.clock.now();
    let event = AuditEvent::new(now, random_bytes(), "link.suspended", Outcome::Failure);
    let ended = stage
        .web
        .db
        .update_link_suspended(&link, "invalid_grant", &event, now)
        .await;
    assert!(ended.unwrap());
    assert_eq!(
        json_of(&ask(&stage, "GET", "/auth/status", &key).await)["link"],
        "suspended"
    );
    stage.key_of(&account).await;
    assert_eq!(
        json_of(&ask(&stage, "GET", "/auth/status", &key).await)["link"],
        "active"
    );
}

#[tokio::test]
async fn nobody_is_answered_without_a_key() {
    let stage = Stage::on_https().await;
    stage.key_of(&Stage::account("ann", "Ann")).await;
    for (method, path) in [
        ("GET", "/auth/status"),
        ("POST", "/auth/revoke"),
        ("DELETE", "/auth/revoke"),
    ] {
        let page = stage.visitor().send(method, path, &[]).await;
        assert_eq!(page.status, 401);
        assert_eq!(page.header("www-authenticate"), "Bearer");
    }
    assert_eq!(stage.count("people").await, 1);
}

#[tokio::test]
async fn leaving_deletes_the_person_the_link_and_every_key_at_once() {
    for method in ["POST", "DELETE"] {
        let stage = Stage::on_https().await;
        let ann = Stage::account("ann", "Ann");
        let keys = [stage.key_of(&ann).await, stage.key_of(&ann).await];
        let bea = stage.key_of(&Stage::account("bea", "Bea")).await;
        stage.trust();
        let person = stage.person_of(&keys[0]).await.unwrap();
        stage.person_of(&keys[1]).await.unwrap();

        let page = ask(&stage, method, "/auth/revoke", &keys[0]).await;
        assert_eq!(page.status, 200);
        let body = json_of(&page);
        assert_eq!(body["revoked"], true);
        assert!(
            body["next"]
                .as_str()
                .unwrap()
                .contains("spotify.com/account/apps")
        );

        stage.trust();
        for key in &keys {
            assert_eq!(stage.person_of(key).await, None, "{method}");
            assert_eq!(ask(&stage, "GET", "/auth/status", key).await.status, 401);
        }
        let gone = person.to_string();
        for table in ["people", "spotify_links", "api_keys", "audit"] {
            let column = if table == "people" { "id" } else { "person_id" };
            let left = format!("select count(*) from {table} where {column} = '{gone}'");
            assert_eq!(stage.number(&left).await, 0, "{table}");
        }
        let farewell = "select count(*) from audit where event = 'account.deleted'";
        assert_eq!(stage.number(farewell).await, 1);
        assert!(
            stage.person_of(&bea).await.is_some(),
            "nobody else is concerned"
        );
    }
}

#[tokio::test]
async fn who_left_can_come_back_as_somebody_new() {
    let stage = Stage::on_https().await;
    let ann = Stage::account("ann", "Ann");
    let key = stage.key_of(&ann).await;
    let before = stage.person_of(&key).await;
    ask(&stage, "POST", "/auth/revoke", &key).await;
    let after = stage.person_of(&stage.key_of(&ann).await).await;
    assert!(after.is_some());
    assert_ne!(after, before);
}

#[tokio::test]
async fn a_read_only_key_may_look_but_not_end_the_account() {
    let stage = Stage::on_https().await;
    let key = stage.key_of(&Stage::account("ann", "Ann")).await;
    let person = stage.person_of(&key).await.unwrap();
    let issued = stage.web.keys.issue(KeyOptions {
        kind: KeyKind::Api,
        label: "to look".to_owned(),
        limits: KeyLimits {
            read_only: true,
            toolsets: None,
            ..KeyLimits::default()
        },
        expires_at: None,
    });
    let now = stage.clock.now();
    let event = AuditEvent::new(now, random_bytes(), "key.created", Outcome::Success);
    let kept = stage
        .web
        .db
        .insert_key(person, &issued.stored, &event, now)
        .await
        .unwrap();
    assert_eq!(kept, KeyKept::Kept);

    let limited = issued.key.expose();
    let status = json_of(&ask(&stage, "GET", "/auth/status", limited).await);
    assert_eq!(status["key"]["read_only"], true);
    let page = ask(&stage, "POST", "/auth/revoke", limited).await;
    assert_eq!(page.status, 403);
    assert_eq!(json_of(&page)["error"], "insufficient_scope");
    assert_eq!(
        page.header("www-authenticate"),
        "Bearer error=\"insufficient_scope\""
    );
    assert!(stage.person_of(&key).await.is_some());
}

#[tokio::test]
async fn without_a_database_nobody_is_told_that_their_key_is_wrong() {
    let stage = Stage::on_https().await;
    let key = stage.key_of(&Stage::account("ann", "Ann")).await;
    stage.trust();
    stage.person_of(&key).await.unwrap();
    stage.web.db.close().await;
    for (method, path) in [("GET", "/auth/status"), ("POST", "/auth/revoke")] {
        let page = ask(&stage, method, path, &key).await;
        assert_eq!(page.status, 503);
        assert_eq!(json_of(&page)["error"], "temporarily_unavailable");
    }
}

async fn ask(stage: &Stage, method: &str, path: &str, key: &str) -> Page {
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str())];
    stage.visitor().send(method, path, &headers).await
}

fn json_of(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap()
}
