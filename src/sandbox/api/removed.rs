//! Endpoints that Spotify removed for new apps: they answer 403 (reference: Spotify, February 2026 changes). It knows
//! no state.

use axum::{
    Router,
    routing::{MethodRouter, any, put},
};

use super::refusal::Refusal;
use crate::sandbox::Shared;

/// Adds the removed endpoints.
pub(super) fn removed(router: Router<Shared>) -> Router<Shared> {
    let router = EVERY_METHOD
        .into_iter()
        .fold(router, |router, path| router.route(path, any(forbidden)));
    WRITES.into_iter().fold(router, |router, path| {
        let writes: MethodRouter<Shared> = put(forbidden).delete(forbidden);
        router.route(path, writes)
    })
}

/// Removed whatever the method: batch reads, browsing, recommendations, audio features, other people, and the
/// names that were replaced.
const EVERY_METHOD: [&str; 31] = [
    "/tracks",
    "/albums",
    "/artists",
    "/shows",
    "/episodes",
    "/audiobooks",
    "/chapters",
    "/browse/new-releases",
    "/browse/categories",
    "/browse/categories/{id}",
    "/browse/categories/{id}/playlists",
    "/browse/featured-playlists",
    "/artists/{id}/top-tracks",
    "/artists/{id}/related-artists",
    "/markets",
    "/recommendations",
    "/recommendations/available-genre-seeds",
    "/audio-features",
    "/audio-features/{id}",
    "/audio-analysis/{id}",
    "/users/{id}",
    "/users/{id}/playlists",
    "/playlists/{id}/followers",
    "/playlists/{id}/followers/contains",
    "/playlists/{id}/tracks",
    "/me/tracks/contains",
    "/me/albums/contains",
    "/me/shows/contains",
    "/me/episodes/contains",
    "/me/audiobooks/contains",
    "/me/following/contains",
];

/// Lists that are still read here but written through `/me/library`.
const WRITES: [&str; 6] = [
    "/me/tracks",
    "/me/albums",
    "/me/shows",
    "/me/episodes",
    "/me/audiobooks",
    "/me/following",
];

async fn forbidden() -> Refusal {
    Refusal::forbidden()
}
