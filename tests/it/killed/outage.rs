//! Spotify away while clients are let in: nothing is lost, what needs no Spotify goes on, and what waits is finished
//! afterwards.

use auxcord::sandbox::{Action, Fault};
use reqwest::Method;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

use super::{
    on_token,
    stage::{
        Asked, agree, begins_again, code, grants_are_whole, ground, leave, redeemed, refreshed,
        register, works,
    },
};
use crate::harness::{Ground, consent::answer};

/// What is the matter with Spotify.
#[derive(Clone, Debug)]
enum Trouble {
    /// It answers, or does not, in its own way.
    Ailing(Action),
    /// Nobody is there.
    Stopped,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_spotify_is_away_callbacks_wait_and_tokens_are_given_all_the_same() {
    let (ground, way) = behind_a_way().await;
    let server = ground.serve().await;
    let guest = register(&server, "Story Player").await;
    let mut tokens = begins_again(&ground, &server, &guest).await;
    for trouble in [
        Trouble::Ailing(status_503()),
        Trouble::Ailing(Action::RateLimited { retry_after: 2 }),
        Trouble::Ailing(Action::Hang),
        Trouble::Stopped,
    ] {
        let browser = server.browser();
        let away = leave(&browser, &guest).await;
        let back = agree(&ground, &browser, &away).await;
        let unspent = code(&ground, &server, &guest).await;
        let grants = ground.database.count("grants").await;
        begin(&ground, &way, &trouble);

        let waiting = Asked::of(browser.request(Method::GET, &back));
        tokens = refreshed(&server, &guest, &tokens.refresh).await;
        redeemed(&server, &guest, &unspent).await;
        let asking = server.browser();
        let away = leave(&asking, &guest).await;
        let told = waiting.answer().await;
        assert_eq!(told.status, 503, "{trouble:?}");
        assert!(told.headers.contains_key("retry-after"), "{trouble:?}");
        let again = browser.get(&back).await;
        assert_eq!(
            (again.status, again.text_of("#again")),
            (503, "Try again".to_owned())
        );
        assert_eq!(ground.database.count("grants").await, grants);
        tokens = refreshed(&server, &guest, &tokens.refresh).await;

        end(&ground, &way);
        let told = answer(&browser.get(&back).await);
        works(&server, &redeemed(&server, &guest, &told["code"]).await).await;
        let back = agree(&ground, &asking, &away).await;
        assert!(answer(&asking.get(&back).await).contains_key("code"));
        works(&server, &tokens).await;
        grants_are_whole(&ground).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spotify_that_goes_away_before_it_names_the_account_leaves_no_grant() {
    let ground = ground().await;
    let server = ground.serve().await;
    let guest = register(&server, "Story Player").await;
    let mut tokens = begins_again(&ground, &server, &guest).await;
    for action in [status_503(), Action::Hang] {
        let browser = server.browser();
        let away = leave(&browser, &guest).await;
        let back = agree(&ground, &browser, &away).await;
        ground
            .spotify
            .add_fault(Fault::new(action).on("GET", "/v1/me"));
        let waiting = Asked::of(browser.request(Method::GET, &back));
        tokens = refreshed(&server, &guest, &tokens.refresh).await;
        // Spotify's code is spent, so it is the client that tries again.
        let told = waiting.answer().await;
        let location = told.headers["location"].to_str().unwrap();
        assert!(
            location.contains("error=temporarily_unavailable"),
            "{location}"
        );
        grants_are_whole(&ground).await;
        ground.spotify.clear_faults();
        begins_again(&ground, &server, &guest).await;
        works(&server, &tokens).await;
    }
    assert_eq!(ground.database.count("grants").await, 3);
}

fn status_503() -> Action {
    Action::Status {
        status: 503,
        message: "no".to_owned(),
        reason: None,
        retry_after: None,
    }
}

fn begin(ground: &Ground, way: &Way, trouble: &Trouble) {
    match trouble {
        Trouble::Ailing(action) => {
            ground.spotify.add_fault(on_token(action.clone()));
        }
        Trouble::Stopped => {
            way.open.send_replace(false);
        }
    }
}

fn end(ground: &Ground, way: &Way) {
    ground.spotify.clear_faults();
    way.open.send_replace(true);
}

/// A way to Spotify that can be closed: then whoever knocks is hung up on.
struct Way {
    open: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Drop for Way {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Ground whose servers reach Spotify by that way alone.
async fn behind_a_way() -> (Ground, Way) {
    let mut ground = ground().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = format!("http://{}", listener.local_addr().unwrap());
    let there = ground.environment["SPOTIFY_ACCOUNTS_URL"].clone();
    for name in ["SPOTIFY_ACCOUNTS_URL", "SPOTIFY_API_URL"] {
        let address = ground.environment[name].replace(&there, &here);
        ground.environment.insert(name.to_owned(), address);
    }
    let spotify = there.strip_prefix("http://").unwrap().to_owned();
    let (open, opened) = watch::channel(true);
    let task = tokio::spawn(relay(listener, spotify, opened));
    (ground, Way { open, task })
}

async fn relay(listener: TcpListener, spotify: String, opened: watch::Receiver<bool>) {
    let mut guests = JoinSet::new();
    while let Ok((mut guest, _)) = listener.accept().await {
        let (spotify, mut opened) = (spotify.clone(), opened.clone());
        guests.spawn(async move {
            if *opened.borrow_and_update() {
                let mut host = TcpStream::connect(spotify).await.unwrap();
                tokio::select! {
                    // Either side may go away at any time.
                    _ = copy_bidirectional(&mut guest, &mut host) => {}
                    _ = opened.wait_for(|open| !open) => {}
                }
            }
        });
    }
}
