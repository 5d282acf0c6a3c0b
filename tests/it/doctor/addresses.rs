//! The redirect URI: as Spotify wants it, and where the server really listens.

use super::{beside, examine};
use crate::harness::TestApp;

#[tokio::test]
async fn localhost_is_refused_with_the_line_to_write_instead() {
    let app = TestApp::start().await;
    let port = app.origin.rsplit(':').next().unwrap();
    let localhost = format!("http://localhost:{port}/auth/callback");
    let program = beside(&app).with("SPOTIFY_REDIRECT_URI", &localhost);
    let examined = examine(&program).await;
    let instead = format!("SPOTIFY_REDIRECT_URI=http://127.0.0.1:{port}/auth/callback");
    examined.faults(
        "redirect_uri",
        &["localhost"],
        &[&instead, "register the same"],
    );
    examined.leaves("spotify.redirect_uri", "SPOTIFY_REDIRECT_URI has a fault");
    examined.is_fine("discovery.issuer");
}

#[tokio::test]
async fn http_beyond_loopback_and_another_origin_are_refused() {
    let app = TestApp::start().await;
    for (uri, what) in [
        (
            "http://music.example.com/auth/callback",
            "loopback addresses only",
        ),
        (
            "https://music.example.com/auth/callback",
            "not that of BASE_URL",
        ),
        ("ftp://127.0.0.1/auth/callback", "SPOTIFY_REDIRECT_URI"),
    ] {
        let examined = examine(&beside(&app).with("SPOTIFY_REDIRECT_URI", uri)).await;
        examined.faults("redirect_uri", &[what], &["write"]);
    }
}

#[tokio::test]
async fn a_callback_path_of_ones_own_is_told_as_it_is_to_be_registered() {
    let app = TestApp::start().await;
    let uri = format!("{}/callback", app.origin);
    let examined = examine(&beside(&app).with("SPOTIFY_REDIRECT_URI", &uri)).await;
    examined.tells("redirect_uri", "ok", &[&uri, "route /callback"], &[]);
    let taken = format!("{}/token", app.origin);
    let examined = examine(&beside(&app).with("SPOTIFY_REDIRECT_URI", &taken)).await;
    examined.faults("redirect_uri", &["another route"], &["/auth/callback"]);
}

#[tokio::test]
async fn a_port_on_which_nobody_listens_is_told() {
    let app = TestApp::start().await;
    let examined = examine(&beside(&app).with("PORT", "9")).await;
    examined.tells(
        "redirect_uri",
        "warning",
        &["port 9"],
        &["BASE_URL", "PORT"],
    );
}

#[tokio::test]
async fn a_port_that_the_system_chooses_cannot_be_registered() {
    let app = TestApp::start().await;
    let program = crate::harness::Program::beside(&app);
    let examined = examine(&program).await;
    examined.tells(
        "redirect_uri",
        "not_checked",
        &["PORT=0"],
        &["choose a PORT"],
    );
    examined.leaves("discovery.reachable", "PORT=0");
}
