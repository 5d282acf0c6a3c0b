//! A Spotify that says what the test tells it to, and remembers what it was asked.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use auxcord::spotify::{AccessToken, Client, ClientConfig};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::Value;
use tokio::task::JoinHandle;
use url::Url;

/// The token of every test; nobody may repeat it.
pub(crate) const TOKEN: &str = "BQ-the-access-token-of-this-test";

/// What the upstream says to one request.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Said,
}

#[derive(Clone, Debug)]
enum Said {
    Whole(Bytes),
    /// Chunks without a length in front.
    Chunks(Vec<Bytes>),
    /// Announces more than it sends, then drops the connection.
    Cut(Bytes),
    Never,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Said::Whole(body.into()),
        }
    }

    pub(crate) fn json(body: &Value) -> Self {
        Self::new(200, body.to_string())
    }

    pub(crate) fn chunks(chunks: Vec<Bytes>) -> Self {
        Self {
            body: Said::Chunks(chunks),
            ..Self::new(200, "")
        }
    }

    pub(crate) fn cut(start: &'static str) -> Self {
        Self {
            body: Said::Cut(start.into()),
            ..Self::new(200, "")
        }
    }

    pub(crate) fn never() -> Self {
        Self {
            body: Said::Never,
            ..Self::new(200, "")
        }
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    async fn into_response(self) -> Response {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        let body = match self.body {
            Said::Whole(body) => Body::from(body),
            Said::Chunks(chunks) => {
                Body::from_stream(stream::iter(chunks.into_iter().map(Ok::<_, Infallible>)))
            }
            Said::Cut(start) => {
                response = response.header(header::CONTENT_LENGTH, start.len() + 100);
                let broken = stream::iter([Ok(start), Err(std::io::Error::other("cut"))]);
                Body::from_stream(broken.then(async |piece| {
                    tokio::task::yield_now().await;
                    piece
                }))
            }
            Said::Never => pending().await,
        };
        response.body(body).expect("tests write valid headers")
    }
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    seen: Mutex<Vec<Seen>>,
}

/// A scripted Spotify on a loopback port, and a client of it.
pub(crate) struct Upstream {
    pub(crate) origin: Url,
    pub(crate) client: Client,
    script: Arc<Script>,
    server: JoinHandle<()>,
}

impl Upstream {
    /// Gives one answer after the other. A request too many gets 418, which no client repeats.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::configured(answers, |_| ()).await
    }

    pub(crate) async fn configured(
        answers: impl IntoIterator<Item = Answer>,
        change: impl FnOnce(&mut ClientConfig),
    ) -> Self {
        let script = Arc::new(Script {
            answers: Mutex::new(answers.into_iter().collect()),
            seen: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a loopback port is free");
        let address = listener.local_addr().expect("it is bound");
        let app = axum::Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&script));
        let server = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("it serves");
        });
        let origin: Url = format!("http://{address}/").parse().expect("an address");
        let mut config = config_for(&origin);
        change(&mut config);
        Self {
            origin,
            client: Client::new(&config).expect("a client"),
            script,
            server,
        }
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script
            .seen
            .lock()
            .expect("no test panics in it")
            .clone()
    }

    /// The only request so far.
    pub(crate) fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "one request, not {seen:?}");
        seen[0].clone()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Points a client at `origin`, with waits that no test notices.
pub(crate) fn config_for(origin: &Url) -> ClientConfig {
    let api = origin.join("v1").expect("an address");
    let mut config = ClientConfig::new(origin.clone(), api);
    config.first_backoff = Duration::from_millis(1);
    config
}

pub(crate) fn token() -> AccessToken {
    AccessToken::new(TOKEN.to_owned())
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole request");
    let target = parts.uri.path_and_query().map(ToString::to_string);
    script
        .seen
        .lock()
        .expect("no test panics in it")
        .push(Seen {
            method: parts.method,
            target: target.unwrap_or_default(),
            headers: parts.headers,
            body,
        });
    let next = script
        .answers
        .lock()
        .expect("no test panics in it")
        .pop_front();
    let unscripted = || Answer::new(StatusCode::IM_A_TEAPOT.as_u16(), "not in the script");
    next.unwrap_or_else(unscripted).into_response().await
}
