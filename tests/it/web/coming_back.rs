//! Coming back from Spotify with a yes: the page with the keys, whose login it is, and that it works once.

use auxcord::crypto::{ApiKey, KeyKind};
use serde_json::{Value, json};
use url::Url;

use super::{spotify::query, stage::Stage, visitor::path};

#[tokio::test]
async fn a_login_ends_with_an_api_key_and_a_connector_url_that_both_work() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let page = stage
        .connect(&mut visitor, &Stage::account("ann", "Ann"))
        .await;
    assert_eq!(page.text_of("h1"), "Connected");
    assert_eq!(page.text_of("#account"), "Ann");

    let key = page.text_of("#api-key");
    let url = page.text_of("#connector-url");
    let link = url
        .strip_prefix("https://music.example/claude-mcp?token=")
        .unwrap();
    assert_eq!(ApiKey::parse(&key).unwrap().kind(), KeyKind::Api);
    assert_eq!(ApiKey::parse(link).unwrap().kind(), KeyKind::Link);
    let person = stage.person_of(&key).await;
    assert!(person.is_some());
    assert_eq!(stage.person_of(link).await, person);

    let labels = "select count(*) from api_keys where label = 'login 2026-11-20'";
    assert_eq!(stage.number(labels).await, 2);
}

#[tokio::test]
async fn the_page_with_the_keys_stays_where_it_is_and_ends_the_cookie() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let page = stage
        .connect(&mut visitor, &Stage::account("ann", "Ann"))
        .await;
    assert_eq!(page.header("location"), "");
    assert_eq!(page.header("cache-control"), "no-store");
    let gone = page.set_cookies().remove(0);
    assert!(gone.starts_with("__Host-s_") && gone.contains("Secure") && gone.contains("Max-Age=0"));
    assert!(visitor.cookies.is_empty());
}

#[tokio::test]
async fn every_program_gets_settings_in_its_own_shape() {
    let stage = Stage::on_https().await;
    let page = stage
        .connect(&mut stage.visitor(), &Stage::account("ann", "Ann"))
        .await;
    let (key, url) = (page.text_of("#api-key"), page.text_of("#connector-url"));
    let names = page.texts_of("summary");
    let (plain, keyed) = (
        page.texts_of("details pre.by-address"),
        page.texts_of("details pre.by-key"),
    );
    assert_eq!((names.len(), names.len()), (plain.len(), keyed.len()));
    let texts_of = |name: &str| {
        let at = names.iter().position(|one| one.starts_with(name)).unwrap();
        [plain[at].clone(), keyed[at].clone()]
    };
    let json_of =
        |name: &str| texts_of(name).map(|text| serde_json::from_str::<Value>(&text).unwrap());
    let headers = json!({ "Authorization": format!("Bearer {key}") });
    let mcp = "https://music.example/mcp";

    for name in ["Claude (web", "ChatGPT"] {
        assert_eq!(texts_of(name), [mcp, url.as_str()], "{name}");
    }
    let add = format!("claude mcp add --transport http --scope user auxcord {mcp}");
    let keyed_add = format!("{add} --header \"Authorization: Bearer {key}\"");
    assert_eq!(texts_of("Claude Code"), [add, keyed_add]);
    for (name, list, server) in [
        ("Cursor", "mcpServers", json!({ "url": mcp })),
        ("VS Code", "servers", json!({ "type": "http", "url": mcp })),
    ] {
        let mut keyed = server.clone();
        keyed["headers"] = headers.clone();
        let [by_address, by_key] = json_of(name);
        assert_eq!(by_address, json!({ list: { "auxcord": server } }));
        assert_eq!(by_key, json!({ list: { "auxcord": keyed } }));
    }
    let [by_address, by_key] =
        json_of("Claude Desktop").map(|file| file["mcpServers"]["auxcord"].clone());
    assert_eq!(
        by_address,
        json!({ "command": "npx", "args": ["-y", "mcp-remote", mcp] })
    );
    assert_eq!(by_key["args"][2], mcp);
    assert_eq!(by_key["env"]["AUXCORD_BEARER"], format!("Bearer {key}"));
    let yaml = format!("mcpServers: auxcord: type: streamable-http url: \"{mcp}\"");
    assert_eq!(
        texts_of("LibreChat"),
        [
            format!("{yaml} requiresOAuth: true"),
            format!("{yaml} headers: Authorization: \"Bearer {key}\" requiresOAuth: false"),
        ]
    );
    for text in &plain {
        assert!(!text.contains(&key) && !text.contains("token="), "{text}");
    }
}

#[tokio::test]
async fn the_page_says_when_spotify_asks_again_and_how_to_leave() {
    let stage = Stage::on_https().await;
    let page = stage
        .connect(&mut stage.visitor(), &Stage::account("ann", "Ann"))
        .await;
    let later = page.text_of("section[aria-labelledby=later]");
    assert!(later.contains("20 May 2027"), "{later}");
    assert!(later.contains("https://music.example/auth/revoke"));
    let links = page.attributes_of("main a", "href");
    assert!(links.contains(&"https://www.spotify.com/account/apps/".to_owned()));
}

#[tokio::test]
async fn markup_in_a_display_name_is_shown_and_not_run() {
    let stage = Stage::on_http().await;
    let name = "<script>alert('x')</script><b>\"Ann\" & Bob</b>";
    let page = stage
        .connect(&mut stage.visitor(), &Stage::account("ann", name))
        .await;
    assert_eq!(page.text_of("#account"), name);
    assert!(page.texts_of("script, #account b").is_empty());
}

#[tokio::test]
async fn an_account_without_a_name_can_be_connected() {
    let stage = Stage::on_http().await;
    let account = json!({ "account_id": "a", "id": "ann", "display_name": null });
    let page = stage.connect(&mut stage.visitor(), &account).await;
    assert!(stage.person_of(&page.text_of("#api-key")).await.is_some());
}

#[tokio::test]
async fn two_tabs_of_one_browser_are_two_logins_that_end_in_any_order() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let (first, second) = (visitor.leave().await, visitor.leave().await);
    for (away, name) in [(second, "Bea"), (first, "Ann")] {
        let back = stage.spotify.agree(&away, &Stage::account(name, name));
        let page = visitor.follow(&back).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text_of("#account"), name);
    }
    assert_eq!(stage.count("people").await, 2);
}

#[tokio::test]
async fn a_replayed_callback_is_refused_and_asks_spotify_nothing() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let away = visitor.leave().await;
    let cookies = visitor.cookies.clone();
    let back = stage.spotify.agree(&away, &Stage::account("ann", "Ann"));
    let key = visitor.follow(&back).await.text_of("#api-key");
    // With the cookie that the browser has dropped, and without.
    for cookies in [cookies, visitor.cookies.clone()] {
        visitor.cookies = cookies;
        let page = visitor.follow(&back).await;
        assert_eq!(page.status, 400);
        assert_eq!(page.text_of("h1"), "This login was already used");
    }
    assert_eq!(stage.spotify.token_requests(), 1);
    assert!(
        stage.person_of(&key).await.is_some(),
        "the first time still stands"
    );
}

#[tokio::test]
async fn of_two_callbacks_at_once_exactly_one_connects() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let away = visitor.leave().await;
    let back = stage.spotify.agree(&away, &Stage::account("ann", "Ann"));
    let mut twin = visitor.clone();
    let (one, other) = tokio::join!(visitor.follow(&back), twin.follow(&back));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    assert_eq!(stage.spotify.token_requests(), 1);
    assert_eq!(stage.count("api_keys").await, 2);
}

#[tokio::test]
async fn another_browser_cannot_finish_a_login_and_the_right_one_still_can() {
    let stage = Stage::on_https().await;
    let (mut right, mut wrong, mut bare) = (stage.visitor(), stage.visitor(), stage.visitor());
    let back = stage
        .spotify
        .agree(&right.leave().await, &Stage::account("ann", "Ann"));
    wrong.leave().await;
    // The other browser's own cookie, under the name of this login.
    let mut forger = stage.visitor();
    let value = wrong.cookies.values().next().unwrap().clone();
    forger.cookies = right
        .cookies
        .keys()
        .map(|name| (name.clone(), value.clone()))
        .collect();

    for visitor in [&mut wrong, &mut bare, &mut forger] {
        let page = visitor.follow(&back).await;
        assert_eq!(page.status, 403);
        assert_eq!(page.text_of("h1"), "This login belongs to another browser");
        assert_eq!(page.header("location"), "");
    }
    assert_eq!(stage.spotify.token_requests(), 0);
    assert_eq!(right.follow(&back).await.status, 200);
}

#[tokio::test]
async fn the_code_is_redeemed_only_with_the_verifier_of_its_challenge() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let (mine, other) = (visitor.leave().await, visitor.leave().await);
    // Somebody else's code in this browser's login: Spotify holds it to another challenge.
    let stolen = query(&stage.spotify.agree(&other, &Stage::account("eve", "Eve")));
    let asked = query(&Url::parse(&mine).unwrap());
    let back = format!(
        "/auth/callback?code={}&state={}",
        stolen["code"], asked["state"]
    );
    let page = visitor.get(&back).await;
    assert_eq!(page.status, 400);
    assert_eq!(page.text_of("h1"), "Spotify did not accept the login");
    assert_eq!(stage.spotify.token_requests(), 1);
    assert_eq!(stage.count("people").await, 0);
}

#[tokio::test]
async fn looking_at_the_callback_ahead_of_the_visit_does_not_spend_the_login() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    let back = stage
        .spotify
        .agree(&visitor.leave().await, &Stage::account("ann", "Ann"));
    assert_eq!(visitor.send("HEAD", &path(&back), &[]).await.status, 405);
    let prefetch = [("sec-purpose", "prefetch;prerender")];
    assert_eq!(
        visitor.send("GET", &path(&back), &prefetch).await.status,
        503
    );
    assert_eq!(visitor.follow(&back).await.status, 200);
}
