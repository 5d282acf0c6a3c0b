//! Podcasts and audiobooks: how they are written, and their single reads. It knows no people.

use axum::{Json, extract::Path};
use serde_json::{Map, Value, json};

use super::{
    call::{Call, key},
    paging::Span,
    refusal::Refusal,
    shapes::{Shapes, images},
};
use crate::sandbox::world::{Key, Kind, Part};

type Answer = Result<Json<Value>, Refusal>;

/// `GET /shows/{id}`: the show with the first page of its episodes.
pub(super) async fn get_show(call: Call, Path(id): Path<String>) -> Answer {
    call.need(POSITION)?;
    let key = key(Kind::Show, &id)?;
    call.market()?;
    let shapes = call.shapes();
    let mut written = show(shapes, key.n).ok_or_else(Refusal::not_found)?;
    let path = format!("/v1/shows/{id}/episodes");
    let episodes = &shapes.world.spoken().shows[key.n as usize].episodes;
    written.insert(
        "episodes".to_owned(),
        first_page(&call, &path, episodes, |n| simple_episode(shapes, n)),
    );
    Ok(Json(written.into()))
}

/// `GET /shows/{id}/episodes`.
pub(super) async fn show_episodes(call: Call, Path(id): Path<String>) -> Answer {
    call.need(POSITION)?;
    let key = key(Kind::Show, &id)?;
    let shapes = call.shapes();
    let show = shapes.world.spoken().shows.get(key.n as usize);
    let episodes = &show.ok_or_else(Refusal::not_found)?.episodes;
    page(&call, episodes, |n| simple_episode(shapes, n))
}

/// `GET /episodes/{id}`.
pub(super) async fn get_episode(call: Call, Path(id): Path<String>) -> Answer {
    call.need(POSITION)?;
    let key = key(Kind::Episode, &id)?;
    call.market()?;
    let written = episode(call.shapes(), key.n).ok_or_else(Refusal::not_found)?;
    Ok(Json(written.into()))
}

/// `GET /audiobooks/{id}`: the book with the first page of its chapters.
pub(super) async fn get_book(call: Call, Path(id): Path<String>) -> Answer {
    let key = key(Kind::Audiobook, &id)?;
    call.market()?;
    let shapes = call.shapes();
    let mut written = book(shapes, key.n).ok_or_else(Refusal::not_found)?;
    let path = format!("/v1/audiobooks/{id}/chapters");
    let chapters = &shapes.world.spoken().books[key.n as usize].chapters;
    written.insert(
        "chapters".to_owned(),
        first_page(&call, &path, chapters, |n| simple_chapter(shapes, n)),
    );
    Ok(Json(written.into()))
}

/// `GET /audiobooks/{id}/chapters`.
pub(super) async fn book_chapters(call: Call, Path(id): Path<String>) -> Answer {
    let key = key(Kind::Audiobook, &id)?;
    let shapes = call.shapes();
    let book = shapes.world.spoken().books.get(key.n as usize);
    let chapters = &book.ok_or_else(Refusal::not_found)?.chapters;
    page(&call, chapters, |n| simple_chapter(shapes, n))
}

/// `GET /chapters/{id}`.
pub(super) async fn get_chapter(call: Call, Path(id): Path<String>) -> Answer {
    let key = key(Kind::Chapter, &id)?;
    call.market()?;
    let shapes = call.shapes();
    let mut written = simple_chapter(shapes, key.n).ok_or_else(Refusal::not_found)?;
    let whole = shapes.world.spoken().chapters[key.n as usize].whole;
    written.insert("audiobook".to_owned(), book(shapes, whole).into());
    Ok(Json(written.into()))
}

/// A show without its episodes.
pub(super) fn show(shapes: Shapes<'_>, n: u32) -> Option<Map<String, Value>> {
    let show = shapes.world.spoken().shows.get(n as usize)?;
    let mut written = described(shapes, Kind::Show, n, &show.name, &show.about);
    written.insert("copyrights".to_owned(), json!([]));
    written.insert("is_externally_hosted".to_owned(), false.into());
    written.insert("media_type".to_owned(), "audio".into());
    written.insert("total_episodes".to_owned(), show.episodes.len().into());
    Some(written)
}

/// An episode with its show.
pub(super) fn episode(shapes: Shapes<'_>, n: u32) -> Option<Map<String, Value>> {
    let whole = shapes.world.spoken().episodes.get(n as usize)?.whole;
    let mut written = simple_episode(shapes, n)?;
    written.insert("show".to_owned(), show(shapes, whole)?.into());
    Some(written)
}

/// An episode without its show.
pub(super) fn simple_episode(shapes: Shapes<'_>, n: u32) -> Option<Map<String, Value>> {
    let part = shapes.world.spoken().episodes.get(n as usize)?;
    let mut written = self::part(shapes, Kind::Episode, n, part);
    written.insert("is_externally_hosted".to_owned(), false.into());
    Some(written)
}

/// An audiobook without its chapters.
pub(super) fn book(shapes: Shapes<'_>, n: u32) -> Option<Map<String, Value>> {
    let book = shapes.world.spoken().books.get(n as usize)?;
    let mut written = described(shapes, Kind::Audiobook, n, &book.name, &book.about);
    written.insert("authors".to_owned(), json!([{"name": book.author}]));
    written.insert("narrators".to_owned(), json!([{"name": book.narrator}]));
    written.insert("copyrights".to_owned(), json!([]));
    written.insert("edition".to_owned(), "Unabridged".into());
    written.insert("media_type".to_owned(), "audio".into());
    written.insert("total_chapters".to_owned(), book.chapters.len().into());
    Some(written)
}

const POSITION: &str = "user-read-playback-position";

fn simple_chapter(shapes: Shapes<'_>, n: u32) -> Option<Map<String, Value>> {
    let part = shapes.world.spoken().chapters.get(n as usize)?;
    let mut written = self::part(shapes, Kind::Chapter, n, part);
    written.insert("chapter_number".to_owned(), part.number.into());
    Some(written)
}

/// What episodes and chapters have in common.
fn part(shapes: Shapes<'_>, kind: Kind, n: u32, part: &Part) -> Map<String, Value> {
    let mut written = described(shapes, kind, n, &part.name, &part.about);
    written.insert("audio_preview_url".to_owned(), Value::Null);
    written.insert("duration_ms".to_owned(), part.ms.into());
    written.insert("is_playable".to_owned(), true.into());
    written.insert("language".to_owned(), "en".into());
    written.insert("release_date".to_owned(), part.released.as_str().into());
    written.insert("release_date_precision".to_owned(), "day".into());
    let heard = n.is_multiple_of(3);
    let position = if n % 3 == 1 { part.ms / 2 } else { 0 };
    let resume = json!({"fully_played": heard, "resume_position_ms": position});
    written.insert("resume_point".to_owned(), resume);
    written
}

fn described(
    shapes: Shapes<'_>,
    kind: Kind,
    n: u32,
    name: &str,
    about: &str,
) -> Map<String, Value> {
    let mut written = shapes.thing(kind, Key::common(n));
    written.insert("name".to_owned(), name.into());
    written.insert("description".to_owned(), about.into());
    written.insert(
        "html_description".to_owned(),
        format!("<p>{about}</p>").into(),
    );
    written.insert("explicit".to_owned(), false.into());
    written.insert("images".to_owned(), images(kind, Key::common(n)));
    written.insert("languages".to_owned(), json!(["en"]));
    written
}

fn page(call: &Call, parts: &[u32], write: impl Fn(u32) -> Option<Map<String, Value>>) -> Answer {
    call.market()?;
    let span = call.span()?;
    let items = parts[span.range(parts.len())]
        .iter()
        .map(|n| Value::from(write(*n)))
        .collect();
    Ok(Json(span.page(call, parts.len(), items)))
}

/// The first page that is embedded in the whole; its links lead to the list's own address.
fn first_page(
    call: &Call,
    path: &str,
    parts: &[u32],
    write: impl Fn(u32) -> Option<Map<String, Value>>,
) -> Value {
    let span = Span {
        limit: 50,
        offset: 0,
    };
    let items: Vec<Value> = parts[span.range(parts.len())]
        .iter()
        .map(|n| Value::from(write(*n)))
        .collect();
    span.page_at(call, path, parts.len(), &items)
}
