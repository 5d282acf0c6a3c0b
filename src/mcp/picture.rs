//! Makes a picture from anywhere fit for a playlist's cover. Pure: bytes in, a JPEG out. Knows no tool and no network.
//!
//! What comes in is not trusted: its kind is told by its bytes, its size is read before anything is decoded, and what
//! goes out is drawn anew, so that neither places and dates of a photograph nor anything else hidden in it gets out.

use std::io::Cursor;

use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    RgbImage, codecs::jpeg::JpegEncoder, imageops::FilterType,
};

/// The most pixels on a side of what is taken.
const MOST_PIXELS: u32 = 4_096;

/// The most memory that decoding may use, in bytes: such a picture with four channels of a byte.
const MOST_MEMORY: u64 = 4 * 4_096 * 4_096;

/// The most pixels on a side of what goes out; Spotify shows covers no larger.
const COVER_PIXELS: u32 = 1_000;

/// The longest JPEG whose base64 Spotify takes (256 KB), in bytes.
const MOST_BYTES: usize = 256_000 / 4 * 3;

/// How good a JPEG is tried first, of 100, and what comes after it.
const QUALITIES: [u8; 4] = [90, 80, 65, 50];

/// Why a picture is no cover.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// The bytes are of no kind that is understood.
    #[error("it is no JPEG, PNG or WebP")]
    Unknown,
    /// It has too many pixels.
    #[error("it has {width} x {height} pixels; at most {MOST_PIXELS} on a side are taken")]
    TooLarge {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
    },
    /// It begins like a picture and cannot be decoded within its limits.
    #[error("it is broken, or needs too much memory")]
    Broken(#[source] ImageError),
}

/// `bytes` as a JPEG that Spotify takes: upright, at most 1,000 pixels on a side, without metadata.
///
/// # Errors
/// [`Unfit`].
pub fn fit(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let mut picture = decode(bytes)?;
    let (width, height) = picture.dimensions();
    if width > COVER_PIXELS || height > COVER_PIXELS {
        picture = picture.resize(COVER_PIXELS, COVER_PIXELS, FilterType::Triangle);
    }
    let mut drawn = on_white(&picture);
    loop {
        for quality in QUALITIES {
            let jpeg = encode(&drawn, quality)?;
            if jpeg.len() <= MOST_BYTES {
                return Ok(jpeg);
            }
        }
        // Only noise gets here; a quarter of it fits.
        let half = (drawn.width() / 2, drawn.height() / 2);
        drawn = image::imageops::resize(&drawn, half.0.max(1), half.1.max(1), FilterType::Triangle);
    }
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, Unfit> {
    let format = image::guess_format(bytes).map_err(|_unknown| Unfit::Unknown)?;
    if !matches!(
        format,
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP
    ) {
        return Err(Unfit::Unknown);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(Unfit::Broken)?;
    let (width, height) = decoder.dimensions();
    if width > MOST_PIXELS || height > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(Unfit::TooLarge { width, height });
    }
    let turned = decoder.orientation().map_err(Unfit::Broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(Unfit::Broken)?;
    picture.apply_orientation(turned);
    Ok(picture)
}

/// JPEG knows no transparency.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let mut drawn = RgbImage::new(picture.width(), picture.height());
    for (from, to) in picture.to_rgba8().pixels().zip(drawn.pixels_mut()) {
        let [red, green, blue, alpha] = from.0;
        to.0 = [red, green, blue].map(|colour| {
            let (colour, alpha) = (u16::from(colour), u16::from(alpha));
            u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        });
    }
    drawn
}

fn encode(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, Unfit> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, quality)
        .encode_image(picture)
        .map_err(Unfit::Broken)?;
    Ok(jpeg)
}
