//! Sends commands to one device: wakes it if it sleeps, remembers what the outcome tells about Premium, and never
//! repeats what would happen twice.

use std::time::Duration;

use tokio::time;

use crate::spotify::{Call, SpotifyError, api};

use super::{
    Context,
    devices::{self, Target},
};
use crate::mcp::{
    fault::Fault,
    text::{self, IN_ERROR},
    tools::steps::Steps,
};

/// How long a device gets to wake up.
const WAKING: Duration = Duration::from_millis(400);

/// Somebody with a hand on one device.
pub(super) struct Hand<'a> {
    context: &'a Context<'a>,
    /// The device.
    pub(super) target: Target,
    woken: bool,
    steps: Option<&'a Steps>,
}

/// What became of a command that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// Spotify took it.
    Accepted,
    /// The device was not reachable for the moment (202): perhaps it will be done.
    Asleep,
}

impl<'a> Hand<'a> {
    /// A hand on `target`.
    pub(super) fn new(context: &'a Context<'a>, target: Target) -> Self {
        Self {
            context,
            target,
            woken: false,
            steps: None,
        }
    }

    /// The same, which tells whoever watches `steps` when it has to wake the device.
    pub(super) fn telling(self, steps: &'a Steps) -> Self {
        Self {
            steps: Some(steps),
            ..self
        }
    }

    /// Sends the command that `make` makes for a device id. If Spotify says that the device is not active, which means
    /// that nothing was done, playback is moved there and the command sent once more.
    ///
    /// # Errors
    /// `no_device` with the devices that are there, and what Spotify answers else.
    pub(super) async fn send(&mut self, make: impl Fn(&str) -> Call<()>) -> Result<Sent, Fault> {
        match self.once(&make(&self.target.id)).await {
            Err(Fault::Spotify(SpotifyError::NoActiveDevice(_))) if !self.woken => {}
            outcome => return outcome,
        }
        self.wake().await?;
        match self.once(&make(&self.target.id)).await {
            Err(Fault::Spotify(SpotifyError::NoActiveDevice(_))) => Err(self.lost().await),
            outcome => outcome,
        }
    }

    /// Moves playback to the device, as it is or playing.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub(super) async fn transfer(&mut self, play: Option<bool>) -> Result<Sent, Fault> {
        match self.once(&api::transfer(&self.target.id, play)).await {
            Err(Fault::Spotify(SpotifyError::NoActiveDevice(_))) => {}
            outcome => return outcome,
        }
        self.find_again().await?;
        match self.once(&api::transfer(&self.target.id, play)).await {
            Err(Fault::Spotify(SpotifyError::NoActiveDevice(_))) => Err(self.lost().await),
            outcome => outcome,
        }
    }

    async fn once(&self, call: &Call<()>) -> Result<Sent, Fault> {
        let context = self.context;
        let outcome = context.upstream.send(call).await;
        let learnt = |premium| {
            let now = context.deps.clock.now();
            context.premium.learn(context.caller.person, premium, now);
        };
        match outcome {
            Ok(()) => {
                learnt(true);
                Ok(Sent::Accepted)
            }
            Err(Fault::Spotify(SpotifyError::DeviceUnavailable(_))) => Ok(Sent::Asleep),
            Err(fault) => {
                if matches!(fault, Fault::Spotify(SpotifyError::PremiumRequired(_))) {
                    learnt(false);
                }
                let refused = matches!(fault, Fault::Spotify(SpotifyError::Restricted(_)));
                Err(match self.target.why_refused() {
                    Some(told) if refused => told,
                    _ => fault,
                })
            }
        }
    }

    async fn wake(&mut self) -> Result<(), Fault> {
        self.woken = true;
        self.find_again().await?;
        match self.once(&api::transfer(&self.target.id, None)).await {
            Ok(_) => {}
            Err(Fault::Spotify(SpotifyError::NoActiveDevice(_))) => return Err(self.lost().await),
            Err(fault) => return Err(fault),
        }
        time::sleep(WAKING).await;
        if let Some(steps) = self.steps {
            steps.expect(1);
            steps.made(self.context, 1, "device woken").await;
        }
        Ok(())
    }

    /// Ids change: looks for the device by its id and else by its name.
    async fn find_again(&mut self) -> Result<(), Fault> {
        let found = self.context.upstream.fresh(&api::devices()).await?;
        let by_id = devices::find(&found.devices, &self.target.id);
        let target = by_id.or_else(|_| devices::find(&found.devices, &self.target.name))?;
        self.target = target;
        Ok(())
    }

    /// The device did not wake.
    async fn lost(&self) -> Fault {
        let name = text::clean(&self.target.name, IN_ERROR);
        let cause = format!("\"{name}\" does not answer.");
        match self.context.upstream.send(&api::devices()).await {
            Ok(found) => devices::no_device(&cause, &found.devices),
            Err(fault) => fault,
        }
    }
}
