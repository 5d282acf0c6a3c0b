//! The error catalogue: a fixture for every row, told apart by status, body and endpoint together.

use std::time::Duration;

use auxcord::spotify::{
    Call, Group, SpotifyError,
    api::{self, Paging, Search},
    id::SpotifyId,
};

use super::{Answer, Upstream, upstream::token};

const QUERY: Search<'static> = Search {
    query: "anything",
    kinds: &[],
    paging: Paging::new(5, 0),
};

/// A refusal in Spotify's usual shape.
fn refusal(status: u16, message: &str) -> Answer {
    let body = serde_json::json!({"error": {"status": status, "message": message}});
    Answer::new(status, body.to_string())
}

fn player_refusal(status: u16, message: &str, reason: &str) -> Answer {
    let body =
        serde_json::json!({"error": {"status": status, "message": message, "reason": reason}});
    Answer::new(status, body.to_string())
}

async fn failure<T>(answer: Answer, call: &Call<T>) -> SpotifyError {
    // Without repetitions: what is told apart here is the first answer.
    let upstream = Upstream::configured([answer], |config| config.max_retries = 0).await;
    match upstream.client.send(&token(), call).await {
        Err(error) => error,
        Ok(_) => panic!("the call succeeded"),
    }
}

async fn search_failure(answer: Answer) -> SpotifyError {
    failure(answer, &api::search(&QUERY)).await
}

async fn skip_failure(answer: Answer) -> SpotifyError {
    failure(answer, &api::skip_to_next(None)).await
}

fn playlist_id() -> SpotifyId {
    SpotifyId::parse("37i9dQZF1DXcBWIGoYBM5M").unwrap()
}

/// Asserts the variant, and shows the error when it is another.
macro_rules! assert_is {
    ($error:expr, $variant:ident) => {{
        let error = $error;
        assert!(
            matches!(error, SpotifyError::$variant(..)),
            "{} expected, not {error:?}",
            stringify!($variant)
        );
        error
    }};
}

#[tokio::test]
async fn a_bad_request_is_told_with_spotifys_words() {
    for words in [
        "invalid id",
        "Invalid base62 id",
        "Invalid limit",
        "Missing required field: uris",
    ] {
        let error = assert_is!(search_failure(refusal(400, words)).await, InvalidRequest);
        assert_eq!(error.context().message.as_deref(), Some(words));
        assert_eq!(error.context().status, Some(400));
        assert_eq!(error.context().group, Group::Search);
        assert!(!error.is_retryable() && !error.outcome_unknown());
    }
}

#[tokio::test]
async fn a_dead_token_is_unauthorized() {
    let answer = refusal(401, "The access token expired")
        .with("www-authenticate", &"Bearer error=\"invalid_token\"");
    let error = assert_is!(search_failure(answer).await, Unauthorized);
    assert!(!error.is_retryable(), "renewing is for somebody else");
}

#[tokio::test]
async fn a_missing_scope_is_told_from_other_refusals() {
    let answer = refusal(403, "Insufficient client scope");
    assert_is!(search_failure(answer).await, InsufficientScope);
}

#[tokio::test]
async fn an_account_that_is_not_on_the_apps_list_is_known_by_every_wording() {
    let wordings = [
        "User not registered in the Developer Dashboard",
        "Check settings on developer.spotify.com/dashboard, the user may not be registered.",
        "the user is not registered for this application",
    ];
    for wording in wordings {
        assert_is!(search_failure(refusal(403, wording)).await, NotAllowListed);
        // It has been seen as plain text too.
        assert_is!(
            search_failure(Answer::new(403, wording)).await,
            NotAllowListed
        );
    }
}

#[tokio::test]
async fn an_app_owner_without_premium_is_not_a_listener_without_premium() {
    let owner = refusal(
        403,
        "Active premium subscription required for the owner of the app.",
    );
    assert_is!(search_failure(owner).await, AppOwnerPremium);
    let listener = player_refusal(
        403,
        "Player command failed: Premium required",
        "PREMIUM_REQUIRED",
    );
    assert_is!(skip_failure(listener).await, PremiumRequired);
}

#[tokio::test]
async fn a_plain_forbidden_is_decided_by_the_endpoint() {
    let forbidden = || refusal(403, "Forbidden");
    assert_is!(search_failure(forbidden()).await, EndpointGone);
    let items = api::playlist_items(&playlist_id(), Paging::new(50, 0));
    assert_is!(failure(forbidden(), &items).await, NotReadable);
    let adding = api::add_items(&playlist_id(), &["spotify:track:x"], None);
    assert_is!(failure(forbidden(), &adding[0]).await, NotReadable);
}

#[tokio::test]
async fn a_restriction_of_the_player_keeps_its_reason() {
    let answer = player_refusal(
        403,
        "Player command failed: Restriction violated",
        "UNKNOWN",
    );
    let error = assert_is!(skip_failure(answer).await, Restricted);
    assert_eq!(error.context().reason.as_deref(), Some("UNKNOWN"));
    let answer = player_refusal(403, "Player command failed", "A_REASON_OF_NEXT_YEAR");
    assert_is!(skip_failure(answer).await, Restricted);
}

#[tokio::test]
async fn no_device_is_told_from_no_such_thing() {
    let inactive = player_refusal(
        404,
        "Player command failed: No active device found",
        "NO_ACTIVE_DEVICE",
    );
    assert_is!(skip_failure(inactive).await, NoActiveDevice);
    let stale = refusal(404, "Device not found");
    assert_is!(skip_failure(stale).await, NoActiveDevice);

    let playlist = api::playlist(&playlist_id(), api::PlaylistParts::Details);
    for answer in [
        refusal(404, "Resource not found"),
        refusal(404, "Device not found"),
        Answer::new(404, ""),
    ] {
        assert_is!(failure(answer, &playlist).await, NotFound);
    }
}

#[tokio::test]
async fn a_page_for_people_is_no_message() {
    let answer = Answer::new(411, "<!DOCTYPE html><title>Length Required</title>")
        .with("content-type", &"text/html");
    let error = assert_is!(skip_failure(answer).await, InvalidRequest);
    assert_eq!(error.context().message, None);
}

#[tokio::test]
async fn slowing_down_is_told_from_a_quota_that_is_used_up() {
    let busy = refusal(429, "API rate limit exceeded").with("retry-after", &7);
    let error = assert_is!(search_failure(busy).await, RateLimited);
    assert_eq!(error.context().retry_after, Some(Duration::from_secs(7)));
    assert!(error.is_retryable());

    let empty =
        player_refusal(429, "Quota exceeded", "QUOTA_EXCEEDED").with("retry-after", &52_531);
    let error = assert_is!(search_failure(empty).await, QuotaExceeded);
    let wait = error.context().retry_after.unwrap();
    assert_eq!(wait, Duration::from_secs(52_531));
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_wait_that_makes_no_sense_is_not_believed() {
    let unreadable = ["soon", "-1", "", "Wed, 21 Oct 2026 07:28:00 GMT"];
    for value in unreadable {
        let answer = refusal(429, "slow down").with("retry-after", &value);
        let error = assert_is!(search_failure(answer).await, RateLimited);
        assert_eq!(error.context().retry_after, None, "{value:?}");
    }
    let answer = refusal(429, "slow down").with("retry-after", &u64::MAX);
    let error = search_failure(answer).await;
    assert_eq!(
        error.context().retry_after,
        Some(Duration::from_hours(7 * 24))
    );
}

#[tokio::test]
async fn accepted_by_the_player_means_that_the_device_sleeps() {
    let error = assert_is!(skip_failure(Answer::new(202, "")).await, DeviceUnavailable);
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn a_failure_of_spotify_leaves_the_outcome_of_a_write_unknown() {
    for status in [500, 502, 503, 504] {
        let read = assert_is!(search_failure(Answer::new(status, "")).await, Upstream);
        assert!(read.is_retryable() && !read.outcome_unknown());
        let write = assert_is!(skip_failure(Answer::new(status, "oops")).await, Upstream);
        assert!(write.outcome_unknown());
        assert_eq!(write.context().status, Some(status));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let answer = Answer::new(307, "").with("location", &"http://127.0.0.1:1/elsewhere");
    let error = assert_is!(search_failure(answer).await, Upstream);
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_stranger_cannot_write_lines_into_the_message() {
    let long = format!("first\nsecond\u{1b}[31m\u{202e} {}", "x ".repeat(5_000));
    let error = search_failure(refusal(400, &long)).await;
    let message = error.context().message.clone().unwrap();
    assert_eq!(message.chars().count(), 200);
    assert!(message.starts_with("first second [31m x x x"), "{message}");
    let error = skip_failure(player_refusal(403, "no", "not a reason\n")).await;
    assert_eq!(error.context().reason, None);
}

#[tokio::test]
async fn errors_in_the_shape_of_oauth_are_read_too() {
    let body = r#"{"error":"invalid_token","error_description":"No token provided"}"#;
    let error = assert_is!(search_failure(Answer::new(401, body)).await, Unauthorized);
    assert_eq!(
        error.context().message.as_deref(),
        Some("No token provided")
    );
}
