//! What tests change in the simulated world behind the back of its callers: devices, plans, what is on, limits. It
//! answers no call.

use super::Control;
use crate::sandbox::{
    seed::{Person, Plan},
    world::{Account, Content, Device, Key, Kind, Load, On, Player, decode_as},
};

/// What is put on a person's player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnAir {
    /// A track or an episode, by its URI; it plays.
    Uri(String),
    /// An advertisement.
    Advertisement,
    /// Nothing: no device is active.
    Nothing,
}

/// A device's properties that can change.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceChange {
    /// Whether it takes no commands.
    #[serde(default)]
    pub restricted: Option<bool>,
    /// Whether its volume can be set.
    #[serde(default)]
    pub supports_volume: Option<bool>,
    /// Whether it gets a new id, so that the old one is not found any more.
    #[serde(default)]
    pub renew_id: bool,
}

impl Control {
    /// Sets how much later reads see a command of the player, in milliseconds of the sandbox's or the machine's clock,
    /// whichever is there first.
    pub fn set_player_lag_ms(&self, lag: u64) {
        self.inner.knobs.set_player_lag_ms(lag);
    }

    /// Sets the calls of an app to one group of endpoints in 24 hours, and counts from nothing. Refused calls do not
    /// count.
    pub fn set_daily_quota(&self, most: Option<u64>) {
        self.inner.limits.set_daily(most);
    }

    /// Sets the calls of an app in a rolling window of 30 seconds, and counts from nothing.
    pub fn set_window_limit(&self, most: Option<u64>) {
        self.inner.limits.set_window(most);
    }

    /// Sets whether playlists that are made private become public all the same, as has been measured at Spotify.
    pub fn set_private_ignored(&self, ignored: bool) {
        self.inner.knobs.set_private_ignored(ignored);
    }

    /// Changes a person's plan. Gives whether there is such a person.
    pub fn set_premium(&self, person: &str, premium: bool) -> bool {
        let plan = if premium { Plan::Premium } else { Plan::Free };
        let found = self.named(person);
        if let Some(person) = found {
            self.inner.knobs.set_plan(person.owner, plan);
        }
        found.is_some()
    }

    /// Gives a person a device, which sleeps, and tells its id. `sort` is `Computer`, `Smartphone`, `Speaker` or so.
    pub fn add_device(&self, person: &str, name: &str, sort: &str) -> Option<String> {
        self.change(person, |account, person| {
            let id = device_id(person, name, account.playback.devices.len());
            account.playback.devices.push(Device {
                id: Some(id.clone()),
                name: name.to_owned(),
                sort: sort.to_owned(),
                volume: Some(50),
                supports_volume: true,
                restricted: false,
                private_session: false,
            });
            id
        })
    }

    /// Takes a device away, by its id or name; what was on there has fallen asleep. Gives whether it was there.
    pub fn remove_device(&self, person: &str, device: &str) -> bool {
        let now = self.now();
        let removed = self.change(person, |account, _| {
            let at = place(account, device)?;
            account.playback.remove(at, now);
            Some(())
        });
        removed.flatten().is_some()
    }

    /// Takes all devices of a person away.
    pub fn remove_devices(&self, person: &str) {
        let now = self.now();
        self.change(person, |account, _| {
            while !account.playback.devices.is_empty() {
                account.playback.remove(0, now);
            }
        });
    }

    /// Changes a device, by its id or name, and tells its id. Gives nothing if it is not there or has no id.
    pub fn change_device(
        &self,
        person: &str,
        device: &str,
        change: &DeviceChange,
    ) -> Option<String> {
        let changed = self.change(person, |account, person| {
            let at = place(account, device)?;
            let changed = &mut account.playback.devices[at];
            changed.restricted = change.restricted.unwrap_or(changed.restricted);
            changed.supports_volume = change.supports_volume.unwrap_or(changed.supports_volume);
            if change.renew_id {
                let old = changed.id.clone().unwrap_or_default();
                changed.id = Some(device_id(person, &old, at));
            }
            changed.id.clone()
        });
        changed.flatten()
    }

    /// Puts something on, on the active device or else on the first. Gives whether it could be.
    pub fn put_on(&self, person: &str, what: &OnAir) -> bool {
        let now = self.now();
        let put = self.change(person, |account, _| {
            let playback = &mut account.playback;
            if *what == OnAir::Nothing {
                if let Some(player) = &mut playback.player {
                    player.playing = false;
                    player.device = None;
                }
                return Some(());
            }
            playback.devices.first()?;
            let player = playback.player.get_or_insert_with(Player::empty);
            match what {
                OnAir::Uri(uri) => player.load(
                    Load {
                        list: vec![content(uri)?],
                        first: Some(0),
                        context: None,
                        progress: 0,
                    },
                    now,
                ),
                OnAir::Advertisement => {
                    (player.on, player.playing) = (On::Advertisement, true);
                    (player.progress, player.since) = (0, now);
                }
                OnAir::Nothing => {}
            }
            player.device.get_or_insert(0);
            Some(())
        });
        put.flatten().is_some()
    }

    /// Changes a person's account; reads see it at once.
    fn change<T>(&self, person: &str, act: impl FnOnce(&mut Account, &Person) -> T) -> Option<T> {
        let person = self.named(person)?;
        let world = &self.inner.world;
        let mut account = world.account(person.owner)?;
        account.settled(self.now(), |content| world.length(content));
        account.catch_up();
        Some(act(&mut account, person))
    }
}

fn place(account: &Account, device: &str) -> Option<usize> {
    let named = |one: &Device| one.id.as_deref() == Some(device) || one.name == device;
    account.playback.devices.iter().position(named)
}

/// An id of 40 hexadecimal digits that the same device always gets.
fn device_id(person: &Person, name: &str, at: usize) -> String {
    let mut text = 0xcbf2_9ce4_8422_2325_u64 ^ (u64::from(person.owner) << 32 | at as u64);
    for byte in name.bytes() {
        text = (text ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut rng = fastrand::Rng::with_seed(text);
    (0..40).map(|_| rng.digit(16)).collect()
}

fn content(uri: &str) -> Option<Content> {
    if let Some(id) = uri.strip_prefix("spotify:track:") {
        return decode_as(Kind::Track, id).map(Content::Track);
    }
    let id = uri.strip_prefix("spotify:episode:")?;
    decode_as(Kind::Episode, id).map(|Key { n, .. }| Content::Episode(n))
}
