//! `transform_playlist`: a plan, and on demand what it says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Context,
    arranging::{self, By, How, Op, Same},
    outcome::Outcome,
    playlists::{
        contents::{self, Check, Contents, SCAN},
        emptying, named, replacing, told,
    },
    ways::{self, Way},
};
use crate::{
    mcp::{
        answer::{self, Answer},
        ask::Question,
        fault::Fault,
        tools::steps::Steps,
    },
    spotify::{
        api::{self, ITEMS_PER_WRITE, NewPlaylist},
        id::{Kind, SpotifyId},
        model::PlaylistItem,
    },
};

/// Removals in place of more items than this ask first.
const UNASKED: usize = 20;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Links, URIs, ids or own names; several are joined in this order first
    #[schemars(length(min = 1, max = 10))]
    sources: Vec<String>,
    op: Op,
    #[serde(default)]
    options: Options,
    /// Default new; `in_place` changes the first source
    #[serde(default)]
    target: Target,
    /// Default true: only tell the plan
    dry_run: Option<bool>,
    /// The user agreed
    confirm: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Options {
    /// For sort; default title
    by: By,
    /// For sort
    descending: bool,
    /// For dedupe; default uri
    same: Same,
    /// For trim: how many remain
    #[schemars(range(min = 1, max = 2_000))]
    count: Option<u32>,
    /// For trim: the last ones remain
    from_end: bool,
    /// For shuffle: the plan's, to get the same order again
    #[schemars(range(min = 0))]
    seed: Option<u32>,
    /// Of the new playlist
    #[schemars(length(min = 1, max = 100))]
    name: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Target {
    #[default]
    New,
    InPlace,
}

pub(super) async fn transform_playlist(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    fits_together(&args)?;
    let seed = args.options.seed.unwrap_or_else(|| chance(context));
    let _turn = context.editing_unless(args.dry_run.unwrap_or(true)).await?;
    let steps = Steps::of(0);
    let (ids, sources) = read(context, &args.sources, &steps).await?;
    let items: Vec<PlaylistItem> = sources
        .iter()
        .flat_map(|source| source.items.iter().cloned())
        .collect();
    let order = arranging::arrange(&items, args.op, how(&args.options, seed));
    let way = ways::way(args.target == Target::InPlace, &sources[0], &items, &order)?;
    let mut outcome = Outcome::plan(
        args.op,
        args.target,
        seed,
        &sources[0],
        &items,
        &order,
        &way,
    );
    if args.dry_run.unwrap_or(true) || matches!(way, Way::Nothing) {
        outcome.dry_run = args.dry_run.unwrap_or(true);
        return Ok(outcome.answer());
    }
    ask(context, &args, &sources, &way, &outcome)?;
    let (id, target) = (&ids[0], &sources[0]);
    let (check, written) = match &way {
        Way::Nothing => (Check::default(), None),
        Way::Create(uris) => create(context, &args, target, uris, &mut outcome, &steps).await?,
        Way::Append(uris) => {
            let written = append(context, id, uris, &steps).await?;
            let mut expected = target.uris();
            expected.extend(uris.iter().cloned().map(Some));
            (look(context, id, &expected).await, written)
        }
        Way::Remove(removal) => {
            let written = emptying::carry_out(context, id, &removal.uris, removal, &steps).await?;
            (
                emptying::verify(context, id, target, removal).await,
                written,
            )
        }
        Way::Rewrite(uris) => {
            let previous = outcome.previous.as_deref();
            let written = replacing::write(context, id, uris, previous, &steps).await?;
            let expected: Vec<_> = uris.iter().cloned().map(Some).collect();
            (look(context, id, &expected).await, written)
        }
    };
    outcome.snapshot_id = check.snapshot_id.or(written);
    outcome.verified = check.verified;
    outcome.notes.extend(check.note);
    Ok(outcome.answer())
}

/// Options that the operation needs are there.
fn fits_together(args: &Args) -> Result<(), Fault> {
    let problem = match args.op {
        Op::Merge if args.sources.len() < 2 => "merge needs two or more `sources`",
        Op::Trim if args.options.count.is_none() => {
            "trim needs `options.count`, how many items remain"
        }
        _ if args.target == Target::InPlace && args.options.name.is_some() => {
            "`options.name` is for target=\"new\"; rename a playlist with `update_playlist`"
        }
        _ => return Ok(()),
    };
    Err(Fault::invalid_argument(problem))
}

fn how(options: &Options, seed: u32) -> How {
    How {
        by: options.by,
        descending: options.descending,
        same: options.same,
        count: options.count.map_or(usize::MAX, |count| {
            usize::try_from(count).unwrap_or(usize::MAX)
        }),
        from_end: options.from_end,
        seed: u64::from(seed),
    }
}

/// A beginning for chance that the answer tells, so that the plan can be had again.
fn chance(context: &Context<'_>) -> u32 {
    let now = context.deps.clock.now();
    fastrand::Rng::with_seed(u64::from_ne_bytes(now.to_ne_bytes())).u32(..1_000_000)
}

/// All of the sources.
async fn read(
    context: &Context<'_>,
    names: &[String],
    steps: &Steps,
) -> Result<(Vec<SpotifyId>, Vec<Contents>), Fault> {
    let (mut ids, mut sources) = (Vec::new(), Vec::new());
    for name in names {
        let id = named::resolve(context, name).await?;
        sources.push(Contents::begin(context, &id).await?);
        ids.push(id);
    }
    let all: u32 = sources.iter().map(|source| source.total).sum();
    if all > SCAN {
        return Err(Fault::invalid_argument(format!(
            "`sources` have {all} items together, and {SCAN} are the most that can be reworked; nothing was changed"
        )));
    }
    for (source, id) in sources.iter_mut().zip(&ids) {
        source.read_on(context, id, steps).await?;
    }
    Ok((ids, sources))
}

/// What loses something is asked first: everything but a new playlist, an addition and a small removal.
fn ask(
    context: &Context<'_>,
    args: &Args,
    sources: &[Contents],
    way: &Way,
    outcome: &Outcome,
) -> Result<(), Fault> {
    let name = told::name(&sources[0].head.title);
    let what = match way {
        Way::Rewrite(_) => format!(
            "The playlist {name} would be written anew: {} before, {} after, and all lose the date on which they \
             were added.",
            told::items(outcome.before),
            outcome.after
        ),
        Way::Remove(removal) if removal.places.len() > UNASKED => format!(
            "{} of the {} of the playlist {name} would be removed.",
            removal.places.len(),
            told::items(sources[0].items.len())
        ),
        _ => return Ok(()),
    };
    let ids = sources.iter().flat_map(Contents::version).collect();
    context.ask(args.confirm, Question { what, ids })
}

async fn create(
    context: &Context<'_>,
    args: &Args,
    source: &Contents,
    uris: &[String],
    outcome: &mut Outcome,
    steps: &Steps,
) -> Result<(Check, Option<String>), Fault> {
    let name = args
        .options
        .name
        .clone()
        .unwrap_or_else(|| new_name(&source.head.title));
    let new = NewPlaylist {
        name: name.trim(),
        description: None,
        public: false,
        collaborative: false,
    };
    // A playlist without its items would be of no use to anybody.
    context.upstream.finish();
    let made = context.upstream.send(&api::create_playlist(&new)).await?;
    let id = made.id.as_deref().and_then(|id| SpotifyId::parse(id).ok());
    let id = id.ok_or_else(|| {
        Fault::NotFound(
            "The playlist was made, but Spotify named no id; see `list_playlists`.".to_owned(),
        )
    })?;
    outcome.playlist = serde_json::json!({
        "title": name, "uri": id.uri(Kind::Playlist), "link": id.url(Kind::Playlist)
    });
    let written = append(context, &id, uris, steps).await?;
    let expected: Vec<_> = uris.iter().cloned().map(Some).collect();
    Ok((look(context, &id, &expected).await, written))
}

/// At most 100 characters, which is what Spotify takes.
fn new_name(title: &str) -> String {
    let kept: String = title.chars().take(85).collect();
    format!("{kept} (reworked)")
}

/// Puts `uris` behind what is there; each is one of `steps`.
///
/// # Errors
/// [`Fault::Halfway`] with what is missing.
async fn append(
    context: &Context<'_>,
    id: &SpotifyId,
    uris: &[String],
    steps: &Steps,
) -> Result<Option<String>, Fault> {
    context.upstream.finish();
    steps.expect(answer::count(uris.len()));
    let (mut written, mut done) = (None, 0);
    for (batch, call) in uris
        .chunks(ITEMS_PER_WRITE)
        .zip(api::add_items(id, uris, None))
    {
        match context.upstream.send(&call).await {
            Ok(snapshot) => written = snapshot.snapshot_id.or(written),
            Err(fault) => {
                let unknown = if told::is_unknown(&fault) {
                    format!(
                        " Of the first {} it is unknown: look with `get_playlist` first.",
                        batch.len()
                    )
                } else {
                    String::new()
                };
                let words = format!(
                    "Spotify failed after {done} of {} went into {}; nothing else was changed.{unknown} To go on, \
                     use {}",
                    told::items(uris.len()),
                    id.url(Kind::Playlist),
                    told::in_lists(&uris[done..])
                );
                return Err(Fault::halfway(fault, words));
            }
        }
        done += batch.len();
        steps
            .made(context, answer::count(batch.len()), "items written")
            .await;
    }
    Ok(written)
}

async fn look(context: &Context<'_>, id: &SpotifyId, expected: &[Option<String>]) -> Check {
    let length = answer::count(expected.len());
    contents::check(context, id, expected, length, &[length.saturating_sub(1)]).await
}
