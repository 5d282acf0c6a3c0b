//! Finding one of the person's playlists by reference or by name.

use super::{Context, total};
use crate::mcp::{
    fault::Fault,
    text::{self, IN_ERROR},
    view,
};
use crate::spotify::{
    api::{self, Paging},
    id::{IdError, Kind, Reference, SpotifyId},
    model::PlaylistSummary,
};

/// Playlists in one call.
const PER_CALL: u32 = 50;

/// The most calls that looking for a playlist by name may cost.
const SCAN_CALLS: u32 = 4;

/// The most candidates that an ambiguous name lists.
const CANDIDATES: usize = 8;

/// The playlist that `text` names: a reference, or the name of one in the person's library.
///
/// A name costs up to [`SCAN_CALLS`] calls. Of several with that name the person's only own one is meant, or else the
/// only one that they may edit.
///
/// # Errors
/// `invalid_argument` for a broken reference, `ambiguous` and `not_found` for a name.
pub(crate) async fn resolve(context: &Context<'_>, text: &str) -> Result<SpotifyId, Fault> {
    match Reference::parse(text).and_then(|reference| reference.expect(Kind::Playlist)) {
        Ok(id) => Ok(id),
        Err(IdError::NotAnId) if !looks_like_address(text) => by_name(context, text.trim()).await,
        Err(problem) => {
            let text = text::clean(text, IN_ERROR);
            Err(Fault::invalid_argument(format!(
                "`playlist` \"{text}\": {problem}"
            )))
        }
    }
}

/// Such text was meant as a reference, and no name should be looked for.
fn looks_like_address(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("spotify:") || text.starts_with("http") || text.contains("../")
}

async fn by_name(context: &Context<'_>, name: &str) -> Result<SpotifyId, Fault> {
    let wanted = name.to_lowercase();
    let (mut exact, mut close) = (Vec::new(), Vec::new());
    let (mut seen, mut all) = (0, 0);
    for _ in 0..SCAN_CALLS {
        let call = api::my_playlists(Paging::new(PER_CALL, seen));
        let found = context.upstream.send(&call).await?;
        all = total(&found, seen);
        seen = seen.saturating_add(PER_CALL);
        for list in found.items {
            let candidate = list.name.trim().to_lowercase();
            if candidate == wanted {
                exact.push(list);
            } else if candidate.contains(&wanted) {
                close.push(list);
            }
        }
        if seen >= all || found.next.is_none() {
            break;
        }
    }
    if exact.len() > 1 {
        let me = context.me().await?;
        let own = |list: &PlaylistSummary| list.owner.id.as_deref() == Some(&*me);
        let editable = |list: &PlaylistSummary| own(list) || list.collaborative;
        let meant = only(&exact, own).or_else(|| only(&exact, editable));
        if let Some(meant) = meant.cloned() {
            exact = vec![meant];
        }
    }
    let shown = text::clean(name, IN_ERROR).into_owned();
    match exact.as_slice() {
        [only] => {
            id_of(only).ok_or_else(|| Fault::NotFound(format!("\"{shown}\" has no usable id")))
        }
        [] => Err(Fault::NotFound(format!(
            "No playlist called \"{shown}\" among the {} in the library that were looked at{} Pass a link or an exact \
             name.",
            seen.min(all),
            candidates(&close, "; similar: ")
        ))),
        several => Err(Fault::Ambiguous(format!(
            "{} playlists are called \"{shown}\"{} Pass the link of one.",
            several.len(),
            candidates(several, ": ")
        ))),
    }
}

/// The one of `lists` that is `so`; nothing if none is, or several.
fn only(
    lists: &[PlaylistSummary],
    so: impl Fn(&PlaylistSummary) -> bool,
) -> Option<&PlaylistSummary> {
    let mut fitting = lists.iter().filter(|list| so(list));
    fitting.next().filter(|_| fitting.next().is_none())
}

fn candidates(lists: &[PlaylistSummary], lead: &str) -> String {
    let shown: Vec<_> = lists
        .iter()
        .take(CANDIDATES)
        .filter_map(|list| {
            let link = view::link(list.uri.as_deref()?)?;
            Some(format!("{} {link}", text::clean(&list.name, IN_ERROR)))
        })
        .collect();
    if shown.is_empty() {
        ".".to_owned()
    } else {
        format!("{lead}{}.", shown.join(", "))
    }
}

/// The id of a playlist that Spotify listed.
pub(crate) fn id_of(list: &PlaylistSummary) -> Option<SpotifyId> {
    SpotifyId::parse(list.id.as_deref()?).ok()
}
