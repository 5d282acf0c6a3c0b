//! A whole server on a stub of Spotify: each story says what Spotify answers and sees what it was asked.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use auxcord::{
    app,
    clock::Clock,
    config::{Config, Sources},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::{Url, form_urlencoded};

use crate::harness::{Browser, Client, app::NOON, database::TestDatabase};

const KEYRING: &str = "t1:3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs";

/// Spotify's `id` of the person of these stories.
pub(crate) const ME: &str = "tester";

/// One person's connected server.
pub(crate) struct Stage {
    /// Speaks to the server with the person's key.
    pub(crate) client: Client,
    /// Spotify.
    pub(crate) spotify: Stub,
    /// `http://127.0.0.1:PORT`
    pub(crate) origin: String,
    key: String,
    stop: CancellationToken,
    _database: TestDatabase,
}

impl Stage {
    /// A server as it comes.
    pub(crate) async fn new() -> Self {
        Self::with(&[], None).await
    }

    /// A server with more variables of the environment, and a login at which Spotify granted only `scopes`.
    pub(crate) async fn with(environment: &[(&str, &str)], scopes: Option<&str>) -> Self {
        let spotify = Stub::start(scopes).await;
        let database = TestDatabase::new().await;
        let mut variables: BTreeMap<&str, &str> = [
            ("PORT", "0"),
            ("DATABASE_URL", database.url.as_str()),
            ("TOKEN_ENCRYPTION_KEY", KEYRING),
            ("SPOTIFY_CLIENT_ID", "auxcord-tests"),
            ("SPOTIFY_ACCOUNTS_URL", &spotify.origin),
            ("SPOTIFY_API_URL", &spotify.api),
        ]
        .into();
        variables.extend(environment.iter().copied());
        let mut config = Config::load(&Sources::from_pairs(variables)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        config.bound(listener.local_addr().unwrap().port());
        let app = app::build(&config, Clock::manual(NOON)).await.unwrap();
        let stop = app.stop_token();
        let origin = config.server.base_url.as_str().to_owned();
        tokio::spawn(app.run(listener, None));
        let key = log_in(&origin).await;
        let client = Client::new(&format!("{origin}/mcp"), &key);
        Self {
            client,
            spotify,
            origin,
            key,
            stop,
            _database: database,
        }
    }

    /// Calls a tool that must succeed; its structured content must be what the tool declares.
    pub(crate) async fn answer(&self, tool: &str, arguments: Value) -> Value {
        self.client.answer(tool, arguments).await
    }

    /// The same person at the endpoint that only reads.
    pub(crate) fn reader(&self) -> Client {
        Client::new(&format!("{}/mcp/readonly", self.origin), &self.key)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Goes through the login with a Spotify that agrees; the key that the page shows.
async fn log_in(origin: &str) -> String {
    let browser = Browser::new(origin);
    let authorize = Url::parse(&browser.begin().await.location()).unwrap();
    let state = authorize
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    let page = browser
        .get(&format!("/auth/callback?code=a-code&state={state}"))
        .await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.text_of("#api-key")
}

/// What Spotify answers once.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Reply {
    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string(),
        }
    }

    /// Spotify's error shape.
    pub(crate) fn error(status: u16, message: &str, reason: Option<&str>) -> Self {
        let mut error = json!({"status": status, "message": message});
        if let Some(reason) = reason {
            error["reason"] = json!(reason);
        }
        Self::json(status, &json!({ "error": error }))
    }

    /// Any text.
    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_owned(),
        }
    }

    /// With one more header.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// What Spotify was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `GET /v1/search`
    pub(crate) what: String,
    /// The decoded query.
    pub(crate) query: BTreeMap<String, String>,
    /// The JSON body, or null.
    pub(crate) body: Value,
    /// The bearer token.
    pub(crate) token: String,
}

/// A Spotify that says what it was told to say.
#[derive(Clone)]
pub(crate) struct Stub {
    origin: String,
    api: String,
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    replies: HashMap<String, VecDeque<Reply>>,
    asked: Vec<Asked>,
    tokens: u32,
    scopes: Option<String>,
}

impl Stub {
    async fn start(scopes: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let script = Script {
            scopes: scopes.map(str::to_owned),
            ..Script::default()
        };
        let stub = Self {
            api: format!("{origin}/v1"),
            origin,
            script: Arc::new(Mutex::new(script)),
        };
        stub.on(
            "GET /v1/me",
            &json!({"id": ME, "account_id": "account-of-tester", "display_name": "Test Person"}),
        );
        let router = Router::new().fallback(answer).with_state(stub.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stub
    }

    /// Answers `what` with this JSON from now on, after what was said before.
    pub(crate) fn on(&self, what: &str, body: &Value) {
        self.reply(what, Reply::json(200, body));
    }

    /// Answers `what` with this once its earlier replies are used up; the last reply stays.
    pub(crate) fn reply(&self, what: &str, reply: Reply) {
        self.script
            .lock()
            .unwrap()
            .replies
            .entry(what.to_owned())
            .or_default()
            .push_back(reply);
    }

    /// Answers `what` with this from now on, whatever was said before.
    pub(crate) fn only(&self, what: &str, reply: Reply) {
        self.script
            .lock()
            .unwrap()
            .replies
            .insert(what.to_owned(), [reply].into());
    }

    /// What was asked since the last time, the login's calls left out.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let asked = std::mem::take(&mut self.script.lock().unwrap().asked);
        asked
            .into_iter()
            .filter(|call| call.what != "GET /v1/me")
            .collect()
    }

    /// The same, method and path only.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.asked().into_iter().map(|call| call.what).collect()
    }

    fn token(&self, form: &str) -> Reply {
        let mut script = self.script.lock().unwrap();
        script.tokens += 1;
        let all = "user-read-private user-library-read user-follow-read user-top-read user-read-recently-played \
                   user-read-playback-state user-read-currently-playing user-read-playback-position \
                   playlist-read-private playlist-read-collaborative user-modify-playback-state \
                   playlist-modify-private playlist-modify-public ugc-image-upload user-library-modify";
        let mut body = json!({
            "access_token": format!("access-{}", script.tokens), "token_type": "Bearer", "expires_in": 3600,
            "scope": script.scopes.as_deref().unwrap_or(all),
        });
        if form.contains("authorization_code") {
            body["refresh_token"] = json!("refresh-1");
        }
        Reply::json(200, &body)
    }

    fn next(&self, asked: Asked) -> Reply {
        let mut script = self.script.lock().unwrap();
        let found = script.replies.get_mut(&asked.what).and_then(|replies| {
            if replies.len() > 1 {
                replies.pop_front()
            } else {
                replies.front().cloned()
            }
        });
        script.asked.push(asked);
        found.unwrap_or_else(|| Reply::error(404, "Not found.", None))
    }
}

async fn answer(State(stub): State<Stub>, request: Request) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    let query = request.uri().query().unwrap_or_default();
    let query = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let bearer = request
        .headers()
        .get("authorization")
        .map_or("", |value| value.to_str().unwrap());
    let token = bearer.trim_start_matches("Bearer ").to_owned();
    let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let reply = if what == "POST /api/token" {
        stub.token(&String::from_utf8_lossy(&body))
    } else {
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        stub.next(Asked {
            what,
            query,
            body,
            token,
        })
    };
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(reply.body)).unwrap()
}

/// A 22-character id that ends in `n`.
pub(crate) fn id(n: usize) -> String {
    format!("{n:022}")
}

/// A track as Spotify sends it.
pub(crate) fn track(n: usize, name: &str) -> Value {
    json!({
        "type": "track", "id": id(n), "uri": format!("spotify:track:{}", id(n)), "name": name,
        "duration_ms": 200_000 + n, "explicit": n.is_multiple_of(2), "is_local": false,
        "artists": [{"id": id(9_000), "name": "The Sandboxes"}, {"id": id(9_001), "name": "DJ Stub"}],
        "album": {"id": id(8_000), "name": "First Light", "release_date": "2019-03-01"},
        "external_ids": {"isrc": "USABC1900001"},
        "external_urls": {"spotify": format!("https://open.spotify.com/track/{}", id(n))},
    })
}

/// A page of a list by offset.
pub(crate) fn page(items: Vec<Value>, offset: usize, total: usize) -> Value {
    let next = (offset + items.len() < total).then_some("https://api.spotify.com/v1/next");
    json!({"items": Value::from(items), "limit": 50, "offset": offset, "total": total, "next": next})
}

/// A playlist in a list.
pub(crate) fn listed(n: usize, name: &str, owner: &str, length: usize) -> Value {
    json!({
        "id": id(n), "uri": format!("spotify:playlist:{}", id(n)), "name": name, "description": "",
        "public": false, "collaborative": false, "owner": {"id": owner, "display_name": owner},
        "snapshot_id": "snap-1", "items": {"total": length},
        "external_urls": {"spotify": format!("https://open.spotify.com/playlist/{}", id(n))},
    })
}

/// A playlist's own page, with `there` as its first items.
pub(crate) fn opened(n: usize, name: &str, there: Vec<Value>, length: usize) -> Value {
    let mut playlist = listed(n, name, ME, length);
    playlist["items"] = page(there, 0, length);
    playlist
}

/// A place in a playlist.
pub(crate) fn place(item: &Value) -> Value {
    json!({"added_at": "2026-01-02T03:04:05Z", "is_local": false, "item": item})
}
