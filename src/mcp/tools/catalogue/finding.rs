//! Spotify's search language, and the plain search that other tools begin with.

use std::fmt::Write;

use super::Context;
use crate::{
    mcp::fault::Fault,
    spotify::{
        api::{self, Paging, Search, SearchKind},
        model::{Artist, Track},
    },
};

/// The most hits of a kind in one answer of Spotify.
pub(crate) const PER_CALL: u32 = 10;

/// The first `limit` tracks, at most 10, that Spotify finds for `query`, in its order. One Spotify call.
///
/// # Errors
/// Those of [`Upstream::send`](crate::mcp::upstream::Upstream::send).
pub(crate) async fn tracks(
    context: &Context<'_>,
    query: &str,
    limit: u32,
) -> Result<Vec<Track>, Fault> {
    let call = api::search(&Search {
        query,
        kinds: &[SearchKind::Track],
        paging: Paging::new(limit.min(PER_CALL), 0),
    });
    let found = context.upstream.send(&call).await?;
    Ok(found.tracks.map_or_else(Vec::new, |page| page.items))
}

/// The first ten artists that Spotify finds for `query`. One Spotify call.
///
/// # Errors
/// Those of [`Upstream::send`](crate::mcp::upstream::Upstream::send).
pub(crate) async fn artists(context: &Context<'_>, query: &str) -> Result<Vec<Artist>, Fault> {
    let call = api::search(&Search {
        query,
        kinds: &[SearchKind::Artist],
        paging: Paging::new(PER_CALL, 0),
    });
    let found = context.upstream.send(&call).await?;
    Ok(found.artists.map_or_else(Vec::new, |page| page.items))
}

/// Appends the filter `name` with `value` to `words` (Web API reference, "Search for Item"). A value of several words
/// is quoted, so that it ends where it ends, and what is part of the search language itself goes.
pub(crate) fn filter(words: &mut String, name: &str, value: &str) {
    let value = value.replace([':', '"'], " ");
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if value.is_empty() {
        return;
    }
    if !words.is_empty() {
        words.push(' ');
    }
    let plain = value
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '-' | '\'' | '.'));
    // Writing to a string cannot fail.
    let _ = if plain {
        write!(words, "{name}:{value}")
    } else {
        write!(words, "{name}:\"{value}\"")
    };
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn values_of_several_words_are_quoted_and_cannot_add_filters() {
        let mut words = String::from("so what");
        filter(&mut words, "artist", "Miles Davis");
        filter(&mut words, "year", "1959-1960");
        filter(&mut words, "album", "x\" year:1990");
        filter(&mut words, "track", " : ");
        assert_eq!(
            words,
            "so what artist:\"Miles Davis\" year:1959-1960 album:\"x year 1990\""
        );
    }
}
