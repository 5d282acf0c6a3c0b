//! Finding one of the person's saved podcasts or audiobooks by reference or by name.

use crate::{
    mcp::{
        fault::Fault,
        text::{self, IN_ERROR},
        view,
    },
    spotify::{
        api::{self, Paging},
        id::{IdError, Kind, Reference, SpotifyId},
        model::Show,
    },
};

use super::{Context, total};

/// Entries in one call.
const PER_CALL: u32 = 50;

/// The most calls that looking for a name may cost.
const SCAN_CALLS: u32 = 4;

/// The most candidates that an error lists.
const CANDIDATES: usize = 8;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// A podcast.
    Shows,
    /// An audiobook.
    Audiobooks,
}

impl Shelf {
    fn kind(self) -> Kind {
        match self {
            Self::Shows => Kind::Show,
            Self::Audiobooks => Kind::Audiobook,
        }
    }

    /// The parameter that names it.
    fn parameter(self) -> &'static str {
        self.kind().as_str()
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Shows => "shows",
            Self::Audiobooks => "audiobooks",
        }
    }
}

/// What `text` names: a reference, or the name of something saved. A name costs up to [`SCAN_CALLS`] calls.
///
/// # Errors
/// `invalid_argument` for a broken reference; `ambiguous` and `not_found` for a name, and `missing_scope` where the
/// saved ones must not be seen.
pub(super) async fn resolve(
    context: &Context<'_>,
    shelf: Shelf,
    text: &str,
) -> Result<SpotifyId, Fault> {
    let parameter = shelf.parameter();
    let named = Reference::parse(text).and_then(|reference| {
        // Spotify's own pages give audiobooks the addresses of shows.
        match (shelf, reference.kind) {
            (Shelf::Audiobooks, Some(Kind::Show)) => Ok(reference.id),
            _ => reference.expect(shelf.kind()),
        }
    });
    match named {
        Ok(id) => Ok(id),
        Err(IdError::NotAnId) if !looks_like_address(text) => {
            context.upstream.require(&["user-library-read"]).await?;
            by_name(context, shelf, text.trim()).await
        }
        Err(problem) => {
            let text = text::clean(text, IN_ERROR);
            Err(Fault::invalid_argument(format!(
                "`{parameter}` \"{text}\": {problem}"
            )))
        }
    }
}

/// Such text was meant as a reference, and no name should be looked for.
fn looks_like_address(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("spotify:") || text.starts_with("http") || text.contains("../")
}

async fn by_name(context: &Context<'_>, shelf: Shelf, name: &str) -> Result<SpotifyId, Fault> {
    let wanted = name.to_lowercase();
    let (mut exact, mut close, mut seen) = (Vec::new(), Vec::new(), 0);
    for call in 1..=SCAN_CALLS {
        let (found, all) = saved(context, shelf, Paging::new(PER_CALL, seen)).await?;
        seen = seen.saturating_add(PER_CALL);
        for show in found {
            let candidate = show.name.trim().to_lowercase();
            if candidate == wanted {
                exact.push(show);
            } else if candidate.contains(&wanted) {
                close.push(show);
            }
        }
        if seen >= all {
            break;
        }
        context
            .progress(call, SCAN_CALLS, "looking for the name")
            .await;
    }
    let shown = text::clean(name, IN_ERROR).into_owned();
    let (only, plural) = (exact.first().filter(|_| exact.len() == 1), shelf.plural());
    if let Some(show) = only {
        let id = show.id.as_deref().and_then(|id| SpotifyId::parse(id).ok());
        return id.ok_or_else(|| Fault::NotFound(format!("\"{shown}\" has no usable id")));
    }
    if exact.is_empty() {
        let similar = candidates(&close, "; similar: ");
        return Err(Fault::NotFound(format!(
            "None of the saved {plural} is called \"{shown}\"{similar} Pass a link; `search` finds one."
        )));
    }
    let (count, which) = (exact.len(), candidates(&exact, ": "));
    Err(Fault::Ambiguous(format!(
        "{count} saved {plural} are called \"{shown}\"{which} Pass the link of one."
    )))
}

async fn saved(
    context: &Context<'_>,
    shelf: Shelf,
    paging: Paging,
) -> Result<(Vec<Show>, u32), Fault> {
    match shelf {
        Shelf::Shows => {
            let found = context.upstream.send(&api::saved_shows(paging)).await?;
            let all = total(&found, paging.offset);
            let shows = found.items.into_iter().filter_map(|saved| saved.show);
            Ok((shows.collect(), all))
        }
        Shelf::Audiobooks => {
            let call = api::saved_audiobooks(paging);
            let found = context.upstream.send(&call).await?;
            let all = total(&found, paging.offset);
            let books = found.items.into_iter().filter_map(|saved| saved.audiobook);
            Ok((books.collect(), all))
        }
    }
}

fn candidates(shows: &[Show], lead: &str) -> String {
    let lines: Vec<_> = shows
        .iter()
        .take(CANDIDATES)
        .filter_map(|show| {
            let link = view::link(show.uri.as_deref()?)?;
            Some(format!("{} {link}", text::clean(&show.name, IN_ERROR)))
        })
        .collect();
    if lines.is_empty() {
        ".".to_owned()
    } else {
        format!("{lead}{}.", lines.join(", "))
    }
}
