//! Spotify's permissions in words, for the small print of the consent page (Spotify: Concepts, Scopes).

/// What an app with the permission of that name can do at Spotify.
pub(super) fn words(permission: &str) -> &'static str {
    match permission {
        "user-read-private" => "see your name, country and plan",
        "user-library-read" => "see your saved music, shows and books",
        "user-follow-read" => "see which artists you follow",
        "user-top-read" => "see your top artists and tracks",
        "user-read-recently-played" => "see what you played recently",
        "user-read-playback-state" => "see your devices and what plays on them",
        "user-read-currently-playing" => "see what is playing",
        "user-read-playback-position" => "see how far you are in episodes and books",
        "playlist-read-private" => "see your private playlists",
        "playlist-read-collaborative" => "see playlists that you share with others",
        "user-modify-playback-state" => "play, pause, skip, queue and set the volume",
        "playlist-modify-private" => "create and change private playlists",
        "playlist-modify-public" => "create and change public playlists",
        "ugc-image-upload" => "set the covers of playlists",
        "user-library-modify" => "save to your library and remove from it",
        _ => "what Spotify's own page says of it",
    }
}
