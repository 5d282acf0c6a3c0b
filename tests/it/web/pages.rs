//! The pages that lead to a login: what they say, what browsers are told with them, and that looking does nothing.

use auxcord::auth::{Scope, Scopes};

use super::{stage::Stage, visitor::Page};

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

#[tokio::test]
async fn the_home_page_says_what_this_is_and_tells_the_address_before_the_key() {
    let stage = Stage::on_http().await;
    let home = stage.visitor().get("/").await;
    assert_eq!(home.status, 200);
    assert_eq!(home.text_of("#mcp-url"), "http://127.0.0.1:8001/mcp");
    assert_eq!(home.attributes_of("main a.button", "href"), ["/auth/login"]);
    assert!(home.text_of("footer").contains("not affiliated with"));
    let text = home.text_of("main");
    let (address, key) = (text.find("Paste this address"), text.find("Get a key"));
    assert!(address.unwrap() < key.unwrap(), "the address comes first");
}

#[tokio::test]
async fn the_login_page_names_every_permission_in_words_and_has_one_button() {
    let stage = Stage::on_http().await;
    let page = stage.visitor().get("/auth/login").await;
    let wanted: Vec<&str> = Scopes::all().iter().map(Scope::words).collect();
    assert_eq!(
        page.texts_of("section[aria-labelledby=permissions] li"),
        wanted
    );
    assert_eq!(page.attributes_of("form", "method"), ["post"]);
    assert_eq!(page.attributes_of("form", "action"), ["/auth/login"]);
    assert_eq!(page.attributes_of("button, input", "type"), ["submit"]);
    assert!(page.text_of("main").contains("What is kept"));
    assert!(page.text_of("main").contains("How to leave"));
}

#[tokio::test]
async fn pages_are_readable_on_a_phone_and_by_a_screen_reader_and_have_no_script() {
    let stage = Stage::on_http().await;
    let mut visitor = stage.visitor();
    let connected = stage
        .connect(&mut visitor, &Stage::account("ann", "Ann"))
        .await;
    let mut pages = vec![visitor.get("/account").await];
    stage
        .sign_in(&mut visitor, &Stage::account("ann", "Ann"))
        .await;
    for path in [
        "/",
        "/auth/login",
        "/auth/callback",
        "/account",
        "/account/delete",
        "/privacy",
        "/terms",
    ] {
        pages.push(visitor.get(path).await);
    }
    pages.push(connected);
    for page in pages {
        assert_eq!(page.attributes_of("html", "lang"), ["en"]);
        assert_eq!(
            page.attributes_of("meta[name=viewport]", "content"),
            ["width=device-width, initial-scale=1"]
        );
        assert_eq!(page.texts_of("h1").len(), 1);
        assert_eq!(page.texts_of("header, main, footer").len(), 3);
        assert_eq!(page.texts_of("script, style, [style], [onclick]").len(), 0);
        for named in page.attributes_of("[aria-labelledby]", "aria-labelledby") {
            assert_eq!(page.texts_of(&format!("#{named}")).len(), 1, "{named}");
        }
        assert!(
            !page.text.contains('!') || page.text.matches('!').count() == 1,
            "only the doctype"
        );
    }
}

#[tokio::test]
async fn every_page_tells_browsers_to_be_careful() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let mut pages = vec![
        visitor.get("/").await,
        visitor.get("/auth/login").await,
        visitor.get("/auth/callback?state=unknown&code=x").await,
        visitor
            .send("POST", "/auth/login", &[("sec-fetch-site", "cross-site")])
            .await,
        visitor.press().await,
    ];
    pages.push(
        stage
            .connect(&mut visitor, &Stage::account("ann", "Ann"))
            .await,
    );
    pages.push(visitor.get("/account").await);
    pages.push(
        stage
            .sign_in(&mut visitor, &Stage::account("ann", "Ann"))
            .await,
    );
    for path in ["/account/delete", "/privacy", "/terms"] {
        pages.push(visitor.get(path).await);
    }
    for path in [
        "/account/keys/x/end",
        "/account/sign-out",
        "/account/delete",
    ] {
        pages.push(visitor.send("POST", path, &[]).await);
    }
    for page in pages {
        let headers = [
            ("content-security-policy", POLICY),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
        ];
        for (name, value) in headers {
            assert_eq!(page.header(name), value, "{name} of a {}", page.status);
        }
    }
}

#[tokio::test]
async fn a_server_on_ones_own_machine_does_not_ask_for_https() {
    let stage = Stage::on_http().await;
    let home = stage.visitor().get("/").await;
    assert_eq!(home.header("strict-transport-security"), "");
}

#[tokio::test]
async fn the_stylesheet_and_the_icon_are_where_the_pages_say_and_stay_there() {
    let stage = Stage::on_http().await;
    let mut visitor = stage.visitor();
    let home = visitor.get("/").await;
    let kinds = [
        ("link[rel=stylesheet]", "text/css; charset=utf-8"),
        ("link[rel=icon]", "image/svg+xml"),
    ];
    for (selector, kind) in kinds {
        let at = home.attributes_of(selector, "href").remove(0);
        let asset = visitor.get(&at).await;
        assert_eq!(asset.status, 200);
        assert_eq!(asset.header("content-type"), kind);
        assert_eq!(asset.header("x-content-type-options"), "nosniff");
        assert!(asset.header("cache-control").ends_with("immutable"));
        assert!(!asset.text.is_empty());
    }
}

#[tokio::test]
async fn looking_ahead_of_a_visit_begins_nothing() {
    let stage = Stage::on_http().await;
    let mut visitor = stage.visitor();
    let looks: Vec<Page> = vec![
        visitor.send("HEAD", "/auth/login", &[]).await,
        visitor.send("HEAD", "/", &[]).await,
        visitor
            .send("GET", "/auth/login", &[("sec-purpose", "prefetch")])
            .await,
        visitor.get("/auth/login").await,
    ];
    for look in looks {
        assert_eq!(look.status, 200);
        assert!(look.set_cookies().is_empty());
    }
    assert_eq!(stage.count("flows").await, 0);
}

#[tokio::test]
async fn the_five_seats_are_announced_before_anybody_connects() {
    let stage = Stage::on_http().await;
    for path in ["/", "/auth/login"] {
        assert_eq!(
            stage.visitor().get(path).await.text_of("#seats"),
            "Five seats"
        );
    }
}
