//! `set_playlist_cover`: a picture from the caller or from an address becomes the cover.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Semaphore;
use url::Url;

use crate::{
    fetch::FetchFault,
    spotify::{api, id::Kind},
};

use super::{Context, named};
use crate::mcp::{answer::Answer, fault::Fault, picture};

/// The longest picture that is taken as an argument, in characters of base64 (256 KB).
const MOST_BASE64: usize = 262_144;

/// Pictures that are fetched or wait for being drawn at the same time: each may hold eight megabytes. More than are
/// drawn, so that a slow address holds up nobody.
static HELD: Semaphore = Semaphore::const_new(8);

/// Pictures that are drawn at the same time: each may need a hundred megabytes for a moment.
static DRAWING: Semaphore = Semaphore::const_new(2);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI, id or own name
    #[schemars(length(min = 1, max = 200))]
    playlist: String,
    /// https, public, no redirect
    #[schemars(length(min = 1, max = 2_000))]
    image_url: Option<String>,
    /// JPEG, at most 256 kB
    #[schemars(length(min = 1, max = 300_000))]
    image_base64: Option<String>,
    /// Only tell
    #[serde(default)]
    dry_run: bool,
}

/// One call; one to four more to find the playlist by its name.
pub(super) async fn set_playlist_cover(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    if args.image_url.is_some() == args.image_base64.is_some() {
        return Err(Fault::invalid_argument(
            "pass either `image_url` or `image_base64`",
        ));
    }
    // Whoever lacks a permission or names no playlist has nothing fetched and drawn.
    context.upstream.require(&[]).await?;
    let id = named::resolve(context, &args.playlist).await?;
    let jpeg = cover(context, &args).await?;
    let link = id.url(Kind::Playlist);
    let size = jpeg.len();
    let mut told = json!({
        "playlist": {"uri": id.uri(Kind::Playlist), "link": link}, "dry_run": args.dry_run, "bytes": size
    });
    if args.dry_run {
        let words = format!(
            "The picture is fit for a cover ({size} bytes as JPEG). It would replace the cover of {link}, which cannot \
             be brought back from here. Nothing was changed."
        );
        return Ok(Answer::new(words, told));
    }
    let call = api::set_cover(&id, STANDARD.encode(jpeg));
    context.upstream.send(&call).await?;
    told["accepted"] = json!(true);
    let words = format!(
        "Spotify took the new cover ({size} bytes as JPEG) of {link} and shows it within a minute."
    );
    Ok(Answer::new(words, told))
}

/// The picture that `args` name, as a cover.
async fn cover(context: &Context<'_>, args: &Args) -> Result<Vec<u8>, Fault> {
    let _held = HELD.acquire().await;
    let given = match (&args.image_url, &args.image_base64) {
        (Some(address), _) => fetch(context, address).await?,
        (None, text) => unpack(text.as_deref().unwrap_or_default())?,
    };
    draw(given).await
}

async fn fetch(context: &Context<'_>, address: &str) -> Result<Bytes, Fault> {
    let refused = |why: String| Fault::invalid_argument(format!("`image_url`: {why}"));
    let url = Url::parse(address.trim())
        .map_err(|_no_address| refused("not an address; write https://...".to_owned()))?;
    match context.deps.fetcher.get(&url).await {
        Ok(document) => Ok(document.bytes),
        // Told from the address alone; everything else would tell strangers about the network.
        Err(FetchFault::Forbidden(why)) => Err(refused(format!(
            "{why}. Only https addresses of public hosts are fetched; or pass the picture as `image_base64`"
        ))),
        Err(FetchFault::TooLong) => Err(refused(
            "the picture there is longer than 8 MB; use a smaller one".to_owned(),
        )),
        Err(_) => Err(refused(
            "the picture could not be fetched. The address must be public and answer with the picture itself within \
             ten seconds, without a redirect or a login; or pass the picture as `image_base64`"
                .to_owned(),
        )),
    }
}

/// The bytes of a picture in base64, with or without the beginning of a `data:` address.
fn unpack(text: &str) -> Result<Bytes, Fault> {
    let text = match text.trim_start().strip_prefix("data:") {
        Some(rest) => rest.split_once(";base64,").map_or("", |(_, text)| text),
        None => text,
    };
    let packed: String = text.split_whitespace().collect();
    if packed.len() > MOST_BASE64 {
        return Err(Fault::invalid_argument(
            "`image_base64` is longer than 256 kB: make the picture smaller, or pass its address as `image_url`",
        ));
    }
    let bytes = STANDARD
        .decode(packed)
        .map_err(|_not_base64| Fault::invalid_argument("`image_base64` is not base64"))?;
    Ok(bytes.into())
}

/// Draws the picture anew, away from the threads that serve requests.
async fn draw(given: Bytes) -> Result<Vec<u8>, Fault> {
    let _turn = DRAWING.acquire().await;
    let drawn = tokio::task::spawn_blocking(move || picture::fit(&given)).await;
    match drawn {
        Ok(Ok(jpeg)) => Ok(jpeg),
        Ok(Err(unfit)) => Err(Fault::invalid_argument(format!(
            "the picture cannot be used: {unfit}; nothing was changed"
        ))),
        Err(_panicked) => Err(Fault::invalid_argument(
            "the picture cannot be used: it is broken; nothing was changed",
        )),
    }
}
