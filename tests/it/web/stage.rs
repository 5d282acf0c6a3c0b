//! The web room with a database, keys and links as in production, and the small Spotify.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use auxcord::{
    auth::{Keys, Refusal, Sessions, Toolset},
    clock::Clock,
    crypto::{ApiKey, HashKey, Keyring, random_bytes},
    http::{Edge, require_bearer},
    link::{LinkApp, LinkParts, Links},
    spotify::{Client, ClientConfig, accounts::AppCredentials},
    store::{AppId, AppMode, Db, DbOptions, Freshness, PersonId, Target},
    web::{self, Notices, ToolChoice, Web},
};
use axum::{Router, middleware::from_fn_with_state};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::{
    spotify::{CLIENT_ID, Spotify},
    visitor::{Page, Visitor},
};
use crate::harness::{database::TestDatabase, sql::Hand};

/// 2026-11-20 12:00 UTC.
const NOON: i64 = 1_795_176_000_000;
const KEYRING: &str = "t1:3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs";

/// Some tools of a server.
const TOOLS: [ToolChoice; 3] = [
    choice("search", Toolset::Core, false),
    choice("play", Toolset::Core, true),
    choice("list_show_episodes", Toolset::Spoken, false),
];

const fn choice(name: &'static str, toolset: Toolset, writes: bool) -> ToolChoice {
    ToolChoice {
        name,
        title: name,
        toolset,
        writes,
    }
}

/// A web room that people can visit.
pub struct Stage {
    pub web: Web,
    pub spotify: Spotify,
    pub clock: Clock,
    pub freshness: Freshness,
    database: TestDatabase,
}

impl Stage {
    /// With texts of the operator's own.
    pub async fn with_notices(notices: Notices) -> Self {
        let mut stage = Self::on_https().await;
        stage.web.notices = notices;
        stage
    }

    /// As on one's own machine.
    pub async fn on_http() -> Self {
        Self::at("http://127.0.0.1:8001").await
    }

    /// As on a public host.
    pub async fn on_https() -> Self {
        Self::at("https://music.example").await
    }

    async fn at(origin: &str) -> Self {
        let clock = Clock::manual(NOON);
        let spotify = Spotify::default();
        let accounts = spotify.serve().await;
        let api = accounts.join("v1").unwrap();
        let mut config = ClientConfig::new(accounts, api);
        config.max_retries = 0;
        let database = TestDatabase::new().await;
        let db = Db::open(&options(&database)).await.unwrap();
        let freshness = Freshness::new();
        let app = AppId::new(NOON, random_bytes());
        db.insert_app(app, CLIENT_ID, AppMode::Operator, NOON)
            .await
            .unwrap();
        let links = Links::new(LinkParts {
            db: db.clone(),
            freshness: freshness.clone(),
            keyring: Keyring::parse(KEYRING).unwrap(),
            accounts: Client::new(&config).unwrap().accounts(),
            app: LinkApp {
                id: app,
                credentials: AppCredentials {
                    client_id: CLIENT_ID.to_owned(),
                    client_secret: None,
                },
                redirect_uri: format!("{origin}/auth/callback"),
            },
            clock: clock.clone(),
            owner: "stage".to_owned(),
        });
        let keys = Keys::new(
            db.clone(),
            HashKey::new(random_bytes()),
            clock.clone(),
            freshness.clone(),
            Duration::from_hours(1),
        );
        let web = Web {
            sessions: Sessions::new(db.clone(), keys.hash_key().clone(), clock.clone()),
            keys,
            links,
            db,
            clock: clock.clone(),
            origin: origin.to_owned(),
            secure: origin.starts_with("https:"),
            callback_path: "/auth/callback".to_owned(),
            mcp_url: format!("{origin}/mcp"),
            notices: Notices::default(),
            tools: TOOLS.into(),
        };
        Self {
            web,
            spotify,
            clock,
            freshness,
            database,
        }
    }

    /// A browser without cookies.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.routes())
    }

    /// The account of `id`, called `name`.
    pub fn account(id: &str, name: &str) -> Value {
        json!({ "account_id": format!("account-of-{id}"), "id": id, "display_name": name })
    }

    /// The whole way, in `visitor`'s browser.
    pub async fn connect(&self, visitor: &mut Visitor, account: &Value) -> Page {
        let away = visitor.leave().await;
        let back = self.spotify.agree(&away, account);
        let page = visitor.follow(&back).await;
        assert_eq!(page.status, 200, "{}", page.text);
        page
    }

    /// The whole way, in a new browser; the API key.
    pub async fn key_of(&self, account: &Value) -> String {
        let page = self.connect(&mut self.visitor(), account).await;
        page.text_of("#api-key")
    }

    /// Whose `key` is, if it is anybody's.
    pub async fn person_of(&self, key: &str) -> Option<PersonId> {
        let kind = ApiKey::parse(key).expect("the text of a key").kind();
        match self.web.keys.check(kind, key).await {
            Ok(caller) => Some(caller.person),
            Err(Refusal::Invalid) => None,
            Err(fault) => panic!("{fault}"),
        }
    }

    /// Signs `account` in, in `visitor`'s browser, from the account page and back to it.
    pub async fn sign_in(&self, visitor: &mut Visitor, account: &Value) -> Page {
        let away = visitor.send("POST", "/account/login", &[]).await;
        assert_eq!(away.status, 303, "{}", away.text);
        let back = self.spotify.agree(away.header("location"), account);
        let page = visitor.follow(&back).await;
        assert_eq!(page.status, 303, "{}", page.text);
        assert_eq!(page.header("location"), "/account");
        visitor.get("/account").await
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("select count(*) from {table}")).await
    }

    /// The number that a statement answers.
    pub async fn number(&self, statement: &str) -> i64 {
        let statement = AssertSqlSafe(statement.to_owned());
        match &self.web.db {
            Db::Sqlite(pool) => sqlx::query_scalar(statement).fetch_one(pool).await.unwrap(),
            Db::Postgres(pool) => sqlx::query_scalar(statement).fetch_one(pool).await.unwrap(),
        }
    }

    /// The text that a statement answers.
    pub async fn text(&self, statement: &str) -> String {
        let mut texts = self.database.texts(statement).await;
        assert_eq!(texts.len(), 1, "{statement}");
        texts.remove(0)
    }

    /// Changes what is stored.
    pub async fn execute(&self, statement: &str) {
        Hand::on(&self.database).await.execute(statement).await;
    }

    /// `table.column` of everything in the database in which `text` stands.
    pub async fn places_of(&self, text: &str) -> Vec<String> {
        Hand::on(&self.database).await.places_of(text).await
    }

    /// What is remembered may be trusted from now on, for a second.
    pub fn trust(&self) {
        self.freshness.note(Instant::now());
    }

    fn routes(&self) -> Router {
        let edge = Edge {
            keys: self.web.keys.clone(),
            mcp_url: self.web.mcp_url.clone(),
            resource: None,
        };
        let account = web::account_routes(self.web.clone())
            .layer(from_fn_with_state(Arc::new(edge), require_bearer));
        web::routes(self.web.clone())
            .merge(web::callback_route(self.web.clone()))
            .merge(account)
    }
}

fn options(database: &TestDatabase) -> DbOptions {
    let target = match database.url.strip_prefix("sqlite:///") {
        Some(path) => Target::Sqlite(path.into()),
        None => Target::Postgres(database.url.clone().into()),
    };
    DbOptions {
        target,
        max_connections: 4,
        acquire_timeout: Duration::from_secs(30),
        busy_timeout: Duration::from_secs(30),
    }
}
