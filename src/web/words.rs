//! Times and permissions in words.

use jiff::Timestamp;

use crate::clock::Millis;

/// `at` as RFC 3339 in UTC.
pub(super) fn rfc3339(at: Millis) -> Option<String> {
    Timestamp::from_millisecond(at)
        .ok()
        .map(|at| at.to_string())
}

/// What does not work without the Spotify permission of that name (Spotify: Concepts, Scopes).
pub(super) fn lost_without(permission: &str) -> &'static str {
    match permission {
        "user-read-private" => "knowing your country and plan, which decide what you can play",
        "user-library-read" => "looking through your saved music, shows and books",
        "user-follow-read" => "listing the artists that you follow",
        "user-top-read" => "your top artists and tracks",
        "user-read-recently-played" => "what you played recently",
        "user-read-playback-state" => "seeing your devices and what plays on them",
        "user-read-currently-playing" => "seeing what is playing",
        "user-read-playback-position" => "how far you are in episodes and books",
        "playlist-read-private" => "reading your private playlists",
        "playlist-read-collaborative" => "reading playlists that you share with others",
        "user-modify-playback-state" => "playing, pausing, skipping, queueing and the volume",
        "playlist-modify-private" => "creating and changing private playlists",
        "playlist-modify-public" => "creating and changing public playlists",
        "ugc-image-upload" => "setting the covers of playlists",
        "user-library-modify" => "saving to your library and removing from it",
        _ => "whatever needs it",
    }
}
