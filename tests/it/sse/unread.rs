//! Streams that nobody reads: what waits for them is bounded, whatever is sent.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use super::stage::{OLD, Stream, answer, plain, posting};
use crate::harness::{Ground, Setup};

const STREAMS: usize = 50;
const PEOPLE: usize = 10;
/// What is taken in for one stream at most, in bytes of answers: its queue, the answers that wait for room there, what
/// the HTTP library holds, and what the machine's network buffers take.
const MOST_BYTES: usize = 6 * 1024 * 1024;
/// By how much the process may grow for each of them, in bytes; it grows by about half of that.
const GROWTH: usize = 5 * 1024 * 1024;

/// A client that opens a stream, reads where messages go, and then reads nothing.
#[derive(Debug)]
pub(super) struct Deaf {
    post_url: String,
    key: String,
    _stream: TcpStream,
}

impl Deaf {
    pub(super) async fn open(origin: &str, key: &str) -> Self {
        let address = origin.strip_prefix("http://").unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        // What the machine itself takes in is no part of the question.
        socket.set_recv_buffer_size(4_096).unwrap();
        let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let request = format!(
            "GET /sse HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
             accept: text/event-stream\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut read = String::new();
        let path = loop {
            let mut chunk = [0; 512];
            let length = stream.read(&mut chunk).await.unwrap();
            assert_ne!(length, 0, "{read}");
            read.push_str(std::str::from_utf8(&chunk[..length]).unwrap());
            let said = read.split_once("data: ").map(|(_, said)| said);
            if let Some((path, _)) = said.and_then(|said| said.split_once('\n')) {
                break path.to_owned();
            }
        };
        Self {
            post_url: format!("{origin}{path}"),
            key: key.to_owned(),
            _stream: stream,
        }
    }

    pub(super) async fn post(&self, body: &Value) -> u16 {
        answer(posting(&self.post_url, &self.key, body))
            .await
            .status
    }

    pub(super) async fn shake_hands(&self) {
        let params = json!({
            "protocolVersion": OLD, "capabilities": {},
            "clientInfo": { "name": "deaf", "version": "1" },
        });
        let hello =
            json!({ "jsonrpc": "2.0", "id": "a", "method": "initialize", "params": params });
        assert_eq!(self.post(&hello).await, 202);
    }

    /// Asks for long lists until that is refused; how often it was not, and with which status it was.
    pub(super) async fn fill(&self) -> (usize, u16) {
        let mut taken = 0;
        loop {
            let id = i64::try_from(taken).unwrap();
            let status = self.post(&plain(id, "tools/list")).await;
            if status != 202 {
                return (taken, status);
            }
            taken += 1;
            assert!(taken < 10_000, "it takes everything");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_streams_that_are_never_read_keep_only_so_much() {
    let setup = Setup {
        people: PEOPLE,
        ..Setup::default()
    };
    let setup = setup
        .with("SSE_UNREAD_SECONDS", "600")
        .with("LIMIT_MCP", "100000/min");
    let ground = Ground::new(setup).await;
    let server = ground.serve().await;
    let people = ground.spotify.people().into_iter().rev().take(PEOPLE);
    let mut keys = Vec::new();
    for card in people {
        keys.push(ground.connect(&server, &card.id).await.key);
    }
    let listed = server
        .client(&keys[0])
        .rpc(1, "tools/list", json!({}))
        .await;
    let length = listed.body.to_string().len();
    let mut streams = Vec::new();
    for number in 0..STREAMS {
        let deaf = Deaf::open(&server.origin, &keys[number % PEOPLE]).await;
        deaf.shake_hands().await;
        streams.push(deaf);
    }
    let before = server.resident_bytes();
    for deaf in &streams {
        let (taken, refused) = deaf.fill().await;
        assert_eq!(refused, 429);
        assert!(
            taken * length < MOST_BYTES,
            "{taken} answers of {length} bytes wait"
        );
    }
    for deaf in &streams {
        assert_eq!(
            deaf.post(&plain(-1, "tools/list")).await,
            429,
            "it stays full"
        );
    }
    let grown = server.resident_bytes().saturating_sub(before);
    assert!(grown < STREAMS * GROWTH, "it grew by {grown} bytes");
    // Everybody else is served as before.
    let listed = server
        .client(&keys[0])
        .rpc(1, "tools/list", json!({}))
        .await;
    assert_eq!(listed.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_the_id_of_a_stream_nor_what_is_said_on_it_reaches_the_finest_log() {
    let ground = Ground::new(Setup::default().with("LOG", "trace")).await;
    let server = ground.serve().await;
    let somebody = ground.spotify.people().remove(0).id;
    let person = ground.connect(&server, &somebody).await;
    let mut stream = Stream::open(&server.origin, &person.key).await;
    stream.shake_hands().await;
    stream
        .done("search", json!({ "query": "wordthatissought" }))
        .await;
    let stolen = posting(&stream.post_url, "aux_nobody", &plain(1, "ping"));
    assert_eq!(answer(stolen).await.status, 401);
    let (_, id) = stream.post_url.split_once("sessionId=").unwrap();
    let id = id.to_owned();
    server.terminate();
    stream.assert_ended().await;
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
    assert!(log.contains("/messages"), "the log is the finest: {log}");
    for secret in [id.as_str(), &person.key, "wordthatissought"] {
        let told = log.lines().find(|line| line.contains(secret));
        assert_eq!(told, None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sockets_of_streams_that_are_never_read_are_given_back() {
    let setup = Setup::default()
        .with("SSE_UNREAD_SECONDS", "1")
        .with("LIMIT_MCP", "100000/min");
    let ground = Ground::new(setup).await;
    let server = ground.serve().await;
    let person = ground.spotify.people().pop().unwrap();
    let key = ground.connect(&server, &person.id).await.key;
    let before = server.open_files();
    let mut streams = Vec::new();
    for _ in 0..8 {
        let deaf = Deaf::open(&server.origin, &key).await;
        deaf.shake_hands().await;
        streams.push(deaf);
    }
    assert!(server.open_files() >= before + streams.len());
    for deaf in &streams {
        deaf.fill().await;
    }
    // Idle connections of the client that posted are closed too, after a while.
    crate::harness::until("nothing is kept for who does not read", async || {
        server.open_files() <= before
    })
    .await;
    drop(streams);
}
