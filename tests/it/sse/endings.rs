//! How a stream ends: with its bearer, its client's silence, its protocol, or the process.

use std::time::Duration;

use auxcord::{
    app::{KeyKind, KeyLimits},
    sandbox::{Action, Fault},
};
use serde_json::json;

use super::stage::{Stream, answer, call, opening, plain, posting};
use crate::{
    harness::{
        Setup, TestApp,
        consent::Guest,
        grant::{Wish, give},
        sql::Hand,
        until,
    },
    keys::{operator, wishes},
};

#[tokio::test]
async fn a_revoked_key_ends_its_streams_and_no_others() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let operator = operator(&app).await;
    let made = operator
        .make_key(
            &person.spotify_id,
            wishes(KeyKind::Api, KeyLimits::default()),
        )
        .await
        .unwrap();
    let mut ending = Stream::start(&app, made.key.expose()).await;
    let mut staying = Stream::start(&app, &person.key).await;
    operator.revoke_key(&made.id.to_string()).await.unwrap();
    ending.assert_ended().await;
    let late = posting(&ending.post_url, &person.key, &plain(1, "ping"));
    assert_eq!(answer(late).await.status, 404);
    assert_eq!(staying.ask(&plain(2, "ping")).await["id"], 2);
}

#[tokio::test]
async fn a_person_who_leaves_takes_their_streams_along() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let mut stream = Stream::start(&app, &person.key).await;
    app.browser().revoke(&person.key).await;
    stream.assert_ended().await;
}

#[tokio::test]
async fn a_suspended_or_expired_grant_ends_its_stream_and_a_token_that_ran_out_does_not() {
    let app = TestApp::start_with(Setup::default().with("SSE_IDLE_SECONDS", "86400")).await;
    let person = app.connect_first().await;
    let wish = Wish {
        path: "/sse",
        ..Wish::of("music:read")
    };
    let suspended = give(&app, &person, wish).await;
    let mut stream = Stream::start(&app, &suspended.token).await;
    let change = format!(
        "update grants set status = 'suspended' where id = '{}'",
        suspended.id
    );
    Hand::on(&app.database).await.execute(&change).await;
    stream.assert_ended().await;

    let given = give(&app, &person, wish).await;
    let expiring = given.token;
    let mut stream = Stream::start(&app, &expiring).await;
    app.advance(Duration::from_mins(61));
    // A message is refused, and the client can renew its token and send it again.
    assert_eq!(answer(opening(&app.origin, &expiring)).await.status, 401);
    assert_eq!(stream.post(&plain(1, "ping")).await.status, 401);
    let change = format!("update grants set expires_at = 1 where id = '{}'", given.id);
    Hand::on(&app.database).await.execute(&change).await;
    stream.assert_ended().await;
}

#[tokio::test]
async fn a_client_that_renews_its_token_keeps_its_stream() {
    let app = TestApp::start().await;
    let person = app.spotify.people().remove(0);
    let guest = Guest::register(&app.origin, "Old client", "http://127.0.0.1/callback").await;
    let request = guest
        .request()
        .with("resource", &format!("{}/sse", app.origin));
    let code = app.browser().code(&request, &person.id).await;
    let first = guest.tokens(&code).await;
    let token = first["access_token"].as_str().unwrap();
    let mut stream = Stream::start(&app, token).await;
    app.advance(Duration::from_mins(50));
    let form = guest.refreshing(first["refresh_token"].as_str().unwrap());
    let second = form.post(&format!("{}/token", app.origin)).await;
    assert_eq!(second.status, 200, "{}", second.body);
    let token = second.body["access_token"].as_str().unwrap();
    let by_new = answer(posting(&stream.post_url, token, &plain(1, "ping"))).await;
    assert_eq!(by_new.status, 202, "{}", by_new.body);
    assert_eq!(stream.message().await["id"], 1);
    // The token that opened it is over by now, and the one that was shown last is not.
    app.advance(Duration::from_mins(20));
    let by_new = answer(posting(&stream.post_url, token, &plain(2, "ping"))).await;
    assert_eq!(by_new.status, 202, "{}", by_new.body);
    assert_eq!(stream.message().await["id"], 2);
    // A message with a token that ran out is refused; the stream stays for the next one.
    app.advance(Duration::from_mins(58));
    let late = answer(posting(&stream.post_url, token, &plain(3, "ping"))).await;
    assert_eq!(late.status, 401, "{}", late.body);
    let form = guest.refreshing(second.body["refresh_token"].as_str().unwrap());
    let third = form.post(&format!("{}/token", app.origin)).await;
    let token = third.body["access_token"].as_str().unwrap();
    let by_newest = answer(posting(&stream.post_url, token, &plain(4, "ping"))).await;
    assert_eq!(by_newest.status, 202, "{}", by_newest.body);
    assert_eq!(stream.message().await["id"], 4);
}

#[tokio::test]
async fn a_silent_stream_ends_and_one_that_waits_for_an_answer_does_not() {
    let app = TestApp::start_with(Setup::default().with("SSE_IDLE_SECONDS", "600")).await;
    let person = app.connect_first().await;
    let mut silent = Stream::start(&app, &person.key).await;
    let mut waiting = Stream::start(&app, &person.key).await;
    app.spotify
        .add_fault(Fault::new(Action::Hold).on("GET", "/v1/me/playlists"));
    waiting.send(&call(1, "list_playlists", json!({}))).await;
    app.spotify.until_held(1).await;
    app.advance(Duration::from_secs(601));
    silent.assert_ended().await;
    app.spotify.release();
    let answer = waiting.message().await;
    assert!(answer.to_string().contains(&person.marker), "{answer}");
}

#[tokio::test]
async fn stopping_lets_the_calls_under_way_end_and_ends_every_stream() {
    let mut app = TestApp::start().await;
    let person = app.connect_first().await;
    let spotify = app.spotify.clone();
    let mut resting = Stream::start(&app, &person.key).await;
    let mut waiting = Stream::start(&app, &person.key).await;
    spotify.add_fault(Fault::new(Action::Hold).on("GET", "/v1/me/playlists"));
    waiting.send(&call(1, "list_playlists", json!({}))).await;
    spotify.until_held(1).await;
    let stopping = app.stop();
    let telling = async {
        resting.assert_ended().await;
        spotify.release();
        let answer = waiting.message().await;
        assert!(answer.to_string().contains(&person.marker), "{answer}");
        waiting.assert_ended().await;
    };
    let (finished, ()) = tokio::join!(stopping, telling);
    assert!(finished, "something was cut off");
}

#[tokio::test]
async fn another_process_knows_nothing_of_a_stream() {
    let app = TestApp::start().await;
    let person = app.connect_first().await;
    let (_replica, address) = app.second_behind_one_origin().await;
    let mut stream = Stream::start(&app, &person.key).await;
    let elsewhere = stream.post_url.replace(&app.origin, &address);
    let host = app.listening();
    let post = posting(&elsewhere, &person.key, &plain(1, "ping")).header("host", host);
    let refused = answer(post).await;
    assert_eq!(refused.status, 404, "{}", refused.body);
    let words = refused.body["error"]["message"].as_str().unwrap();
    assert!(words.contains("another replica"), "{words}");
    assert_eq!(stream.ask(&plain(2, "ping")).await["id"], 2);
}

#[tokio::test]
async fn a_stream_that_is_not_read_ends_after_a_while_and_until_then_takes_no_more() {
    let app = TestApp::start_with(Setup::default().with("SSE_UNREAD_SECONDS", "1")).await;
    let person = app.connect_first().await;
    let deaf = super::unread::Deaf::open(&app.origin, &person.key).await;
    deaf.shake_hands().await;
    let (_, refused) = deaf.fill().await;
    assert!(refused == 429 || refused == 404, "{refused}");
    until("the stream has ended", async || {
        deaf.post(&plain(-1, "ping")).await == 404
    })
    .await;
}
