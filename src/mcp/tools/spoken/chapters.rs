//! `list_audiobook_chapters`: an audiobook's chapters, with how far the person has listened.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    mcp::{
        answer::{Answer, Page, TEXT_BUDGET},
        fault::Fault,
        view::Detail,
    },
    spotify::{
        SpotifyError,
        api::{self, Paging},
    },
};

use super::{
    Context,
    named::{self, Shelf},
    row, total,
};

/// Where Spotify sells audiobooks (Web API reference, "Get Audiobook Chapters").
const MARKETS: &str = "the US, the UK, Canada, Ireland, New Zealand and Australia";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI, id, or the name of a saved one
    #[schemars(length(min = 1, max = 200))]
    audiobook: String,
    /// Default 50
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    #[schemars(range(min = 0, max = 100_000))]
    offset: Option<u32>,
    #[serde(default)]
    response_format: Detail,
}

/// One call; a name costs more.
pub(super) async fn list_audiobook_chapters(
    context: &Context<'_>,
    args: Args,
) -> Result<Answer, Fault> {
    let id = named::resolve(context, Shelf::Audiobooks, &args.audiobook).await?;
    let (start, limit) = (args.offset.unwrap_or(0), args.limit.unwrap_or(50));
    let call = api::audiobook_chapters(&id, Paging::new(limit, start));
    let found = context.upstream.send(&call).await.map_err(elsewhere)?;
    let all = total(&found, start);
    let detail = args.response_format;
    let rows = found
        .items
        .into_iter()
        .map(|part| row(part, detail))
        .collect();
    let mut page = Page::upto(start.saturating_add(limit), all, rows);
    let mut words = String::new();
    page.write(&mut words, TEXT_BUDGET, start);
    let note = format!("Spotify has audiobooks only in {MARKETS}.");
    Ok(Answer::new(words, &page).noting(note))
}

/// In other countries Spotify says that there is no such book.
fn elsewhere(fault: Fault) -> Fault {
    match fault {
        Fault::Spotify(SpotifyError::NotFound(_)) => Fault::NotFound(format!(
            "Spotify knows no such audiobook, or not in the user's country: it has audiobooks only in {MARKETS}. \
             `search` with types=[\"audiobook\"] shows what there is."
        )),
        fault => fault,
    }
}
