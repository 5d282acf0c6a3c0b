//! `set_playlist_cover`: what becomes a cover, and everything that does not.

use std::io::Cursor;

use auxcord::mcp::picture;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{ColorType, DynamicImage, ImageFormat, ImageReader, RgbImage, RgbaImage};
use serde_json::json;

use super::stage::{Home, broken, calls};
use crate::{
    harness::{Setup, tls::Authority},
    oauth_clients::site::{Answer, Site, response},
};

fn drawn(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([
            x.to_le_bytes()[0],
            y.to_le_bytes()[0],
            (x ^ y).to_le_bytes()[0],
        ])
    });
    written(&DynamicImage::from(picture), format)
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A small JPEG in base64.
pub(super) fn picture() -> String {
    STANDARD.encode(drawn(64, 64, ImageFormat::Jpeg))
}

fn read(jpeg: &[u8]) -> DynamicImage {
    ImageReader::with_format(Cursor::new(jpeg), ImageFormat::Jpeg)
        .decode()
        .unwrap()
}

#[tokio::test]
async fn a_jpeg_becomes_the_cover_in_one_call() {
    let home = Home::new().await;
    let list = home.playlist("Fifty");
    let told = home
        .done(
            "set_playlist_cover",
            json!({"playlist": list.id, "image_base64": picture()}),
        )
        .await;
    assert_eq!(told["accepted"], true);
    let cover = home.app.spotify.playlist(&list.id).unwrap().cover.unwrap();
    assert_eq!(json!(cover.len()), told["bytes"]);
    assert_eq!(
        (read(&cover).width(), read(&cover).color()),
        (64, ColorType::Rgb8)
    );
    assert_eq!(home.calls(), calls([("PUT /v1/playlists/{id}/images", 1)]));
}

#[tokio::test]
async fn a_data_address_with_line_breaks_is_base64_too_and_a_dry_run_sends_nothing() {
    let home = Home::new().await;
    let list = home.playlist("Fifty").id;
    let text = format!(
        "data:image/jpeg;base64,{}",
        picture().replacen('A', "A\n", 3)
    );
    let told = home
        .done(
            "set_playlist_cover",
            json!({"playlist": list, "image_base64": text, "dry_run": true}),
        )
        .await;
    assert_eq!(told["dry_run"], true);
    assert_eq!(home.calls(), calls([]));
}

#[tokio::test]
async fn what_is_no_picture_or_too_long_is_refused_before_spotify_is_asked() {
    let home = Home::new().await;
    let list = home.playlist("Fifty").id;
    let gif = STANDARD.encode(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;");
    let cases = [
        ("not base64!", "not base64"),
        ("aGVsbG8gd29ybGQ=", "no JPEG, PNG or WebP"),
        (gif.as_str(), "no JPEG, PNG or WebP"),
        (
            &STANDARD.encode(&drawn(64, 64, ImageFormat::Jpeg)[..200]),
            "broken",
        ),
        (&"A".repeat(262_148), "longer than 256 kB"),
    ];
    for (text, why) in cases {
        let told = home
            .refused(
                "set_playlist_cover",
                json!({"playlist": list, "image_base64": text}),
            )
            .await;
        assert!(
            told.starts_with("invalid_argument: ") && told.contains(why),
            "{told}"
        );
    }
    let both =
        json!({"playlist": list, "image_base64": picture(), "image_url": "https://a.example/x"});
    assert!(
        home.refused("set_playlist_cover", both)
            .await
            .contains("either")
    );
    assert!(
        home.refused("set_playlist_cover", json!({"playlist": list}))
            .await
            .contains("either")
    );
    assert_eq!(home.calls(), calls([]));
}

#[test]
fn whatever_comes_goes_out_as_a_jpeg_that_spotify_takes() {
    let noise = DynamicImage::from(RgbImage::from_fn(2_000, 3_000, |x, y| {
        let mixed = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519))
            .wrapping_mul(3_266_489_917);
        image::Rgb([
            mixed.to_le_bytes()[3],
            mixed.to_le_bytes()[2],
            mixed.to_le_bytes()[1],
        ])
    }));
    for bytes in [
        drawn(1, 1, ImageFormat::Png),
        drawn(640, 640, ImageFormat::WebP),
        drawn(3_000, 1_000, ImageFormat::Png),
        written(&noise, ImageFormat::Png),
    ] {
        let jpeg = picture::fit(&bytes).unwrap();
        assert!(STANDARD.encode(&jpeg).len() <= 256_000);
        let out = read(&jpeg);
        assert!(out.width() <= 1_000 && out.height() <= 1_000);
    }
}

#[test]
fn transparency_becomes_white() {
    let clear = DynamicImage::from(RgbaImage::from_pixel(32, 32, image::Rgba([0, 0, 0, 0])));
    let jpeg = picture::fit(&written(&clear, ImageFormat::Png)).unwrap();
    assert!(
        read(&jpeg)
            .to_rgb8()
            .pixels()
            .all(|pixel| pixel.0.iter().all(|colour| *colour > 250))
    );
}

#[test]
fn what_claims_to_be_huge_is_refused_before_it_is_decoded() {
    // A PNG header of 60,000 x 60,000 pixels with one byte of data: ten gigabytes if anybody believed it.
    let mut bomb = drawn(4, 4, ImageFormat::Png);
    bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let crc = crc32fast::hash(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    assert!(picture::fit(&bomb).is_err());
    let wide = DynamicImage::from(RgbImage::new(4_097, 1));
    let refusal = picture::fit(&written(&wide, ImageFormat::Png)).unwrap_err();
    assert!(refusal.to_string().contains("4097 x 1"), "{refusal}");
}

/// A server that trusts the site for pictures.
async fn stage() -> (Home, Site, String) {
    let site = Site::start().await;
    let folder = tempfile::TempDir::new().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, Authority::of_the_stories().pem()).unwrap();
    let host = format!("localhost:{}", site.address.port());
    let setup = Setup::default()
        .with("TRUSTED_IMAGE_HOSTS", &host)
        .with("OAUTH_EXTRA_CA_FILE", &roots.display().to_string());
    (Home::of(0, setup).await, site, format!("https://{host}"))
}

#[tokio::test]
async fn a_picture_at_an_address_becomes_the_cover() {
    let (home, site, origin) = stage().await;
    let png = drawn(800, 800, ImageFormat::Png);
    let head = ["content-type: image/png"];
    site.put("/cover.png", Answer::Raw(response("200 OK", &head, &png)));
    let list = home.playlist("Fifty").id;
    let wish = json!({"playlist": list, "image_url": format!("{origin}/cover.png")});
    home.done("set_playlist_cover", wish).await;
    let cover = home.app.spotify.playlist(&list).unwrap().cover.unwrap();
    assert_eq!(read(&cover).width(), 800);
    home.writes();
}

#[tokio::test]
async fn addresses_that_lead_inside_elsewhere_or_nowhere_are_refused_alike() {
    let (home, site, origin) = stage().await;
    let list = home.playlist("Fifty").id;
    let put = |path: &str, status: &str, head: &[&str], body: &[u8]| {
        site.put(path, Answer::Raw(response(status, head, body)));
        format!("{origin}{path}")
    };
    let moved = put(
        "/moved",
        "302 Found",
        &["location: http://169.254.169.254/"],
        b"",
    );
    let page = put(
        "/page",
        "200 OK",
        &["content-type: image/png"],
        b"<html>hello</html>",
    );
    let missing = put("/missing", "404 Not Found", &[], b"");
    let asked = [moved, page, missing];
    let connected = site.connected();
    let never = [
        "http://localhost/x.png".to_owned(),
        format!("https://127.0.0.1:{}/x.png", site.address.port()),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://metadata.google.internal/x".to_owned(),
        "https://me@images.example/x.png".to_owned(),
        "file:///etc/passwd".to_owned(),
        "not an address".to_owned(),
    ];
    for address in never {
        let text = home
            .refused(
                "set_playlist_cover",
                json!({"playlist": list, "image_url": address}),
            )
            .await;
        assert!(text.starts_with("invalid_argument: "), "{text}");
    }
    assert_eq!(site.connected(), connected, "nobody was asked for anything");
    for address in asked {
        let text = home
            .refused(
                "set_playlist_cover",
                json!({"playlist": list, "image_url": address}),
            )
            .await;
        assert!(text.starts_with("invalid_argument: "), "{text}");
    }
    let long = vec![0; 8 * 1024 * 1024 + 1];
    let long = put("/long", "200 OK", &[], &long);
    let text = home
        .refused(
            "set_playlist_cover",
            json!({"playlist": list, "image_url": long}),
        )
        .await;
    assert!(text.contains("8 MB"), "{text}");
    assert_eq!(home.calls(), calls([]));
}

#[tokio::test]
async fn somebody_elses_cover_and_a_failing_spotify_are_told_apart() {
    let home = Home::of(1, Setup::default()).await;
    let wish = json!({"playlist": home.foreign().id, "image_base64": picture()});
    let text = home.refused("set_playlist_cover", wish).await;
    assert!(text.starts_with("not_readable: "), "{text}");
    home.fail("PUT", "/v1/playlists/", 0, 10, broken());
    let wish = json!({"playlist": home.playlist("Party").id, "image_base64": picture()});
    let text = home.refused("set_playlist_cover", wish).await;
    assert!(
        text.starts_with("upstream_error: ") && text.contains("unknown"),
        "{text}"
    );
}
