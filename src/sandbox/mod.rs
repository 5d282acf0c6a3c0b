//! A simulated Spotify: the accounts service and the Web API over invented people and music, spoken to over HTTP.
//!
//! It is an island: it shares no type with the client that talks to it, so that a fault in decoding cannot hide. The
//! rooms are `world` (plain state), `seed` (what it begins with), `accounts` and `api` (HTTP), `control` (what tests
//! see and steer). Nothing here is Spotify's; it behaves as Spotify's public documents say.

mod accounts;
mod api;
mod calls;
mod control;
mod faults;
mod knobs;
mod limits;
mod options;
mod scope;
mod seed;
mod time;
mod world;

use std::{io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{self, Next},
    response::Response,
    serve::ListenerExt as _,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub use calls::{Secret, Write};
pub use control::{
    Control, DeviceChange, DeviceState, OnAir, PersonCard, PlayerState, PlaylistState, Shelf,
    TokenPair,
};
pub use faults::{Action, Fault};
pub use options::{App, Options, Rotation};
pub use time::Time;

use accounts::Grants;
use api::Written;
use calls::Calls;
use faults::Faults;
use knobs::Knobs;
use limits::Limits;
use seed::Plan;
use world::World;

/// A running simulated Spotify. It stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    inner: Shared,
    task: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Serves on `listener`. An address that others can reach is refused unless the options allow it: everybody who
    /// reaches the sandbox can steer it.
    pub async fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() && !options.beyond_loopback {
            let reason = "the sandbox only listens on a loopback address";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let inner = tokio::task::spawn_blocking(move || Inner::new(address, options));
        let inner = Shared::new(inner.await.map_err(io::Error::other)?);
        let router = router(&inner);
        let stop = inner.stop.clone();
        let listener = listener.tap_io(|stream| {
            // Without it small answers wait for the kernel; with it refused they are only late.
            let _ = stream.set_nodelay(true);
        });
        let task = tokio::spawn(async move {
            let served =
                axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
            if let Err(fault) = served.await {
                tracing::error!(%fault, "the sandbox stopped");
            }
        });
        Ok(Self {
            inner,
            task: Some(task),
        })
    }

    /// Base of the accounts service, such as `http://127.0.0.1:4000`.
    pub fn accounts_url(&self) -> String {
        self.inner.origin.clone()
    }

    /// Base of the Web API, such as `http://127.0.0.1:4000/v1`.
    pub fn api_url(&self) -> String {
        format!("{}/v1", self.inner.origin)
    }

    /// What sees and steers this sandbox.
    pub fn control(&self) -> Control {
        Control::new(Shared::clone(&self.inner))
    }

    /// Stops, and waits until the last call in flight is answered.
    pub async fn shutdown(mut self) {
        self.inner.stop.cancel();
        if let Some(task) = self.task.take() {
            // The task only ends early if the runtime does, and then nobody waits.
            let _ = task.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.inner.stop.cancel();
    }
}

/// What every handler is given.
type Shared = Arc<Inner>;

/// Everything behind one running sandbox.
#[derive(Debug)]
struct Inner {
    origin: String,
    options: Options,
    world: World,
    written: Written,
    grants: Grants,
    calls: Calls,
    faults: Faults,
    limits: Limits,
    knobs: Knobs,
    stop: CancellationToken,
}

/// How far an app proved that it is the one it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// There is no such app.
    Unknown,
    /// It sent a secret that is not its own.
    Wrong,
    /// It sent no secret.
    None,
    /// It sent its secret.
    Right,
}

impl Inner {
    fn new(address: SocketAddr, options: Options) -> Self {
        let world = World::new(options.seed, options.people, options.time.now());
        let host = if address.ip().is_unspecified() {
            SocketAddr::from(([127, 0, 0, 1], address.port()))
        } else {
            address
        };
        Self {
            origin: format!("http://{host}"),
            written: Written::new(&world),
            world,
            grants: Grants::default(),
            calls: Calls::default(),
            faults: Faults::default(),
            limits: Limits::new(options.daily_quota, options.window_limit),
            knobs: Knobs::new(options.player_lag_ms),
            stop: CancellationToken::new(),
            options,
        }
    }

    fn now(&self) -> i64 {
        self.options.time.now()
    }

    /// What a person pays for.
    fn plan(&self, owner: u32) -> Option<Plan> {
        let person = self.world.person(owner)?;
        Some(self.knobs.plan(owner).unwrap_or(person.plan))
    }

    /// How long an access token lives, in milliseconds.
    fn access_life(&self) -> i64 {
        i64::try_from(self.options.access_ttl_secs.saturating_mul(1_000)).unwrap_or(i64::MAX)
    }

    /// The redirect URIs of an app; an empty list takes any. Without apps every id is an app.
    fn redirect_uris(&self, client_id: &str) -> Option<&[String]> {
        if self.options.apps.is_empty() {
            return Some(&[]);
        }
        self.app(client_id).map(|app| &*app.redirect_uris)
    }

    fn prove(&self, client_id: &str, secret: Option<&str>) -> Proof {
        let app = self.app(client_id);
        if app.is_none() && !self.options.apps.is_empty() {
            return Proof::Unknown;
        }
        match (app.map(|app| app.client_secret.as_deref()), secret) {
            (_, None) => Proof::None,
            (None, Some(_)) => Proof::Right,
            (Some(known), Some(_)) if known == secret => Proof::Right,
            (Some(_), Some(_)) => Proof::Wrong,
        }
    }

    fn rotates(&self, client_id: &str) -> bool {
        match self.options.rotate_refresh {
            Rotation::Never => false,
            Rotation::Always => true,
            Rotation::PerApp => self.app(client_id).is_some_and(|app| app.rotates),
        }
    }

    /// Whether the person is on the app's list of users.
    fn may_use(&self, person: u32, client_id: &str) -> bool {
        let Some(person) = self.world.person(person) else {
            return false;
        };
        match self.app(client_id).and_then(|app| app.allow_list.as_ref()) {
            Some(list) => list.contains(&person.id),
            None => person.life != seed::Life::Stranger,
        }
    }

    fn app(&self, client_id: &str) -> Option<&App> {
        self.options
            .apps
            .iter()
            .find(|app| app.client_id == client_id)
    }
}

fn router(shared: &Shared) -> Router {
    let with = || Shared::clone(shared);
    Router::new()
        .merge(accounts::routes())
        .nest("/v1", api::routes())
        .layer(middleware::from_fn_with_state(with(), faults::meddle))
        .layer(middleware::from_fn_with_state(with(), count))
        .nest("/_sandbox", control::routes())
        .with_state(with())
}

/// Counts a call of either service by its route, whatever becomes of it.
async fn count(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("unknown", MatchedPath::as_str);
    shared.calls.count(&format!("{} {route}", request.method()));
    next.run(request).await
}
