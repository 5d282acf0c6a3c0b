//! Whether the process lives, whether it should get work, and who may know.

use serde_json::Value;

use crate::harness::{TestApp, get, sql::Hand};

async fn told(url: &str) -> (u16, Value) {
    let answer = get(url).await;
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn health_tells_that_the_process_lives_and_nothing_of_its_database() {
    let app = TestApp::start().await;
    let well = (
        200,
        serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }),
    );
    assert_eq!(told(&format!("{}/health", app.origin)).await, well);
    let mut hand = Hand::on(&app.database).await;
    hand.execute("alter table people rename to hidden").await;
    assert_eq!(told(&format!("{}/health", app.origin)).await, well);
}

#[tokio::test]
async fn readiness_is_for_the_operators_listener_alone() {
    let app = TestApp::start().await;
    let replica = app.second().await;
    let (status, body) = told(&format!("{}/readyz", replica.admin)).await;
    assert_eq!((status, &body["status"]), (200, &Value::from("ready")));
    for origin in [&app.origin, &replica.origin] {
        assert_eq!(told(&format!("{origin}/readyz")).await.0, 404);
    }
    for path in ["/mcp", "/", "/auth/login", "/auth/status"] {
        let (status, body) = told(&format!("{}{path}", replica.admin)).await;
        assert_eq!(
            (status, &body["error"]),
            (404, &Value::from("not_found")),
            "{path}"
        );
    }
}
