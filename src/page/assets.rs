//! The stylesheet and the icon, embedded. Their paths change with their content, so browsers keep them for good.

use std::sync::LazyLock;

use axum::{Router, response::IntoResponse, routing::get};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

const STYLE: &str = include_str!("assets/style.css");
const ICON: &str = include_str!("assets/icon.svg");

static STYLE_PATH: LazyLock<String> = LazyLock::new(|| path(STYLE, "css"));
static ICON_PATH: LazyLock<String> = LazyLock::new(|| path(ICON, "svg"));

pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(
            style_path(),
            get(|| async { asset(STYLE, "text/css; charset=utf-8") }),
        )
        .route(icon_path(), get(|| async { asset(ICON, "image/svg+xml") }))
}

/// Where the stylesheet is.
pub fn style_path() -> &'static str {
    &STYLE_PATH
}

/// The stylesheet itself, for a page that stands alone.
pub fn style() -> &'static str {
    STYLE
}

/// Where the icon is.
pub fn icon_path() -> &'static str {
    &ICON_PATH
}

fn path(content: &str, kind: &str) -> String {
    format!("/assets/{:08x}.{kind}", crc32fast::hash(content.as_bytes()))
}

fn asset(content: &'static str, kind: &'static str) -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, content)
}
