//! What the stories share: a simulated Spotify, a folder, processes that speak by lines, and a browser.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use auxcord::sandbox::Control;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::harness::{Browser, Ground, Setup, browser::Page, until};

/// How long a story waits for a line.
const PATIENCE: Duration = Duration::from_mins(1);

/// One machine with its person's folder, on a simulated Spotify.
pub(super) struct Machine {
    pub(super) ground: Ground,
    /// Where Spotify sends the browser back to.
    pub(super) redirect_uri: String,
    pub(super) environment: BTreeMap<String, String>,
}

impl Machine {
    pub(super) async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub(super) async fn with(setup: Setup) -> Self {
        let ground = Ground::new(setup).await;
        let redirect_uri = format!("http://127.0.0.1:{}/callback", free_port());
        let mut environment = ground.environment.clone();
        environment.remove("PORT");
        environment.insert("SPOTIFY_REDIRECT_URI".to_owned(), redirect_uri.clone());
        // Of databases that are no file, the platform's folder holds the machine's secret.
        let home = ground.database.folder.path().to_str().unwrap().to_owned();
        environment.insert("HOME".to_owned(), home);
        Self {
            ground,
            redirect_uri,
            environment,
        }
    }

    pub(super) fn spotify(&self) -> &Control {
        &self.ground.spotify
    }

    pub(super) fn folder(&self) -> &Path {
        self.ground.database.folder.path()
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auxcord"));
        command
            .args(arguments)
            .current_dir(self.folder())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LOG_FORMAT", "json")
            .envs(&self.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A process that a client has started.
    pub(super) fn start(&self) -> Talk {
        Talk::of(self.command(&["stdio"]).spawn().unwrap())
    }

    /// The same, greeted in the older era.
    pub(super) async fn talk(&self) -> Talk {
        let mut talk = self.start();
        talk.initialize(json!({})).await;
        talk
    }

    /// Somebody at Spotify.
    pub(super) fn somebody(&self) -> String {
        self.spotify().people().remove(0).id
    }

    /// Agrees at Spotify; the address that the browser is sent to.
    pub(super) async fn agree(&self, authorize: &str) -> String {
        self.agree_as(authorize, &self.somebody()).await
    }

    pub(super) async fn agree_as(&self, authorize: &str, person: &str) -> String {
        let fields = [("person", person), ("decision", "approve")];
        Browser::new("").answer(authorize, &fields).await
    }

    /// Declines there.
    pub(super) async fn decline(&self, authorize: &str) -> String {
        let person = self.somebody();
        let fields = [("person", person.as_str()), ("decision", "cancel")];
        Browser::new("").answer(authorize, &fields).await
    }

    /// Follows the address as a browser does.
    pub(super) async fn come_back(&self, back: &str) -> Page {
        Browser::new("").visit(back).await
    }

    /// The whole way by `talk` and a pasted address.
    pub(super) async fn link(&self, talk: &mut Talk) {
        let url = talk.begin().await;
        let back = self.agree(&url).await;
        let told = talk.done("connect", json!({"callback_url": back})).await;
        assert_eq!(told["connected"], true, "{told}");
    }

    /// Nobody listens any more.
    pub(super) async fn until_the_port_is_free(&self) {
        let address = self.redirect_uri.replace("http://", "");
        let address = address.split('/').next().unwrap().to_owned();
        until("the port is free", async || {
            TcpListener::bind(&address).is_ok()
        })
        .await;
    }
}

/// A process that speaks by lines.
pub(super) struct Talk {
    pub(super) child: Child,
    input: Option<ChildStdin>,
    lines: UnboundedReceiver<String>,
    log: UnboundedReceiver<String>,
    next_id: i64,
    /// The newer era says of itself what it can with each request.
    pub(super) modern: Option<Value>,
}

impl Talk {
    pub(super) fn of(mut child: Child) -> Self {
        Self {
            input: child.stdin.take(),
            lines: read(child.stdout.take().unwrap()),
            log: read(child.stderr.take().unwrap()),
            child,
            next_id: 1,
            modern: None,
        }
    }

    /// Sends bytes as they are.
    pub(super) fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    pub(super) fn send(&mut self, message: &Value) {
        self.send_raw(format!("{message}\n").as_bytes());
    }

    /// Sends a request and gives its id.
    pub(super) fn request(&mut self, method: &str, mut params: Value) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        if let Some(capabilities) = &self.modern {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "stories", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": capabilities,
            });
        }
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    pub(super) fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// The next line, which is JSON.
    pub(super) async fn line(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.lines.recv()).await;
        let Ok(Some(line)) = line else {
            let mut log = Vec::new();
            while let Ok(line) = self.log.try_recv() {
                log.push(line);
            }
            panic!("no line came; the log: {log:#?}");
        };
        let message: Value = serde_json::from_str(&line).expect(&line);
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        message
    }

    /// The answer to the request `id`; whatever else comes meanwhile is nobody's.
    pub(super) async fn answer(&mut self, id: i64) -> Value {
        let message = self.line().await;
        assert_eq!(message["id"], id, "{message}");
        message
    }

    /// What a request led to.
    pub(super) async fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params);
        let answer = self.answer(id).await;
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    pub(super) async fn initialize(&mut self, capabilities: Value) -> Value {
        let told = self
            .ask(
                "initialize",
                json!({
                    "protocolVersion": "2025-11-25",
                    "capabilities": capabilities,
                    "clientInfo": {"name": "stories", "version": "1"},
                }),
            )
            .await;
        self.notify("notifications/initialized", &json!({}));
        told
    }

    pub(super) async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({"name": tool, "arguments": arguments}))
            .await
    }

    /// The structured answer of a call that went well.
    pub(super) async fn done(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).await;
        assert_ne!(result["isError"], true, "{tool}: {result}");
        result["structuredContent"].clone()
    }

    /// The words of a call that was refused.
    pub(super) async fn refused(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], true, "{tool}: {result}");
        result["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// Begins a login; the address at Spotify.
    pub(super) async fn begin(&mut self) -> String {
        let told = self.done("connect", json!({})).await;
        told["url"].as_str().unwrap().to_owned()
    }

    pub(super) async fn names(&mut self) -> Vec<String> {
        let listed = self.ask("tools/list", json!({})).await;
        let tools = listed["tools"].as_array().unwrap().iter();
        tools
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Closes its input.
    pub(super) fn close(&mut self) {
        self.input = None;
    }

    /// Waits until it has ended: how, the lines that nobody read, and its log.
    pub(super) async fn ended(mut self) -> (ExitStatus, Vec<String>, Vec<String>) {
        let mut status = None;
        until("the process has ended", async || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        })
        .await;
        let (mut lines, mut log) = (Vec::new(), Vec::new());
        while let Some(line) = self.lines.recv().await {
            lines.push(line);
        }
        while let Some(line) = self.log.recv().await {
            log.push(line);
        }
        (status.unwrap(), lines, log)
    }

    /// Sends it a signal.
    pub(super) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Its memory that is in use at most, in KiB, as the system counts it.
    pub(super) fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let number = line.unwrap().split_whitespace().nth(1).unwrap();
        number.parse().unwrap()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(from: impl Read + Send + 'static) -> UnboundedReceiver<String> {
    let (sender, lines) = unbounded_channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
