//! `[log]`: what is logged and in which form.

use super::reader::{Reader, shown};

/// The levels of a log filter.
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// What is logged and in which form.
#[derive(Clone, Debug)]
pub struct Log {
    /// `LOG`: directives of `tracing`, such as `info,auxcord::link=debug`.
    pub filter: String,
    /// `LOG_FORMAT`
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Log {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let filter = filter(reader);
        let format = reader.word(
            "log.format",
            &[
                ("auto", LogFormat::Auto),
                ("text", LogFormat::Text),
                ("json", LogFormat::Json),
            ],
        );
        Some(Self {
            filter: filter?,
            format: format?,
        })
    }
}

fn filter(reader: &mut Reader) -> Option<String> {
    const KEY: &str = "log.filter";
    let text = reader.text(KEY)?.to_owned();
    for directive in text.split(',').map(str::trim) {
        // `tracing` takes a misspelt level for the name of a target, and then logs everything of it.
        let level = directive
            .rsplit_once('=')
            .map_or(directive, |(_, level)| level);
        let known = LEVELS
            .iter()
            .any(|one| one.eq_ignore_ascii_case(level.trim()));
        if !known {
            reader.fault(
                KEY,
                format!("{} is not a level", shown(level)),
                "write error, warn, info, debug, trace or off, or directives such as info,auxcord::link=debug",
            );
            return None;
        }
    }
    if tracing_subscriber::EnvFilter::builder()
        .parse(&text)
        .is_err()
    {
        let what = format!("{} is not a log filter", shown(&text));
        reader.fault(
            KEY,
            what,
            "write directives such as info,auxcord::link=debug",
        );
        return None;
    }
    Some(text)
}
