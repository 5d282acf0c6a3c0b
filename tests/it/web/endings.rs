//! Every other way in which a login ends: its own page, the right status, what to do, and nothing of the query on it.

use std::time::Duration;

use auxcord::auth::Scopes;
use url::Url;

use super::{
    spotify::{Fault, Spotify, query},
    stage::Stage,
    visitor::{Page, Visitor, path},
};

#[tokio::test]
async fn a_callback_that_spotify_did_not_write_is_refused() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let away = visitor.leave().await;
    let back = query(&stage.spotify.agree(&away, &Stage::account("ann", "Ann")));
    let (code, handle) = (&back["code"], &back["state"]);
    let addresses = [
        String::new(),
        format!("code={code}"),
        format!("code={code}&state="),
        format!("code={code}&state={handle}&state={handle}"),
        format!("code={code}&state={handle}&state=x"),
        format!("state={handle}"),
        format!("code=&state={handle}"),
        format!("code={code}&code={code}&state={handle}"),
        format!("code={code}&error=access_denied&state={handle}"),
        format!("error=access_denied&error=x&state={handle}"),
    ];
    for address in addresses {
        let page = visitor.get(&format!("/auth/callback?{address}")).await;
        expect(&page, 400, "This address is incomplete");
    }
    let right = format!("/auth/callback?code={code}&state={handle}");
    assert_eq!(
        visitor.get(&right).await.status,
        200,
        "none of it spent the login"
    );
}

#[tokio::test]
async fn an_unknown_state_is_refused() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    visitor.leave().await;
    let page = visitor.get("/auth/callback?code=x&state=never-made").await;
    expect(&page, 400, "This login is not known");
    assert_eq!(stage.spotify.token_requests(), 0);
}

#[tokio::test]
async fn a_login_ends_after_ten_minutes() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let back = stage
        .spotify
        .agree(&visitor.leave().await, &Stage::account("ann", "Ann"));
    stage.clock.advance(Duration::from_mins(10));
    let page = visitor.follow(&back).await;
    expect(&page, 400, "This login took too long");
    assert!(visitor.cookies.is_empty());
    assert_eq!(stage.spotify.token_requests(), 0);

    let mut quick = stage.visitor();
    let back = stage
        .spotify
        .agree(&quick.leave().await, &Stage::account("ann", "Ann"));
    stage
        .clock
        .advance(Duration::from_mins(10) - Duration::from_millis(1));
    assert_eq!(quick.follow(&back).await.status, 200);
}

#[tokio::test]
async fn cancelling_at_spotify_ends_the_login_with_a_page() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let away = visitor.leave().await;
    let page = visitor
        .follow(&Spotify::refuse(&away, "access_denied"))
        .await;
    expect(&page, 403, "You cancelled at Spotify");
    assert!(visitor.cookies.is_empty());
    let late = stage.spotify.agree(&away, &Stage::account("ann", "Ann"));
    expect(
        &visitor.follow(&late).await,
        400,
        "This login was already used",
    );
}

#[tokio::test]
async fn nobody_can_cancel_a_login_for_another_browser() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let away = visitor.leave().await;
    let page = stage
        .visitor()
        .follow(&Spotify::refuse(&away, "access_denied"))
        .await;
    expect(&page, 403, "This login belongs to another browser");
    let back = stage.spotify.agree(&away, &Stage::account("ann", "Ann"));
    assert_eq!(visitor.follow(&back).await.status, 200);
}

#[tokio::test]
async fn what_spotify_reports_in_the_address_is_told_apart_and_never_repeated() {
    let stage = Stage::on_https().await;
    let cases = [
        ("server_error", 503, "Spotify could not do it just now"),
        (
            "temporarily_unavailable",
            503,
            "Spotify could not do it just now",
        ),
        ("invalid_scope", 502, "Spotify refused the request"),
        (
            "<b>bold</b>\r\nSet-Cookie: a=b",
            502,
            "Spotify refused the request",
        ),
    ];
    for (error, status, title) in cases {
        let mut visitor = stage.visitor();
        let mut back = Spotify::refuse(&visitor.leave().await, error);
        back.query_pairs_mut()
            .append_pair("error_description", "<i>described-by-stranger</i>");
        let page = visitor.follow(&back).await;
        expect(&page, status, title);
        assert!(!page.text.contains("described-by-stranger") && !page.text.contains("bold"));
        assert!(!page.text.contains(error), "{error} is on the page");
    }
}

#[tokio::test]
async fn while_spotify_is_down_the_login_stays_open_and_reloading_finishes_it() {
    let stage = Stage::on_https().await;
    let faults: [Fault; 3] = [(503, "down"), (429, "slower"), (500, "<html>oops</html>")];
    for fault in faults {
        let mut visitor = stage.visitor();
        let back = stage
            .spotify
            .agree(&visitor.leave().await, &Stage::account("ann", "Ann"));
        stage.spotify.fail_tokens([fault, fault]);
        for _ in 0..2 {
            let page = visitor.follow(&back).await;
            expect(&page, 503, "Spotify does not answer");
            assert!(
                page.text_of("main")
                    .contains("reload this page to try again")
            );
            assert_eq!(
                page.attributes_of("main a.button", "href"),
                ["", "/auth/login"]
            );
            assert_eq!(
                page.header("retry-after"),
                if fault.0 == 429 { "7" } else { "" }
            );
            assert_eq!(visitor.cookies.len(), 1);
        }
        assert_eq!(visitor.follow(&back).await.status, 200);
    }
}

#[tokio::test]
async fn a_login_that_is_open_again_after_a_reload_can_be_finished() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let back = stage
        .spotify
        .agree(&visitor.leave().await, &Stage::account("ann", "Ann"));
    // As while another request waits for Spotify, and after Spotify did not answer that one.
    stage.execute("update flows set status = 'spent'").await;
    expect(
        &visitor.follow(&back).await,
        400,
        "This login was already used",
    );
    stage.execute("update flows set status = 'open'").await;
    assert_eq!(visitor.follow(&back).await.status, 200);
}

#[tokio::test]
async fn a_code_that_spotify_refuses_ends_the_login() {
    let fault = (
        400,
        r#"{"error":"invalid_grant","error_description":"Invalid authorization code"}"#,
    );
    token_fault_ends_with(fault, 400, "Spotify did not accept the login").await;
}

#[tokio::test]
async fn an_app_that_spotify_refuses_is_the_operators_business() {
    let refusals = [
        (400, r#"{"error":"invalid_client"}"#),
        (
            401,
            r#"{"error":"invalid_client","error_description":"Invalid client secret"}"#,
        ),
        (400, r#"{"error":"unauthorized_client"}"#),
    ];
    for fault in refusals {
        let page =
            token_fault_ends_with(fault, 502, "Spotify does not accept this server's app").await;
        assert!(page.text_of("main").contains("SPOTIFY_CLIENT_SECRET"));
    }
}

#[tokio::test]
async fn an_account_that_is_not_on_the_apps_list_learns_about_the_five_seats() {
    let fault = (403, "User not registered in the Developer Dashboard");
    let page =
        me_fault_ends_with(fault, 403, "Your Spotify account is not on this app's list").await;
    let advice = page.text_of("main");
    assert!(
        advice.contains("five seats") && advice.contains("User Management"),
        "{advice}"
    );
}

#[tokio::test]
async fn an_app_whose_owner_has_no_premium_says_whose_fault_it_is_not() {
    let body = r#"{"error":{"status":403,"message":"Active premium subscription required for the owner of the app."}}"#;
    let page = me_fault_ends_with((403, body), 502, "This server's Spotify app is asleep").await;
    assert!(page.text_of("main").contains("Your own account is fine"));
}

#[tokio::test]
async fn spotify_failing_after_it_took_the_code_asks_for_a_new_login() {
    let title = "Spotify did not say whose account it is";
    me_fault_ends_with((500, "oops"), 503, title).await;
    let page = me_fault_ends_with((429, "slower"), 503, title).await;
    assert_eq!(page.header("retry-after"), "7");
}

#[tokio::test]
async fn an_answer_without_an_account_connects_nobody() {
    me_fault_ends_with((200, "{}"), 502, "Spotify's answer was incomplete").await;
    me_fault_ends_with((200, "<html>"), 502, "Spotify's answer was incomplete").await;
}

#[tokio::test]
async fn tokens_that_cannot_be_renewed_connect_nobody() {
    let stage = Stage::on_https().await;
    stage.spotify.withhold_refresh_tokens();
    let mut visitor = stage.visitor();
    let back = stage
        .spotify
        .agree(&visitor.leave().await, &Stage::account("ann", "Ann"));
    let page = visitor.follow(&back).await;
    expect(&page, 502, "Spotify's answer was incomplete");
    assert_eq!(stage.count("people").await, 0);
}

#[tokio::test]
async fn fewer_permissions_than_asked_connect_and_say_what_will_not_work() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let away = visitor.leave().await;
    let back = stage
        .spotify
        .agree_to(&away, &Stage::account("ann", "Ann"), "user-read-private");
    let page = visitor.follow(&back).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.text_of("h1"),
        "Connected, with fewer permissions than asked"
    );
    assert!(stage.person_of(&page.text_of("#api-key")).await.is_some());

    let missing = "section[aria-labelledby=missing]";
    let wanted: Vec<&str> = Scopes::all().spotify().split_off(1);
    assert_eq!(page.texts_of(&format!("{missing} li code")), wanted);
    for line in page.texts_of(&format!("{missing} li")) {
        assert!(!line.starts_with("whatever"), "no words for {line}");
    }
    assert_eq!(
        page.attributes_of(&format!("{missing} a"), "href"),
        ["/auth/login"]
    );
}

#[tokio::test]
async fn without_a_database_no_login_begins_or_ends() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let back = stage
        .spotify
        .agree(&visitor.leave().await, &Stage::account("ann", "Ann"));
    stage.web.db.close().await;
    let page = visitor.follow(&back).await;
    expect(&page, 503, "This server could not save your login");
    assert_eq!(visitor.cookies.len(), 1, "reloading may finish it");
    expect(
        &visitor.press().await,
        503,
        "The login could not be started",
    );
    assert_eq!(stage.spotify.token_requests(), 0);
}

async fn token_fault_ends_with(fault: Fault, status: u16, title: &str) -> Page {
    let stage = Stage::on_https().await;
    stage.spotify.fail_tokens([fault]);
    ends_with(&stage, status, title).await
}

async fn me_fault_ends_with(fault: Fault, status: u16, title: &str) -> Page {
    let stage = Stage::on_https().await;
    stage.spotify.fail_me([fault]);
    ends_with(&stage, status, title).await
}

/// A login that ends with a page is over: its cookie is gone and nobody is connected.
async fn ends_with(stage: &Stage, status: u16, title: &str) -> Page {
    let mut visitor = stage.visitor();
    let back = stage
        .spotify
        .agree(&visitor.leave().await, &Stage::account("ann", "Ann"));
    let page = visitor.follow(&back).await;
    expect(&page, status, title);
    assert_no_secret_of(&back, &page);
    assert!(visitor.cookies.is_empty());
    assert_eq!(stage.count("people").await, 0);
    assert_eq!(stage.count("api_keys").await, 0);
    again(&mut visitor, &back).await;
    page
}

async fn again(visitor: &mut Visitor, back: &Url) {
    let page = visitor.get(&path(back)).await;
    expect(&page, 400, "This login was already used");
}

/// The page's status and heading, that it stays where it is, and that it offers a way on.
fn expect(page: &Page, status: u16, title: &str) {
    assert_eq!(page.text_of("h1"), title);
    assert_eq!(page.status, status);
    assert_eq!(page.header("location"), "");
    assert!(!page.texts_of("main li").is_empty(), "what to do");
    assert!(!page.texts_of("main a.button").is_empty(), "a button");
}

fn assert_no_secret_of(back: &Url, page: &Page) {
    let sent = query(back);
    for name in ["code", "state"] {
        assert!(
            !page.text.contains(&sent[name]),
            "the {name} is on the page"
        );
    }
}
