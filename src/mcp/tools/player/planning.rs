//! From the arguments of `play` to what exactly is to play. At most one search; no device and no command is known here.

use crate::spotify::{
    api::{self, ITEMS_PER_PLAY, Paging, Search, SearchKind},
    id::{Kind, Reference},
};

use super::{
    Context,
    material::{self, Hint, Meant, Skipped},
    picking::{self, Choice},
    play::Args,
};
use crate::mcp::{
    fault::Fault,
    text::{self, IN_ERROR},
    tools::playlists::named,
};

/// Hits of each kind that is looked for: as many as one call gives, since the plain recording often stands behind
/// other versions of it.
const HITS: u32 = 10;

/// Episodes of a show that are lined up.
const EPISODES: u32 = 50;

/// The kinds that words may mean where nothing is said about it.
const ANY: [SearchKind; 6] = [
    SearchKind::Track,
    SearchKind::Album,
    SearchKind::Artist,
    SearchKind::Playlist,
    SearchKind::Show,
    SearchKind::Episode,
];

/// What is to play.
#[derive(Debug)]
pub(super) struct Plan {
    /// It.
    pub(super) material: Material,
    /// How it was chosen, of words.
    pub(super) choice: Option<Choice>,
    /// References that cannot be played.
    pub(super) skipped: Vec<Skipped>,
    /// What the model should know.
    pub(super) notes: Vec<String>,
    /// The length of the one item, where it is known.
    pub(super) duration_ms: Option<u64>,
}

/// Something for the player.
#[derive(Debug)]
pub(super) enum Material {
    /// What played last.
    Resume,
    /// Tracks and episodes by URI, at least one.
    Items(Vec<String>),
    /// An album, artist, playlist or show.
    List {
        /// Which of these.
        kind: Kind,
        /// Its URI.
        uri: String,
        /// Where in it.
        at: Option<At>,
    },
}

/// A place in an album or playlist.
#[derive(Debug)]
pub(super) enum At {
    /// Counted from 0.
    Position(u32),
    /// By URI.
    Item(String),
}

/// What `args` mean.
///
/// # Errors
/// `invalid_argument` for what cannot be played or does not go together, `not_found` for words without a hit.
pub(super) async fn plan(context: &Context<'_>, args: &Args) -> Result<Plan, Fault> {
    let at = args.start_at.as_deref().map(place).transpose()?;
    let mut plan = match (&args.query, args.refs.as_slice()) {
        (Some(_), [_, ..]) => {
            return Err(Fault::invalid_argument(
                "pass `query` or `refs`, not both; without either playback is resumed",
            ));
        }
        // Assistants put what they hold into `query`; as words a link finds nothing, or something else.
        (Some(query), []) if is_reference(query) => {
            of_refs(context, args, std::slice::from_ref(query)).await?
        }
        (Some(query), []) => of_words(context, args, query).await?,
        (None, []) => Plan::new(Material::Resume),
        (None, refs) => of_refs(context, args, refs).await?,
    };
    if args.in_context || args.position_ms.is_some() {
        let album = look_up(context, &mut plan).await?;
        if args.in_context {
            into_album(&mut plan, album)?;
        }
    }
    if let Some(wanted) = at {
        begin_at(&mut plan.material, wanted)?;
    }
    open_show(context, &mut plan).await?;
    Ok(plan)
}

/// Whether these words are a URI or a link. A bare id may be a title.
fn is_reference(words: &str) -> bool {
    Reference::parse(words).is_ok_and(|reference| reference.kind.is_some())
}

impl Plan {
    fn new(material: Material) -> Self {
        Self {
            material,
            choice: None,
            skipped: Vec::new(),
            notes: Vec::new(),
            duration_ms: None,
        }
    }
}

async fn of_words(context: &Context<'_>, args: &Args, query: &str) -> Result<Plan, Fault> {
    if query.trim().is_empty() {
        return Err(Fault::invalid_argument("`query` must not be blank"));
    }
    let hinted = args.type_hint.map(|hint| [hint.search()]);
    let kinds: &[SearchKind] = match &hinted {
        Some(only) => only,
        // Only these can be begun somewhere, and only a track has an album.
        None if args.start_at.is_some() => &[SearchKind::Album, SearchKind::Playlist],
        None if args.in_context => &[SearchKind::Track],
        None => &ANY,
    };
    let call = api::search(&Search {
        query: query.trim(),
        kinds,
        paging: Paging::new(HITS, 0),
    });
    let found = context.upstream.send(&call).await?;
    let choice = picking::pick(query, found).ok_or_else(|| {
        let shown = text::clean(query, IN_ERROR);
        Fault::NotFound(format!(
            "Spotify finds nothing playable for \"{shown}\". Nothing was changed; try fewer words or another \
             `type_hint`."
        ))
    })?;
    let chosen = &choice.chosen;
    let material = match chosen.kind {
        Kind::Track | Kind::Episode => Material::Items(vec![chosen.uri.clone()]),
        kind => Material::List {
            kind,
            uri: chosen.uri.clone(),
            at: None,
        },
    };
    Ok(Plan {
        duration_ms: chosen.duration_ms,
        choice: Some(choice),
        ..Plan::new(material)
    })
}

async fn of_refs(context: &Context<'_>, args: &Args, refs: &[String]) -> Result<Plan, Fault> {
    let bare = args.type_hint.map_or(Kind::Track, Hint::kind);
    if let [only] = refs {
        return of_ref(context, only, bare, args.type_hint.is_none()).await;
    }
    let (mut uris, mut skipped) = (Vec::new(), Vec::new());
    for item in refs {
        match material::read(item, bare) {
            Meant::Item(uri) => uris.push(uri),
            Meant::List(kind, _) => {
                return Err(Fault::invalid_argument(format!(
                    "`refs`: one {kind} must stand alone; several references must be tracks or episodes. Nothing was \
                     changed"
                )));
            }
            Meant::Words => skipped.push(Skipped::new(item, "no reference; words go into `query`")),
            Meant::Nothing(reason) => skipped.push(Skipped::new(item, reason)),
        }
    }
    if uris.is_empty() {
        let why = skipped.first().map_or("", |first| first.reason.as_str());
        return Err(Fault::invalid_argument(format!(
            "`refs`: nothing in it can be played ({why}). Nothing was changed"
        )));
    }
    let mut notes = Vec::new();
    if uris.len() > ITEMS_PER_PLAY {
        let more = uris.len() - ITEMS_PER_PLAY;
        uris.truncate(ITEMS_PER_PLAY);
        notes.push(format!(
            "The first {ITEMS_PER_PLAY} play; {more} {} left out. Longer lists play as a playlist.",
            text::were(more)
        ));
    }
    Ok(Plan {
        skipped,
        notes,
        ..Plan::new(Material::Items(uris))
    })
}

async fn of_ref(
    context: &Context<'_>,
    only: &str,
    bare: Kind,
    unhinted: bool,
) -> Result<Plan, Fault> {
    let list = |kind, uri| {
        Plan::new(Material::List {
            kind,
            uri,
            at: None,
        })
    };
    match material::read(only, bare) {
        Meant::Item(uri) => Ok(Plan::new(Material::Items(vec![uri]))),
        Meant::List(kind, id) => Ok(list(kind, id.uri(kind))),
        Meant::Words if unhinted || bare == Kind::Playlist => {
            let id = named::resolve(context, only).await?;
            Ok(list(Kind::Playlist, id.uri(Kind::Playlist)))
        }
        Meant::Words => Err(Fault::invalid_argument(format!(
            "`refs`: \"{}\" is no reference; words go into `query`",
            text::clean(only, IN_ERROR)
        ))),
        Meant::Nothing(reason) => Err(Fault::invalid_argument(format!(
            "`refs`: \"{}\" cannot be played: {reason}. Nothing was changed",
            text::clean(only, IN_ERROR)
        ))),
    }
}

/// Spotify takes albums, artists and playlists to play from, and no shows: those play as a list of their episodes.
/// One call.
async fn open_show(context: &Context<'_>, plan: &mut Plan) -> Result<(), Fault> {
    let Material::List {
        kind: Kind::Show,
        uri,
        ..
    } = &plan.material
    else {
        return Ok(());
    };
    let unreadable = |_| Fault::invalid_argument("the show has no usable id");
    let show = Reference::parse(uri).and_then(|reference| reference.expect(Kind::Show));
    let call = api::show_episodes(&show.map_err(unreadable)?, Paging::new(EPISODES, 0));
    context
        .upstream
        .require(&["user-read-playback-position"])
        .await?;
    let episodes = context.upstream.send(&call).await?.items;
    let there = episodes
        .into_iter()
        .filter(|part| part.is_playable != Some(false));
    let uris: Vec<_> = there.filter_map(|part| part.uri).collect();
    if uris.is_empty() {
        return Err(Fault::NotFound(
            "The show has no episode that can be played here. Nothing was changed.".to_owned(),
        ));
    }
    plan.notes.push(match uris.len() {
        1 => "Its newest episode plays.".to_owned(),
        several => format!("Its newest {several} episodes play, newest first."),
    });
    plan.material = Material::Items(uris);
    Ok(())
}

/// A position or a reference.
fn place(text: &str) -> Result<At, Fault> {
    if text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(At::Position(text.parse().unwrap_or(0)));
    }
    match Reference::parse(text) {
        Ok(found) => match found.kind.unwrap_or(Kind::Track) {
            kind @ (Kind::Track | Kind::Episode) => Ok(At::Item(found.id.uri(kind))),
            kind => Err(Fault::invalid_argument(format!(
                "`start_at` must be a 0-based position or a track; got one of kind {kind}"
            ))),
        },
        Err(_) => Err(Fault::invalid_argument(format!(
            "`start_at` must be a 0-based position or the link of a track; got \"{}\"",
            text::clean(text, IN_ERROR)
        ))),
    }
}

fn begin_at(material: &mut Material, wanted: At) -> Result<(), Fault> {
    match material {
        Material::List {
            kind: Kind::Album | Kind::Playlist,
            at,
            ..
        } => {
            *at = Some(wanted);
            Ok(())
        }
        _ => Err(Fault::invalid_argument(
            "`start_at` goes with one album or playlist only. Nothing was changed",
        )),
    }
}

/// Looks at the one track that a reference names, where its album or its length matters. One call.
async fn look_up(context: &Context<'_>, plan: &mut Plan) -> Result<Option<String>, Fault> {
    let Material::Items(uris) = &plan.material else {
        return Ok(None);
    };
    let [only] = uris.as_slice() else {
        return Ok(None);
    };
    if let Some(choice) = &plan.choice {
        return Ok(choice.chosen.album.clone());
    }
    let id = Reference::parse(only).and_then(|reference| reference.expect(Kind::Track));
    let Ok(id) = id else {
        return Ok(None);
    };
    let track = context.upstream.send(&api::track(&id)).await?;
    plan.duration_ms = track.duration_ms;
    let album = track.album.and_then(|album| album.id);
    Ok(album.map(|id| format!("spotify:album:{id}")))
}

/// The album of the one track, beginning at the track. What is a list already stays.
fn into_album(plan: &mut Plan, album: Option<String>) -> Result<(), Fault> {
    let Material::Items(uris) = &plan.material else {
        return Ok(());
    };
    match (uris.as_slice(), album) {
        ([track], Some(album)) => {
            plan.material = Material::List {
                kind: Kind::Album,
                at: Some(At::Item(track.clone())),
                uri: album,
            };
            Ok(())
        }
        _ => Err(Fault::invalid_argument(
            "`in_context` goes with one track only. Nothing was changed",
        )),
    }
}
