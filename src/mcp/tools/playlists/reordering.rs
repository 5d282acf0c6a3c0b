//! `reorder_playlist`: neighbours move to another place.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spotify::{
    api::{self, Move, Paging},
    id::SpotifyId,
};

use super::{
    Context,
    contents::{self, Contents, PER_CALL, Source},
    named,
    reading::Head,
    told,
};
use crate::mcp::{
    answer::{self, Answer, Row},
    fault::Fault,
    text,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI, id or own name
    #[schemars(length(min = 1, max = 200))]
    playlist: String,
    r#move: Wish,
}

// A docstring here would go into every list of tools.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// 0-based position of the first
    #[schemars(range(min = 0, max = 9_999))]
    from: u32,
    /// Default 1
    #[schemars(range(min = 1, max = 100))]
    count: Option<u32>,
    /// Where the first of them stands afterwards; the length of the playlist for the end
    #[schemars(range(min = 0, max = 10_000))]
    to: u32,
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Report {
    playlist: Head,
    moved: u32,
    from: u32,
    to: u32,
    /// What moved, at its new places.
    items: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
}

/// One or two calls to look, one to move, one to read back.
pub(super) async fn reorder_playlist(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let _turn = context.editing().await?;
    let id = named::resolve(context, &args.playlist).await?;
    let contents = Contents::begin(context, &id).await?;
    let (from, count) = (args.r#move.from, args.r#move.count.unwrap_or(1));
    let to = landing(from, count, args.r#move.to, contents.total)?;
    let moving = moving(context, &id, &contents, from, count).await?;
    let mut moved = Report {
        playlist: contents.head.without_snapshot(),
        moved: if to == from { 0 } else { count },
        from,
        to,
        items: told::rows(&moving, 0..moving.len()),
        snapshot_id: contents.snapshot_id.clone(),
        verified: None,
    };
    for (place, row) in (to..).zip(&mut moved.items) {
        row.position = Some(place);
    }
    if to == from {
        return Ok(moved.answer());
    }
    let wish = Move {
        from,
        count,
        before: if to > from { to + count } else { to },
    };
    let call = api::reorder_items(&id, wish, contents.snapshot_id.as_deref());
    let written = context.upstream.send(&call).await?;
    moved.snapshot_id = written.snapshot_id;
    let look = api::playlist_items(&id, Paging::new(count.min(PER_CALL), to));
    let read = context.upstream.fresh(&look).await;
    let unread = read.as_ref().err().map(Fault::code);
    moved.verified = read.ok().map(|page| {
        let same = |(now, then)| contents::uri(now) == contents::uri(then);
        !page.items.is_empty() && page.items.iter().zip(&moving).all(same)
    });
    let answer = moved.answer();
    Ok(match unread {
        Some(code) => answer.noting(format!(
            "It could not be read back ({code}); `get_playlist` shows it."
        )),
        None => answer,
    })
}

/// Where the first item stands afterwards.
fn landing(from: u32, count: u32, to: u32, total: u32) -> Result<u32, Fault> {
    if from.saturating_add(count) > total {
        return Err(Fault::invalid_argument(format!(
            "`move` takes {count} from position {from} on, and the playlist has {} (the first is 0); \
             nothing was moved",
            text::counted(total, "item")
        )));
    }
    if to > total {
        return Err(Fault::invalid_argument(format!(
            "`move.to` must be at most {total}, the length of the playlist, which means its end; got {to}"
        )));
    }
    Ok(to.min(total - count))
}

/// The items that move; read if the first page does not hold them.
async fn moving(
    context: &Context<'_>,
    id: &SpotifyId,
    contents: &Contents,
    from: u32,
    count: u32,
) -> Result<Vec<crate::spotify::model::PlaylistItem>, Fault> {
    let have = answer::count(contents.items.len());
    let end = from + count;
    let known = (have.min(from), have.min(end));
    let index = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
    let mut moving = contents.items[index(known.0)..index(known.1)].to_vec();
    if end > have {
        let start = from.max(have);
        moving.extend(contents::pages(context, id, start, end, Source::Spotify).await?);
    }
    Ok(moving)
}

impl Report {
    fn answer(self) -> Answer {
        let mut words = if self.moved == 0 {
            format!(
                "Nothing to move in \"{}\" · {}",
                self.playlist.title, self.playlist.link
            )
        } else {
            format!(
                "{} moved in \"{}\", from position {} to {} · {}",
                told::items(usize::try_from(self.moved).unwrap_or(usize::MAX)),
                self.playlist.title,
                self.from,
                self.to,
                self.playlist.link
            )
        };
        told::write_rows(&mut words, &self.items, self.items.len());
        match self.verified {
            Some(true) => words.push_str("\nRead back: as asked."),
            Some(false) => {
                words.push_str("\nRead back: not as asked; look with `get_playlist`.");
            }
            None => {}
        }
        Answer::new(words, &self)
    }
}
