//! Several processes of one person on one database, as several clients start them.

use auxcord::sandbox::Rotation;
use futures::future::join_all;
use serde_json::json;

use super::stage::{Machine, Talk};
use crate::harness::{Setup, until};

/// The endpoint that renews links.
const TOKEN: &str = "POST /api/token";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_that_start_at_once_share_one_folder_and_one_account() {
    let mut machine = Machine::new().await;
    // They make the key, the machine's secret and the tables at the same moment.
    machine.environment.remove("TOKEN_ENCRYPTION_KEY");
    let mut talks: Vec<Talk> = (0..3).map(|_| machine.start()).collect();
    join_all(talks.iter_mut().map(|talk| talk.initialize(json!({})))).await;
    machine.link(&mut talks[0]).await;
    let all = talks
        .iter_mut()
        .map(|talk| talk.done("get_status", json!({})));
    for status in join_all(all).await {
        assert_eq!(status["connected"], true, "{status}");
    }
    assert_eq!(machine.ground.database.count("people").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_with_a_token_that_ends_make_one_refresh_each_time() {
    let setup = Setup::default().rotating(Rotation::Always);
    let machine = Machine::with(setup).await;
    let mut talks = join_all((0..3).map(|_| machine.talk())).await;
    machine.link(&mut talks[0]).await;
    for round in 1..=5 {
        assert!(machine.spotify().expire(Some(&machine.somebody())));
        machine.spotify().reset_calls();
        let calls = talks.iter_mut().map(async |talk| {
            for number in 0..3 {
                let query = format!("night {round} {number}");
                talk.done("search", json!({"query": query})).await;
            }
        });
        join_all(calls).await;
        assert_eq!(machine.spotify().count(TOKEN), 1, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_wait_for_the_browser_the_listener_of_one_ends_the_login_of_the_other() {
    let machine = Machine::new().await;
    let (mut first, mut second) = (machine.talk().await, machine.talk().await);
    first.begin().await;
    let asked = second.call("connect", json!({})).await;
    let words = asked["content"][0]["text"].as_str().unwrap();
    assert!(words.contains("another auxcord of this user"), "{words}");
    let url = asked["structuredContent"]["url"].as_str().unwrap();
    let page = machine.come_back(&machine.agree(url).await).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for talk in [&mut first, &mut second] {
        let status = talk.done("get_status", json!({})).await;
        assert_eq!(status["connected"], true, "{status}");
    }
    machine.until_the_port_is_free().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_port_goes_to_the_next_one_when_the_first_is_gone() {
    let machine = Machine::new().await;
    let (mut first, mut second) = (machine.talk().await, machine.talk().await);
    first.begin().await;
    let url = second.begin().await;
    first.close();
    let (status, ..) = first.ended().await;
    assert!(status.success());
    let back = machine.agree(&url).await;
    let address = machine.redirect_uri.replace("http://", "");
    let address = address.strip_suffix("/callback").unwrap().to_owned();
    until("the second one listens", async || {
        std::net::TcpStream::connect(&address).is_ok()
    })
    .await;
    assert_eq!(machine.come_back(&back).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_takes_the_place_of_the_first_for_every_process() {
    let setup = Setup {
        people: 1,
        ..Setup::default()
    };
    let machine = Machine::with(setup).await;
    let (mut first, mut second) = (machine.talk().await, machine.talk().await);
    machine.link(&mut first).await;
    let before = second.done("get_status", json!({})).await;
    let other = machine.spotify().people().pop().unwrap().id;
    assert_ne!(before["user_id"], json!(other));
    let url = second.begin().await;
    let back = machine.agree_as(&url, &other).await;
    second.done("connect", json!({"callback_url": back})).await;
    for talk in [&mut first, &mut second] {
        let status = talk.done("get_status", json!({})).await;
        assert_eq!(status["user_id"], json!(other));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_with_folders_of_their_own_on_one_database_stay_apart() {
    let machine = Machine::new().await;
    let neighbour = tempfile::tempdir().unwrap();
    let mut talk = machine.talk().await;
    machine.link(&mut talk).await;
    if !machine.ground.database.is_postgres() {
        // A file has one folder; only a shared server has several.
        return;
    }
    let mut command = machine.command(&["stdio"]);
    command.env("HOME", neighbour.path());
    let mut other = Talk::of(command.spawn().unwrap());
    other.initialize(json!({})).await;
    let status = other.done("get_status", json!({})).await;
    assert_eq!(status["connected"], false, "{status}");
}
