//! The simulated Spotify keeps to Spotify's documents: stories told over HTTP, as its clients see it.

mod accounts;
mod commands;
mod control;
mod editing;
mod faults;
mod library;
mod limits;
mod openapi;
mod player;
mod playlists;
mod saving;
mod search;
mod variety;
mod web_api;

use std::collections::HashMap;

use auxcord::sandbox::{Control, Options, PersonCard, Sandbox, Time};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect::Policy};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use url::Url;

/// The client id of these stories, as good as any other.
const APP: &str = "sandbox-stories";
const CALLBACK: &str = "http://127.0.0.1:8001/auth/callback";
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-rfc-7636-0123456789";
/// 2026-11-20 12:00 UTC.
const NOON: i64 = 1_795_176_000_000;

/// A running sandbox and a client of it.
struct Spotify {
    sandbox: Sandbox,
    control: Control,
    http: Client,
}

impl Spotify {
    async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    /// The clock stands still at noon unless it is moved.
    async fn start_with(options: Options) -> Self {
        // An error only says that another story has already chosen the provider.
        drop(rustls::crypto::ring::default_provider().install_default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let time = Time::from_source(|| NOON);
        let sandbox = Sandbox::start(listener, Options { time, ..options })
            .await
            .unwrap();
        Self {
            control: sandbox.control(),
            http: Client::builder()
                .redirect(Policy::none())
                .no_proxy()
                .build()
                .unwrap(),
            sandbox,
        }
    }

    /// The person made by hand at that place, counted from 0.
    fn person(&self, at: usize) -> PersonCard {
        self.control.people()[at].clone()
    }

    /// A token of that person with every permission.
    fn token(&self, at: usize) -> String {
        self.token_with(at, None)
    }

    fn token_with(&self, at: usize, scopes: Option<&str>) -> String {
        let person = self.person(at).id;
        self.control
            .grant(&person, APP, scopes)
            .unwrap()
            .access_token
    }

    fn call(&self, method: Method, token: &str, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.sandbox.api_url());
        self.http.request(method, url).bearer_auth(token)
    }

    async fn get(&self, token: &str, path: &str) -> (StatusCode, Value) {
        read(self.call(Method::GET, token, path).send().await.unwrap()).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> (StatusCode, Value) {
        read(
            self.call(Method::POST, token, path)
                .json(&body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// A call with a body or without one; gives the status and the error's message and reason.
    async fn write(
        &self,
        method: Method,
        token: &str,
        path: &str,
        body: Option<Value>,
    ) -> (u16, String, String) {
        let request = self.call(method, token, path);
        let request = match body {
            Some(body) => request.json(&body),
            None => request.header("content-length", "0"),
        };
        let (status, body) = read(request.send().await.unwrap()).await;
        let told = |name: &str| body["error"][name].as_str().unwrap_or_default().to_owned();
        (status.as_u16(), told("message"), told("reason"))
    }

    /// A write that is accepted.
    async fn does(&self, method: Method, token: &str, path: &str, body: Option<Value>) {
        let (status, message, reason) = self.write(method, token, path, body).await;
        assert!(status < 300, "{path}: {status} {message} {reason}");
    }

    /// A successful read.
    async fn ok(&self, token: &str, path: &str) -> Value {
        let (status, body) = self.get(token, path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    /// The message of a refused read.
    async fn refused(&self, token: &str, path: &str) -> (u16, String) {
        let (status, body) = self.get(token, path).await;
        let error = &body["error"];
        assert_eq!(error["status"], status.as_u16(), "{path}: {body}");
        (
            status.as_u16(),
            error["message"].as_str().unwrap_or_default().to_owned(),
        )
    }

    async fn authorize(&self, form: &HashMap<String, String>) -> Response {
        let url = format!("{}/authorize", self.sandbox.accounts_url());
        self.http.post(url).form(form).send().await.unwrap()
    }

    /// The code that the person at that place gives.
    async fn code(&self, at: usize) -> String {
        let mut form = asked();
        form.insert("person".to_owned(), self.person(at).id);
        form.insert("decision".to_owned(), "approve".to_owned());
        let back = location(&self.authorize(&form).await);
        assert_eq!(query(&back, "state").as_deref(), Some("st4te"));
        query(&back, "code").unwrap()
    }

    async fn token_endpoint(&self, form: &HashMap<String, String>) -> (StatusCode, Value) {
        let url = format!("{}/api/token", self.sandbox.accounts_url());
        read(self.http.post(url).form(form).send().await.unwrap()).await
    }

    async fn exchange(&self, code: &str, changed: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut form = pairs(&[
            ("grant_type", "authorization_code"),
            ("client_id", APP),
            ("redirect_uri", CALLBACK),
            ("code", code),
            ("code_verifier", VERIFIER),
        ]);
        form.extend(pairs(changed));
        form.retain(|_, value| !value.is_empty());
        self.token_endpoint(&form).await
    }

    async fn refresh(&self, token: &str) -> (StatusCode, Value) {
        let form = pairs(&[
            ("grant_type", "refresh_token"),
            ("client_id", APP),
            ("refresh_token", token),
        ]);
        self.token_endpoint(&form).await
    }
}

/// What a client sends to `/authorize`.
fn asked() -> HashMap<String, String> {
    pairs(&[
        ("client_id", APP),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("state", "st4te"),
        ("scope", "user-library-read playlist-read-private"),
        ("code_challenge_method", "S256"),
        ("code_challenge", &challenge(VERIFIER)),
    ])
}

fn pairs(list: &[(&str, &str)]) -> HashMap<String, String> {
    list.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

fn location(response: &Response) -> Url {
    let header = response
        .headers()
        .get("location")
        .expect("an answer that leads on");
    Url::parse(header.to_str().unwrap()).unwrap()
}

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

async fn read(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// The URI of the track of the catalogue at that place among those called night.
async fn night(spotify: &Spotify, at: usize) -> String {
    let path = "/search?q=track:night&type=track&limit=10";
    let found = spotify.ok(&spotify.token(0), path).await;
    uri(&items(&found["tracks"])[at])
}

fn uri(thing: &Value) -> String {
    thing["uri"].as_str().unwrap().to_owned()
}

fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap()
}
