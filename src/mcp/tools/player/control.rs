//! `control_playback`: one command to what plays. What is so already is told as done without a command.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spotify::{api, model::Playback};

use super::{
    Context,
    command::{self, Command, Shift},
    commanding::{Hand, Sent},
    devices::{self, Target},
    state::{self, Seen},
};
use crate::mcp::{
    answer::Answer,
    fault::Fault,
    text::{self, IN_ERROR},
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    pub(super) action: Action,
    /// seek: ms. volume: 0-100. shuffle: true or false. repeat: off, track or context
    #[schemars(regex(pattern = r"^\S+$"))]
    pub(super) value: Option<String>,
    /// seek and volume: add `value` (may be negative)
    #[serde(default)]
    pub(super) relative: bool,
    /// next and previous: how often
    #[schemars(range(min = 1, max = 10))]
    pub(super) count: Option<u32>,
    /// Name or id
    #[schemars(length(min = 1, max = 200))]
    pub(super) device: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    Pause,
    Resume,
    Next,
    Previous,
    Seek,
    Volume,
    Shuffle,
    Repeat,
}

/// What the answer tells beside the player's state.
#[derive(Debug, Default, Serialize)]
struct More {
    /// What became of each skip, where one of several failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<String>,
}

/// One look, one call for each command, and at most three looks.
pub(super) async fn control_playback(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let command = command::read(&args)?;
    let _turn = context.turns.take(context.caller.person).await?;
    let scene = Scene::look(context, args.device.as_deref(), command).await?;
    let Some(target) = scene.target else {
        let seen = Seen::already(scene.before, "Nothing was playing; nothing was sent.");
        return Ok(state::answer("", seen, More::default()));
    };
    let before = scene.before.as_ref();
    check_place(&target, before, command)?;
    let command = command.absolute(&target, before)?;
    if let Some(note) = command.is_so_already(&target, before) {
        return Ok(state::answer(
            "",
            Seen::already(scene.before, note),
            More::default(),
        ));
    }
    let mut hand = Hand::new(context, target);
    match command {
        Command::Next(count) | Command::Previous(count) => {
            skip(context, &mut hand, command, count, before).await
        }
        Command::Volume(Shift::To(percent)) if before.is_none() || !hand.target.active => {
            set_idle_volume(context, &mut hand, percent).await
        }
        _ => {
            let sent = hand.send(|id| command.call(id)).await;
            let shows = |now: Option<&Playback>| {
                now.is_some_and(|now| command.shows(now, before, &hand.target))
            };
            let seen = state::after(context, sent, shows).await?;
            Ok(state::answer("", seen, More::default()))
        }
    }
}

/// What plays, and the device that the command goes to.
struct Scene {
    before: Option<Playback>,
    /// None where there is nothing to pause.
    target: Option<Target>,
}

impl Scene {
    async fn look(
        context: &Context<'_>,
        wanted: Option<&str>,
        command: Command,
    ) -> Result<Self, Fault> {
        let before = context.upstream.fresh(&api::player()).await?;
        let target = match (wanted, &before) {
            (None, Some(playback)) => match devices::playing_on(playback)? {
                Some(target) => Some(target),
                None => Some(devices::choose(context, None).await?),
            },
            (None, None) if command == Command::Pause => None,
            (wanted, _) => Some(devices::choose(context, wanted).await?),
        };
        Ok(Self { before, target })
    }
}

/// Skipping and seeking need something on the device, and some devices have no volume.
fn check_place(target: &Target, before: Option<&Playback>, command: Command) -> Result<(), Fault> {
    if matches!(command, Command::Volume(_)) && !target.has_volume {
        return Err(devices::restricted(&format!(
            "The volume of \"{}\" cannot be set from outside. Ask the user to set it there",
            text::clean(&target.name, IN_ERROR)
        )));
    }
    if command.needs_playback() && before.is_none() {
        return Err(devices::restricted(
            "Nothing is playing. Start something with `play`",
        ));
    }
    Ok(())
}

/// Skips one after the other. A skip is never repeated; what became of each is told when one fails.
async fn skip(
    context: &Context<'_>,
    hand: &mut Hand<'_>,
    command: Command,
    count: u32,
    before: Option<&Playback>,
) -> Result<Answer, Fault> {
    let mut asleep = false;
    let mut failed = None;
    let mut done = 0;
    while done < count && failed.is_none() && !asleep {
        match hand.send(|id| command.call(id)).await {
            Ok(sent) => {
                done += 1;
                asleep = sent == Sent::Asleep;
                if count > 2 {
                    context.progress(done, count, "skipping").await;
                }
            }
            Err(fault) if done == 0 => return Err(fault),
            Err(fault) => failed = Some(fault),
        }
    }
    let sent = Ok(if asleep { Sent::Asleep } else { Sent::Accepted });
    let shows =
        |now: Option<&Playback>| now.is_some_and(|now| command.shows(now, before, &hand.target));
    let mut seen = state::after(context, sent, shows).await?;
    let mut more = More::default();
    if done < count {
        seen.verified = false;
        more.steps = steps(done, count, asleep, failed.as_ref());
        let steps = more.steps.join(", ");
        seen.note = Some(format!("Not all of it was done: {steps}."));
    }
    Ok(state::answer("", seen, more))
}

fn steps(done: u32, count: u32, asleep: bool, failed: Option<&Fault>) -> Vec<String> {
    let outcome = |step: u32| {
        if asleep && step + 1 == done {
            return "unknown (device unavailable)".to_owned();
        }
        match failed {
            _ if step < done => "done".to_owned(),
            Some(fault) if step == done => {
                let known = !matches!(fault, Fault::Spotify(fault) if fault.outcome_unknown());
                let word = if known { "failed" } else { "unknown" };
                format!("{word} ({})", fault.code())
            }
            _ => "not sent".to_owned(),
        }
    };
    (0..count)
        .map(|step| format!("{}: {}", step + 1, outcome(step)))
        .collect()
}

/// A device that does not play shows its volume in the list of devices only.
async fn set_idle_volume(
    context: &Context<'_>,
    hand: &mut Hand<'_>,
    percent: u64,
) -> Result<Answer, Fault> {
    #[derive(Serialize)]
    struct Told {
        verified: bool,
        device: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        volume_percent: Option<u64>,
    }
    hand.send(|id| api::set_volume(percent, id)).await?;
    let mut volume = None;
    for pause in state::LOOKS {
        tokio::time::sleep(pause).await;
        let Ok(found) = context.upstream.fresh(&api::devices()).await else {
            break;
        };
        let device = found.devices.iter().find(|device| hand.target.is(device));
        volume = device.and_then(|device| device.volume_percent);
        if volume == Some(percent) {
            break;
        }
    }
    let verified = volume == Some(percent);
    let told = Told {
        verified,
        device: hand.target.name.clone(),
        volume_percent: volume,
    };
    let shown = volume.map_or_else(|| "unknown".to_owned(), |volume| format!("{volume} %"));
    let words = format!("Volume of {}: {shown}.", hand.target.name);
    let answer = Answer::new(words, &told);
    Ok(if verified {
        answer
    } else {
        answer.noting("Spotify accepted the command, but the device does not show it yet.")
    })
}
