//! The simulated Web API, a file a family. It knows the world, the grants and Spotify's rules, and nothing of
//! faults.

mod call;
mod catalogue;
mod commands;
mod editing;
mod fields;
mod library;
mod me;
mod paging;
mod player;
mod playing;
mod playlists;
mod refusal;
mod removed;
mod rows;
mod saving;
mod search;
mod shapes;
mod spoken;
mod writes;

use axum::{
    Router,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use http::{Method, header};

pub(crate) use call::caller_of;
pub(crate) use player::context_uri;
pub(crate) use playlists::label;
pub(crate) use refusal::Refusal;
pub(crate) use search::Written;

use super::Shared;

/// The routes under `/v1`.
pub(crate) fn routes() -> Router<Shared> {
    let router = Router::new()
        .route("/me", get(me::me))
        .route("/search", get(search::search))
        .route("/me/playlists", get(playlists::mine).post(writes::create))
        .route("/playlists/{id}", get(playlists::get).put(editing::details))
        .route(
            "/playlists/{id}/items",
            get(playlists::items)
                .post(writes::add)
                .put(editing::put)
                .delete(editing::remove),
        )
        .route(
            "/playlists/{id}/images",
            get(playlists::cover).put(editing::cover),
        )
        .route("/tracks/{id}", get(catalogue::track))
        .route("/albums/{id}", get(catalogue::album))
        .route("/albums/{id}/tracks", get(catalogue::album_tracks))
        .route("/artists/{id}", get(catalogue::artist))
        .route("/artists/{id}/albums", get(catalogue::artist_albums))
        .route("/me/tracks", get(library::tracks))
        .route("/me/albums", get(library::albums))
        .route("/me/shows", get(library::shows))
        .route("/me/episodes", get(library::episodes))
        .route("/me/audiobooks", get(library::books))
        .route("/me/following", get(library::following))
        .route("/me/top/{type}", get(library::top))
        .route("/me/library", put(saving::save).delete(saving::remove))
        .route("/me/library/contains", get(library::contains))
        .route("/shows/{id}", get(spoken::get_show))
        .route("/shows/{id}/episodes", get(spoken::show_episodes))
        .route("/episodes/{id}", get(spoken::get_episode))
        .route("/audiobooks/{id}", get(spoken::get_book))
        .route("/audiobooks/{id}/chapters", get(spoken::book_chapters))
        .route("/chapters/{id}", get(spoken::get_chapter));
    removed::removed(router)
        .merge(player_routes())
        .fallback(unknown)
        .layer(axum::middleware::from_fn(need_length))
}

fn player_routes() -> Router<Shared> {
    Router::new()
        .route("/me/player", get(player::state).put(commands::transfer))
        .route("/me/player/devices", get(player::devices))
        .route("/me/player/currently-playing", get(player::current))
        .route("/me/player/queue", get(player::queue).post(commands::queue))
        .route("/me/player/recently-played", get(player::recent))
        .route("/me/player/play", put(commands::play))
        .route("/me/player/pause", put(commands::pause))
        .route("/me/player/next", post(commands::next))
        .route("/me/player/previous", post(commands::previous))
        .route("/me/player/seek", put(commands::seek))
        .route("/me/player/repeat", put(commands::repeat))
        .route("/me/player/shuffle", put(commands::shuffle))
        .route("/me/player/volume", put(commands::volume))
}

async fn unknown() -> Refusal {
    Refusal::new(http::StatusCode::NOT_FOUND, "Service not found")
}

/// Refuses a PUT or POST without a length, as Spotify's front door does.
async fn need_length(request: Request, next: Next) -> Response {
    let writes = matches!(*request.method(), Method::POST | Method::PUT);
    let headers = request.headers();
    let sized = headers.contains_key(header::CONTENT_LENGTH)
        || headers.contains_key(header::TRANSFER_ENCODING);
    if writes && !sized {
        return Refusal::length_required().into_response();
    }
    next.run(request).await
}
