//! `transfer_playback`: goes on at another device.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spotify::{api, model::Playback};

use super::{
    Context,
    commanding::Hand,
    devices,
    state::{self, Seen},
};
use crate::mcp::{answer::Answer, fault::Fault};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Name or id
    #[schemars(length(min = 1, max = 200))]
    device: String,
    /// Default keep: plays on if it played
    #[serde(default)]
    play: Wish,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Wish {
    #[default]
    Keep,
    True,
    False,
}

/// One call for the devices, one to move, one more to stop there, and at most three to look.
pub(super) async fn transfer_playback(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let _turn = context.turns.take(context.caller.person).await?;
    let target = devices::choose(context, Some(&args.device)).await?;
    let play = match args.play {
        Wish::Keep if target.active => {
            let now = context.upstream.fresh(&api::player()).await?;
            let seen = Seen::already(now, "It is the active device already; nothing was sent.");
            return Ok(state::answer("", seen, Nothing {}));
        }
        Wish::Keep | Wish::False => None,
        Wish::True => Some(true),
    };
    let mut hand = Hand::new(context, target);
    if args.play == Wish::False {
        context.upstream.finish();
    }
    let sent = hand.transfer(play).await;
    let there = |playback: Option<&Playback>| {
        playback.is_some_and(|now| {
            let here = now
                .device
                .as_ref()
                .is_some_and(|device| hand.target.is(device));
            here && (play.is_none() || now.is_playing)
        })
    };
    let mut seen = state::after(context, sent, there).await?;
    let plays_on = seen.playback.as_ref().is_some_and(|now| now.is_playing);
    if args.play == Wish::False && plays_on {
        let sent = hand.send(api::pause).await;
        let silent = |playback: Option<&Playback>| playback.is_none_or(|now| !now.is_playing);
        seen = state::after(context, sent, silent).await?;
    }
    Ok(state::answer("", seen, Nothing {}))
}

/// The player's state says it all.
#[derive(Debug, Serialize)]
struct Nothing {}
