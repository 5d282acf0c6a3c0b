//! Every model of Spotify's answers from any bytes.
#![no_main]

use auxcord::spotify::model::{
    Account, Album, Artist, CursorPage, Devices, Episode, Followed, Page, Part, PlayHistory,
    Playable, Playback, PlaylistItem, PlaylistOf, PlaylistSummary, Queue, SavedAlbum,
    SavedAudiobook, SavedEpisode, SavedShow, SavedTrack, SearchResults, Show, Snapshot, Track,
};
use libfuzzer_sys::fuzz_target;

macro_rules! decode {
    ($data:expr; $($model:ty),* $(,)?) => { $( let _ = serde_json::from_slice::<$model>($data); )* };
}

fuzz_target!(|data: &[u8]| {
    decode!(data; Account, Album, Artist, CursorPage<Artist>, CursorPage<PlayHistory>, Devices, Episode, Followed, Page<Album>,
        Page<Part>, Page<PlaylistItem>, Page<PlaylistSummary>, Page<SavedAlbum>, Page<SavedAudiobook>, Page<SavedEpisode>,
        Page<SavedShow>, Page<SavedTrack>, Page<Track>, Playable, Playback, PlaylistOf<Page<PlaylistItem>>, Queue,
        SearchResults, Show, Snapshot, Track);
});
