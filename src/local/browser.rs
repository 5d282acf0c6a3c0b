//! Opening the person's browser. It never writes to our standard output, which belongs to the protocol, and gets no
//! secret of ours along.

use std::process::{Command, Stdio};

/// How the browser is opened.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// Whether to do it at all.
    pub wanted: bool,
    /// Variables that it must not inherit.
    pub hidden: Vec<&'static str>,
}

impl Browser {
    /// Whether a program took the address.
    pub fn open(&self, url: &str) -> bool {
        self.wanted
            && open::commands(url)
                .into_iter()
                .any(|command| self.start(command))
    }

    fn start(&self, mut command: Command) -> bool {
        for name in &self.hidden {
            command.env_remove(name).env_remove(format!("{name}_FILE"));
        }
        let started = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match started {
            Ok(mut child) => {
                // Nobody else would collect it. A browser that was not running before stays as long as it likes.
                std::thread::spawn(move || child.wait());
                true
            }
            Err(_) => false,
        }
    }
}
