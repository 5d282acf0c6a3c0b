//! Endpoints that a new app does not have: those that Spotify removed answer 403, and those that this sandbox does
//! not simulate say so (reference: Spotify, February 2026 changes). It knows no state.

use axum::{
    Router,
    routing::{MethodRouter, any, post, put},
};
use http::StatusCode;

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

/// Adds what today's Web API has and this sandbox has not.
pub(super) fn not_simulated(router: Router<Shared>) -> Router<Shared> {
    router
        .route("/playlists/{id}", put(absent))
        .route("/playlists/{id}/items", put(absent).delete(absent))
        .route("/playlists/{id}/images", put(absent))
        .route("/me/library", put(absent).delete(absent))
        .route("/me/player", put(absent))
        .route("/me/player/play", put(absent))
        .route("/me/player/pause", put(absent))
        .route("/me/player/next", post(absent))
        .route("/me/player/previous", post(absent))
        .route("/me/player/seek", put(absent))
        .route("/me/player/repeat", put(absent))
        .route("/me/player/volume", put(absent))
        .route("/me/player/shuffle", put(absent))
        .route("/me/player/queue", post(absent))
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

async fn absent() -> Refusal {
    Refusal::new(StatusCode::NOT_IMPLEMENTED, "Not simulated")
}
