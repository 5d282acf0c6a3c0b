//! The pages for those who come from an earlier server.

use std::collections::BTreeSet;

use auxcord::{app::tool_name, config::SETTINGS};
use reqwest::{Method, StatusCode};

use super::page::{Page, repository};
use crate::harness::{Program, TestApp, http};

const PYTHON: &str = "docs/coming-from/python-server.md";
const HOSTED: &str = "docs/coming-from/hosted-plan.md";
const WORKER: &str = "docs/coming-from/worker.md";
const CHECKLIST: &str = "docs/coming-from/checklist.md";

/// What each page must map, because that server had it.
const THERE: [(&str, &[&str]); 3] = [
    (
        PYTHON,
        &[
            "search_tracks",
            "get_current_track",
            "get_user_playlists",
            "create_playlist",
            "add_tracks_to_playlist",
            "get_liked_songs",
            "get_playlist_tracks",
            "spotify://status",
            "/mcp",
            "/claude-mcp",
            "/auth/login",
            "/auth/callback",
            "/auth/status",
            "/auth/revoke",
            "/health",
            "SPOTIFY_CLIENT_ID",
            "SPOTIFY_CLIENT_SECRET",
            "SPOTIFY_REDIRECT_URI",
            "BASE_URL",
            "HOST",
            "PORT",
            "MCP_PATH",
            "ENVIRONMENT",
            "TRANSPORT",
            "DEPLOYMENT",
            "DATABASE_URL",
            "TOKEN_ENCRYPTION_KEY",
            "SESSION_SECRET_KEY",
            "CLAUDE_COMPATIBILITY",
            "DEV_TOKEN",
            "API_KEY_LENGTH",
            "TOKEN_EXPIRY_BUFFER",
        ],
    ),
    (
        HOSTED,
        &[
            "get_auth_url",
            "authenticate",
            "--config",
            "--setup-auth",
            "/callback",
            "curl",
        ],
    ),
    (
        WORKER,
        &[
            "searchTracks",
            "searchArtists",
            "searchAlbums",
            "searchPlaylists",
            "getCurrentUserProfile",
            "getCurrentPlayback",
            "pausePlayback",
            "resumePlayback",
            "skipToNext",
            "skipToPrevious",
            "getUserPlaylists",
            "getPlaylistTracks",
            "createPlaylist",
            "addTracksToPlaylist",
            "getRecentlyPlayed",
            "getTopTracks",
            "getTopArtists",
            "/sse",
            "/mcp",
            "/.well-known/oauth-authorization-server",
            "/register",
            "/authorize",
            "/token",
            "/callback",
            "SPOTIFY_CLIENT_ID",
            "SPOTIFY_CLIENT_SECRET",
            "VITE_PORT",
            "VITE_ALLOWED_HOSTS",
            "X-Spotify-Refresh-Token",
            "npm run dev",
            "npm run deploy",
        ],
    ),
];

/// What the table of the worker's own list must answer, in a word of each item.
const MISSING_THERE: [&str; 28] = [
    "client validation",
    "rate limits",
    "allow-list",
    "csrf",
    "signing",
    "sessions",
    "leak",
    "logging",
    "error tracking",
    "monitoring",
    "flow completion",
    "caching",
    "persistent database",
    "pooling",
    "queueing",
    "back-off",
    "maintenance windows",
    "degradation",
    "time-outs",
    "error handling",
    "tests",
    "ci/cd",
    "secrets",
    "backup and recovery",
    "api versioning",
    "documentation",
    "consent",
    "privacy",
];

#[test]
fn nothing_that_an_earlier_server_had_is_left_out() {
    for (name, wanted) in THERE {
        let rows = Page::at(name).rows();
        let mapped: String = rows
            .iter()
            .filter_map(|row| row.text("there"))
            .collect::<Vec<_>>()
            .join("\n");
        for one in wanted {
            assert!(mapped.contains(one), "{name} does not map {one}");
        }
    }
}

#[test]
fn every_item_of_the_workers_own_list_has_an_answer() {
    let rows = Page::at(CHECKLIST).rows();
    for item in MISSING_THERE {
        let row = rows.iter().find(|row| {
            let told = row.text("item").unwrap_or_default().to_lowercase();
            told.contains(item)
        });
        let row = row.unwrap_or_else(|| panic!("nothing about {item}"));
        let state = row.text("state").unwrap();
        let known = ["done", "in part", "in part, and why", "planned", "why not"];
        assert!(known.contains(&state), "{item}: {state}");
        assert!(!row.quoted("auxcord").unwrap().is_empty(), "{item}: where?");
    }
    assert_eq!(rows.len(), MISSING_THERE.len());
}

#[test]
fn an_old_tool_is_mapped_to_the_tool_that_answers_for_it() {
    let mut mapped = 0;
    for name in [PYTHON, WORKER] {
        for row in Page::at(name).rows() {
            let (Some(old), Some(new)) = (row.quoted("there"), row.quoted("auxcord")) else {
                continue;
            };
            for old in old.iter().filter(|one| tool_name(one).is_ok()) {
                assert_eq!([tool_name(old).unwrap()], new[..], "{name}: {old}");
                mapped += 1;
            }
        }
    }
    assert_eq!(mapped, 24);
}

#[tokio::test]
async fn whatever_the_pages_name_of_auxcord_exists() {
    let app = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let mut named = BTreeSet::new();
    for name in [PYTHON, HOSTED, WORKER, CHECKLIST] {
        for row in Page::at(name).rows() {
            named.extend(row.quoted("auxcord").unwrap_or_default());
        }
    }
    assert!(named.len() > 100, "{named:?}");
    let mut missing = Vec::new();
    for one in &named {
        if !exists(one, &app, &program).await {
            missing.push(one);
        }
    }
    assert!(missing.is_empty(), "these do not exist: {missing:?}");
}

#[tokio::test]
async fn what_does_not_exist_is_found_out() {
    let app = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    for one in [
        "/metrics-of-mine",
        "MUSIC_PATH",
        "play_loudly",
        "auxcord dance",
        "auxcord serve --dance",
        "src/oauth/missing.rs",
        "TRANSPORT_FILE",
    ] {
        assert!(!exists(one, &app, &program).await, "{one}");
    }
}

#[tokio::test]
async fn every_command_that_a_page_names_in_a_sentence_exists() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    for name in [
        PYTHON,
        HOSTED,
        WORKER,
        CHECKLIST,
        "docs/doctor.md",
        "docs/README.md",
    ] {
        for word in Page::at(name).words() {
            if word.starts_with("auxcord ") {
                assert!(is_command(&word, &program).await, "{name}: {word}");
            }
        }
    }
}

#[test]
fn every_link_of_the_guides_leads_to_a_file() {
    for entry in walkdir::WalkDir::new(repository().join("docs")) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|end| end != "md") {
            continue;
        }
        let name = path.strip_prefix(repository()).unwrap();
        let page = Page::at(name.to_str().unwrap());
        for link in page.links() {
            let target = path.parent().unwrap().join(&link);
            assert!(link.is_empty() || target.exists(), "{}: {link}", page.name);
        }
    }
}

#[test]
fn the_page_of_the_doctor_lists_every_check() {
    let listed: Vec<String> = Page::at("docs/doctor.md")
        .rows()
        .iter()
        .flat_map(|row| row.quoted("check").unwrap_or_default())
        .collect();
    assert_eq!(listed, auxcord::app::doctor::CHECKS);
}

async fn exists(word: &str, app: &TestApp, program: &Program) -> bool {
    if word.starts_with("auxcord ") {
        is_command(word, program).await
    } else if word.starts_with('/') {
        is_route(word, app).await
    } else if repository().join(word).exists() {
        true
    } else if word.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
        is_variable(word)
    } else {
        tool_name(word).is_ok_and(|today| today == word)
    }
}

fn is_variable(word: &str) -> bool {
    SETTINGS.iter().any(|setting| {
        let file = word.strip_suffix("_FILE");
        word == setting.variable || (setting.secret && file == Some(setting.variable))
    })
}

/// Something other than 404 answers there to one of the two methods that are used.
async fn is_route(path: &str, app: &TestApp) -> bool {
    let client = http().build().unwrap();
    for method in [Method::GET, Method::POST] {
        let request = client.request(method, format!("{}{path}", app.origin));
        if request.send().await.unwrap().status() != StatusCode::NOT_FOUND {
            return true;
        }
    }
    false
}

/// Its help can be had, and names the flags.
async fn is_command(word: &str, program: &Program) -> bool {
    let words: Vec<&str> = word.split(' ').skip(1).collect();
    let mut arguments: Vec<&str> = words
        .iter()
        .copied()
        .take_while(|word| word.chars().all(|c| c.is_ascii_lowercase()))
        .collect();
    arguments.push("--help");
    let ended = program.run(&arguments).await;
    let flags = words.iter().filter(|word| word.starts_with("--"));
    ended.code == Some(0) && flags.into_iter().all(|flag| ended.out.contains(flag))
}
