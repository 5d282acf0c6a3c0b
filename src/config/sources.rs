//! Where a configuration comes from, as a value: so that a test can pass an environment of its own, and
//! the process's real one is read in exactly one function.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf};

use clap::Args;

/// Everything that a configuration is made from, above the embedded defaults.
///
/// Its `Debug` is blind: the environment holds secrets.
#[derive(Clone, Default)]
pub struct Sources {
    /// `--config FILE`.
    pub file: Option<PathBuf>,
    /// A `.env` file; one that is not there counts as empty.
    pub dotenv: Option<PathBuf>,
    /// The environment; its variables win over those of [`Sources::dotenv`].
    pub environment: BTreeMap<String, OsString>,
    /// What was said on the command line.
    pub flags: Flags,
    /// A simulated Spotify: the `SPOTIFY_*` variables and `DATABASE_URL` are ignored.
    pub sandbox: bool,
    /// Whether it is for one person on one machine rather than for a server; `None` leaves it to `TRANSPORT`.
    pub local: Option<bool>,
}

/// The settings that can be given on the command line. They are text, so that a wrong one is reported
/// together with everything else that is wrong.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Address to listen on (`HOST`)
    #[arg(long, value_name = "ADDRESS")]
    pub host: Option<String>,
    /// Port to listen on (`PORT`)
    #[arg(long, value_name = "PORT")]
    pub port: Option<String>,
    /// Public origin of the service (`BASE_URL`)
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Second listener, with /readyz (`ADMIN_LISTEN`)
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub admin_listen: Option<String>,
    /// `DATABASE_URL`; every command takes it, so it is declared once for all of them.
    #[arg(skip)]
    pub database: Option<String>,
    /// Toolsets that are offered, comma-separated (`TOOLSETS`)
    #[arg(long, value_name = "NAMES")]
    pub toolsets: Option<String>,
    /// Only these tools, comma-separated (`TOOLS`)
    #[arg(long, value_name = "NAMES")]
    pub tools: Option<String>,
    /// Never these tools, comma-separated (`EXCLUDE_TOOLS`)
    #[arg(long, value_name = "NAMES")]
    pub exclude_tools: Option<String>,
    /// Offer no tool that writes (`READ_ONLY`)
    #[arg(long)]
    pub read_only: bool,
    /// `LOG`; every command takes it, so it is declared once for all of them.
    #[arg(skip)]
    pub log: Option<String>,
    /// `OPEN_BROWSER=false`; only commands that open one take it.
    #[arg(skip)]
    pub no_browser: bool,
}

impl Sources {
    /// The process's own environment, and `.env` in the working directory.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where the process's environment is read"
    )]
    pub fn from_process(file: Option<PathBuf>, flags: Flags) -> Self {
        Self {
            file,
            dotenv: Some(PathBuf::from(".env")),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .collect(),
            flags,
            sandbox: false,
            local: None,
        }
    }

    /// Nothing but the given variables.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self {
            environment: pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), OsString::from(value)))
                .collect(),
            ..Self::default()
        }
    }
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sources")
            .field("file", &self.file)
            .field("sandbox", &self.sandbox)
            .finish_non_exhaustive()
    }
}

impl Flags {
    /// The flags that were given: file key, flag, value.
    pub(super) fn given(&self) -> Vec<(&'static str, &'static str, &str)> {
        let read_only = self.read_only.then_some("true");
        let no_browser = self.no_browser.then_some("false");
        [
            ("server.host", "--host", self.host.as_deref()),
            ("server.port", "--port", self.port.as_deref()),
            ("server.base_url", "--base-url", self.base_url.as_deref()),
            (
                "server.admin_listen",
                "--admin-listen",
                self.admin_listen.as_deref(),
            ),
            ("database.url", "--database", self.database.as_deref()),
            ("mcp.toolsets", "--toolsets", self.toolsets.as_deref()),
            ("mcp.tools", "--tools", self.tools.as_deref()),
            (
                "mcp.exclude_tools",
                "--exclude-tools",
                self.exclude_tools.as_deref(),
            ),
            ("mcp.read_only", "--read-only", read_only),
            ("log.filter", "--log", self.log.as_deref()),
            ("local.open_browser", "--no-browser", no_browser),
        ]
        .into_iter()
        .filter_map(|(key, flag, value)| Some((key, flag, value?)))
        .collect()
    }
}
