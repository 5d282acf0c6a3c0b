//! A host of client documents on loopback, over TLS, that counts who connects; and a resolver that leads to it.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use auxcord::fetch::{FetchConfig, Fetcher, Resolver};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::harness::tls::{Authority, Certificate};

/// A name that leads to the site.
pub const NAME: &str = "client.example";

/// What is at a path.
#[derive(Clone, Debug)]
pub enum Answer {
    /// These bytes, head included.
    Raw(Vec<u8>),
    /// A head, and then one byte of the body every ten milliseconds, for ever.
    Drip,
    /// Nothing: it takes the request and says no word.
    Silence,
    /// The first answer, once the gate lets somebody through.
    Gated(Vec<u8>, Arc<Semaphore>),
}

/// The host.
#[derive(Clone, Debug)]
pub struct Site {
    pub address: SocketAddr,
    answers: Arc<Mutex<BTreeMap<String, Answer>>>,
    connected: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// One whose certificate the stories' authority gave it.
    pub async fn start() -> Self {
        let names = [NAME, "localhost", "127.0.0.1", "other.example"];
        Self::start_with(&Authority::of_the_stories().certify(&names)).await
    }

    /// One that shows `certificate`.
    pub async fn start_with(certificate: &Certificate) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = Self {
            address: listener.local_addr().unwrap(),
            answers: Arc::default(),
            connected: Arc::default(),
            asked: Arc::default(),
        };
        let acceptor = TlsAcceptor::from(certificate.server_config());
        let host = site.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                host.connected.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(host.clone().serve(acceptor.clone(), stream));
            }
        });
        site
    }

    /// Puts an answer at a path.
    pub fn put(&self, path: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// Puts a document at a path, as JSON and with `headers`.
    pub fn put_json(&self, path: &str, headers: &[&str], body: &str) {
        let headers = [&["content-type: application/json"], headers].concat();
        self.put(
            path,
            Answer::Raw(response("200 OK", &headers, body.as_bytes())),
        );
    }

    /// How many connections there were.
    pub fn connected(&self) -> usize {
        self.connected.load(Ordering::SeqCst)
    }

    /// The first lines of all requests.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// A fetch to which [`NAME`] and `other.example` lead here, and are trusted.
    pub fn fetcher(&self) -> Fetcher {
        Fetcher::new(self.config()).unwrap()
    }

    /// The same before it is made.
    pub fn config(&self) -> FetchConfig {
        let names = [NAME, "other.example"];
        FetchConfig {
            trusted_hosts: names.map(str::to_owned).into(),
            extra_roots_pem: Some(Authority::of_the_stories().pem().into_bytes()),
            resolver: leading(&names.map(|name| (name, vec![self.address]))),
            deadline: Duration::from_secs(20),
            ..FetchConfig::default()
        }
    }

    async fn serve(self, acceptor: TlsAcceptor, stream: TcpStream) {
        let Ok(mut stream) = acceptor.accept(stream).await else {
            return;
        };
        let head = head(&mut stream).await;
        let line = head.lines().next().unwrap_or_default().to_owned();
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(line);
        let answer = self.answers.lock().unwrap().get(&path).cloned();
        // A client that has seen enough hangs up; that is its right.
        let _ = match answer {
            Some(Answer::Raw(bytes)) => stream.write_all(&bytes).await,
            Some(Answer::Gated(bytes, gate)) => {
                gate.acquire().await.unwrap().forget();
                stream.write_all(&bytes).await
            }
            Some(Answer::Drip) => drip(&mut stream).await,
            Some(Answer::Silence) => {
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest).await.map(|_| ())
            }
            None => {
                let bytes = response("404 Not Found", &[], b"");
                stream.write_all(&bytes).await
            }
        };
        let _ = stream.shutdown().await;
    }
}

/// A resolver that knows these names alone.
pub fn leading(names: &[(&str, Vec<SocketAddr>)]) -> Resolver {
    let names = names
        .iter()
        .map(|(name, addresses)| ((*name).to_owned(), addresses.clone()));
    Resolver::Fixed(Arc::new(names.collect()))
}

/// An answer over the wire.
pub fn response(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut lines = vec![format!("HTTP/1.1 {status}")];
    lines.extend(headers.iter().map(|line| (*line).to_owned()));
    lines.push(format!("content-length: {}", body.len()));
    lines.push("connection: close".to_owned());
    [(lines.join("\r\n") + "\r\n\r\n").as_bytes(), body].concat()
}

async fn head(stream: &mut TlsStream<TcpStream>) -> String {
    let mut read = Vec::new();
    let mut byte = [0];
    while !read.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).await.unwrap_or(0) == 0 {
            break;
        }
        read.push(byte[0]);
    }
    String::from_utf8_lossy(&read).into_owned()
}

async fn drip(stream: &mut TlsStream<TcpStream>) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    loop {
        ticks.tick().await;
        stream.write_all(b" ").await?;
        stream.flush().await?;
    }
}
