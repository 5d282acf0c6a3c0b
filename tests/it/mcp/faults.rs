//! Stories of Spotify's failures: each becomes a code and a next step, and none is repeated for nothing.

use serde_json::json;

use super::stage::{Reply, Stage, page};

#[tokio::test]
async fn every_refusal_of_spotify_has_its_code_and_advice() {
    let cases = [
        (
            Reply::error(403, "Insufficient client scope", None),
            "missing_scope",
            "reconnect at",
        ),
        (
            Reply::error(403, "User not registered in the Developer Dashboard", None),
            "not_allowlisted",
            "operator must add",
        ),
        (
            Reply::error(
                403,
                "Active premium subscription required for the owner of the app.",
                None,
            ),
            "app_owner_premium",
            "operator",
        ),
        (
            Reply::error(403, "Forbidden", None),
            "endpoint_gone",
            "another tool",
        ),
        (
            Reply::error(
                403,
                "Player command failed: Premium required",
                Some("PREMIUM_REQUIRED"),
            ),
            "premium_required",
            "Premium",
        ),
        (
            Reply::error(404, "Not found.", None),
            "not_found",
            "`search`",
        ),
        (
            Reply::error(429, "API rate limit exceeded", None).header("retry-after", "17"),
            "rate_limited",
            "in 17 s",
        ),
        (
            Reply::error(429, "Quota exceeded", Some("QUOTA_EXCEEDED"))
                .header("retry-after", "7200"),
            "quota_exceeded",
            "until about 2026-11-20 14:00 UTC",
        ),
        (
            Reply::error(400, "Internal: table users, row 7", None),
            "invalid_argument",
            "Check them",
        ),
        (
            Reply::text(200, "<!doctype html><p>hello"),
            "upstream_error",
            "Try again once",
        ),
        (Reply::text(200, ""), "upstream_error", "Reference: "),
    ];
    for (reply, code, advice) in cases {
        // Some of them are remembered of the app.
        let stage = Stage::new().await;
        let what = "GET /v1/me/tracks";
        stage.spotify.only(what, reply.clone());
        let result = stage
            .client
            .call("list_library", json!({"kind": "tracks"}))
            .await;
        let said = result["content"][0]["text"].as_str().unwrap();
        assert_eq!(result["isError"], true, "{reply:?}");
        assert!(
            said.starts_with(&format!("{code}: ")) && said.contains(advice),
            "{reply:?}: {said}"
        );
        assert_eq!(result["_meta"]["auxcord/error"]["code"], code);
        assert_eq!(
            result.get("structuredContent"),
            None,
            "clients check that against the output schema"
        );
        assert!(
            !said.contains("row 7") && !said.contains("doctype"),
            "upstream's words leaked: {said}"
        );
        assert_eq!(
            stage.spotify.calls().len(),
            1,
            "{code} must not be repeated"
        );
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_call_repeated_once() {
    let stage = Stage::new().await;
    let refused = Reply::error(401, "The access token expired", None);
    stage.spotify.reply("GET /v1/me/tracks", refused.clone());
    stage.spotify.on("GET /v1/me/tracks", &page(vec![], 0, 0));
    stage
        .client
        .done("list_library", json!({"kind": "tracks"}))
        .await;
    let tokens: Vec<_> = stage
        .spotify
        .asked()
        .into_iter()
        .map(|call| call.token)
        .collect();
    assert_eq!(tokens, ["access-1", "access-2"]);

    stage.spotify.only("GET /v1/me/tracks", refused);
    let said = stage
        .client
        .refused("list_library", json!({"kind": "tracks", "limit": 7}))
        .await;
    assert!(said.starts_with("upstream_error: "), "{said}");
    assert_eq!(stage.spotify.calls().len(), 2, "once, not for ever");
}

#[tokio::test]
async fn a_permission_that_was_not_granted_costs_no_call() {
    let stage = Stage::with(&[], Some("user-read-private")).await;
    let said = stage
        .client
        .refused("list_library", json!({"kind": "tracks"}))
        .await;
    assert!(
        said.starts_with("missing_scope: ") && said.contains("user-library-read"),
        "{said}"
    );
    assert!(
        said.contains(&format!("{}/auth/login", stage.origin)),
        "{said}"
    );
    assert_eq!(stage.spotify.calls(), [""; 0]);
}

#[tokio::test]
async fn a_failing_spotify_is_asked_again_for_reads_and_then_told_with_a_reference() {
    let stage = Stage::new().await;
    stage
        .spotify
        .reply("GET /v1/me/tracks", Reply::text(503, "down"));
    let result = stage
        .client
        .call("list_library", json!({"kind": "tracks"}))
        .await;
    let reference = result["_meta"]["auxcord/error"]["reference"]
        .as_str()
        .unwrap();
    assert!(
        result["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains(reference)
    );
    let calls = stage.spotify.calls().len();
    assert!((2..=3).contains(&calls), "{calls} attempts");
}
