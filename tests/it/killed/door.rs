//! Killed while a client is let in: with its request, its code or its token on the way.

use std::time::{Duration, Instant};

use auxcord::sandbox::{Action, Fault};
use reqwest::Method;

use super::{
    TOKEN, links, on_token,
    stage::{
        Asked, agree, begins_again, code, grants_are_whole, ground, leave, redeemed, refreshed,
        register, token, works,
    },
};
use crate::harness::{
    Browser, Ground, Process,
    browser::Page,
    consent::{Guest, answer},
    mcp::Answer,
    oauth::Tokens,
    until,
};

/// Moments at which a request is cut off: the first at once, the last when it should be answered.
const MOMENTS: u32 = 8;

/// What a client that is let in adds to.
const WRITTEN: [&str; 4] = ["people", "spotify_links", "grants", "tokens"];

fn on_me(action: Action) -> Fault {
    Fault::new(action).on("GET", "/v1/me")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_somebody_reads_the_pages_they_go_on_at_the_next_server() {
    let ground = ground().await;
    let server = ground.serve().await;
    let guest = register(&server, "Story Player").await;
    let browser = server.browser();
    let page = browser.asked(&guest.request()).await;
    server.kill();

    let server = ground.serve().await;
    let browser = browser.at(&server.origin);
    let away = browser.approve(&page).await;
    ground
        .spotify
        .add_fault(Fault::new(Action::Hold).on("GET", "/authorize"));
    let (reading, address) = (browser.clone(), away.location());
    let reader = tokio::spawn(async move { reading.visit(&address).await });
    ground.spotify.until_held(1).await;
    server.kill();
    ground.spotify.clear_faults();
    assert_eq!(reader.await.unwrap().status, 200);
    grants_are_whole(&ground).await;
    assert_eq!(ground.database.count("grants").await, 0);

    let server = ground.serve().await;
    let browser = browser.at(&server.origin);
    let back = agree(&ground, &browser, &away).await;
    let told = answer(&browser.get(&back).await);
    works(&server, &redeemed(&server, &guest, &told["code"]).await).await;
    grants_are_whole(&ground).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_spotify_is_asked_nothing_is_kept_and_the_client_begins_again() {
    for fault in [
        on_token(Action::Hold),
        on_token(Action::Hang),
        on_me(Action::Hold),
        on_me(Action::Hang),
    ] {
        let ground = ground().await;
        let server = ground.serve().await;
        let guest = register(&server, "Story Player").await;
        let (browser, back) = killed_in_the_callback(&ground, server, &guest, fault).await;
        for table in WRITTEN {
            assert_eq!(ground.database.count(table).await, 0, "{table}");
        }
        let server = ground.serve().await;
        // Nobody can tell a server that died from one that is slow: the old address asks to wait, and gives nothing.
        let page = browser.at(&server.origin).get(&back).await;
        assert_eq!(page.status, 503, "{}", page.text);
        assert_eq!(ground.database.count("grants").await, 0);
        begins_again(&ground, &server, &guest).await;
        grants_are_whole(&ground).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_a_second_client_is_let_in_the_first_keeps_what_it_has() {
    for fault in [on_token(Action::Hold), on_me(Action::Hold)] {
        let ground = ground().await;
        let server = ground.serve().await;
        let first = register(&server, "First Player").await;
        let tokens = begins_again(&ground, &server, &first).await;
        let second = register(&server, "Second Player").await;
        let before = (links(&ground, "true").await, grants(&ground).await);
        killed_in_the_callback(&ground, server, &second, fault).await;
        let after = (links(&ground, "true").await, grants(&ground).await);
        assert_eq!(after, before);

        let server = ground.serve().await;
        works(&server, &tokens).await;
        let next = refreshed(&server, &first, &tokens.refresh).await;
        begins_again(&ground, &server, &second).await;
        works(&server, &next).await;
        grants_are_whole(&ground).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_after_spotify_has_spoken_there_is_a_whole_grant_or_none() {
    let ground = ground().await;
    let mut server = ground.serve().await;
    let guest = register(&server, "Story Player").await;
    let took = {
        let (browser, path) = callback(&ground, &server, &guest).await;
        let begun = Instant::now();
        assert_eq!(browser.get(&path).await.status, 303);
        begun.elapsed()
    };
    for moment in 0..MOMENTS {
        let (browser, path) = callback(&ground, &server, &guest).await;
        ground.spotify.add_fault(on_me(Action::Hold));
        let asked = Asked::of(browser.request(Method::GET, &path));
        ground.spotify.until_held(1).await;
        // Spotify has said who it is; from here on the server is on its own.
        ground.spotify.clear_faults();
        let told = asked.cut_off(server, at(moment, took)).await;
        grants_are_whole(&ground).await;

        server = ground.serve().await;
        if let Some(told) = told {
            let told = answer(&page(&told));
            works(&server, &redeemed(&server, &guest, &told["code"]).await).await;
        }
        begins_again(&ground, &server, &guest).await;
        grants_are_whole(&ground).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_of_a_redemption_a_code_is_spent_for_its_tokens_or_still_good() {
    let ground = ground().await;
    let mut server = ground.serve().await;
    let guest = register(&server, "Story Player").await;
    let took = {
        let code = code(&ground, &server, &guest).await;
        let begun = Instant::now();
        redeemed(&server, &guest, &code).await;
        begun.elapsed()
    };
    for moment in 0..MOMENTS {
        let code = code(&ground, &server, &guest).await;
        let asked = Asked::of(guest.redemption(&code).request(&token(&server)));
        let told = asked.cut_off(server, at(moment, took)).await;
        grants_are_whole(&ground).await;
        let spent = last_code_is_spent(&ground).await;

        server = ground.serve().await;
        if let Some(told) = told {
            assert!(spent);
            works(&server, &Tokens::of(&told)).await;
        } else if spent {
            // Who redeemed it cannot be told from who stole it, so a lost answer ends what it gave.
            let again = guest.redemption(&code).post(&token(&server)).await;
            assert_eq!(
                (again.status, again.body["error"].as_str()),
                (400, Some("invalid_grant"))
            );
            begins_again(&ground, &server, &guest).await;
        } else {
            works(&server, &redeemed(&server, &guest, &code).await).await;
        }
        grants_are_whole(&ground).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_of_a_refresh_the_old_token_leads_on() {
    let ground = ground().await;
    let mut server = ground.serve().await;
    let guest = register(&server, "Story Player").await;
    let mut tokens = begins_again(&ground, &server, &guest).await;
    let took = {
        let begun = Instant::now();
        tokens = refreshed(&server, &guest, &tokens.refresh).await;
        begun.elapsed()
    };
    for moment in 0..MOMENTS {
        let asked = Asked::of(guest.refreshing(&tokens.refresh).request(&token(&server)));
        let told = asked.cut_off(server, at(moment, took)).await;
        grants_are_whole(&ground).await;

        server = ground.serve().await;
        works(&server, &tokens).await;
        let next = refreshed(&server, &guest, &tokens.refresh).await;
        if let Some(told) = told {
            let told = Tokens::of(&told);
            assert_eq!(
                (told.access, told.refresh),
                (next.access.clone(), next.refresh.clone())
            );
        }
        works(&server, &next).await;
        tokens = refreshed(&server, &guest, &next.refresh).await;
        grants_are_whole(&ground).await;
    }
    assert_eq!(ground.database.count("grants").await, 1);
}

/// When to cut a request off that takes that long.
fn at(moment: u32, took: Duration) -> Duration {
    took * moment / (MOMENTS - 2)
}

/// A browser that Spotify has just sent back, and where to.
async fn callback(ground: &Ground, server: &Process, guest: &Guest) -> (Browser, String) {
    let browser = server.browser();
    let away = leave(&browser, guest).await;
    let path = agree(ground, &browser, &away).await;
    (browser, path)
}

/// Kills the server while `fault` keeps the callback waiting.
async fn killed_in_the_callback(
    ground: &Ground,
    server: Process,
    guest: &Guest,
    fault: Fault,
) -> (Browser, String) {
    let (browser, path) = callback(ground, &server, guest).await;
    let hanging = (fault.action == Action::Hang).then_some(match fault.path.as_deref() {
        Some("/v1/me") => "GET /v1/me",
        _ => TOKEN,
    });
    ground.spotify.reset_calls();
    ground.spotify.add_fault(fault);
    let asked = Asked::of(browser.request(Method::GET, &path));
    match hanging {
        Some(endpoint) => {
            until("spotify was asked", async || {
                ground.spotify.count(endpoint) == 1
            })
            .await;
        }
        None => ground.spotify.until_held(1).await,
    }
    let told = asked.cut_off(server, Duration::ZERO).await;
    assert!(told.is_none(), "{told:?}");
    ground.spotify.clear_faults();
    (browser, path)
}

/// Grants with their tokens, as they are stored.
async fn grants(ground: &Ground) -> Vec<String> {
    let hash = ground.database.hex("t.hash");
    let rows = format!(
        "select g.id || ' ' || g.status || ' ' || t.kind || ' ' || {hash} || ' ' || t.expires_at \
         || ' ' || coalesce(t.rotated_at, 0) from grants g join tokens t on t.grant_id = g.id order by 1"
    );
    ground.database.texts(&rows).await
}

async fn last_code_is_spent(ground: &Ground) -> bool {
    let last = "select case when rotated_at is null then 'open' else 'spent' end from tokens \
                where kind = 'code' order by created_at desc limit 1";
    ground.database.texts(last).await == ["spent"]
}

/// An answer as a browser sees it.
fn page(answer: &Answer) -> Page {
    Page {
        status: answer.status,
        headers: answer.headers.clone(),
        text: answer.body.to_string(),
    }
}
