//! One guarded GET for addresses that strangers name. Knows nothing of who asks or of what the bytes mean.
//!
//! Nothing that it is given can turn it against the network it runs in: https only, port 443 only, no redirect, no
//! proxy of the environment, no compression, one deadline over everything, a cap on the body. A name is resolved once;
//! if any of its addresses is not public the whole answer is refused, and the connection gets the vetted addresses
//! only, so that a second answer of the name server cannot change them. What an operator trusts by name is exempt from
//! the rules about addresses and ports, and from no other.

mod address;
mod host;
mod resolve;

use std::{fmt, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, StatusCode,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE},
};
use reqwest::{Certificate, redirect, retry};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::{sync::OnceCell, time::timeout};
use url::Url;

pub use address::is_public;
pub use host::Forbidden;
pub use resolve::Resolver;

use host::{Reach, Rules};
use resolve::{Guard, NotPublic};

/// How the guarded GET behaves.
#[derive(Clone, Debug)]
pub struct FetchConfig {
    /// `host` (every port of it) or `host:port` that may have any address.
    pub trusted_hosts: Vec<String>,
    /// Certificates in PEM that are trusted for this fetch alone, beside those of the machine.
    pub extra_roots_pem: Option<Vec<u8>>,
    /// Who turns names into addresses.
    pub resolver: Resolver,
    /// How long all of it may take, from the name to the last byte.
    pub deadline: Duration,
    /// The longest body that is read, in bytes.
    pub max_body_bytes: usize,
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self {
            trusted_hosts: Vec::new(),
            extra_roots_pem: None,
            resolver: Resolver::System,
            deadline: Duration::from_secs(5),
            max_body_bytes: 5 * 1024,
        }
    }
}

/// Why there is no guarded GET.
#[derive(Debug, thiserror::Error)]
pub enum FetchBuildError {
    /// A trusted host is none.
    #[error("{0:?} is no host and no host:port")]
    TrustedHost(String),
    /// The extra roots are none.
    #[error("the extra certificates are no certificates in PEM")]
    Roots,
}

/// What was at an address.
#[derive(Clone, Debug)]
pub struct Document {
    /// The body.
    pub bytes: Bytes,
    /// The `Content-Type` header, if there is one.
    pub content_type: Option<String>,
    /// For how long it may be kept by `Cache-Control` (RFC 9111 section 5.2.2); nothing when it does not say.
    pub max_age: Option<Duration>,
}

/// Why there is no document. None of it is for strangers: it would tell them about the network.
#[derive(Debug, thiserror::Error)]
pub enum FetchFault {
    /// The address itself is refused; nobody was asked for anything.
    #[error("the address is refused: {0}")]
    Forbidden(#[from] Forbidden),
    /// The name has an address outside the public internet; nothing was connected.
    #[error("the name has an address that is not public")]
    NotPublic,
    /// The deadline passed.
    #[error("there was no whole answer in time")]
    Late,
    /// No connection, no trusted certificate, or the connection broke.
    #[error("it cannot be reached")]
    Lost(#[source] reqwest::Error),
    /// Another status than 200, redirects among them.
    #[error("the answer has the status {0}")]
    Status(StatusCode),
    /// The body is longer than the cap.
    #[error("the body is too long")]
    TooLong,
    /// The body is compressed although nobody asked for that.
    #[error("the body is encoded")]
    Encoded,
    /// The machine has no root certificates.
    #[error("no client can be made")]
    Pool(#[source] reqwest::Error),
}

impl FetchFault {
    /// Whether the other side may well answer again later: nothing was learnt about the document.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Late | Self::Lost(_) | Self::Pool(_) => true,
            Self::Status(status) => {
                status.is_server_error()
                    || matches!(
                        *status,
                        StatusCode::FORBIDDEN
                            | StatusCode::REQUEST_TIMEOUT
                            | StatusCode::TOO_MANY_REQUESTS
                    )
            }
            Self::Forbidden(_) | Self::NotPublic | Self::TooLong | Self::Encoded => false,
        }
    }
}

/// Fetches documents from addresses that strangers name. Cloning is cheap.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
    rules: Rules,
    roots: Vec<CertificateDer<'static>>,
    resolver: Resolver,
    deadline: Duration,
    max_body_bytes: usize,
    guarded: OnceCell<reqwest::Client>,
    trusting: OnceCell<reqwest::Client>,
}

impl Fetcher {
    /// Takes the rules over. The clients are made with the first fetch, because reading the machine's roots is slow.
    ///
    /// # Errors
    /// [`FetchBuildError`].
    pub fn new(config: FetchConfig) -> Result<Self, FetchBuildError> {
        Ok(Self(Arc::new(Inner {
            rules: Rules::new(&config.trusted_hosts)?,
            roots: config
                .extra_roots_pem
                .as_deref()
                .map_or(Ok(Vec::new()), roots)?,
            resolver: config.resolver,
            deadline: config.deadline,
            max_body_bytes: config.max_body_bytes,
            guarded: OnceCell::new(),
            trusting: OnceCell::new(),
        })))
    }

    /// Whether `url` may be fetched at all, as far as it can be told without asking anybody.
    ///
    /// # Errors
    /// [`Forbidden`].
    pub fn permits(&self, url: &Url) -> Result<(), Forbidden> {
        self.0.rules.judge(url).map(|_reach| ())
    }

    /// The document at `url`.
    ///
    /// # Errors
    /// [`FetchFault`].
    pub async fn get(&self, url: &Url) -> Result<Document, FetchFault> {
        let inner = &self.0;
        let reach = inner.rules.judge(url)?;
        timeout(inner.deadline, inner.exchange(reach, url))
            .await
            .unwrap_or(Err(FetchFault::Late))
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").finish_non_exhaustive()
    }
}

impl Inner {
    async fn exchange(&self, reach: Reach, url: &Url) -> Result<Document, FetchFault> {
        let client = self.client(reach).await?;
        let request = client
            .get(url.clone())
            .header(ACCEPT, "application/json, */*;q=0.1");
        let response = request.send().await.map_err(fault)?;
        if response.status() != StatusCode::OK {
            return Err(FetchFault::Status(response.status()));
        }
        let headers = response.headers().clone();
        if headers
            .get_all(CONTENT_ENCODING)
            .iter()
            .any(|coding| coding != "identity")
        {
            return Err(FetchFault::Encoded);
        }
        Ok(Document {
            bytes: collect(response, self.max_body_bytes).await?,
            content_type: headers
                .get(CONTENT_TYPE)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            max_age: max_age(&headers),
        })
    }

    async fn client(&self, reach: Reach) -> Result<&reqwest::Client, FetchFault> {
        let cell = match reach {
            Reach::Public => &self.guarded,
            Reach::Trusted => &self.trusting,
        };
        cell.get_or_try_init(async || self.build(reach))
            .await
            .map_err(FetchFault::Pool)
    }

    fn build(&self, reach: Reach) -> reqwest::Result<reqwest::Client> {
        // reqwest asks rustls for the process's provider. Whoever installs one first wins, and all of us bring ring.
        drop(rustls::crypto::ring::default_provider().install_default());
        let roots: reqwest::Result<Vec<Certificate>> = self
            .roots
            .iter()
            .map(|root| Certificate::from_der(root))
            .collect();
        reqwest::Client::builder()
            .user_agent(concat!("auxcord/", env!("CARGO_PKG_VERSION")))
            .https_only(true)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            // A kept connection would outlive the look at its address.
            .pool_max_idle_per_host(0)
            .tls_certs_merge(roots?)
            .dns_resolver(Guard {
                resolver: self.resolver.clone(),
                reach,
            })
            .build()
    }
}

/// The whole body, at most `cap` bytes of it held in memory.
async fn collect(mut response: reqwest::Response, cap: usize) -> Result<Bytes, FetchFault> {
    let mut whole = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(fault)? {
        if whole.len() + chunk.len() > cap {
            return Err(FetchFault::TooLong);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

fn fault(error: reqwest::Error) -> FetchFault {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if inner.is::<NotPublic>() {
            return FetchFault::NotPublic;
        }
        cause = inner.source();
    }
    FetchFault::Lost(error.without_url())
}

fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let mut age = None;
    for value in headers.get_all(CACHE_CONTROL) {
        for directive in value.to_str().ok()?.split(',') {
            let directive = directive.trim().to_ascii_lowercase();
            if directive == "no-store" || directive == "no-cache" {
                return Some(Duration::ZERO);
            }
            if let Some(seconds) = directive.strip_prefix("max-age=") {
                age = seconds
                    .trim_matches('"')
                    .parse()
                    .ok()
                    .map(Duration::from_secs);
            }
        }
    }
    age
}

/// The certificates of a PEM file, each of them good for a root.
fn roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, FetchBuildError> {
    let mut store = RootCertStore::empty();
    let mut roots = Vec::new();
    for root in CertificateDer::pem_slice_iter(pem) {
        let root = root.map_err(|_not_pem| FetchBuildError::Roots)?;
        store
            .add(root.clone())
            .map_err(|_no_root| FetchBuildError::Roots)?;
        roots.push(root);
    }
    if roots.is_empty() {
        return Err(FetchBuildError::Roots);
    }
    Ok(roots)
}
