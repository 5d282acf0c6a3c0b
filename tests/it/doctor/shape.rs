//! The form that scripts rely on.

use auxcord::app::doctor::CHECKS;
use serde_json::{Value, json};

use super::{beside, examine};
use crate::harness::TestApp;

#[tokio::test]
async fn the_json_has_one_stable_shape() {
    let app = TestApp::start().await;
    let program = beside(&app).with("DEV_TOKEN", "hush");
    let mut report = examine(&program).await.report;
    report["version"] = json!("(version)");
    // What room there is, a server of PostgreSQL keeps to itself.
    report["counts"] = kinds(&report["counts"]);
    for finding in report["findings"].as_array_mut().unwrap() {
        if finding["check"] == "database.space" {
            finding["state"] = json!("(state)");
        }
        finding["what"] = kinds(&finding["what"]);
        finding["remedy"] = kinds(&finding["remedy"]);
    }
    insta::assert_json_snapshot!(report);
}

#[tokio::test]
async fn every_check_has_a_finding_and_findings_come_in_the_order_of_the_checks() {
    let app = TestApp::start().await;
    for program in [beside(&app), beside(&app).with("DATABASE_URL", "nonsense")] {
        let examined = examine(&program).await;
        let findings = examined.report["findings"].as_array().unwrap();
        let mut told: Vec<&str> = findings
            .iter()
            .map(|finding| finding["check"].as_str().unwrap())
            .collect();
        told.dedup();
        assert_eq!(told, CHECKS);
        for finding in findings {
            let (state, remedy) = (&finding["state"], &finding["remedy"]);
            if state == "fault" || state == "warning" {
                assert!(remedy.is_string(), "{finding}");
            }
            assert!(
                !finding["what"].as_str().unwrap().contains('\n'),
                "{finding}"
            );
        }
    }
}

/// The kinds of values in the place of the values.
fn kinds(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::String(_) => json!("(text)"),
        Value::Number(_) => json!("(number)"),
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), kinds(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
