//! Sessions: begun at Spotify, bound to one browser, over after 30 days without a visit or when the person says so.

use std::time::Duration;

use super::{SIGN_OUT, is_signed_in, resident};
use crate::web::{spotify::query, stage::Stage, visitor::Page};
use url::Url;

const DAY: Duration = Duration::from_hours(24);
/// When each session was last seen.
const SEEN: &str = "select last_seen_at from sessions";

#[tokio::test]
async fn who_is_not_signed_in_gets_one_button_and_no_cookie() {
    let stage = Stage::on_https().await;
    let page = stage.visitor().get("/account").await;
    assert_eq!(page.status, 200);
    assert!(!is_signed_in(&page));
    assert_eq!(page.attributes_of("form", "action"), ["/account/login"]);
    assert_eq!(page.attributes_of("form", "method"), ["post"]);
    assert!(page.set_cookies().is_empty());
    assert_eq!(stage.count("flows").await, 0);
}

#[tokio::test]
async fn signing_in_asks_spotify_only_who_it_is() {
    let stage = Stage::on_https().await;
    let away = stage.visitor().send("POST", "/account/login", &[]).await;
    assert_eq!(away.status, 303);
    let asked = query(&Url::parse(away.header("location")).unwrap());
    assert_eq!(asked["scope"], "user-read-private");
    assert_eq!(asked["show_dialog"], "true");
}

#[tokio::test]
async fn signing_in_changes_nothing_about_what_is_connected() {
    let stage = Stage::on_https().await;
    let link = "select id || scopes || authorized_at || version from spotify_links";
    let key = stage.key_of(&Stage::account("ann", "Ann")).await;
    let before = stage.text(link).await;
    stage.clock.advance(170 * DAY);
    let page = stage
        .sign_in(&mut stage.visitor(), &Stage::account("ann", "Ann"))
        .await;
    assert_eq!(page.text_of("#account"), "Ann");
    assert_eq!(stage.text(link).await, before);
    assert_eq!(stage.count("api_keys").await, 2);
    assert!(stage.person_of(&key).await.is_some());
    let started = "select count(*) from audit where event = 'session.started'";
    assert_eq!(stage.number(started).await, 1);
}

#[tokio::test]
async fn the_session_is_one_cookie_of_this_host_that_no_script_reads() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let page = begun(&stage, &mut visitor).await;
    let cookie = session_cookies(&page).remove(0);
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    for part in [
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Path=/",
        "Max-Age=2592000",
    ] {
        assert!(cookie.split("; ").any(|one| one == part), "{part}");
    }
    assert!(!cookie.contains("Domain"));
    let value = visitor.cookies["__Host-session"].clone();
    assert_eq!(value.len(), 43, "32 random bytes in base64url");
    assert_eq!(
        visitor.cookies.len(),
        1,
        "the cookie of the way there is gone"
    );
}

#[tokio::test]
async fn on_a_loopback_address_the_session_does_without_https() {
    let stage = Stage::on_http().await;
    let mut visitor = stage.visitor();
    let page = begun(&stage, &mut visitor).await;
    let cookie = session_cookies(&page).remove(0);
    assert!(cookie.starts_with("session="), "{cookie}");
    assert!(!cookie.contains("Secure"));
    assert!(is_signed_in(&visitor.get("/account").await));
}

#[tokio::test]
async fn a_twin_of_the_cookie_without_its_prefix_signs_nobody_in() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let value = ann.visitor.cookies.remove("__Host-session").unwrap();
    ann.visitor.cookies.insert("session".to_owned(), value);
    assert!(!is_signed_in(&ann.visitor.get("/account").await));
}

#[tokio::test]
async fn an_unknown_or_malformed_cookie_counts_as_signed_out_and_is_expired() {
    let stage = Stage::on_https().await;
    for value in ["x".to_owned(), "A".repeat(43), "y".repeat(5_000)] {
        let mut visitor = stage.visitor();
        visitor.cookies.insert("__Host-session".to_owned(), value);
        let page = visitor.get("/account").await;
        assert_eq!(page.status, 200);
        assert!(!is_signed_in(&page));
        assert!(visitor.cookies.is_empty());
    }
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_without_a_visit_and_is_swept() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let mut late = ann.visitor.clone();
    stage.clock.advance(Duration::from_hours(30 * 24 - 1));
    let swept = stage.web.db.delete_expired(stage.clock.now()).await;
    assert_eq!(swept.unwrap().sessions, 0);
    assert!(is_signed_in(&ann.visitor.get("/account").await));

    stage.clock.advance(30 * DAY);
    let page = late.get("/account").await;
    assert!(!is_signed_in(&page));
    assert!(late.cookies.is_empty());
    let swept = stage.web.db.delete_expired(stage.clock.now()).await;
    assert_eq!(swept.unwrap().sessions, 1);
    assert_eq!(stage.count("sessions").await, 0);
}

#[tokio::test]
async fn a_visit_gives_another_thirty_days_and_is_noted_once_an_hour() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let begun = stage.number(SEEN).await;
    stage.clock.advance(Duration::from_mins(59));
    let page = ann.visitor.get("/account").await;
    assert!(page.set_cookies().is_empty());
    assert_eq!(stage.number(SEEN).await, begun);

    stage.clock.advance(Duration::from_mins(1));
    let page = ann.visitor.get("/account").await;
    let renewed = session_cookies(&page).remove(0);
    assert!(renewed.contains("Max-Age=2592000"), "{renewed}");
    assert_eq!(stage.number(SEEN).await, begun + 3_600_000);

    stage.clock.advance(29 * DAY);
    assert!(is_signed_in(&ann.visitor.get("/account").await));
    stage.clock.advance(29 * DAY);
    assert!(is_signed_in(&ann.visitor.get("/account").await));
}

#[tokio::test]
async fn looking_ahead_of_a_visit_is_no_visit() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let begun = stage.number(SEEN).await;
    stage.clock.advance(2 * DAY);
    let looks = [
        ann.visitor.send("HEAD", "/account", &[]).await,
        ann.visitor
            .send("GET", "/account", &[("sec-purpose", "prefetch;prerender")])
            .await,
    ];
    for look in looks {
        assert_eq!(look.status, 200);
        assert!(look.set_cookies().is_empty());
    }
    assert_eq!(stage.number(SEEN).await, begun);
}

#[tokio::test]
async fn signing_out_ends_the_session_of_this_browser_alone() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let mut phone = stage.visitor();
    stage.sign_in(&mut phone, &ann.account).await;
    let thief = ann.visitor.clone();

    let page = ann.visitor.send("POST", SIGN_OUT, &[]).await;
    assert_eq!((page.status, page.header("location")), (303, "/account"));
    assert!(ann.visitor.cookies.is_empty());
    assert!(!is_signed_in(&ann.visitor.get("/account").await));
    assert!(!is_signed_in(&thief.clone().get("/account").await));
    assert!(is_signed_in(&phone.get("/account").await));
    let ended =
        "select count(*) from audit where event = 'session.ended' and person_id is not null";
    assert_eq!(stage.number(ended).await, 1);
    assert!(stage.person_of(&ann.key).await.is_some());
}

#[tokio::test]
async fn signing_in_anew_ends_the_browsers_earlier_session() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let before = ann.visitor.clone();
    let page = stage
        .sign_in(&mut ann.visitor, &Stage::account("bea", "Bea"))
        .await;
    assert_eq!(page.text_of("#account"), "Bea");
    assert!(!is_signed_in(&before.clone().get("/account").await));
    assert_eq!(stage.count("sessions").await, 1);
}

#[tokio::test]
async fn a_sign_in_cannot_be_finished_in_another_browser() {
    let stage = Stage::on_https().await;
    let mut attacker = stage.visitor();
    let away = attacker.send("POST", "/account/login", &[]).await;
    let back = stage
        .spotify
        .agree(away.header("location"), &Stage::account("eve", "Eve"));
    let mut victim = stage.visitor();
    let page = victim.follow(&back).await;
    assert_eq!(page.status, 403);
    assert_eq!(page.text_of("h1"), "This login belongs to another browser");
    assert_eq!(
        page.attributes_of("main a.button", "href"),
        ["/account"],
        "back to where it began"
    );
    assert!(victim.cookies.is_empty());
    assert_eq!(stage.count("sessions").await, 0);
}

#[tokio::test]
async fn a_login_for_keys_signs_nobody_in() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    stage
        .connect(&mut visitor, &Stage::account("ann", "Ann"))
        .await;
    assert!(visitor.cookies.is_empty());
    assert_eq!(stage.count("sessions").await, 0);
}

#[tokio::test]
async fn a_session_opens_the_account_page_and_no_other_door() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let value = ann.visitor.cookies["__Host-session"].clone();
    let bearer = format!("Bearer {value}");
    for headers in [vec![], vec![("authorization", bearer.as_str())]] {
        let page = ann.visitor.send("GET", "/auth/status", &headers).await;
        assert_eq!(page.status, 401);
    }
}

#[tokio::test]
async fn without_a_database_nobody_is_called_signed_out() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    stage.web.db.close().await;
    let asked = [
        ("GET", "/account"),
        ("GET", "/account/delete"),
        ("POST", "/account/login"),
        ("POST", "/account/reconnect"),
        ("POST", "/account/sign-out"),
        ("POST", "/account/delete"),
    ];
    for (method, path) in asked {
        let page = ann.visitor.send(method, path, &[]).await;
        assert_eq!(page.status, 503, "{method} {path}");
        assert_eq!(page.text_of("h1"), "Your account cannot be shown just now");
        assert!(page.set_cookies().is_empty(), "{method} {path}");
    }
}

/// The answer with which a session begins, in `visitor`'s browser.
async fn begun(stage: &Stage, visitor: &mut crate::web::visitor::Visitor) -> Page {
    let away = visitor.send("POST", "/account/login", &[]).await;
    let back = stage
        .spotify
        .agree(away.header("location"), &Stage::account("ann", "Ann"));
    let page = visitor.follow(&back).await;
    assert_eq!(page.status, 303, "{}", page.text);
    page
}

fn session_cookies(page: &Page) -> Vec<String> {
    let mut cookies = page.set_cookies();
    cookies.retain(|cookie| cookie.contains("session="));
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    cookies
}
