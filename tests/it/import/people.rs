//! People with their links and keys: they come over, what stands in their clients goes on working, and a second run
//! changes nothing.

use serde_json::{Value, json};

use super::{Stage, User, opened_by, opened_by_key};
use crate::harness::{app::CLIENT_ID, sql::Hand};

#[tokio::test]
async fn everybody_comes_over_and_the_keys_in_their_clients_go_on_working() {
    let mut stage = Stage::new().await;
    let cards: Vec<_> = (0..4).map(|number| stage.person(number)).collect();
    let mut users: Vec<User> = cards.iter().map(|card| stage.user(card)).collect();
    users[1] = users[1].clone().expired();
    users[2].scope = None;
    for user in &users {
        stage.old.add(user).await;
    }
    let before = stage.old.content().await;
    let server = stage.serve().await;
    for user in &users {
        assert_eq!(opened_by(&server, &user.api_key).await, None);
    }
    let report = stage.report(&[], 0).await;
    for (card, user) in cards.iter().zip(&users) {
        assert_eq!(
            report.of(&card.id),
            ["imported", "active", "imported"],
            "{report:?}"
        );
        let opened = opened_by(&server, &user.api_key).await;
        assert_eq!(
            opened.as_deref(),
            Some(&*card.id),
            "each key opens its own account"
        );
    }
    assert_eq!(
        stage.old.content().await,
        before,
        "the other database is only read"
    );

    let shown = stage
        .program()
        .run(&["users", "export", &cards[0].id])
        .await;
    let export: Value = serde_json::from_str(shown.printed()).unwrap();
    assert_eq!(export["account_id"], cards[0].account_id);
    assert_eq!(export["display_name"], cards[0].display_name);
    assert_eq!(export["link"], "active");
    assert_eq!(
        export["scopes"],
        json!(["user-read-private", "user-library-read"])
    );
    let written = |name: &str| export[name].as_str().unwrap()[..16].to_owned();
    assert_eq!(
        written("authorized_at"),
        written("created_at"),
        "of the tokens' row"
    );
    assert!(
        export["events"].to_string().contains("account.imported"),
        "{export}"
    );
    assert!(!shown.out.contains(&users[0].api_key), "{shown:?}");

    // Spotify tells the permissions with the renewal that was needed to learn them.
    let shown = stage.program().run(&["users", "show", &cards[2].id]).await;
    assert!(
        shown.printed().contains("playlist-modify-private"),
        "{shown:?}"
    );
}

#[tokio::test]
async fn a_second_run_changes_nothing_and_asks_spotify_nothing() {
    let mut stage = Stage::new().await;
    for number in 0..3 {
        let user = stage.user(&stage.person(number));
        stage.old.add(&user).await;
    }
    stage.report(&[], 0).await;
    let dump = stage.ground.database.dump().await;
    stage.ground.spotify.reset_calls();
    let report = stage.report(&[], 0).await;
    assert_eq!(report.0["counts"], json!({ "unchanged": 3 }));
    assert_eq!(stage.ground.spotify.calls().len(), 0);
    assert!(
        dump == stage.ground.database.dump().await,
        "nothing was written"
    );
}

#[tokio::test]
async fn an_imported_key_is_listed_everywhere_as_to_be_replaced() {
    let mut stage = Stage::new().await;
    let card = stage.person(0);
    let user = stage.user(&card);
    stage.old.add(&user).await;
    stage.report(&[], 0).await;
    for command in [
        &["keys", "list"][..],
        &["users", "show", &card.id],
        &["users", "export", &card.id],
    ] {
        let listed = stage.program().run(command).await;
        let listed = listed.printed();
        assert!(
            listed.contains("replace me") && listed.contains("imported"),
            "{listed}"
        );
        assert!(!listed.contains(&user.api_key), "{listed}");
    }
    let everybody = stage.program().run(&["users", "list"]).await;
    assert!(
        everybody.printed().contains("1 (1 to replace)"),
        "{everybody:?}"
    );
    let server = stage.serve().await;
    let browser = server.browser();
    let begun = browser.press("/account/login").await;
    let fields = [("person", &*card.id), ("decision", "approve")];
    let back = browser.answer(&begun.location(), &fields).await;
    browser.visit(&back).await;
    let page = browser.get("/account").await;
    assert!(page.text.contains("replace me"), "{}", page.text);
    assert!(
        page.text.contains("API key and connector URL"),
        "{}",
        page.text
    );
    assert!(!page.text.contains(&user.api_key));
}

#[tokio::test]
async fn neither_key_nor_token_stands_in_the_database_or_on_the_screen() {
    let mut stage = Stage::new().await;
    let user = stage.user(&stage.person(0));
    let expired = stage.user(&stage.person(1)).expired();
    for user in [&user, &expired] {
        stage.old.add(user).await;
    }
    let ended = stage.import(&[]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let dump = stage.ground.database.dump().await;
    let dump = String::from_utf8_lossy(&dump);
    let mut secrets: Vec<String> = vec![stage.old.key.clone()];
    for user in [user, expired] {
        secrets.extend([user.api_key, user.user_id]);
    }
    let issued = stage.ground.spotify.issued();
    secrets.extend(issued.into_iter().map(|(_, secret)| secret));
    for secret in secrets {
        assert!(!dump.contains(&secret), "{secret} is in the database");
        assert!(
            !ended.out.contains(&secret) && !ended.err.contains(&secret),
            "{ended:?}"
        );
    }
}

#[tokio::test]
async fn who_connected_here_meanwhile_keeps_the_newer_link_and_gets_the_old_key() {
    let mut stage = Stage::new().await;
    let card = stage.person(0);
    let user = stage.user(&card);
    stage.old.add(&user).await;
    let server = stage.serve().await;
    let connected = stage.ground.connect(&server, &card.id).await;
    let links = "select id from spotify_links";
    let before = stage.ground.database.texts(links).await;
    let report = stage.report(&[], 0).await;
    assert_eq!(report.of(&card.id), ["imported", "kept_newer", "imported"]);
    assert_eq!(stage.ground.database.texts(links).await, before);
    for key in [&user.api_key, &connected.key] {
        assert_eq!(opened_by_key(&server, key).await, card.id);
    }
}

#[tokio::test]
async fn a_link_that_has_ended_here_gives_way_to_one_that_works() {
    let mut stage = Stage::new().await;
    let card = stage.person(0);
    let user = stage.user(&card);
    stage.old.add(&user).await;
    let server = stage.serve().await;
    let connected = stage.ground.connect(&server, &card.id).await;
    let mut hand = Hand::on(&stage.ground.database).await;
    hand.execute(
        "update spotify_links set status = 'suspended', suspended_reason = 'invalid_grant'",
    )
    .await;
    let report = stage.report(&[], 0).await;
    assert_eq!(report.of(&card.id), ["imported", "active", "imported"]);
    for key in [&user.api_key, &connected.key] {
        let client = server.client(key);
        crate::harness::until("the link works again", async || {
            let call = json!({ "name": "search", "arguments": { "query": "night" } });
            let found = client.rpc(1, "tools/call", call).await;
            found.body["result"]["isError"] != true
        })
        .await;
    }
}

#[tokio::test]
async fn an_ended_key_and_a_deleted_person_do_not_come_back() {
    let mut stage = Stage::new().await;
    let (kept, leaving) = (stage.person(0), stage.person(1));
    let users = [stage.user(&kept), stage.user(&leaving)];
    for user in &users {
        stage.old.add(user).await;
    }
    stage.report(&[], 0).await;
    let ids = format!(
        "select k.id from api_keys k join people p on p.id = k.person_id where p.spotify_id = '{}'",
        kept.id
    );
    let key = stage.ground.database.texts(&ids).await.remove(0);
    stage
        .program()
        .run(&["keys", "revoke", &key])
        .await
        .printed();
    stage
        .program()
        .run(&["users", "delete", &leaving.id])
        .await
        .printed();
    let report = stage.report(&[], 0).await;
    assert_eq!(report.0["counts"], json!({ "unchanged": 2 }));
    let server = stage.serve().await;
    for user in &users {
        assert_eq!(opened_by(&server, &user.api_key).await, None);
    }
    let mut hand = Hand::on(&stage.ground.database).await;
    assert!(hand.places_of(&leaving.id).await.is_empty());
}

#[tokio::test]
async fn a_renewed_link_goes_on_with_the_refresh_token_that_is_good_now() {
    let setup = crate::harness::Setup::default().rotating(auxcord::sandbox::Rotation::Always);
    let mut stage = Stage::with(setup).await;
    let card = stage.person(0);
    let user = stage.user(&card).expired();
    stage.old.add(&user).await;
    stage.report(&[], 0).await;
    let server = stage.serve().await;
    stage.ground.spotify.expire(Some(&card.id));
    assert_eq!(opened_by_key(&server, &user.api_key).await, card.id);
    // Its token has ended at Spotify, so that the first real call renews the link.
    let client = server.client(&user.api_key);
    let found = client.done("search", json!({ "query": "night" })).await;
    assert!(found.to_string().contains("open.spotify.com"));
    assert_eq!(
        stage.ground.spotify.count("POST /api/token"),
        2,
        "{CLIENT_ID}"
    );
}
