//! Music and speech: what search and every list of things consists of.

use serde::Deserialize;

use super::{
    lenient::{self, Entry},
    page::Page,
};

/// A song. Local files have no `id` and a `spotify:local:` URI.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Track {
    /// The id; a local file has none.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The URI.
    #[serde(deserialize_with = "lenient::text")]
    pub uri: Option<String>,
    /// The title.
    #[serde(deserialize_with = "lenient::name")]
    pub name: String,
    /// Who made it.
    #[serde(deserialize_with = "lenient::list")]
    pub artists: Vec<ArtistRef>,
    /// Where it appeared.
    #[serde(deserialize_with = "lenient::found")]
    pub album: Option<AlbumRef>,
    /// Its number on its disc.
    #[serde(deserialize_with = "lenient::count")]
    pub track_number: Option<u64>,
    /// Which disc of its album it is on.
    #[serde(deserialize_with = "lenient::count")]
    pub disc_number: Option<u64>,
    /// Length in milliseconds.
    #[serde(deserialize_with = "lenient::count")]
    pub duration_ms: Option<u64>,
    /// Whether the lyrics are marked explicit.
    #[serde(deserialize_with = "lenient::yes")]
    pub explicit: bool,
    /// Whether it is a file on the person's own machine.
    #[serde(deserialize_with = "lenient::yes")]
    pub is_local: bool,
    /// Whether it can be played in the person's country, where Spotify says so.
    #[serde(deserialize_with = "lenient::flag")]
    pub is_playable: Option<bool>,
    /// Numbers that others know it by; simplified tracks have none.
    #[serde(deserialize_with = "lenient::part")]
    pub external_ids: ExternalIds,
    /// Links.
    #[serde(deserialize_with = "lenient::part")]
    pub external_urls: ExternalUrls,
}

/// The artist of a track or album.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ArtistRef {
    /// The id; artists of local files have none.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The name.
    #[serde(deserialize_with = "lenient::name")]
    pub name: String,
}

/// The album of a track.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AlbumRef {
    /// The id; albums of local files have none.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The title.
    #[serde(deserialize_with = "lenient::name")]
    pub name: String,
    /// `album`, `single`, `compilation`, or a word that Spotify adds later.
    #[serde(deserialize_with = "lenient::text")]
    pub album_type: Option<String>,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(deserialize_with = "lenient::text")]
    pub release_date: Option<String>,
}

/// An album, single or compilation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Album {
    /// The id.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The URI.
    #[serde(deserialize_with = "lenient::text")]
    pub uri: Option<String>,
    /// The title.
    #[serde(deserialize_with = "lenient::name")]
    pub name: String,
    /// Who made it.
    #[serde(deserialize_with = "lenient::list")]
    pub artists: Vec<ArtistRef>,
    /// `album`, `single`, `compilation`, or a word that Spotify adds later.
    #[serde(deserialize_with = "lenient::text")]
    pub album_type: Option<String>,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(deserialize_with = "lenient::text")]
    pub release_date: Option<String>,
    /// How many tracks it has.
    #[serde(deserialize_with = "lenient::count")]
    pub total_tracks: Option<u64>,
    /// The first page of its tracks, where the album itself was asked for.
    pub tracks: Option<Page<Track>>,
    /// Numbers that others know it by; simplified albums have none.
    #[serde(deserialize_with = "lenient::part")]
    pub external_ids: ExternalIds,
    /// Links.
    #[serde(deserialize_with = "lenient::part")]
    pub external_urls: ExternalUrls,
}

/// An artist.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Artist {
    /// The id.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The URI.
    #[serde(deserialize_with = "lenient::text")]
    pub uri: Option<String>,
    /// The name.
    #[serde(deserialize_with = "lenient::name")]
    pub name: String,
    /// Links.
    #[serde(deserialize_with = "lenient::part")]
    pub external_urls: ExternalUrls,
}

/// A podcast or an audiobook.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Show {
    /// The id.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The URI.
    #[serde(deserialize_with = "lenient::text")]
    pub uri: Option<String>,
    /// The title.
    #[serde(deserialize_with = "lenient::name")]
    pub name: String,
    /// Who wrote it, of an audiobook.
    #[serde(deserialize_with = "lenient::list")]
    pub authors: Vec<Author>,
    /// What it says of itself.
    #[serde(deserialize_with = "lenient::text")]
    pub description: Option<String>,
    /// How many episodes a podcast has.
    #[serde(deserialize_with = "lenient::count")]
    pub total_episodes: Option<u64>,
    /// How many chapters an audiobook has.
    #[serde(deserialize_with = "lenient::count")]
    pub total_chapters: Option<u64>,
    /// Links.
    #[serde(deserialize_with = "lenient::part")]
    pub external_urls: ExternalUrls,
}

/// The author of an audiobook.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Author {
    /// The name.
    #[serde(deserialize_with = "lenient::name")]
    pub name: String,
}

/// An episode of a podcast.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Episode {
    /// The id.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The URI.
    #[serde(deserialize_with = "lenient::text")]
    pub uri: Option<String>,
    /// The title.
    #[serde(deserialize_with = "lenient::name")]
    pub name: String,
    /// The podcast; search leaves it out.
    #[serde(deserialize_with = "lenient::found")]
    pub show: Option<ShowRef>,
    /// Length in milliseconds.
    #[serde(deserialize_with = "lenient::count")]
    pub duration_ms: Option<u64>,
    /// Whether it is marked explicit.
    #[serde(deserialize_with = "lenient::yes")]
    pub explicit: bool,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(deserialize_with = "lenient::text")]
    pub release_date: Option<String>,
    /// Links.
    #[serde(deserialize_with = "lenient::part")]
    pub external_urls: ExternalUrls,
}

/// The podcast of an episode.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowRef {
    /// The id.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The title.
    #[serde(deserialize_with = "lenient::name")]
    pub name: String,
}

/// Numbers that a recording or release is known by elsewhere.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExternalIds {
    /// International Standard Recording Code of a track.
    #[serde(deserialize_with = "lenient::text")]
    pub isrc: Option<String>,
    /// Universal Product Code of an album.
    #[serde(deserialize_with = "lenient::text")]
    pub upc: Option<String>,
}

/// Links to a thing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExternalUrls {
    /// The link on open.spotify.com.
    #[serde(deserialize_with = "lenient::text")]
    pub spotify: Option<String>,
}

/// What a search found; a kind that was not asked for is `None`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SearchResults {
    /// Songs.
    pub tracks: Option<Page<Track>>,
    /// Albums.
    pub albums: Option<Page<Album>>,
    /// Artists.
    pub artists: Option<Page<Artist>>,
    /// Playlists; Spotify sends `null` for some hits, which are left out.
    pub playlists: Option<Page<super::PlaylistSummary>>,
    /// Podcasts.
    pub shows: Option<Page<Show>>,
    /// Episodes of podcasts.
    pub episodes: Option<Page<Episode>>,
    /// Audiobooks.
    pub audiobooks: Option<Page<Show>>,
}

impl Entry for Track {}
impl Entry for ArtistRef {}
impl Entry for Album {}
impl Entry for Artist {}
impl Entry for Show {}
impl Entry for Author {}
impl Entry for Episode {}
