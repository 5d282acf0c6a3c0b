//! What Spotify answers, as far as somebody uses it. Every field may be missing, null or of another type.
//!
//! Spotify's own description is not trusted for required fields: it lists removed ones, and what is removed
//! differs from app to app. Knows no request and no error.

mod catalogue;
mod lenient;
mod library;
mod page;
mod playable;
mod player;
mod playlist;
mod spoken;

pub use catalogue::{
    Album, AlbumRef, Artist, ArtistRef, Author, Episode, ExternalIds, ExternalUrls, SearchResults,
    Show, ShowRef, Track,
};
pub use lenient::Entry;
pub use library::{
    Account, Followed, SavedAlbum, SavedAudiobook, SavedEpisode, SavedShow, SavedTrack,
};
pub use page::{CursorPage, Cursors, Page};
pub use playable::Playable;
pub use player::{Device, Devices, PlayContext, PlayHistory, Playback, Queue};
pub use playlist::{Count, Owner, Playlist, PlaylistItem, PlaylistOf, PlaylistSummary, Snapshot};
pub use spoken::{Part, ResumePoint};
