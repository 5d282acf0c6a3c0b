//! Deleting everything: asked once more, then nothing here leads back to the person.

use super::{CLAUDE, DELETE, is_signed_in, plant, resident};
use crate::web::stage::Stage;

#[tokio::test]
async fn deleting_is_asked_once_more_and_asking_deletes_nothing() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    plant(&stage, ann.person, &CLAUDE, ["music:read", ""]).await;
    let page = ann.visitor.get("/account").await;
    assert!(
        page.attributes_of("main a", "href")
            .contains(&DELETE.to_owned())
    );
    let page = ann.visitor.get(DELETE).await;
    assert_eq!(page.text_of("#account"), "Ann");
    let main = page.text_of("main");
    assert!(main.contains("1 assistant and 2 keys"), "{main}");
    assert_eq!(page.attributes_of("form", "action"), [DELETE]);
    assert_eq!(page.attributes_of("form", "method"), ["post"]);
    assert_eq!(page.attributes_of("form a", "href"), ["/account"]);
    assert_eq!(stage.count("people").await, 1);
}

#[tokio::test]
async fn deleting_leaves_nothing_that_names_the_person() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let mut phone = stage.visitor();
    stage.sign_in(&mut phone, &ann.account).await;
    let planted = plant(&stage, ann.person, &CLAUDE, ["music:read", ""]).await;
    let ended = plant(&stage, ann.person, &CLAUDE, ["music:read", ""]).await;
    ann.visitor.send("POST", &ended.end(), &[]).await;
    let mut bea = resident(&stage, "Bea").await;
    stage.trust();
    assert!(planted.works(&stage).await);

    let page = ann.visitor.send("POST", DELETE, &[]).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.text_of("h1"), "Deleted");
    let links = page.attributes_of("main a", "href");
    assert_eq!(links, ["https://www.spotify.com/account/apps/"]);
    assert!(ann.visitor.cookies.is_empty());

    stage.trust();
    assert!(!planted.works(&stage).await);
    assert_eq!(stage.person_of(&ann.key).await, None);
    assert!(!is_signed_in(&phone.get("/account").await));
    for gone in [
        ann.person.to_string(),
        "account-of-ann".to_owned(),
        "Ann".to_owned(),
    ] {
        assert_eq!(stage.places_of(&gone).await, Vec::<String>::new(), "{gone}");
    }
    for id in [planted.id.to_string(), ended.id.to_string()] {
        let places = stage.places_of(&id).await;
        assert_eq!(places, ["revocations.grant_id"], "only what tells replicas");
    }
    let farewell = "select count(*) from audit where event = 'account.deleted'";
    assert_eq!(stage.number(farewell).await, 1);

    let page = bea.visitor.get("/account").await;
    assert_eq!(page.texts_of(".key").len(), 2, "nobody else is concerned");
    let again = ann.visitor.send("POST", DELETE, &[]).await;
    assert_eq!(again.status, 303, "signed out");
}
