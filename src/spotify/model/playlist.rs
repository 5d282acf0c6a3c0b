//! Playlists and what is in them, under today's names (`items`, `item`) and the old ones (`tracks`, `track`).

use serde::Deserialize;

use super::{
    catalogue::ExternalUrls,
    lenient::{self, Entry},
    page::Page,
    playable::Playable,
};

/// A playlist in a list: how long it is, not what is in it.
pub type PlaylistSummary = PlaylistOf<Count>;

/// A playlist with a page of its items, if the person may see them and they were asked for.
pub type Playlist = PlaylistOf<Page<PlaylistItem>>;

/// A playlist; `I` is how much of its items is known.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(
    from = "Either<I>",
    bound(deserialize = "I: serde::de::DeserializeOwned")
)]
pub struct PlaylistOf<I> {
    /// The id.
    pub id: Option<String>,
    /// The URI.
    pub uri: Option<String>,
    /// The name.
    pub name: String,
    /// The description.
    pub description: Option<String>,
    /// Whether it stands on the owner's profile; private ones can still be opened by their link.
    pub public: Option<bool>,
    /// Whether others may edit it.
    pub collaborative: bool,
    /// Whose it is.
    pub owner: Owner,
    /// The label of this version.
    pub snapshot_id: Option<String>,
    /// `None` when Spotify hides the items: the person neither owns the playlist nor works on it.
    pub items: Option<I>,
    /// Links.
    pub external_urls: ExternalUrls,
}

impl<I: serde::de::DeserializeOwned> Entry for PlaylistOf<I> {}

/// Whose a playlist is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Owner {
    /// The account's `id`; compares with that of `GET /me`.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The name to show.
    #[serde(deserialize_with = "lenient::text")]
    pub display_name: Option<String>,
}

/// The length of a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Count {
    /// How many entries it has.
    #[serde(deserialize_with = "lenient::count")]
    pub total: Option<u64>,
}

/// One place in a playlist. Its position is the page's `offset` plus its index: places whose content is
/// gone stay in the page, with nothing in them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "EitherItem")]
pub struct PlaylistItem {
    /// When it was added, RFC 3339; very old ones do not know.
    pub added_at: Option<String>,
    /// What stands there; `None` when Spotify has removed it.
    #[serde(deserialize_with = "lenient::found")]
    pub playable: Option<Playable>,
}

impl Entry for PlaylistItem {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Spotify's answer to a write on a playlist.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Snapshot {
    /// The label of the new version.
    #[serde(deserialize_with = "lenient::text")]
    pub snapshot_id: Option<String>,
}

/// A playlist under both names. An alias would refuse an answer that has both.
#[derive(Deserialize)]
#[serde(default, bound(deserialize = "I: serde::de::DeserializeOwned"))]
struct Either<I> {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    uri: Option<String>,
    #[serde(deserialize_with = "lenient::name")]
    name: String,
    #[serde(deserialize_with = "lenient::text")]
    description: Option<String>,
    #[serde(deserialize_with = "lenient::flag")]
    public: Option<bool>,
    #[serde(deserialize_with = "lenient::yes")]
    collaborative: bool,
    #[serde(deserialize_with = "lenient::part")]
    owner: Owner,
    #[serde(deserialize_with = "lenient::text")]
    snapshot_id: Option<String>,
    items: Option<I>,
    tracks: Option<I>,
    #[serde(deserialize_with = "lenient::part")]
    external_urls: ExternalUrls,
}

impl<I> Default for Either<I> {
    fn default() -> Self {
        Self {
            id: None,
            uri: None,
            name: String::new(),
            description: None,
            public: None,
            collaborative: false,
            owner: Owner::default(),
            snapshot_id: None,
            items: None,
            tracks: None,
            external_urls: ExternalUrls::default(),
        }
    }
}

impl<I> From<Either<I>> for PlaylistOf<I> {
    fn from(either: Either<I>) -> Self {
        Self {
            id: either.id,
            uri: either.uri,
            name: either.name,
            description: either.description,
            public: either.public,
            collaborative: either.collaborative,
            owner: either.owner,
            snapshot_id: either.snapshot_id,
            items: either.items.or(either.tracks),
            external_urls: either.external_urls,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EitherItem {
    #[serde(deserialize_with = "lenient::text")]
    added_at: Option<String>,
    #[serde(deserialize_with = "lenient::found")]
    item: Option<Playable>,
    #[serde(deserialize_with = "lenient::found")]
    track: Option<Playable>,
}

impl From<EitherItem> for PlaylistItem {
    fn from(either: EitherItem) -> Self {
        Self {
            added_at: either.added_at,
            playable: either.item.or(either.track),
        }
    }
}
