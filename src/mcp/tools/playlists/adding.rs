//! `add_to_playlist`: what is not there yet, or everything, in batches.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spotify::{
    api::{self, PlaylistParts},
    id::SpotifyId,
    model::{Playable, PlaylistItem},
};

use super::{
    Context,
    contents::{self, SCAN, Source},
    filling::{self, Place},
    gathering::{self, Asked, Gathered},
    named,
    reading::Head,
    report::Report,
    total,
};
use crate::mcp::{
    answer::{self, Answer},
    fault::Fault,
    tools::catalogue::wanted::WantedArg,
};

/// More steps than looking for titles ever tells, so that progress only grows.
pub(super) const LOOKED_FOR: u32 = 50;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI, id, or the name of a playlist in the user's library
    #[schemars(length(min = 1, max = 200))]
    playlist: String,
    /// Links, URIs or ids of tracks or episodes; up to 50 as {title, artist}
    #[schemars(length(min = 1, max = 500))]
    items: Vec<WantedArg>,
    /// 0-based; default: at the end
    #[schemars(range(min = 0, max = 10_000))]
    position: Option<u32>,
    /// Default true
    skip_duplicates: Option<bool>,
}

/// A search for each title, one call to look before and one after, more where duplicates are to be left out, one for
/// each 100 items.
pub(super) async fn add_to_playlist(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let asked = Asked::of("items", args.items)?;
    if asked.is_empty() {
        return Err(gathering::nothing_usable(
            &asked.skipped,
            "nothing was added",
        ));
    }
    let id = named::resolve(context, &args.playlist).await?;
    let gathered = asked.gather(context).await?;
    gathered.or_nothing("nothing was added")?;
    let _turn = context.editing().await?;
    if args.skip_duplicates.unwrap_or(true) {
        return append_new(context, &id, gathered, args.position).await;
    }
    let details = api::playlist(&id, PlaylistParts::Details);
    let playlist = context.upstream.fresh(&details).await?;
    let found = playlist.items.as_ref().ok_or(Fault::Foreign)?;
    let place = Place {
        position: args.position,
        before: total(found, 0),
    };
    let uris = gathered.uris.clone();
    let mut report = Report::new(Head::of(&playlist, &id), gathered);
    report.steps = LOOKED_FOR;
    // Repeated after half of it, the call would add that half again.
    context.upstream.finish();
    filling::add(context, &id, &uris, place, report).await
}

/// Adds what is not there yet.
pub(super) async fn append_new(
    context: &Context<'_>,
    id: &SpotifyId,
    mut gathered: Gathered,
    position: Option<u32>,
) -> Result<Answer, Fault> {
    let first = api::playlist(id, PlaylistParts::WithFirstItems);
    let mut playlist = context.upstream.fresh(&first).await?;
    let found = playlist.items.take().ok_or(Fault::Foreign)?;
    let before = total(&found, 0);
    let mut items = found.items;
    let have = answer::count(items.len());
    // The label is of this moment, so what is remembered of that version is what stands there now.
    let label = playlist.snapshot_id.as_deref();
    let source = label.map_or(Source::Spotify, Source::Version);
    items.extend(contents::pages(context, id, have, before.min(SCAN), source).await?);
    let looked_at = answer::count(items.len());

    let mut held: HashSet<String> = items.into_iter().filter_map(uri_of).collect();
    let mut fresh = Vec::with_capacity(gathered.uris.len());
    for uri in std::mem::take(&mut gathered.uris) {
        if held.insert(uri.clone()) {
            fresh.push(uri);
        } else {
            gathered.skip(uri, "already in the playlist, or named twice");
        }
    }
    let mut report = Report::new(Head::of(&playlist, id), gathered);
    report.steps = looked_at.max(LOOKED_FOR);
    if looked_at < before {
        report.notes.push(format!(
            "Duplicates were looked for in the first {looked_at} items only."
        ));
    }
    if position.is_some() {
        // Repeated after half of it, the call would put the other half before the first.
        context.upstream.finish();
    }
    filling::add(context, id, &fresh, Place { position, before }, report).await
}

fn uri_of(item: PlaylistItem) -> Option<String> {
    match item.playable? {
        Playable::Track(track) => track.uri,
        Playable::Episode(episode) => episode.uri,
        Playable::Other { uri, .. } => uri,
    }
}
