//! Ending a client or a key: at once, only by its owner, only from our own page, and told to every replica.

use auxcord::{
    crypto::random_bytes,
    store::{GrantId, KeyId},
};

use super::{CLAUDE, DELETE, Planted, Resident, SIGN_OUT, is_signed_in, plant, resident};
use crate::web::stage::Stage;

/// Every form of the account page that changes something, with a client and a key to end.
async fn forms(stage: &Stage, owner: &Resident, planted: &Planted) -> Vec<String> {
    let keys = stage.web.db.list_keys(Some(owner.person)).await.unwrap();
    let mut forms: Vec<String> = keys
        .iter()
        .map(|key| format!("/account/keys/{}/end", key.id))
        .collect();
    forms.push(planted.end());
    let others = [DELETE, SIGN_OUT, "/account/reconnect", "/account/keys"];
    forms.extend(others.map(str::to_owned));
    forms
}

/// All that a form could change.
async fn state(stage: &Stage) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["people", "api_keys", "sessions", "flows", "revocations"] {
        counts.push(stage.count(table).await);
    }
    let active = "select count(*) from grants where status = 'active'";
    counts.push(stage.number(active).await);
    counts
}

#[tokio::test]
async fn a_client_that_is_ended_is_shut_out_at_once_and_replicas_are_told() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let planted = plant(&stage, ann.person, &CLAUDE, ["music:read", ""]).await;
    stage.trust();
    assert!(planted.works(&stage).await, "and is remembered from now on");

    let page = ann.visitor.get("/account").await;
    let forms = page.attributes_of(".client form", "action");
    assert_eq!(forms, [planted.end()]);
    let page = ann.visitor.send("POST", &forms[0], &[]).await;
    assert_eq!((page.status, page.header("location")), (303, "/account"));

    assert!(!planted.works(&stage).await);
    assert_eq!(planted.status(&stage).await, "revoked");
    let told = format!(
        "select count(*) from revocations where grant_id = '{}'",
        planted.id
    );
    assert_eq!(stage.number(&told).await, 1);
    let audited = format!(
        "select count(*) from audit where event = 'oauth.grant_revoked' and detail = 'person' \
         and grant_id = '{}' and person_id = '{}' and client_ref is not null",
        planted.id, ann.person
    );
    assert_eq!(stage.number(&audited).await, 1);
    let page = ann.visitor.get("/account").await;
    assert!(page.texts_of(".client").is_empty());

    let page = ann.visitor.send("POST", &planted.end(), &[]).await;
    assert_eq!(page.status, 404, "it was ended before");
    assert_eq!(stage.number(&audited).await, 1);
}

#[tokio::test]
async fn a_key_that_is_ended_opens_nothing_from_then_on() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    stage.trust();
    assert!(stage.person_of(&ann.key).await.is_some());
    let page = ann.visitor.get("/account").await;
    for form in page.attributes_of(".key form", "action") {
        let page = ann.visitor.send("POST", &form, &[]).await;
        assert_eq!((page.status, page.header("location")), (303, "/account"));
    }
    assert_eq!(stage.person_of(&ann.key).await, None);
    let page = ann.visitor.get("/account").await;
    assert!(is_signed_in(&page));
    assert!(page.texts_of(".key").is_empty());
    let audited = "select count(*) from audit where event = 'key.revoked' and detail = 'person'";
    assert_eq!(stage.number(audited).await, 2);
}

#[tokio::test]
async fn another_persons_client_or_key_is_as_if_there_were_none() {
    let stage = Stage::on_https().await;
    let ann = resident(&stage, "Ann").await;
    let planted = plant(&stage, ann.person, &CLAUDE, ["music:read", ""]).await;
    let keys = stage.web.db.list_keys(Some(ann.person)).await.unwrap();
    let mut bea = resident(&stage, "Bea").await;
    let before = state(&stage).await;

    let now = stage.clock.now();
    let unknown = bea
        .visitor
        .send(
            "POST",
            &format!("/account/grants/{}/end", GrantId::new(now, random_bytes())),
            &[],
        )
        .await;
    assert_eq!(unknown.status, 404);
    let others = [
        planted.end(),
        format!("/account/keys/{}/end", keys[0].id),
        format!("/account/keys/{}/end", keys[1].id),
        format!("/account/keys/{}/end", planted.id),
        format!("/account/keys/{}/end", KeyId::new(now, random_bytes())),
        "/account/keys/x/end".to_owned(),
        "/account/grants/%27%20or%201=1/end".to_owned(),
    ];
    for form in others {
        let page = bea.visitor.send("POST", &form, &[]).await;
        assert_eq!(page.status, 404, "{form}");
        assert_eq!(page.text, unknown.text, "{form}");
    }
    assert_eq!(state(&stage).await, before);
    assert!(planted.works(&stage).await);
    assert!(stage.person_of(&ann.key).await.is_some());
}

#[tokio::test]
async fn a_form_from_elsewhere_ends_nothing() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let planted = plant(&stage, ann.person, &CLAUDE, ["music:read", ""]).await;
    let before = state(&stage).await;
    let elsewhere: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://music.example"),
        ],
    ];
    let mut all = forms(&stage, &ann, &planted).await;
    all.push("/account/login".to_owned());
    for form in all {
        for headers in elsewhere {
            let page = ann.visitor.send("POST", &form, headers).await;
            assert_eq!(page.status, 403, "{form} {headers:?}");
            assert_eq!(page.text_of("h1"), "This was not sent from here");
            assert!(page.set_cookies().is_empty(), "{form}");
        }
    }
    assert_eq!(state(&stage).await, before);
    assert!(is_signed_in(&ann.visitor.get("/account").await));
}

#[tokio::test]
async fn a_form_at_another_address_is_sent_to_the_right_one() {
    let stage = Stage::on_http().await;
    let mut ann = resident(&stage, "Ann").await;
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("origin", "http://localhost:8001"),
    ];
    let page = ann.visitor.send("POST", DELETE, &headers).await;
    assert_eq!(page.status, 403);
    assert_eq!(
        page.attributes_of("main a.button", "href"),
        ["http://127.0.0.1:8001/account"]
    );
    assert_eq!(stage.count("people").await, 1);
}

#[tokio::test]
async fn who_is_not_signed_in_ends_nothing() {
    let stage = Stage::on_https().await;
    let ann = resident(&stage, "Ann").await;
    let planted = plant(&stage, ann.person, &CLAUDE, ["music:read", ""]).await;
    let before = state(&stage).await;
    for form in forms(&stage, &ann, &planted).await {
        let mut stranger = stage.visitor();
        let forged = ("__Host-session".to_owned(), "A".repeat(43));
        for forged in [None, Some(forged)] {
            stranger.cookies.extend(forged);
            let page = stranger.send("POST", &form, &[]).await;
            assert_eq!(page.status, 303, "{form}");
            assert_eq!(page.header("location"), "/account");
        }
        assert!(stranger.cookies.is_empty(), "{form}");
    }
    assert_eq!(state(&stage).await, before);
}

#[tokio::test]
async fn looking_at_the_address_of_a_form_ends_nothing() {
    let stage = Stage::on_https().await;
    let mut ann = resident(&stage, "Ann").await;
    let planted = plant(&stage, ann.person, &CLAUDE, ["music:read", ""]).await;
    let before = state(&stage).await;
    for form in forms(&stage, &ann, &planted).await {
        for method in ["GET", "HEAD", "PUT", "DELETE"] {
            let headers = [("sec-purpose", "prefetch")];
            let page = ann.visitor.send(method, &form, &headers).await;
            let asks = form == DELETE && ["GET", "HEAD"].contains(&method);
            let wanted = if asks { 200 } else { 405 };
            assert_eq!(page.status, wanted, "{method} {form}");
        }
    }
    assert_eq!(state(&stage).await, before);
}
