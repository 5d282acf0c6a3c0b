//! Servers as real processes, on a simulated Spotify and a database that outlive them.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Child, ChildStderr, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

use auxcord::sandbox::{Control, Sandbox, Time};
use serde_json::Value;
use tokio::sync::watch;

use super::{
    Browser, Client,
    app::{self, Connected, Setup},
    database::TestDatabase,
};

/// What stays when a server is killed.
#[derive(Debug)]
pub struct Ground {
    /// The simulated Spotify.
    pub spotify: Control,
    /// The database.
    pub database: TestDatabase,
    /// The environment of the servers; nothing else is in it.
    pub environment: BTreeMap<String, String>,
    _sandbox: Sandbox,
}

impl Ground {
    /// On the machine's time.
    pub async fn new(setup: Setup) -> Self {
        let sandbox = setup.sandbox(Time::default()).await;
        let database = TestDatabase::new().await;
        Self {
            spotify: sandbox.control(),
            environment: setup.environment(&sandbox, &database),
            database,
            _sandbox: sandbox,
        }
    }

    /// Starts a server and waits until it serves.
    pub async fn serve(&self) -> Process {
        let child = Command::new(env!("CARGO_BIN_EXE_auxcord"))
            .arg("serve")
            .env_clear()
            .envs(&self.environment)
            .env("LOG_FORMAT", "json")
            .current_dir(self.database.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let scheme = if self.environment.contains_key("TLS_CERT") {
            "https"
        } else {
            "http"
        };
        Process::of(child, scheme).await
    }

    /// Connects the person with that Spotify `id` at `server`, in a browser of their own.
    pub async fn connect(&self, server: &Process, spotify_id: &str) -> Connected {
        app::connect(&server.browser(), &self.spotify, spotify_id).await
    }
}

/// A running server. It is killed when it is dropped.
#[derive(Debug)]
pub struct Process {
    /// `http://127.0.0.1:PORT`, or with https.
    pub origin: String,
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    async fn of(mut child: Child, scheme: &str) -> Self {
        let stderr = child.stderr.take().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (announce, mut announced) = watch::channel(None);
        let reader = {
            let log = Arc::clone(&log);
            thread::spawn(move || read(stderr, &log, &announce))
        };
        let address = announced.wait_for(Option::is_some).await;
        let address = address.ok().and_then(|address| address.clone());
        let address =
            address.unwrap_or_else(|| panic!("the server did not start: {}", log.lock().unwrap()));
        Self {
            origin: format!("{scheme}://{address}"),
            child,
            log,
            reader: Some(reader),
        }
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.origin)
    }

    /// An MCP client with `key`.
    pub fn client(&self, key: &str) -> Client {
        Client::new(&format!("{}/mcp", self.origin), key)
    }

    /// What was logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The address in the first line of the log that contains `words`.
    pub fn logged_address(&self, words: &str) -> String {
        let log = self.log();
        let line = log.lines().find(|line| line.contains(words)).unwrap();
        address(line).unwrap()
    }

    /// How much memory it uses, in bytes (Linux: `/proc/PID/status`).
    pub fn resident_bytes(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes = line.unwrap().split_ascii_whitespace().nth(1).unwrap();
        kilobytes.parse::<usize>().unwrap() * 1024
    }

    /// How many files and sockets it holds (Linux: `/proc/PID/fd`).
    pub fn open_files(&self) -> usize {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        files.unwrap().count()
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until it has ended; how, and all that it logged.
    pub async fn ended(mut self) -> (ExitStatus, String) {
        let mut status = None;
        super::until("the process has ended", async || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        })
        .await;
        self.reader.take().unwrap().join().unwrap();
        (status.unwrap(), self.log())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(stderr: ChildStderr, log: &Mutex<String>, announce: &watch::Sender<Option<String>>) {
    for line in BufReader::new(stderr).lines() {
        let line = line.unwrap();
        let serving = line.contains("serving; register").then(|| address(&line));
        let mut log = log.lock().unwrap();
        log.push_str(&line);
        log.push('\n');
        drop(log);
        if let Some(address) = serving {
            announce.send_replace(address);
        }
    }
}

fn address(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    Some(line["address"].as_str()?.to_owned())
}
