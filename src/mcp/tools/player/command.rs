//! The commands of `control_playback`: read from its arguments, made into calls, and known again in what the player
//! shows. Sends nothing.

use crate::spotify::{
    Call,
    api::{self, Repeat, Start},
    model::{Playable, Playback},
};

use super::{
    control::{Action, Args},
    devices::Target,
};
use crate::mcp::{
    fault::Fault,
    text::{self, IN_ERROR},
};

/// How far a place may be from the one that was asked for, in milliseconds: playback goes on.
const EARLY: u64 = 1_000;
const LATE: u64 = 6_000;

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Stops for now.
    Pause,
    /// Goes on.
    Resume,
    /// Goes so many items on.
    Next(u32),
    /// Goes so many items back.
    Previous(u32),
    /// Goes to a place of the item, in milliseconds.
    Seek(Shift),
    /// Sets the volume, in percent.
    Volume(Shift),
    /// Sets the order.
    Shuffle(bool),
    /// Sets the repetition.
    Repeat(Repeat),
}

/// A number, or a change of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    /// This number.
    To(u64),
    /// This much more or less.
    By(i64),
}

/// The command that `args` say.
///
/// # Errors
/// `invalid_argument` for a value out of its range or arguments that do not go with the action.
pub(super) fn read(args: &Args) -> Result<Command, Fault> {
    let skips = matches!(args.action, Action::Next | Action::Previous);
    let shifts = matches!(args.action, Action::Seek | Action::Volume);
    if args.count.is_some() && !skips {
        return Err(invalid("`count` goes with next and previous only"));
    }
    if args.relative && !shifts {
        return Err(invalid("`relative` goes with seek and volume only"));
    }
    let value = args.value.as_deref();
    let valued = shifts || matches!(args.action, Action::Shuffle | Action::Repeat);
    if value.is_some() && !valued {
        return Err(invalid(
            "`value` goes with seek, volume, shuffle and repeat only",
        ));
    }
    let count = args.count.unwrap_or(1);
    Ok(match args.action {
        Action::Pause => Command::Pause,
        Action::Resume => Command::Resume,
        Action::Next => Command::Next(count),
        Action::Previous => Command::Previous(count),
        Action::Seek => Command::Seek(shift(
            value,
            args.relative,
            "milliseconds, 0 or more",
            None,
        )?),
        Action::Volume => Command::Volume(shift(
            value,
            args.relative,
            "a percentage of 0 to 100",
            Some(100),
        )?),
        Action::Shuffle => Command::Shuffle(flag(value)?),
        Action::Repeat => Command::Repeat(mode(value)?),
    })
}

fn flag(value: Option<&str>) -> Result<bool, Fault> {
    match value {
        Some("true" | "on") => Ok(true),
        Some("false" | "off") => Ok(false),
        other => Err(unfit("true or false", other)),
    }
}

fn mode(value: Option<&str>) -> Result<Repeat, Fault> {
    match value {
        Some("off") => Ok(Repeat::Off),
        Some("track") => Ok(Repeat::Track),
        Some("context") => Ok(Repeat::Context),
        other => Err(unfit("off, track or context", other)),
    }
}

fn shift(
    value: Option<&str>,
    relative: bool,
    range: &str,
    most: Option<u64>,
) -> Result<Shift, Fault> {
    let number = value.map(|value| value.strip_prefix('+').unwrap_or(value));
    let number: Option<i64> = number.and_then(|value| value.parse().ok());
    if relative {
        let change = number.ok_or_else(|| unfit("a whole number, such as -10000", value))?;
        return Ok(Shift::By(change));
    }
    let number = number.and_then(|number| u64::try_from(number).ok());
    number
        .filter(|number| most.is_none_or(|most| *number <= most))
        .map(Shift::To)
        .ok_or_else(|| unfit(range, value))
}

impl Command {
    /// Whether something must play for it.
    pub(super) fn needs_playback(self) -> bool {
        matches!(self, Self::Next(_) | Self::Previous(_) | Self::Seek(_))
    }

    /// The command with a number instead of a change of one, which is within what the item or the device allows.
    ///
    /// # Errors
    /// `invalid_argument` for a place behind the end, or where the present number is not known.
    pub(super) fn absolute(
        self,
        target: &Target,
        before: Option<&Playback>,
    ) -> Result<Self, Fault> {
        match self {
            Self::Seek(wish) => {
                let place = match wish {
                    Shift::To(place) => place,
                    Shift::By(change) => {
                        let now = before.and_then(|now| now.progress_ms);
                        let now = now.ok_or_else(|| unknown("place"))?;
                        now.saturating_add_signed(change)
                    }
                };
                let item = before.and_then(|now| now.item.as_ref());
                match item.and_then(Playable::duration_ms) {
                    Some(length) if place >= length => Err(invalid(&format!(
                        "the place must be below the length of the item, {length} ms; got {place}. For the next item \
                         use action=next"
                    ))),
                    _ => Ok(Self::Seek(Shift::To(place))),
                }
            }
            Self::Volume(Shift::By(change)) => {
                let device = before.and_then(|now| now.device.as_ref());
                let shown = device.filter(|device| target.is(device));
                let now = shown.and_then(|device| device.volume_percent);
                let now = now.or(target.volume).ok_or_else(|| unknown("volume"))?;
                let volume = now.saturating_add_signed(change).min(100);
                Ok(Self::Volume(Shift::To(volume)))
            }
            other => Ok(other),
        }
    }

    /// What to say when there is nothing to do.
    pub(super) fn is_so_already(
        self,
        target: &Target,
        before: Option<&Playback>,
    ) -> Option<&'static str> {
        let now = before?;
        let here = now.device.as_ref().is_none_or(|device| target.is(device));
        let (so, note) = match self {
            Self::Pause if !here => (true, "That device was not playing; nothing was sent."),
            Self::Pause => (!now.is_playing, "It was paused already; nothing was sent."),
            Self::Resume => (
                here && now.is_playing,
                "It was playing already; nothing was sent.",
            ),
            Self::Shuffle(_) | Self::Repeat(_) | Self::Volume(_) => (
                here && self.shows(now, None, target),
                "It was set so already; nothing was sent.",
            ),
            Self::Next(_) | Self::Previous(_) | Self::Seek(_) => (false, ""),
        };
        so.then_some(note)
    }

    /// The call for the device `id`.
    pub(super) fn call(self, id: &str) -> Call<()> {
        match self {
            Self::Pause => api::pause(id),
            Self::Resume => api::play(Start::Resume, None, id),
            Self::Next(_) => api::skip_to_next(Some(id)),
            Self::Previous(_) => api::skip_to_previous(Some(id)),
            Self::Seek(to) => api::seek(to.number(), id),
            Self::Volume(to) => api::set_volume(to.number(), id),
            Self::Shuffle(on) => api::set_shuffle(on, id),
            Self::Repeat(mode) => api::set_repeat(mode, id),
        }
    }

    /// Whether the player at `now` shows that it was done, after it stood as `before`.
    pub(super) fn shows(self, now: &Playback, before: Option<&Playback>, target: &Target) -> bool {
        let here = now.device.as_ref().is_none_or(|device| target.is(device));
        match self {
            Self::Pause => !now.is_playing,
            Self::Resume => here && now.is_playing,
            Self::Next(_) | Self::Previous(_) => before.is_none_or(|before| {
                item_of(before) != item_of(now) || now.progress_ms < before.progress_ms
            }),
            Self::Seek(to) => now.progress_ms.is_some_and(|place| {
                let wanted = to.number();
                place.saturating_add(EARLY) >= wanted && place <= wanted.saturating_add(LATE)
            }),
            Self::Volume(to) => {
                let volume = now.device.as_ref().and_then(|device| device.volume_percent);
                volume == Some(to.number())
            }
            Self::Shuffle(on) => now.shuffle_state == Some(on),
            Self::Repeat(mode) => now.repeat_state.as_deref() == Some(mode.as_str()),
        }
    }
}

impl Shift {
    /// The number; a change counts from nothing.
    fn number(self) -> u64 {
        match self {
            Self::To(number) => number,
            Self::By(change) => u64::try_from(change).unwrap_or(0),
        }
    }
}

fn item_of(playback: &Playback) -> Option<&str> {
    playback.item.as_ref().and_then(Playable::uri)
}

fn invalid(how: &str) -> Fault {
    Fault::invalid_argument(format!("{how}. Nothing was changed"))
}

fn unfit(wanted: &str, value: Option<&str>) -> Fault {
    let given = value.map_or_else(
        || "nothing".to_owned(),
        |value| format!("\"{}\"", text::clean(value, IN_ERROR)),
    );
    invalid(&format!("`value` must be {wanted}; got {given}"))
}

fn unknown(what: &str) -> Fault {
    invalid(&format!(
        "Spotify does not tell the present {what}, so it cannot be changed by a part; pass the new one without `relative`"
    ))
}
