//! Carries out a [`Call`]: one connection pool for everybody, the token an argument, time and size bounded.
//!
//! Calls that may be repeated are, a few times at most. A 401 is not: renewing tokens is another room's trade. Nor is
//! a 429: who waits for how long concerns everybody on the app, and this room sees one call.
//! It keeps nothing of any person, and no proxy of the environment is used: tokens go to Spotify directly.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use backon::{ExponentialBuilder, Retryable};
use bytes::Bytes;
use http::{
    HeaderValue, StatusCode,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE},
};
use reqwest::{Request, Response, redirect};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{
    accounts::Accounts,
    base::Base,
    body::{self, BodyFault},
    call::{Call, Group, Target},
    classify,
    error::{Context, SpotifyError},
    token::AccessToken,
};

/// How the client behaves.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Base of the accounts service, `https://accounts.spotify.com`.
    pub accounts: Url,
    /// Base of the Web API, `https://api.spotify.com/v1`.
    pub api: Url,
    /// How long making a connection may take.
    pub connect_timeout: Duration,
    /// How long a call may take, with all its attempts and waits.
    pub call_timeout: Duration,
    /// The longest body that is read, in bytes.
    pub max_body_bytes: usize,
    /// How often a call that may be repeated is repeated at most.
    pub max_retries: usize,
    /// The wait before the first repetition; it doubles, and a random part of it is added.
    pub first_backoff: Duration,
    /// The longest `Retry-After` of a failure that is waited for within a call.
    pub longest_wait: Duration,
    /// How many idle connections to one host are kept.
    pub idle_connections: usize,
}

impl ClientConfig {
    /// The two bases, and for all else what suits Spotify.
    pub const fn new(accounts: Url, api: Url) -> Self {
        Self {
            accounts,
            api,
            connect_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(20),
            max_body_bytes: 4 * 1024 * 1024,
            max_retries: 2,
            first_backoff: Duration::from_millis(200),
            longest_wait: Duration::from_secs(5),
            idle_connections: 256,
        }
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientBuildError {
    /// A base is not a plain http or https address.
    #[error("{0} is not a plain http or https address")]
    Base(&'static str),
    /// The connection pool could not be made; most likely the machine has no root certificates.
    #[error("the connection pool could not be made")]
    Pool(#[source] reqwest::Error),
}

/// The way to Spotify. Clones share one connection pool.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

impl Client {
    /// Makes the connection pool.
    ///
    /// # Errors
    /// [`ClientBuildError`] for a base that is none, or a machine without root certificates.
    pub fn new(config: &ClientConfig) -> Result<Self, ClientBuildError> {
        let api =
            Base::new(&config.api).ok_or(ClientBuildError::Base("the base of the web api"))?;
        let accounts = Base::new(&config.accounts)
            .ok_or(ClientBuildError::Base("the base of the accounts service"))?;
        Ok(Self(Arc::new(Inner {
            http: pool(config).map_err(ClientBuildError::Pool)?,
            api,
            accounts,
            call_timeout: config.call_timeout,
            max_body_bytes: config.max_body_bytes,
            longest_wait: config.longest_wait,
            backoff: ExponentialBuilder::new()
                .with_jitter()
                .with_min_delay(config.first_backoff)
                .with_max_times(config.max_retries),
            logins: AtomicU64::new(0),
        })))
    }

    /// Sends a call for the person whose token it is, and decodes the answer.
    ///
    /// # Errors
    /// [`SpotifyError`], after the few repetitions that the call allows.
    pub async fn send<T>(&self, token: &AccessToken, call: &Call<T>) -> Result<T, SpotifyError> {
        let sent = self.send_counted(token, call, || ()).await;
        sent.map(|received| received.value)
    }

    /// As [`send`](Self::send), with the answer as it came. `sending` is told before each request goes out:
    /// repetitions cost quota too.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub async fn send_counted<T>(
        &self,
        token: &AccessToken,
        call: &Call<T>,
        sending: impl Fn() + Send + Sync,
    ) -> Result<Received<T>, SpotifyError> {
        let deadline = Instant::now() + self.0.call_timeout;
        timeout_at(deadline, self.0.attempts(token, call, deadline, &sending))
            .await
            .unwrap_or_else(|_late| Err(SpotifyError::Timeout(Context::of(call).into())))
    }

    /// How many calls of the Web API logins have made since this was last asked.
    pub fn take_login_calls(&self) -> u64 {
        self.0.logins.swap(0, Ordering::Relaxed)
    }

    /// Sends a call that belongs to a login.
    pub(super) async fn send_for_login<T>(
        &self,
        token: &AccessToken,
        call: &Call<T>,
    ) -> Result<T, SpotifyError> {
        let sending = || {
            self.0.logins.fetch_add(1, Ordering::Relaxed);
        };
        let sent = self.send_counted(token, call, sending).await;
        sent.map(|received| received.value)
    }

    /// The accounts service, over the same connection pool.
    pub fn accounts(&self) -> Accounts {
        Accounts::new(self.clone())
    }

    pub(super) fn accounts_address(&self, path: &str) -> Url {
        self.0.accounts.below(path)
    }

    pub(super) fn call_timeout(&self) -> Duration {
        self.0.call_timeout
    }

    /// One request and its whole answer, without a time-out of its own.
    pub(super) async fn exchange(
        &self,
        request: Request,
    ) -> Result<(StatusCode, http::HeaderMap, Bytes), BodyFault> {
        let mut response = self.0.execute(request).await.map_err(BodyFault::Broken)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let body = body::collect(response, self.0.max_body_bytes).await?;
        Ok((status, headers, body))
    }
}

/// An answer. Its `Debug` shows no body: that is people's content.
#[derive(Clone)]
pub struct Received<T> {
    /// What it says.
    pub value: T,
    /// How it came: what [`Call::decode`] made the value of.
    pub body: Bytes,
}

impl<T> std::fmt::Debug for Received<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Received")
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Inner {
    http: reqwest::Client,
    api: Base,
    accounts: Base,
    call_timeout: Duration,
    max_body_bytes: usize,
    longest_wait: Duration,
    backoff: ExponentialBuilder,
    logins: AtomicU64,
}

impl Inner {
    async fn attempts<T>(
        &self,
        token: &AccessToken,
        call: &Call<T>,
        deadline: Instant,
        sending: &(impl Fn() + Send + Sync),
    ) -> Result<Received<T>, SpotifyError> {
        let once = || {
            sending();
            self.attempt(token, call)
        };
        if !call.is_repeatable() {
            return once().await;
        }
        once.retry(self.backoff)
            .when(|error| error.is_retryable() && !matches!(error, SpotifyError::RateLimited(_)))
            .adjust(|error, backoff| {
                // Spotify's own wish is followed, if it is short.
                let wish = error.context().retry_after.unwrap_or_default();
                let pause = wish + backoff?;
                let fits = wish <= self.longest_wait && Instant::now() + pause < deadline;
                fits.then_some(pause)
            })
            .await
    }

    async fn attempt<T>(
        &self,
        token: &AccessToken,
        call: &Call<T>,
    ) -> Result<Received<T>, SpotifyError> {
        let request = self.request(token, call)?;
        let response = self
            .execute(request)
            .await
            .map_err(|cause| lost(call, None, cause))?;
        let status = response.status();
        let device_asleep = status == StatusCode::ACCEPTED && call.group() == Group::Player;
        if !status.is_success() || device_asleep {
            return Err(self.refusal(token, call, response).await);
        }
        let body =
            body::collect(response, self.max_body_bytes)
                .await
                .map_err(|fault| match fault {
                    BodyFault::TooLong => SpotifyError::BodyTooLarge(answered(call, status).into()),
                    BodyFault::Broken(cause) => lost(call, Some(status), cause),
                })?;
        let value = call
            .decode(&body)
            .map_err(|fault| malformed(call, status, &fault))?;
        Ok(Received { value, body })
    }

    fn request<T>(&self, token: &AccessToken, call: &Call<T>) -> Result<Request, SpotifyError> {
        let url = match call.target() {
            Target::Path(path) => self
                .api
                .join(path, call.query())
                .ok_or_else(|| SpotifyError::InvalidRequest(Context::of(call).into()))?,
            Target::Page(address) => self
                .api
                .own(address)
                .ok_or_else(|| SpotifyError::ForeignPage(Context::of(call).into()))?,
        };
        let mut request = Request::new(call.method().clone(), url);
        let headers = request.headers_mut();
        let authorization =
            bearer(token).ok_or_else(|| SpotifyError::Unauthorized(Context::of(call).into()))?;
        headers.insert(AUTHORIZATION, authorization);
        if let Some(body) = call.body() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(call.media()));
            *request.body_mut() = Some(body.clone().into());
        } else if !call.is_read() {
            // Spotify answers 411 to a write that does not say how long its body is.
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Ok(request)
    }

    async fn execute(&self, request: Request) -> reqwest::Result<Response> {
        self.http
            .execute(request)
            .await
            .map_err(reqwest::Error::without_url)
    }

    /// The status is what counts: a body that cannot be read is taken for an empty one.
    async fn refusal<T>(
        &self,
        token: &AccessToken,
        call: &Call<T>,
        mut response: Response,
    ) -> SpotifyError {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let body = body::collect(response, self.max_body_bytes)
            .await
            .unwrap_or_default();
        classify::refusal(call, status, &headers, &body, token.expose())
    }
}

fn pool(config: &ClientConfig) -> reqwest::Result<reqwest::Client> {
    // reqwest asks rustls for the process's provider. Whoever installs one first wins, and all of us bring ring.
    drop(rustls::crypto::ring::default_provider().install_default());
    let builder = reqwest::Client::builder()
        .user_agent(concat!("auxcord/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .tcp_nodelay(true)
        .connect_timeout(config.connect_timeout)
        .pool_max_idle_per_host(config.idle_connections);
    let cleartext = config.api.scheme() == "http" && config.accounts.scheme() == "http";
    if cleartext {
        // The simulated Spotify needs no root certificates, and reading them is most of the time that this takes.
        return builder.tls_certs_only([]).build();
    }
    builder.build()
}

fn bearer(token: &AccessToken) -> Option<HeaderValue> {
    let text = Bytes::from(["Bearer ", token.expose()].concat());
    let mut value = HeaderValue::from_maybe_shared(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn answered<T>(call: &Call<T>, status: StatusCode) -> Context {
    let mut context = Context::of(call);
    context.status = Some(status.as_u16());
    context
}

fn lost<T>(call: &Call<T>, status: Option<StatusCode>, cause: reqwest::Error) -> SpotifyError {
    let mut context = Context::of(call);
    context.status = status.map(|status| status.as_u16());
    SpotifyError::Network(context.into(), Arc::new(cause))
}

/// Says where decoding stopped. The decoder's own words would repeat what Spotify sent.
fn malformed<T>(call: &Call<T>, status: StatusCode, fault: &serde_json::Error) -> SpotifyError {
    let mut context = answered(call, status);
    let (kind, line, column) = (fault.classify(), fault.line(), fault.column());
    context.message = Some(format!("{kind:?} fault at line {line}, column {column}").into());
    SpotifyError::Malformed(context.into())
}
