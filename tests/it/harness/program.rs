//! The real program, started as a person would start it: its own process, a clean environment, a folder of its own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::TestApp;

/// How long a story waits for the program before it counts as stuck.
const PATIENCE: Duration = Duration::from_mins(1);

/// How the program is to be started.
#[derive(Clone, Debug)]
pub struct Program {
    folder: PathBuf,
    variables: Vec<(String, String)>,
}

/// A program that ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it logged and complained about.
    pub err: String,
}

/// A program that runs. It ends with the story.
#[derive(Debug)]
pub struct Running {
    child: Child,
    out: UnboundedReceiver<String>,
    err: UnboundedReceiver<String>,
    /// The lines of its log that were read so far.
    pub log: Vec<String>,
}

impl Program {
    /// The program in `folder`, with nothing set.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            variables: Vec::new(),
        }
    }

    /// The program with the settings of `app`, on the same database.
    pub fn beside(app: &TestApp) -> Self {
        let mut program = Self::new(app.database.folder.path());
        program.variables.extend(app.environment.clone());
        program
    }

    /// Sets a variable of the environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = self.command(env!("CARGO_BIN_EXE_auxcord"));
        command.args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = tokio::time::timeout(PATIENCE, output).await;
        let output = output.expect("the command hangs").unwrap();
        Ended {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that reads `input` to its end.
    pub async fn run_reading(&self, arguments: &[&str], input: &str) -> Ended {
        let mut command = self.command(env!("CARGO_BIN_EXE_auxcord"));
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let input = input.to_owned();
        let output = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            // A command that has seen enough closes its end.
            let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
            child.wait_with_output().unwrap()
        });
        let output = tokio::time::timeout(PATIENCE, output).await;
        let output = output.expect("the command hangs").unwrap();
        Ended {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts a command that goes on.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(env!("CARGO_BIN_EXE_auxcord"));
        command.args(arguments);
        Running::of(command)
    }

    /// Starts a line for `sh`, in which `$AUXCORD` is the program.
    pub fn start_by_shell(&self, line: &str) -> Running {
        let mut command = self.command("/bin/sh");
        command
            .args(["-c", line])
            .env("AUXCORD", env!("CARGO_BIN_EXE_auxcord"));
        Running::of(command)
    }

    /// Runs a line for `sh` and gives what it printed.
    pub async fn shell(&self, line: &str) -> String {
        let mut command = self.command("/bin/sh");
        command.args(["-c", line]);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = tokio::time::timeout(PATIENCE, output).await;
        let output = output.expect("the line hangs").unwrap();
        assert!(output.status.success(), "{line}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .envs(self.variables.clone())
            .stdin(Stdio::null());
        command
    }
}

impl Ended {
    /// The one failure that it told: exit code 1, nothing on stdout, `error:` with each of `words`, and a hint.
    pub fn failed_saying(&self, words: &[&str]) {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        assert!(self.err.contains("error: "), "{self:?}");
        assert!(self.err.contains("\nhint: "), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in {self:?}");
        }
    }

    /// What it printed, of a command that went well.
    pub fn printed(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        &self.out
    }
}

impl Running {
    fn of(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            out: lines(child.stdout.take().unwrap()),
            err: lines(child.stderr.take().unwrap()),
            child,
            log: Vec::new(),
        }
    }

    /// Reads the log up to a line with `words`, and gives that line.
    pub async fn logged(&mut self, words: &str) -> String {
        loop {
            let line = tokio::time::timeout(PATIENCE, self.err.recv()).await;
            let Ok(Some(line)) = line else {
                panic!("no {words:?} in the log {:#?}", self.log);
            };
            self.log.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Reads what it prints up to a line with `words`, and gives all of it.
    pub async fn printed(&mut self, words: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = tokio::time::timeout(PATIENCE, self.out.recv()).await;
            let Ok(Some(line)) = line else {
                while let Ok(line) = self.err.try_recv() {
                    self.log.push(line);
                }
                panic!("no {words:?} in {lines:#?}, {:#?}", self.log);
            };
            lines.push(line.clone());
            if line.contains(words) {
                return lines;
            }
        }
    }

    /// Where it serves, once it does.
    pub async fn origin(&mut self) -> String {
        let line = self.logged("serving; register").await;
        let event: Value = serde_json::from_str(&line).unwrap();
        format!("http://{}", event["address"].as_str().unwrap())
    }

    /// Sends it a signal and waits for its end.
    pub async fn signal(mut self, name: &str) -> Ended {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
        self.ended().await
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> Ended {
        let mut out = Vec::new();
        let all = async {
            while let Some(line) = self.out.recv().await {
                out.push(line);
            }
            while let Some(line) = self.err.recv().await {
                self.log.push(line);
            }
        };
        tokio::time::timeout(PATIENCE, all)
            .await
            .expect("it does not end");
        Ended {
            code: self.child.wait().unwrap().code(),
            out: out.join("\n"),
            err: self.log.join("\n"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(pipe: impl Read + Send + 'static) -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}
