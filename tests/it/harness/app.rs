//! A whole server, built as production builds it, on a simulated Spotify and a database of its own.

use std::{collections::BTreeMap, time::Duration};

use auxcord::{
    app::{self, OpenFailure},
    clock::Clock,
    config::{Config, Sources},
    sandbox::{Control, Options, Rotation, Sandbox, Time},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{Browser, Client, browser::Page, database::TestDatabase, tls::Certificate};

/// The client id of the stories' Spotify app.
pub const CLIENT_ID: &str = "auxcord-tests";
/// A keyring that is nobody's.
pub const KEYRING: &str = "t1:3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs";
/// 2026-11-20 12:00 UTC: where the stories' clock stands at first.
pub const NOON: i64 = 1_795_176_000_000;

/// What is special about a story's server.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Generated people beside the hand-made ones.
    pub people: usize,
    /// Whether refreshes rotate the refresh token.
    pub rotation: Rotation,
    /// Seconds that Spotify's access tokens live.
    pub access_ttl_secs: u64,
    /// Variables of the environment beside the usual ones.
    pub environment: BTreeMap<String, String>,
    /// Whether the server speaks https itself.
    pub https: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            people: 0,
            rotation: Rotation::Never,
            access_ttl_secs: 3_600,
            environment: BTreeMap::new(),
            https: false,
        }
    }
}

impl Setup {
    /// Adds a variable of the environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// On https, with a certificate that the stories' browsers and clients trust.
    pub fn https(mut self) -> Self {
        self.https = true;
        self
    }

    /// With refresh tokens that rotate as `rotation` says.
    pub fn rotating(mut self, rotation: Rotation) -> Self {
        self.rotation = rotation;
        self
    }

    /// A simulated Spotify as this says, on `time`.
    pub async fn sandbox(&self, time: Time) -> Sandbox {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let options = Options {
            people: self.people,
            rotate_refresh: self.rotation,
            access_ttl_secs: self.access_ttl_secs,
            time,
            ..Options::default()
        };
        Sandbox::start(listener, options).await.unwrap()
    }

    /// The environment of a server on that Spotify and that database.
    pub fn environment(
        &self,
        sandbox: &Sandbox,
        database: &TestDatabase,
    ) -> BTreeMap<String, String> {
        let mut environment: BTreeMap<String, String> = [
            ("PORT", "0"),
            ("DATABASE_URL", database.url.as_str()),
            ("TOKEN_ENCRYPTION_KEY", KEYRING),
            ("SPOTIFY_CLIENT_ID", CLIENT_ID),
            ("SPOTIFY_ACCOUNTS_URL", &sandbox.accounts_url()),
            ("SPOTIFY_API_URL", &sandbox.api_url()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        if self.https {
            let certificate = Certificate::for_loopback();
            environment.extend(certificate.written(database.folder.path()));
        }
        environment.extend(self.environment.clone());
        environment
    }
}

/// A running server. Everything that it wrote at Spotify must have been looked at when it goes.
#[derive(Debug)]
pub struct TestApp {
    /// `http://127.0.0.1:PORT`, or with https.
    pub origin: String,
    /// The simulated Spotify.
    pub spotify: Control,
    /// Moves the server's and Spotify's time.
    pub clock: Clock,
    /// Its database.
    pub database: TestDatabase,
    /// Its configuration, for commands on the same database.
    pub config: Config,
    /// The variables that make it, for the real program.
    pub environment: BTreeMap<String, String>,
    replica: Replica,
    _sandbox: Sandbox,
}

/// One server, as a process of its own would be.
#[derive(Debug)]
pub struct Replica {
    /// `http://127.0.0.1:PORT`, or with https.
    pub origin: String,
    /// The same of the listener for operators.
    pub admin: String,
    /// Address and port of the public listener.
    listening: String,
    config: Config,
    stop: CancellationToken,
    serving: Option<JoinHandle<bool>>,
}

/// Somebody who has connected.
#[derive(Clone, Debug)]
pub struct Connected {
    /// Spotify's `id` of the person.
    pub spotify_id: String,
    /// The word that is in everything of theirs.
    pub marker: String,
    /// Their API key.
    pub key: String,
    /// Their connector URL.
    pub connector_url: String,
}

impl TestApp {
    /// A server as it comes.
    pub async fn start() -> Self {
        Self::start_with(Setup::default()).await
    }

    /// A server as `setup` says.
    pub async fn start_with(setup: Setup) -> Self {
        let clock = Clock::manual(NOON);
        let source = clock.clone();
        let sandbox = setup.sandbox(Time::from_source(move || source.now())).await;
        let database = TestDatabase::new().await;
        let environment = setup.environment(&sandbox, &database);
        let replica = Replica::start(&environment, &clock).await.unwrap();
        Self {
            origin: replica.origin.clone(),
            spotify: sandbox.control(),
            clock,
            database,
            config: replica.config.clone(),
            environment,
            replica,
            _sandbox: sandbox,
        }
    }

    /// A second server on the same database and Spotify.
    pub async fn second(&self) -> Replica {
        Replica::start(&self.environment, &self.clock)
            .await
            .unwrap()
    }

    /// A second server that is reached by the same public origin, as behind one proxy, with the address that it
    /// listens on.
    pub async fn second_behind_one_origin(&self) -> (Replica, String) {
        let mut environment = self.environment.clone();
        environment.insert("BASE_URL".to_owned(), self.origin.clone());
        let replica = Replica::start(&environment, &self.clock).await.unwrap();
        let address = format!("http://{}", replica.listening);
        (replica, address)
    }

    /// Stops the server if it runs, and starts another one with a variable of the environment changed.
    ///
    /// # Errors
    /// What keeps it from starting.
    pub async fn restart_with(&mut self, name: &str, value: &str) -> Result<(), OpenFailure> {
        self.replica.stop().await;
        self.environment.insert(name.to_owned(), value.to_owned());
        self.replica = Replica::start(&self.environment, &self.clock).await?;
        self.origin.clone_from(&self.replica.origin);
        self.config = self.replica.config.clone();
        Ok(())
    }

    /// Address and port at which it listens, whatever its public name is.
    pub fn listening(&self) -> &str {
        &self.replica.listening
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.origin)
    }

    /// An MCP client with `key`.
    pub fn client(&self, key: &str) -> Client {
        Client::new(&format!("{}/mcp", self.origin), key)
    }

    /// Connects the person with that Spotify `id` in a browser of their own.
    pub async fn connect(&self, spotify_id: &str) -> Connected {
        connect(&self.browser(), &self.spotify, spotify_id).await
    }

    /// Connects the person with that Spotify `id`, who grants only the Spotify permissions `scopes`, or all.
    pub async fn connect_granting(&self, spotify_id: &str, scopes: Option<&str>) -> Connected {
        let browser = self.browser();
        let authorize = browser.begin().await.location();
        let mut fields = vec![("person", spotify_id), ("decision", "approve")];
        fields.extend(scopes.map(|scopes| ("grant", scopes)));
        let back = browser.answer(&authorize, &fields).await;
        connected(&browser.visit(&back).await, &self.spotify, spotify_id)
    }

    /// Connects the first person of the simulated Spotify, who has everything.
    pub async fn connect_first(&self) -> Connected {
        let first = self.spotify.people().remove(0).id;
        self.connect(&first).await
    }

    /// Moves the server's and Spotify's time.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Stops the server as SIGTERM does; whether everything in flight finished.
    pub async fn stop(&mut self) -> bool {
        self.replica.stop().await
    }

    /// What `/auth/status` says to `key`.
    pub async fn status(&self, key: &str) -> serde_json::Value {
        self.browser().status(key).await
    }
}

impl Replica {
    async fn start(
        environment: &BTreeMap<String, String>,
        clock: &Clock,
    ) -> Result<Self, OpenFailure> {
        let pairs = environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let mut config = Config::load(&Sources::from_pairs(pairs))?;
        let public = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listening = public.local_addr().unwrap();
        config.bound(listening.port());
        let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let app = app::build(&config, clock.clone()).await?;
        let stop = app.stop_token();
        Ok(Self {
            origin: config.server.base_url.as_str().to_owned(),
            admin: format!("http://{}", admin.local_addr().unwrap()),
            listening: listening.to_string(),
            config,
            stop,
            serving: Some(tokio::spawn(app.run(public, Some(admin)))),
        })
    }

    /// An MCP client with `key`.
    pub fn client(&self, key: &str) -> Client {
        Client::new(&format!("{}/mcp", self.origin), key)
    }

    /// Stops as SIGTERM does; whether everything in flight finished. Once it is stopped it stays so.
    pub async fn stop(&mut self) -> bool {
        self.stop.cancel();
        match self.serving.take() {
            Some(serving) => serving.await.unwrap(),
            None => true,
        }
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let unseen = self.spotify.take_writes();
            assert!(
                unseen.is_empty(),
                "the story did not look at what was written: {unseen:?}"
            );
        }
    }
}

/// Connects the person with that Spotify `id` in `browser`.
pub async fn connect(browser: &Browser, spotify: &Control, spotify_id: &str) -> Connected {
    let page = browser.log_in(spotify_id).await;
    assert_eq!(page.status, 200, "{}", page.text);
    connected(&page, spotify, spotify_id)
}

/// What the page of a login that worked shows.
pub fn connected(page: &Page, spotify: &Control, spotify_id: &str) -> Connected {
    let card = spotify
        .people()
        .into_iter()
        .find(|card| card.id == spotify_id)
        .unwrap();
    Connected {
        spotify_id: spotify_id.to_owned(),
        marker: card.marker,
        key: page.text_of("#api-key"),
        connector_url: page.text_of("#connector-url"),
    }
}

/// Follows the address that a redirect names.
pub fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}
