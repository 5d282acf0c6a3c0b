//! Who comes out of a login: the person of that Spotify account and nobody else, with at most twenty keys.

use std::{collections::BTreeSet, time::Duration};

use futures::future::join_all;
use serde_json::json;

use super::stage::Stage;

/// How many keys were ever used.
const USED: &str = "select count(*) from api_keys where last_used_at is not null";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_logins_at_once_are_twenty_people() {
    let stage = Stage::on_https().await;
    let stage = &stage;
    let logins = (0..20).map(async |number| {
        let name = format!("Person {number}");
        let account = Stage::account(&format!("person{number}"), &name);
        let page = stage.connect(&mut stage.visitor(), &account).await;
        assert_eq!(page.text_of("#account"), name);
        let key = page.text_of("#api-key");
        let person = stage.person_of(&key).await.unwrap();
        let row = stage.web.db.find_person(person).await.unwrap().unwrap();
        assert_eq!(row.display_name.as_deref(), Some(name.as_str()));
        person
    });
    let people: BTreeSet<_> = join_all(logins).await.into_iter().collect();
    assert_eq!(people.len(), 20);
    assert_eq!(stage.count("people").await, 20);
    assert_eq!(stage.count("spotify_links").await, 20);
}

#[tokio::test]
async fn the_same_account_twice_is_one_person_with_a_second_key() {
    let stage = Stage::on_https().await;
    let account = Stage::account("ann", "Ann");
    let (first, second) = (stage.key_of(&account).await, stage.key_of(&account).await);
    assert_ne!(first, second);
    let person = stage.person_of(&first).await;
    assert!(person.is_some(), "the earlier key stays valid");
    assert_eq!(stage.person_of(&second).await, person);
    assert_eq!(stage.count("people").await, 1);
    assert_eq!(stage.count("spotify_links").await, 1);
    assert_eq!(stage.count("api_keys").await, 4);
}

#[tokio::test]
async fn an_account_is_known_by_its_account_id_before_its_id() {
    let stage = Stage::on_https().await;
    let renamed =
        json!({ "account_id": "account-of-ann", "id": "ann.renamed", "display_name": "Ann" });
    let taken = json!({ "account_id": "account-of-eve", "id": "ann", "display_name": "Eve" });
    let ann = stage
        .person_of(&stage.key_of(&Stage::account("ann", "Ann")).await)
        .await;
    assert_eq!(stage.person_of(&stage.key_of(&renamed).await).await, ann);
    assert_ne!(stage.person_of(&stage.key_of(&taken).await).await, ann);
    assert_eq!(stage.count("people").await, 2);
}

#[tokio::test]
async fn without_an_account_id_the_id_decides() {
    let stage = Stage::on_https().await;
    let account = json!({ "id": "ann", "display_name": "Ann" });
    let ann = stage.person_of(&stage.key_of(&account).await).await;
    assert_eq!(stage.person_of(&stage.key_of(&account).await).await, ann);
    assert_eq!(stage.count("people").await, 1);
}

#[tokio::test]
async fn of_twenty_one_logins_the_keys_of_the_last_ten_are_left() {
    let stage = Stage::on_https().await;
    let account = Stage::account("ann", "Ann");
    let mut keys = Vec::new();
    for number in 1..=21 {
        let page = stage.connect(&mut stage.visitor(), &account).await;
        let told = page
            .text
            .contains("of the oldest that were not used lately");
        assert_eq!(told, number > 10, "login {number}");
        keys.push(page.text_of("#api-key"));
        stage.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(stage.count("api_keys").await, 20);
    for (number, key) in keys.iter().enumerate() {
        let stands = stage.person_of(key).await.is_some();
        assert_eq!(stands, number >= 11, "the key of login {}", number + 1);
    }
}

#[tokio::test]
async fn a_key_that_had_to_go_is_refused_at_once_even_where_it_was_remembered() {
    let stage = Stage::on_https().await;
    let account = Stage::account("ann", "Ann");
    let mut first = None;
    for number in 1..=10 {
        let page = stage.connect(&mut stage.visitor(), &account).await;
        let url = page.text_of("#connector-url");
        let keys = [
            page.text_of("#api-key"),
            url.rsplit('=').next().unwrap().to_owned(),
        ];
        for key in &keys {
            assert!(stage.person_of(key).await.is_some());
        }
        // Uses are noted beside the requests.
        while stage.number(USED).await < 2 * number {
            tokio::task::yield_now().await;
        }
        first.get_or_insert(keys);
        stage.clock.advance(Duration::from_secs(1));
    }
    stage.key_of(&account).await;
    assert_eq!(stage.count("api_keys").await, 20);
    stage.trust();
    for key in first.unwrap() {
        assert_eq!(stage.person_of(&key).await, None);
    }
}
