//! The configuration: defaults < file < environment < flags; one small struct a section; every fault reported
//! at once, with the variable's name and the remedy. Names no other room, and no secret leaves it in print.

mod addresses;
mod database;
mod environment;
mod faults;
mod layers;
mod limits;
mod local;
mod log;
mod mcp;
mod notes;
mod oauth;
mod origin;
mod pages;
mod proxies;
mod quota;
mod reader;
mod routes;
mod salvage;
mod secrets;
mod server;
mod show;
mod sources;
mod spotify;
mod table;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use url::Url;

pub use database::{Database, DatabaseUrl};
pub use faults::{Fault, Faults};
pub use limits::Limits;
pub use local::Local;
pub use log::{Log, LogFormat};
pub use mcp::{Mcp, TOOLSETS};
pub use notes::{About, Note};
pub use oauth::Oauth;
pub use origin::Origin;
pub use pages::Pages;
pub use quota::Quota;
pub use salvage::Salvage;
pub use secrets::Secrets;
pub use server::{Environment, Server, Tls, Transport};
pub use sources::{Flags, Sources};
pub use spotify::Spotify;
pub use table::{SETTINGS, Setting};

use self::{addresses::Addresses, layers::Layers, reader::Reader};

/// The configuration in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen, and under which name.
    pub server: Server,
    /// Which database.
    pub database: Database,
    /// The Spotify app, and where Spotify is.
    pub spotify: Spotify,
    /// The keyring.
    pub secrets: Secrets,
    /// The MCP endpoint.
    pub mcp: Mcp,
    /// Which clients may come by themselves.
    pub oauth: Oauth,
    /// How much may be asked for.
    pub limits: Limits,
    /// How many of Spotify's calls are made a day.
    pub quota: Quota,
    /// What one person on one machine has; `None` for a server.
    pub local: Option<Local>,
    /// The operator's own words.
    pub pages: Pages,
    /// What is logged.
    pub log: Log,
    notes: Vec<String>,
    files: BTreeMap<&'static str, PathBuf>,
    provenance: show::Provenance,
}

impl Config {
    /// Lays the sources over each other and judges the result. The error lists every fault.
    pub fn load(sources: &Sources) -> Result<Self, Faults> {
        let mut reader = Reader {
            layers: Layers::lay(sources),
        };
        let read = Self::read(&mut reader, sources);
        match read {
            Some(config) if reader.faults().is_empty() => Ok(config),
            _ => Err(reader.layers.faults),
        }
    }

    /// What a bare `auxcord` does. What cannot be understood is judged when the rest is loaded.
    pub fn transport(sources: &Sources) -> Transport {
        let bare = Sources {
            local: None,
            ..sources.clone()
        };
        if Layers::lay(&bare).local {
            Transport::Stdio
        } else {
            Transport::Http
        }
    }

    /// The embedded defaults with an explanation of each: a file to start from.
    pub const fn defaults() -> &'static str {
        layers::DEFAULTS
    }

    /// Adds to `faults` what is wrong with the value of the setting `key`, under the name by which a person gave it.
    /// For those who know more about values than this room does.
    pub fn fault(&self, faults: &mut Faults, key: &str, what: String, remedy: String) {
        let variable = table::by_key(key).map_or(key, |setting| setting.variable);
        let name = match self.provenance.of_key(key) {
            Some(from) if !from.starts_with(variable) => format!("{variable} ({from})"),
            _ => variable.to_owned(),
        };
        faults.push(name, what, remedy);
    }

    /// What is worth knowing about the sources and stops nothing, one sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whether somebody gave the setting of that variable, in whichever way.
    pub fn is_given(&self, variable: &str) -> bool {
        SETTINGS.iter().any(|setting| {
            setting.variable == variable && self.provenance.of_key(setting.key).is_some()
        })
    }

    /// The file that a secret was read from, where `variable` with `_FILE` named one.
    pub fn secret_file(&self, variable: &str) -> Option<&Path> {
        let setting = SETTINGS
            .iter()
            .find(|setting| setting.variable == variable)?;
        self.files.get(setting.key).map(PathBuf::as_path)
    }

    /// The settings in force, one a line, and where each comes from; secrets only as `(set)`.
    pub fn effective(&self) -> String {
        show::effective(self, &self.provenance)
    }

    /// Tells which port the system chose for `PORT=0`. Addresses that nobody wrote out follow it.
    pub fn bound(&mut self, port: u16) {
        let unsettled = self.server.port == 0 && self.server.base_url.port() == 0;
        self.server.port = port;
        if !unsettled {
            return;
        }
        if let Some(base_url) = self.server.base_url.at_port(port)
            && let Ok(redirect_uri) = Url::parse(&base_url.join(&self.spotify.callback_path))
        {
            self.server.base_url = base_url;
            self.spotify.redirect_uri = redirect_uri;
        }
    }

    /// Every section reads all its settings before one that failed ends the matter.
    fn read(reader: &mut Reader, sources: &Sources) -> Option<Self> {
        let sandbox = sources.sandbox;
        let is_local = reader.layers.local;
        let environment = server::environment(reader);
        if sandbox && environment == Some(Environment::Prod) {
            reader.fault(
                "server.environment",
                "the sandbox is a simulation and refuses ENVIRONMENT=prod",
                "unset it, or leave out --sandbox",
            );
        }
        let environment_of_app = if sandbox {
            Some(Environment::Dev)
        } else {
            environment
        };
        let Addresses {
            base_url,
            redirect_uri,
        } = if is_local {
            addresses::read_local(reader, &server::listener(reader))
        } else {
            addresses::read(reader, environment_of_app, &server::listener(reader))
        };
        let callback_path = redirect_uri.as_ref().map(|uri| uri.path().to_owned());
        let mcp = Mcp::read(reader, base_url.as_ref(), callback_path.as_deref());
        let server = Server::read(reader, environment, base_url);
        let mut database = Database::read(reader, sandbox);
        let local = match &mut database {
            Some(database) if is_local => {
                Local::read(reader, &sources.environment, &mut database.url)
            }
            _ => None,
        };
        let spotify = Spotify::read(reader, environment_of_app, redirect_uri);
        let secrets = Secrets::read(reader, environment_of_app);
        let oauth = Oauth::read(reader);
        let limits = Limits::read(reader);
        let quota = Quota::read(reader);
        let pages = Pages::read(reader);
        let log = Log::read(reader);
        if !sandbox && !is_local && reader.text("spotify.client_id").is_none() {
            reader.note(notes::NO_APP);
        }
        Some(Self {
            server: server?,
            database: database?,
            spotify: spotify?,
            secrets,
            mcp: mcp?,
            oauth: oauth?,
            limits: limits?,
            quota,
            local,
            pages,
            log: log?,
            notes: reader.layers.notes.clone(),
            files: reader.layers.files.clone(),
            provenance: show::Provenance::of(&reader.layers),
        })
    }
}
