//! Logs: their form, and what no filter brings into them.

#![expect(
    clippy::unwrap_used,
    reason = "what a test sets up itself is there, or the test should fail"
)]

use std::{
    io,
    sync::{Arc, Mutex},
};

use auxcord::{
    config::{Config, Log, Sources},
    telemetry,
};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Page {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn log(filter: &str, format: &str) -> Log {
    let sources = Sources::from_pairs([("LOG", filter), ("LOG_FORMAT", format)]);
    Config::load(&sources).unwrap().log
}

/// What `events` write into a log of that kind.
fn written(log: &Log, terminal: bool, events: impl FnOnce()) -> String {
    let page = Page::default();
    let subscriber = telemetry::subscriber(log, page.clone(), terminal);
    tracing::subscriber::with_default(subscriber, events);
    let bytes = page.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn libraries_never_log_their_finer_lines() {
    let told = written(&log("trace,rmcp=trace,hyper=debug", "json"), false, || {
        tracing::debug!(target: "rmcp::service", "hush");
        tracing::info!(target: "rmcp::service", "hush");
        tracing::warn!(target: "rmcp::service", "hush");
        tracing::info!(target: "rmcp::transport", "hush");
        tracing::trace!(target: "hyper::proto", "hush");
        tracing::debug!(target: "reqwest::connect", "hush");
        tracing::debug!(target: "sqlx::query", "hush");
        tracing::trace!(target: "h2::codec", "hush");
        tracing::error!(target: "tower_http::catch_panic", "hush");
        tracing::debug!(target: "auxcordial", "hush");
        let _span =
            tracing::debug_span!(target: "tower_http::trace", "request", uri = "/?token=hush")
                .entered();
        tracing::warn!(target: "rmcp::transport", "coarse");
        tracing::info!(target: "hyper::proto", "coarse");
        tracing::trace!(target: "auxcord::link", "ours");
    });
    assert!(!told.contains("hush"), "{told}");
    assert_eq!(told.matches("coarse").count(), 2, "{told}");
    assert_eq!(told.matches("ours").count(), 1, "{told}");
}

#[test]
fn the_filter_decides_within_the_caps() {
    let told = written(&log("warn,auxcord::link=debug", "json"), false, || {
        tracing::debug!(target: "auxcord::link", "refreshing");
        tracing::info!(target: "auxcord::web", "quiet");
    });
    assert!(
        told.contains("refreshing") && !told.contains("quiet"),
        "{told}"
    );
}

#[test]
fn off_a_terminal_a_line_is_json_with_the_fields_of_its_span() {
    let told = written(&log("info", "auto"), false, || {
        let _span = tracing::info_span!(target: "auxcord::http", "request", id = "r1").entered();
        tracing::info!(target: "auxcord::http", status = 200, "answered");
    });
    let line: serde_json::Value = serde_json::from_str(told.trim()).unwrap();
    assert_eq!(line["message"], "answered");
    assert_eq!(line["status"], 200);
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["span"]["id"], "r1");
}

#[test]
fn on_a_terminal_a_line_is_text() {
    let told = written(&log("info", "auto"), true, || {
        tracing::info!(target: "auxcord::http", "answered");
    });
    assert!(
        told.contains("answered") && !told.starts_with('{'),
        "{told}"
    );
}

#[test]
fn text_that_is_not_for_a_terminal_has_no_colours() {
    let told = written(&log("info", "text"), false, || {
        tracing::info!(target: "auxcord::http", "answered");
    });
    assert!(
        told.contains("answered") && !told.contains('\u{1b}'),
        "{told:?}"
    );
}

#[test]
fn one_event_is_one_line_whatever_it_quotes() {
    for format in ["json", "text"] {
        let told = written(&log("info", format), false, || {
            tracing::info!(target: "auxcord::http", path = ?"/a\n\u{1b}[31mforged", "asked");
        });
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(!told.contains('\u{1b}'), "{told:?}");
    }
}

#[test]
fn a_panic_tells_its_literal_and_never_what_it_formatted() {
    let reason = |doomed: fn()| {
        let payload = std::panic::catch_unwind(doomed).unwrap_err();
        telemetry::panic_reason(payload.as_ref())
    };
    assert_eq!(
        reason(|| panic!("the shelf is empty")),
        "the shelf is empty"
    );
    let told = reason(|| {
        let secret = String::from("hush");
        panic!("no such token: {secret}");
    });
    assert!(
        told.contains("withheld") && !told.contains("hush"),
        "{told}"
    );
}
