//! How a sandbox is set up. It knows nothing of how it runs.

use super::time::Time;

/// The set-up of a sandbox.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many people there are beside the eight made by hand.
    pub people: usize,
    /// The same seed makes the same world.
    pub seed: u64,
    /// Whether a refresh brings a new refresh token.
    pub rotate_refresh: Rotation,
    /// How long an access token lives, in seconds.
    pub access_ttl_secs: u64,
    /// The registered apps; with none, every client id is an app without limits.
    pub apps: Vec<App>,
    /// The sandbox's time.
    pub time: Time,
    /// How much later reads see a command of the player, in milliseconds of the sandbox's or of the machine's clock,
    /// whichever is there first.
    pub player_lag_ms: u64,
    /// Calls of an app to one group of endpoints in 24 hours, before its quota is exceeded; `None` is any number.
    pub daily_quota: Option<u64>,
    /// Calls of an app in a rolling window of 30 seconds; `None` is any number.
    pub window_limit: Option<u64>,
    /// Whether it may listen where other machines reach it.
    pub beyond_loopback: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            people: 0,
            seed: 2026,
            rotate_refresh: Rotation::default(),
            access_ttl_secs: 3_600,
            apps: Vec::new(),
            time: Time::default(),
            player_lag_ms: 0,
            daily_quota: None,
            window_limit: None,
            beyond_loopback: false,
        }
    }
}

/// Whether a refresh brings a new refresh token; the old one is then dead at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// Never, as Spotify mostly does since 2026.
    #[default]
    Never,
    /// Every time.
    Always,
    /// As [`App::rotates`] says.
    PerApp,
}

/// An app in the simulated developer dashboard.
#[derive(Clone, Default)]
pub struct App {
    /// The client id.
    pub client_id: String,
    /// The secret, if the app has one.
    pub client_secret: Option<String>,
    /// Exact addresses; an empty list takes every well-formed one.
    pub redirect_uris: Vec<String>,
    /// Spotify `id`s of those who may use it; `None` is everybody but the person made to be refused.
    pub allow_list: Option<Vec<String>>,
    /// Whether its refresh tokens rotate, with [`Rotation::PerApp`].
    pub rotates: bool,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
