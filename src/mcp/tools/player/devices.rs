//! Which device a command goes to: one that the caller names, else the one that is active, else the only or the last
//! one. Commands always name their device. Knows no command.

use crate::spotify::{
    api,
    model::{Device, Playback},
};

use super::Context;
use crate::mcp::{
    fault::Fault,
    text::{self, IN_ERROR, NAME},
};

/// The most devices that an error lists.
const LISTED: usize = 10;

/// A device that takes commands.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Its id of the moment.
    pub(super) id: String,
    /// Its name, cleaned.
    pub(super) name: String,
    /// Whether it is the one that plays.
    pub(super) active: bool,
    /// The name of another one that plays, as far as that was seen.
    pub(super) elsewhere: Option<String>,
    /// Its volume, 0 to 100.
    pub(super) volume: Option<u64>,
    /// Whether its volume can be set.
    pub(super) has_volume: bool,
}

impl Target {
    /// `device`, unless it takes no commands.
    fn of(device: &Device) -> Option<Self> {
        let id = device.id.clone().filter(|_| !device.is_restricted)?;
        Some(Self {
            id,
            name: name(device),
            active: device.is_active,
            elsewhere: None,
            volume: device.volume_percent,
            has_volume: device.supports_volume != Some(false),
        })
    }

    /// Why a device refuses that is not the one that plays: what is behind it or where it stands belongs to that one.
    /// `None` where no other is known to play.
    pub(super) fn why_refused(&self) -> Option<Fault> {
        let other = self.elsewhere.as_ref()?;
        Some(restricted(&format!(
            "\"{}\" refused, because it is not the device that plays; that is \"{}\". Leave `device` out, or move \
             playback with `transfer_playback` first",
            text::clean(&self.name, IN_ERROR),
            text::clean(other, IN_ERROR)
        )))
    }

    /// Whether `device` is this one: by its id, and where it tells none by its name.
    pub(super) fn is(&self, device: &Device) -> bool {
        match device.id.as_deref() {
            Some(id) => id == self.id,
            None => name(device) == self.name,
        }
    }
}

/// The device that `wanted` names, or without a name the one to take: the active, the only, or the last one.
///
/// One Spotify call; another one where several devices are there and none is active.
///
/// # Errors
/// `no_device` with the devices that are there, `ambiguous` with the candidates.
pub(super) async fn choose(context: &Context<'_>, wanted: Option<&str>) -> Result<Target, Fault> {
    let devices = context.upstream.send(&api::devices()).await?.devices;
    let active = devices.iter().find(|device| device.is_active);
    if let Some(wanted) = wanted {
        let mut target = find(&devices, wanted)?;
        target.elsewhere = active.filter(|active| !target.is(active)).map(name);
        return Ok(target);
    }
    if let Some(active) = active {
        return Target::of(active).ok_or_else(|| deaf(active, &devices));
    }
    let mut usable = devices.iter().filter_map(Target::of);
    match (usable.next(), usable.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(no_device(
            "No device that takes commands is there.",
            &devices,
        )),
        (Some(_), Some(_)) => last_used(context, &devices).await,
    }
}

/// The device that `wanted` names among `devices`: by id or name, or by a part of one name only.
///
/// # Errors
/// `no_device` with the devices that are there, `ambiguous` with the candidates.
pub(super) fn find(devices: &[Device], wanted: &str) -> Result<Target, Fault> {
    let wanted = wanted.trim();
    let by_id = |device: &&Device| {
        let id = device.id.as_deref();
        id.is_some_and(|id| id.eq_ignore_ascii_case(wanted))
    };
    if let Some(found) = devices.iter().find(by_id) {
        return Target::of(found).ok_or_else(|| deaf(found, devices));
    }
    let lowered = wanted.to_lowercase();
    let named = |fits: &dyn Fn(&str) -> bool| -> Vec<&Device> {
        let fits = |device: &&Device| fits(&device.name.trim().to_lowercase());
        devices.iter().filter(fits).collect()
    };
    let mut fitting = named(&|name| name == lowered);
    if fitting.is_empty() && !lowered.is_empty() {
        fitting = named(&|name| name.contains(&lowered));
    }
    let usable: Vec<_> = fitting
        .iter()
        .filter_map(|device| Target::of(device))
        .collect();
    let shown = text::clean(wanted, IN_ERROR);
    match (usable.as_slice(), fitting.first()) {
        ([only], _) => Ok(only.clone()),
        ([], Some(only)) => Err(deaf(only, devices)),
        ([], None) => Err(no_device(
            &format!("No device is called \"{shown}\"."),
            devices,
        )),
        (several, _) => {
            let several: Vec<_> = several
                .iter()
                .map(|one| label(&one.name, None, Some(&one.id)))
                .collect();
            Err(Fault::Ambiguous(format!(
                "{} devices fit \"{shown}\": {}. Pass the id of one as `device`.",
                several.len(),
                several.join("; ")
            )))
        }
    }
}

/// The device of `playback`, if it takes commands.
///
/// # Errors
/// `no_device` if it does not.
pub(super) fn playing_on(playback: &Playback) -> Result<Option<Target>, Fault> {
    let Some(device) = &playback.device else {
        return Ok(None);
    };
    let target = Target::of(device).ok_or_else(|| deaf(device, std::slice::from_ref(device)));
    target.map(Some)
}

/// Where the player says that it was used last.
async fn last_used(context: &Context<'_>, devices: &[Device]) -> Result<Target, Fault> {
    let last = context.upstream.send(&api::player()).await?;
    let last = last.and_then(|playback| playback.device);
    let found = last.and_then(|last| {
        let known = devices
            .iter()
            .find(|device| device.id.is_some() && device.id == last.id);
        known.and_then(Target::of)
    });
    found.ok_or_else(|| no_device("Several devices are there and none is active.", devices))
}

/// Spotify has no device, or none that could be taken: `cause`, what is there, and what helps.
pub(super) fn no_device(cause: &str, devices: &[Device]) -> Fault {
    let words = if devices.is_empty() {
        "No Spotify device is there. Ask the user to open Spotify on a phone, computer or speaker, then repeat the call."
            .to_owned()
    } else {
        format!(
            "{cause} Devices: {}. Pass one that takes commands as `device`, or ask the user to open Spotify somewhere \
             else.",
            listed(devices)
        )
    };
    Fault::Coded {
        code: "no_device",
        words,
    }
}

/// The player or the device cannot do that now.
pub(super) fn restricted(words: &str) -> Fault {
    Fault::Coded {
        code: "restricted",
        words: format!("{words}; nothing was changed."),
    }
}

/// `device` takes no commands.
fn deaf(device: &Device, devices: &[Device]) -> Fault {
    let name = name(device);
    let cause = format!(
        "\"{}\" takes no commands from other apps (Spotify marks it as restricted).",
        text::clean(&name, IN_ERROR)
    );
    no_device(&cause, devices)
}

fn listed(devices: &[Device]) -> String {
    // Those that can be taken come first.
    let (usable, deaf): (Vec<_>, Vec<_>) = devices
        .iter()
        .partition(|device| Target::of(device).is_some());
    let shown: Vec<_> = usable
        .into_iter()
        .chain(deaf)
        .take(LISTED)
        .map(|device| {
            let state = if Target::of(device).is_none() {
                Some("takes no commands")
            } else {
                device.is_active.then_some("active")
            };
            label(&name(device), state, device.id.as_deref())
        })
        .collect();
    shown.join("; ")
}

fn label(name: &str, state: Option<&str>, id: Option<&str>) -> String {
    let mut label = text::clean(name, IN_ERROR).into_owned();
    for part in state.into_iter().chain(id.is_some().then_some("id")) {
        label.push_str(", ");
        label.push_str(part);
    }
    if let Some(id) = id {
        label.push(' ');
        label.push_str(&text::clean(id, IN_ERROR));
    }
    label
}

/// The name for people, never empty.
pub(super) fn name(device: &Device) -> String {
    let name = text::clean(&device.name, NAME);
    if name.trim().is_empty() {
        "(no name)".to_owned()
    } else {
        name.into_owned()
    }
}
