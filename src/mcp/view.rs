//! Spotify's objects as rows of an answer: little, cleaned, with a link. Knows models and rows, no tool.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spotify::model::{
    Album, Artist, ArtistRef, Episode, Playable, PlaylistSummary, Show, Track,
};

use super::{
    answer::Row,
    text::{self, NAME},
};

// Schemas repeat doc comments, and this name says enough: how much a row tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Detail {
    #[default]
    Concise,
    Detailed,
}

impl Detail {
    fn is_full(self) -> bool {
        self == Self::Detailed
    }
}

/// A song.
pub(crate) fn track(track: Track, detail: Detail) -> Row {
    let released = track
        .album
        .as_ref()
        .and_then(|album| album.release_date.clone());
    let mut about = Vec::new();
    if track.is_local {
        about.push("local file".to_owned());
    }
    if track.is_playable == Some(false) {
        about.push("unavailable".to_owned());
    }
    if detail.is_full() {
        if track.explicit {
            about.push("explicit".to_owned());
        }
        about.extend(
            track
                .external_ids
                .isrc
                .map(|isrc| format!("ISRC {}", text::clean(&isrc, 20))),
        );
    }
    let (uri, link) = if track.is_local {
        (None, None)
    } else {
        addresses(track.uri)
    };
    Row {
        title: title(track.name),
        by: artists(&track.artists),
        album: track
            .album
            .map(|album| title(album.name))
            .filter(|name| !name.is_empty()),
        year: date(released, detail),
        about: joined(&about),
        duration_ms: track.duration_ms.filter(|_| detail.is_full()),
        uri,
        link,
        ..Row::default()
    }
}

/// An album.
pub(crate) fn album(album: Album, detail: Detail) -> Row {
    let (uri, link) = addresses(album.uri);
    let mut about: Vec<String> = Vec::new();
    if detail.is_full() {
        about.extend(album.album_type.map(|kind| text::cleaned(kind, 20)));
        about.extend(
            album
                .external_ids
                .upc
                .map(|upc| format!("UPC {}", text::clean(&upc, 20))),
        );
    }
    Row {
        title: title(album.name),
        by: artists(&album.artists),
        year: date(album.release_date, detail),
        about: joined(&about),
        count: album.total_tracks.filter(|_| detail.is_full()).map(small),
        uri,
        link,
        ..Row::default()
    }
}

/// An artist.
pub(crate) fn artist(artist: Artist) -> Row {
    let (uri, link) = addresses(artist.uri);
    Row {
        title: title(artist.name),
        uri,
        link,
        ..Row::default()
    }
}

/// A playlist in a list. `me` is the caller's Spotify id.
pub(crate) fn playlist(playlist: PlaylistSummary, me: Option<&str>, detail: Detail) -> Row {
    let (uri, link) = addresses(playlist.uri);
    let mut about = Vec::new();
    if me.is_some() && playlist.owner.id.as_deref() == me {
        about.push("yours".to_owned());
    }
    about.extend(playlist.public.map(|public| visibility(public).to_owned()));
    if playlist.collaborative {
        about.push("collaborative".to_owned());
    }
    let described = playlist
        .description
        .filter(|words| detail.is_full() && !words.is_empty());
    about.extend(described.map(title));
    Row {
        title: title(playlist.name),
        by: playlist.owner.display_name.or(playlist.owner.id).map(title),
        count: playlist.items.and_then(|items| items.total).map(small),
        about: joined(&about),
        uri,
        link,
        ..Row::default()
    }
}

/// A podcast or an audiobook.
pub(crate) fn show(show: Show, detail: Detail) -> Row {
    let (uri, link) = addresses(show.uri);
    Row {
        title: title(show.name),
        by: text::join(show.authors.iter().map(|author| author.name.as_str())),
        count: show
            .total_episodes
            .or(show.total_chapters)
            .filter(|_| detail.is_full())
            .map(small),
        uri,
        link,
        ..Row::default()
    }
}

/// An episode of a podcast.
pub(crate) fn episode(episode: Episode, detail: Detail) -> Row {
    let (uri, link) = addresses(episode.uri);
    Row {
        title: title(episode.name),
        album: episode
            .show
            .map(|show| title(show.name))
            .filter(|name| !name.is_empty()),
        year: date(episode.release_date, detail),
        about: (episode.explicit && detail.is_full()).then(|| "explicit".to_owned()),
        duration_ms: episode.duration_ms.filter(|_| detail.is_full()),
        uri,
        link,
        ..Row::default()
    }
}

/// Whatever a player or a playlist holds.
pub(crate) fn playable(playable: Playable, detail: Detail) -> Row {
    match playable {
        Playable::Track(found) => track(*found, detail),
        Playable::Episode(found) => episode(*found, detail),
        Playable::Other { kind, uri, name } => {
            let (uri, link) = addresses(uri);
            Row {
                title: title(name),
                about: kind.map(|kind| text::cleaned(kind, 20)),
                uri,
                link,
                ..Row::default()
            }
        }
    }
}

/// What Spotify calls public is on the owner's profile; anyone with the link can open the rest.
pub(crate) fn visibility(public: bool) -> &'static str {
    if public { "public" } else { "private" }
}

/// A name that is never empty.
pub(crate) fn title(name: String) -> String {
    if name.trim().is_empty() {
        "(no title)".to_owned()
    } else {
        text::cleaned(name, NAME)
    }
}

/// The link that opens `uri` at open.spotify.com, if it is an ordinary Spotify URI.
pub(crate) fn link(uri: &str) -> Option<String> {
    let (kind, id) = uri.strip_prefix("spotify:")?.split_once(':')?;
    let plain =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (plain(kind) && plain(id)).then(|| format!("https://open.spotify.com/{kind}/{id}"))
}

/// URI and link; neither if the URI is odd.
fn addresses(uri: Option<String>) -> (Option<String>, Option<String>) {
    match uri.as_deref().and_then(link) {
        Some(link) => (uri, Some(link)),
        None => (None, None),
    }
}

fn artists(artists: &[ArtistRef]) -> Option<String> {
    text::join(artists.iter().map(|artist| artist.name.as_str()))
}

/// The year, or the whole date where details were asked for.
fn date(released: Option<String>, detail: Detail) -> Option<String> {
    let released = released.filter(|date| date.len() >= 4 && date.is_ascii())?;
    let shown = if detail.is_full() {
        &released[..released.len().min(10)]
    } else {
        &released[..4]
    };
    (!shown.starts_with("0000")).then(|| text::clean(shown, 10).into_owned())
}

fn joined(parts: &[String]) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Spotify's counts fit; a nonsensical one is the largest number.
pub(crate) fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
