//! `create_playlist`: look for the name, create, fill, read back.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spotify::{
    api::{self, NewPlaylist, Paging, PlaylistParts},
    id::SpotifyId,
    model::PlaylistSummary,
};

use super::{
    Context, adding, filling,
    gathering::{self, Asked, Gathered},
    named,
    reading::Head,
    report::Report,
    total,
};
use crate::mcp::{answer::Answer, fault::Fault, tools::catalogue::wanted::WantedArg, view};

/// What a refusal says first.
const NOTHING: &str = "nothing was created";

/// Playlists among which a name is looked for before a new one is made: one call.
const LOOKED_THROUGH: u32 = 50;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    #[schemars(length(min = 1, max = 100))]
    name: String,
    #[schemars(length(max = 300))]
    description: Option<String>,
    /// On the user's profile; default false
    #[serde(default)]
    public: bool,
    /// Others may edit; not with public
    #[serde(default)]
    collaborative: bool,
    /// Links, URIs or ids of tracks or episodes, in order; up to 50 as {title, artist}
    #[serde(default)]
    #[schemars(length(max = 500))]
    tracks: Vec<WantedArg>,
    /// When an entry of tracks is not certain; default skip
    #[serde(default)]
    on_unresolved: Unresolved,
    /// When one of the user's first 50 playlists has this name; default fail
    #[serde(default)]
    if_exists: Existing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Unresolved {
    #[default]
    Skip,
    Fail,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Existing {
    #[default]
    Fail,
    Reuse,
    Duplicate,
}

/// One call to look for the name, a search for each title, one call to create, one for each 100 tracks, one to read
/// back.
pub(super) async fn create_playlist(
    context: &Context<'_>,
    mut args: Args,
) -> Result<Answer, Fault> {
    if args.name.trim().is_empty() {
        return Err(Fault::invalid_argument("`name` must not be blank"));
    }
    if args.public && args.collaborative {
        return Err(Fault::invalid_argument(
            "a collaborative playlist cannot be public: leave out `public` or `collaborative`",
        ));
    }
    let _turn = context.editing().await?;
    let asked = Asked::of("tracks", std::mem::take(&mut args.tracks))?;
    let must_all = args.on_unresolved == Unresolved::Fail;
    if !asked.skipped.is_empty() && (must_all || asked.is_empty()) {
        return Err(gathering::nothing_usable(&asked.skipped, NOTHING));
    }
    let looked = match args.if_exists {
        Existing::Duplicate => Looked::default(),
        Existing::Fail | Existing::Reuse => find_own(context, args.name.trim()).await?,
    };
    if let (Some(existing), Existing::Fail) = (&looked.found, args.if_exists) {
        return Err(taken(existing));
    }
    let mut gathered = asked.gather(context).await?;
    if must_all {
        gathered.or_all(NOTHING)?;
    }
    gathered.or_nothing(NOTHING)?;
    if let Some(existing) = looked.found {
        return reuse(context, &existing, gathered).await;
    }
    gathered.without_repeats();
    gathered.notes.extend(looked.note);
    make(context, &args, gathered).await
}

/// What came of looking for a name.
#[derive(Debug, Default)]
struct Looked {
    found: Option<PlaylistSummary>,
    /// Said where there are more playlists than were looked at.
    note: Option<String>,
}

/// One of the person's own playlists with this name, among the first [`LOOKED_THROUGH`]; never from memory, because it
/// may have been made elsewhere a moment ago.
async fn find_own(context: &Context<'_>, name: &str) -> Result<Looked, Fault> {
    let me = context.me().await?;
    let call = api::my_playlists(Paging::new(LOOKED_THROUGH, 0));
    let page = context.upstream.fresh(&call).await?;
    let all = total(&page, 0);
    let wanted = name.to_lowercase();
    let found = page.items.into_iter().find(|list| {
        list.owner.id.as_deref() == Some(&*me) && list.name.trim().to_lowercase() == wanted
    });
    let note = (all > LOOKED_THROUGH).then(|| {
        format!("Its name was looked for only among the first {LOOKED_THROUGH} of {all} playlists.")
    });
    Ok(Looked { found, note })
}

fn taken(existing: &PlaylistSummary) -> Fault {
    let link = existing
        .uri
        .as_deref()
        .and_then(view::link)
        .unwrap_or_default();
    Fault::invalid_argument(format!(
        "a playlist of this name exists: {link}. Pass if_exists=\"reuse\" to add to it, if_exists=\"duplicate\" to make \
         another, or another `name`"
    ))
}

async fn reuse(
    context: &Context<'_>,
    existing: &PlaylistSummary,
    gathered: Gathered,
) -> Result<Answer, Fault> {
    let id = named::id_of(existing)
        .ok_or_else(|| Fault::NotFound("Spotify names no id for that playlist.".to_owned()))?;
    adding::append_new(context, &id, gathered, None).await
}

async fn make(context: &Context<'_>, args: &Args, mut gathered: Gathered) -> Result<Answer, Fault> {
    let name = args.name.trim();
    let new = NewPlaylist {
        name,
        description: args
            .description
            .as_deref()
            .filter(|words| !words.trim().is_empty()),
        public: args.public,
        collaborative: args.collaborative,
    };
    if !gathered.uris.is_empty() {
        // Half of it would be a playlist of this name, which a repetition of the call would refuse.
        context.upstream.finish();
    }
    let made = context.upstream.send(&api::create_playlist(&new)).await?;
    let id = made
        .id
        .as_deref()
        .and_then(|id| SpotifyId::parse(id).ok())
        .ok_or_else(|| {
            Fault::NotFound(
                "The playlist was made, but Spotify named no id; see `list_playlists`.".to_owned(),
            )
        })?;
    let uris = std::mem::take(&mut gathered.uris);
    let mut report = Report::new(Head::of(&made, &id), gathered);
    report.created = true;
    report.steps = adding::LOOKED_FOR;
    // The playlist exists from here on: whatever fails is told beside its link, not instead of it.
    // Such a failure is in the report already.
    filling::write(context, &id, &uris, None, &mut report).await;
    let look = api::playlist(&id, PlaylistParts::WithFirstItems);
    match context.upstream.fresh(&look).await {
        Ok(read) => report.compare(&read, name, args.public, &uris),
        Err(fault) => report.unseen_anew(&fault),
    }
    Ok(report.answer())
}
