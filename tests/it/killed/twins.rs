//! Two server processes on one database: what happens once happens once, whichever of them is asked.

use std::{collections::BTreeSet, time::Duration};

use futures::future::join_all;
use reqwest::Method;

use super::{
    TOKEN,
    stage::{
        agree, begins_again, code, grants_are_whole, ground, redeemed, refreshed, register, token,
        works,
    },
};
use crate::harness::{
    Browser, Ground, Process,
    browser::Page,
    consent::{Guest, answer, question},
    mcp::Answer,
    oauth::{Tokens, bearer, revoke},
    until,
};

/// Codes and tokens that are shown at once.
const MANY: usize = 20;
/// Browsers that come at once.
const SOME: usize = 10;

async fn two() -> (Ground, [Process; 2]) {
    let mut ground = ground().await;
    // Only the news of an end can end what is remembered for so long.
    let remembered = ("CALLER_CACHE_SECONDS".to_owned(), "60".to_owned());
    ground.environment.extend([remembered]);
    let servers = [ground.serve().await, ground.serve().await];
    (ground, servers)
}

/// What both servers answer, by turns, to a refresh token that is shown many times at once.
async fn refreshed_at_once(servers: &[Process; 2], guest: &Guest, refresh: &str) -> Vec<Answer> {
    let form = guest.refreshing(refresh);
    let urls = servers.each_ref().map(token);
    join_all((0..MANY).map(|at| form.post(&urls[at % 2]))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_redemptions_at_two_processes_exactly_one_gets_tokens() {
    let (ground, servers) = two().await;
    let guest = register(&servers[0], "Story Player").await;
    for _ in 0..3 {
        let code = code(&ground, &servers[0], &guest).await;
        let form = guest.redemption(&code);
        let urls = servers.each_ref().map(token);
        let answers = join_all((0..MANY).map(|at| form.post(&urls[at % 2]))).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|told| told.status == 200);
        assert_eq!(won.len(), 1, "{answers:?}");
        for told in lost {
            assert_eq!(
                (told.status, told.body["error"].as_str()),
                (400, Some("invalid_grant"))
            );
        }
        // A code that is shown twice was stolen, so nobody keeps what it gave.
        let refused = guest.refreshing(&Tokens::of(won[0]).refresh);
        assert_eq!(refused.post(&urls[1]).await.status, 400);
        grants_are_whole(&ground).await;
    }
    let ended = "select ended_reason from grants where status = 'revoked'";
    assert_eq!(ground.database.texts(ended).await, ["code_replayed"; 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_refreshes_at_two_processes_are_one_rotation_and_twenty_identical_answers() {
    let (ground, servers) = two().await;
    let guest = register(&servers[0], "Story Player").await;
    let mut refresh = begins_again(&ground, &servers[0], &guest).await.refresh;
    for round in 1..=4 {
        let answers = refreshed_at_once(&servers, &guest, &refresh).await;
        let told: Vec<Tokens> = answers.iter().map(Tokens::of).collect();
        let different: BTreeSet<_> = told
            .iter()
            .map(|tokens| (&tokens.access, &tokens.refresh, &tokens.scope))
            .collect();
        assert_eq!(different.len(), 1);
        assert_eq!(ground.database.count("tokens").await, 3 + 2 * round);
        for server in &servers {
            works(server, &told[0]).await;
        }
        refresh.clone_from(&told[0].refresh);
        grants_are_whole(&ground).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_approvals_and_ten_callbacks_at_two_processes_exactly_one_counts() {
    let (ground, servers) = two().await;
    let guest = register(&servers[0], "Story Player").await;
    let browser = servers[0].browser();
    let doors = servers.each_ref().map(|server| browser.at(&server.origin));
    for round in 1..=3 {
        let page = browser.asked(&guest.request()).await;
        let approvals = (0..SOME).map(|at| approve(&doors[at % 2], &page));
        let away = the_only_one(join_all(approvals).await);
        assert_eq!(ground.database.count("flows").await, round);

        let back = agree(&ground, &browser, &away).await;
        ground.spotify.reset_calls();
        let callbacks = (0..SOME).map(|at| come_back(&doors[at % 2], &away, &back));
        let sent = the_only_one(join_all(callbacks).await);
        assert_eq!(ground.spotify.count(TOKEN), 1);
        assert_eq!(ground.database.count("grants").await, round);
        let told = answer(&sent);
        works(
            &servers[1],
            &redeemed(&servers[1], &guest, &told["code"]).await,
        )
        .await;
        grants_are_whole(&ground).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_revoked_at_one_process_is_refused_by_the_other() {
    let (ground, servers) = two().await;
    let guest = register(&servers[0], "Story Player").await;
    for turn in 0..2 {
        let (here, there) = (&servers[turn], &servers[1 - turn]);
        let tokens = begins_again(&ground, here, &guest).await;
        works(there, &tokens).await;
        assert_eq!(revoke(&here.origin, &tokens.refresh).await.status, 200);
        assert_eq!(bearer(&here.origin, &tokens.access).await, 401);
        refused_soon(there, &tokens).await;
        let refused = guest.refreshing(&tokens.refresh).post(&token(there)).await;
        assert_eq!(refused.body["error"], "invalid_grant");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_among_refreshes_at_two_processes_leaves_nothing_that_works() {
    let (ground, servers) = two().await;
    let guest = register(&servers[0], "Story Player").await;
    let tokens = begins_again(&ground, &servers[0], &guest).await;
    let last = refreshed(&servers[1], &guest, &tokens.refresh).await;
    let (answers, revoked) = tokio::join!(
        refreshed_at_once(&servers, &guest, &last.refresh),
        revoke(&servers[1].origin, &tokens.refresh)
    );
    assert_eq!(revoked.status, 200);
    let given = answers.iter().filter(|told| told.status == 200);
    for tokens in given.map(Tokens::of).chain([last]) {
        for server in &servers {
            refused_soon(server, &tokens).await;
            let refused = guest.refreshing(&tokens.refresh).post(&token(server)).await;
            assert_eq!(refused.body["error"], "invalid_grant");
        }
    }
    grants_are_whole(&ground).await;
}

/// Refused long before it would be forgotten anyway.
async fn refused_soon(server: &Process, tokens: &Tokens) {
    let refused = until("the token is refused", async || {
        let status = bearer(&server.origin, &tokens.access).await;
        assert!(status == 200 || status == 401, "{status}");
        status == 401
    });
    let soon = tokio::time::timeout(Duration::from_secs(10), refused).await;
    assert!(soon.is_ok(), "the token is still remembered");
}

/// Exactly one is redirected; the others get a page, which asks for patience while that one is still at work.
fn the_only_one(answers: Vec<Page>) -> Page {
    let (mut sent, others): (Vec<Page>, Vec<Page>) =
        answers.into_iter().partition(|page| page.status == 303);
    assert_eq!(sent.len(), 1);
    for page in &others {
        assert!(matches!(page.status, 400 | 503), "{}", page.text);
    }
    sent.remove(0)
}

/// Approves with the page's own cookie, whatever came before.
async fn approve(browser: &Browser, page: &Page) -> Page {
    let form = [
        ("authorization", question(page)),
        ("decision", "approve".to_owned()),
        ("scope", "music:read".to_owned()),
    ];
    let request = browser.request(Method::POST, "/authorize").form(&form);
    Page::read(request.header("cookie", cookies(page))).await
}

/// Comes back from Spotify in the same way.
async fn come_back(browser: &Browser, away: &Page, path: &str) -> Page {
    let request = browser.request(Method::GET, path);
    Page::read(request.header("cookie", cookies(away))).await
}

/// The cookies that an answer sets, as a browser sends them.
fn cookies(page: &Page) -> String {
    let cookies = page.set_cookies();
    let set = cookies
        .iter()
        .filter(|cookie| !cookie.contains("Max-Age=0"));
    let pairs: Vec<&str> = set
        .map(|cookie| cookie.split(';').next().unwrap())
        .collect();
    pairs.join("; ")
}
