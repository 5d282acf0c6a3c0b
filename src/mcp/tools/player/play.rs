//! `play`: finds what is meant, starts it on the right device, and looks whether it plays.

use std::fmt::Write;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::spotify::{
    api::{self, Entry, Start},
    model::{Playable, Playback},
};

use super::{
    Context,
    commanding::Hand,
    devices::{self, Target},
    material::{Hint, Skipped},
    order::Order,
    planning::{self, At, Material, Plan},
    state::{self, Seen},
};
use crate::mcp::{
    answer::{Answer, Row},
    fault::Fault,
    text::{self, NAME},
    tools::steps::Steps,
};

/// What whoever watches is told of: found, placed, begun, looked at. A device that must be woken is one more.
const STEPS: u32 = 4;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Words to look for
    #[schemars(length(min = 1, max = 500))]
    pub(super) query: Option<String>,
    /// Tracks or episodes, or one album, artist, playlist (also by own name) or show
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub(super) refs: Vec<String>,
    pub(super) type_hint: Option<Hint>,
    /// Play a track within its album
    #[serde(default)]
    pub(super) in_context: bool,
    /// In an album or playlist: 0-based position or a track
    #[schemars(regex(pattern = r"^\S+$"))]
    pub(super) start_at: Option<String>,
    #[schemars(range(min = 0, max = 86_400_000))]
    pub(super) position_ms: Option<u32>,
    /// Name or id
    #[schemars(length(min = 1, max = 200))]
    pub(super) device: Option<String>,
    pub(super) shuffle: Option<bool>,
}

/// What the answer tells beside the player's state.
#[derive(Debug, Default, Serialize)]
struct More {
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen: Option<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    runners_up: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<Skipped>,
}

pub(super) fn output() -> JsonObject {
    let mut schema = state::output();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert("chosen".to_owned(), json!({"type": "object"}));
        properties.insert("runners_up".to_owned(), json!({"type": "array"}));
    }
    schema
}

/// A search for words; one call for the devices, one to play, one to look at the order and one to change it where it was
/// asked for, and at most three to look.
pub(super) async fn play(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let steps = Steps::of(STEPS);
    let plan = planning::plan(context, &args).await?;
    steps.made(context, 1, "found what to play").await;
    let _turn = context.turns.take(context.caller.person).await?;
    let (target, now) = place(context, &args, &plan).await?;
    steps.made(context, 1, "found where to play").await;
    if let Some(seen) = already(&args, now.as_ref()) {
        return Ok(answer(plan, seen));
    }
    check_position(&args, &plan, now.as_ref())?;
    let hand = Hand::new(context, target).telling(&steps);
    let seen = start(context, &args, &plan, hand, now.as_ref(), &steps).await?;
    steps.made(context, 1, "looked at the player").await;
    Ok(answer(plan, seen))
}

/// The device, and for resuming without a named one what the player does now.
async fn place(
    context: &Context<'_>,
    args: &Args,
    plan: &Plan,
) -> Result<(Target, Option<Playback>), Fault> {
    let wanted = args.device.as_deref();
    if matches!(plan.material, Material::Resume) && wanted.is_none() {
        let now = context.upstream.fresh(&api::player()).await?;
        let target = now.as_ref().map_or(Ok(None), devices::playing_on)?;
        if let Some(target) = target {
            return Ok((target, now));
        }
    }
    Ok((devices::choose(context, wanted).await?, None))
}

/// Resuming what plays is done already.
fn already(args: &Args, now: Option<&Playback>) -> Option<Seen> {
    let now = now.filter(|now| now.is_playing && args.position_ms.is_none())?;
    let as_wanted = args
        .shuffle
        .is_none_or(|shuffle| now.shuffle_state == Some(shuffle));
    as_wanted.then(|| {
        Seen::already(
            Some(now.clone()),
            "It was playing already; nothing was sent.",
        )
    })
}

/// A position behind the end would play something else.
fn check_position(args: &Args, plan: &Plan, now: Option<&Playback>) -> Result<(), Fault> {
    let item = now.and_then(|now| now.item.as_ref());
    let length = plan.duration_ms.or(item.and_then(Playable::duration_ms));
    match (args.position_ms.map(u64::from), length) {
        (Some(position), Some(length)) if position >= length => {
            Err(Fault::invalid_argument(format!(
                "`position_ms` must be below the length of the item, {length}; got {position}. Nothing was changed"
            )))
        }
        _ => Ok(()),
    }
}

async fn start(
    context: &Context<'_>,
    args: &Args,
    plan: &Plan,
    mut hand: Hand<'_>,
    now: Option<&Playback>,
    steps: &Steps,
) -> Result<Seen, Fault> {
    let mut order = Order::wanted(args.shuffle);
    if args.shuffle.is_some() {
        context.upstream.finish();
    }
    let active = hand.target.active;
    if active {
        order.set_before(context, &mut hand, now).await?;
    }
    let position = args.position_ms.map(u64::from);
    let sent = hand.send(|id| api::play(sound(plan), position, id)).await;
    if sent.is_ok() {
        if !active {
            order.set_behind(&mut hand).await;
        }
        steps.made(context, 1, "started").await;
    }
    let wanted = order.wanted;
    let target = hand.target.clone();
    let holds = |playback: Option<&Playback>| {
        playback.is_some_and(|playback| holds(playback, plan, &target, wanted))
    };
    let mut seen = match state::after(context, sent, holds).await {
        Ok(seen) => seen,
        Err(fault) => return Err(order.put_back(&mut hand, fault).await),
    };
    if let Some(note) = order.note() {
        seen.note = Some(match seen.note {
            Some(before) => format!("{note} {before}"),
            None => note,
        });
    }
    Ok(seen)
}

fn sound(plan: &Plan) -> Start<'_> {
    match &plan.material {
        Material::Resume => Start::Resume,
        Material::Items(uris) => Start::Items(uris),
        Material::List { uri, at, .. } => Start::Context {
            uri,
            at: at.as_ref().map(|at| match at {
                At::Position(place) => Entry::Position(*place),
                At::Item(item) => Entry::Item(item),
            }),
        },
    }
}

/// Whether `playback` is what was to be brought about.
fn holds(playback: &Playback, plan: &Plan, target: &Target, shuffle: Option<bool>) -> bool {
    let here = playback
        .device
        .as_ref()
        .is_none_or(|there| target.is(there));
    let in_order = shuffle.is_none_or(|on| playback.shuffle_state == Some(on));
    playback.is_playing && here && in_order && plays(playback, plan)
}

fn plays(playback: &Playback, plan: &Plan) -> bool {
    let item = playback.item.as_ref();
    let uri = item.and_then(Playable::uri);
    match &plan.material {
        Material::Resume => true,
        Material::Items(uris) => {
            let shuffled = playback.shuffle_state == Some(true);
            let those = if shuffled {
                uris.as_slice()
            } else {
                &uris[..1]
            };
            // Spotify may play the same song from another release, with another id.
            let same_song = plan
                .choice
                .as_ref()
                .zip(item)
                .is_some_and(|(choice, item)| {
                    text::clean(item.name(), NAME) == choice.chosen.row.title
                });
            same_song || uri.is_some_and(|uri| those.iter().any(|one| one == uri))
        }
        Material::List { uri: list, at, .. } => {
            let from = playback
                .context
                .as_ref()
                .and_then(|from| from.uri.as_deref());
            let from = from.is_some_and(|from| last_part(from) == last_part(list));
            let begun = match at {
                Some(At::Item(wanted)) => uri == Some(wanted.as_str()),
                Some(At::Position(_)) | None => true,
            };
            from && begun
        }
    }
}

/// The id; playlists have had longer URIs.
fn last_part(uri: &str) -> &str {
    uri.rsplit(':').next().unwrap_or(uri)
}

fn answer(plan: Plan, seen: Seen) -> Answer {
    let mut lead = String::new();
    let mut more = More {
        skipped: plan.skipped,
        ..More::default()
    };
    if let Some(choice) = plan.choice {
        let kind = choice.chosen.kind;
        let _ = write!(lead, "Chosen ({kind}, {}): ", choice.why);
        choice.chosen.row.write_line(&mut lead);
        lead.push('\n');
        for row in &choice.runners_up {
            lead.push_str("Instead possible: ");
            row.write_line(&mut lead);
            lead.push('\n');
        }
        more.why = Some(choice.why);
        more.chosen = Some(choice.chosen.row);
        more.runners_up = choice.runners_up;
    }
    for skipped in &more.skipped {
        let _ = writeln!(lead, "Left out: {} ({})", skipped.item, skipped.reason);
    }
    state::answer(&lead, seen, more).noting_all(plan.notes)
}
