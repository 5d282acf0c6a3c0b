//! Logs: to stderr, as text on a terminal and as JSON otherwise. Knows which libraries talk too much, so that
//! no setting of `LOG` brings a secret into the log. Names only the configuration.

use std::{
    any::Any,
    io::{self, IsTerminal},
    panic::{self, PanicHookInfo},
};

use tracing::{Level, Metadata, Subscriber, subscriber::SetGlobalDefaultError};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{LevelFilter, filter_fn},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry,
};

use crate::config::{Log, LogFormat};

/// The finest level of libraries that say more than is good, whatever `LOG` asks for.
///
/// `rmcp` logs whole requests, with their headers, at DEBUG, and several lines a call at INFO; its errors quote the
/// names that the client sent, at WARN. The panic layer of `tower_http` repeats the message of a panic, which may
/// quote anything.
const CAPPED: &[(&str, LevelFilter)] = &[
    ("rmcp::service", LevelFilter::ERROR),
    ("rmcp", LevelFilter::WARN),
    ("tower_http::catch_panic", LevelFilter::OFF),
];

/// The finest level of every other library: below it they show headers, URLs, frames and statements.
const OTHERS: LevelFilter = LevelFilter::INFO;

/// Sends the process's logs to stderr, and its panics to the logs.
pub fn init(log: &Log) -> Result<(), SetGlobalDefaultError> {
    let terminal = io::stderr().is_terminal();
    tracing::subscriber::set_global_default(subscriber(log, io::stderr, terminal))?;
    panic::set_hook(Box::new(report_panic));
    Ok(())
}

/// The subscriber behind [`init`], for a `writer` that may be a terminal.
pub fn subscriber<W>(log: &Log, writer: W, terminal: bool) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let text = match log.format {
        LogFormat::Auto => terminal,
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let lines = fmt::layer().with_writer(writer);
    let lines = if !text {
        lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed()
    } else if terminal {
        lines.boxed()
    } else {
        lines.with_ansi(false).boxed()
    };
    registry()
        .with(EnvFilter::new(&log.filter))
        .with(filter_fn(is_safe))
        .with(lines)
}

/// Whether an event or span is ours, or coarse enough to hold no secret.
fn is_safe(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    is_of(target, env!("CARGO_PKG_NAME")) || cap(target) >= *metadata.level()
}

fn cap(target: &str) -> LevelFilter {
    CAPPED
        .iter()
        .find(|(name, _)| is_of(target, name))
        .map_or(OTHERS, |(_, cap)| *cap)
}

fn is_of(target: &str, name: &str) -> bool {
    target
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Logs where a panic was, and not what it said if that may be a secret.
fn report_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let reason = panic_reason(info.payload());
    if tracing::enabled!(Level::ERROR) {
        tracing::error!(place, reason, "panicked");
    } else {
        eprintln!("panicked at {place}: {reason}");
    }
}

/// The message of a panic if it is a literal. A formatted one may quote a secret and is withheld.
pub fn panic_reason(payload: &(dyn Any + Send)) -> &'static str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("(withheld: it may quote a secret)")
}
