//! One request to an address of the configuration and its whole answer, bounded in time and size. Follows no redirect
//! and uses no proxy of the environment, because clients see what is really there. Knows nothing of what it asks for.

use std::{error::Error, io, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use jiff::fmt::rfc2822;
use reqwest::{Request, redirect};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;
use url::Url;

use crate::clock::{Clock, Millis};

/// How long connecting may take, and the whole answer.
const CONNECT: Duration = Duration::from_secs(3);
const WHOLE: Duration = Duration::from_secs(8);

/// How long the beginning of a stream may take.
const BEGINNING: Duration = Duration::from_secs(4);

/// The longest answer that is read, in bytes.
const LONGEST: usize = 256 * 1024;

/// Asks.
pub(super) struct Wire {
    client: Result<reqwest::Client, Lost>,
    clock: Clock,
}

/// An answer.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// What the answer says the time is, beside the time here.
    pub(super) dated: Option<Dated>,
}

/// Somebody else's clock beside ours.
#[derive(Clone, Debug)]
pub(super) struct Dated {
    /// Whose.
    pub(super) host: String,
    /// What it showed; whole seconds.
    pub(super) theirs: Millis,
    /// What ours showed when the answer came.
    pub(super) ours: Millis,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The name has no address.
    NoName,
    /// Nobody listens there.
    Refused,
    /// Nothing came in time.
    Late,
    /// The certificate, or what else of TLS went wrong.
    Tls(String),
    /// Anything else.
    Broken(String),
}

impl Wire {
    pub(super) fn new(clock: &Clock) -> Self {
        // reqwest asks rustls for the process's provider. Whoever installs one first wins, and all of us bring ring.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .user_agent(concat!("auxcord-doctor/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            .build()
            .map_err(|fault| Lost::Broken(told(&fault)));
        Self {
            client,
            clock: clock.clone(),
        }
    }

    /// What a GET of `url` brings.
    pub(super) async fn get(&self, url: &str) -> Result<Reply, Lost> {
        self.ask(request(Method::GET, url, None)?).await
    }

    /// What a POST of this JSON brings, to whom says that it also takes event streams, as MCP clients do.
    ///
    /// With `key` it is a call of the person whose API key that is.
    pub(super) async fn post(
        &self,
        url: &str,
        json: &'static str,
        key: Option<&SecretString>,
    ) -> Result<Reply, Lost> {
        let mut request = request(Method::POST, url, key)?;
        let kind = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        *request.body_mut() = Some(json.into());
        self.ask(request).await
    }

    /// How the answer to a GET of an event stream begins: its status, once something of the body is there too.
    pub(super) async fn begin(&self, url: &str, key: &SecretString) -> Result<StatusCode, Lost> {
        let client = self.client.as_ref().map_err(Clone::clone)?;
        let request = request(Method::GET, url, Some(key))?;
        let first = async {
            let mut response = client.execute(request).await.map_err(|it| lost(&it))?;
            response.chunk().await.map_err(|it| lost(&it))?;
            Ok(response.status())
        };
        timeout(BEGINNING, first).await.unwrap_or(Err(Lost::Late))
    }

    async fn ask(&self, request: Request) -> Result<Reply, Lost> {
        let client = self.client.as_ref().map_err(Clone::clone)?;
        timeout(WHOLE, self.exchange(client, request))
            .await
            .unwrap_or(Err(Lost::Late))
    }

    async fn exchange(&self, client: &reqwest::Client, request: Request) -> Result<Reply, Lost> {
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let mut response = client.execute(request).await.map_err(|it| lost(&it))?;
        let ours = self.clock.now();
        let dated = date(response.headers()).map(|theirs| Dated { host, theirs, ours });
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|it| lost(&it))? {
            if body.len() + chunk.len() > LONGEST {
                break;
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body: body.freeze(),
            dated,
        })
    }
}

impl Reply {
    /// The body as a JSON object, if it is one.
    pub(super) fn json(&self) -> Option<serde_json::Map<String, serde_json::Value>> {
        serde_json::from_slice(&self.body).ok()
    }

    /// A header as text.
    pub(super) fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Lost {
    /// What happened, as a fragment after a name.
    pub(super) fn told(&self) -> String {
        match self {
            Self::NoName => "the name has no address".to_owned(),
            Self::Refused => "nobody listens there (connection refused)".to_owned(),
            Self::Late => "there is no answer in time".to_owned(),
            Self::Tls(what) => format!("no secure connection: {what}"),
            Self::Broken(what) => format!("the connection fails: {what}"),
        }
    }
}

/// As MCP clients ask.
fn request(method: Method, url: &str, key: Option<&SecretString>) -> Result<Request, Lost> {
    let url = Url::parse(url).map_err(|fault| Lost::Broken(fault.to_string()))?;
    let mut request = Request::new(method, url);
    let accepted = HeaderValue::from_static("application/json, text/event-stream");
    request.headers_mut().insert(header::ACCEPT, accepted);
    if let Some(key) = key {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", key.expose_secret()))
            .map_err(|_invalid| Lost::Broken("the key is none".to_owned()))?;
        bearer.set_sensitive(true);
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
    }
    Ok(request)
}

/// The time of a `Date` header (RFC 9110 section 5.6.7).
fn date(headers: &HeaderMap) -> Option<Millis> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    let time = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(time.as_millisecond())
}

fn lost(fault: &reqwest::Error) -> Lost {
    if fault.is_timeout() {
        return Lost::Late;
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(fault);
    while let Some(one) = cause {
        if let Some(known) = known(one) {
            return known;
        }
        cause = one.source();
    }
    let told = told(fault);
    if told.contains("dns error") || told.contains("failed to lookup") {
        Lost::NoName
    } else {
        Lost::Broken(told)
    }
}

/// An error in an error of the system is not among its sources.
fn known(cause: &(dyn Error + 'static)) -> Option<Lost> {
    if let Some(fault) = cause.downcast_ref::<rustls::Error>() {
        return Some(Lost::Tls(fault.to_string()));
    }
    let fault = cause.downcast_ref::<io::Error>()?;
    if fault.kind() == io::ErrorKind::ConnectionRefused {
        return Some(Lost::Refused);
    }
    fault.get_ref().and_then(|inner| known(inner))
}

/// The innermost cause, which is the one that says something; no address is in it.
fn told(fault: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = fault;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = innermost.to_string();
    match fault.source() {
        None => "the request was not sent".to_owned(),
        Some(source) if source.to_string().contains("dns error") => format!("dns error: {text}"),
        Some(_) => text,
    }
}
