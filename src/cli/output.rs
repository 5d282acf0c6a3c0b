//! Printing data, and errors that say what to do.

use std::io::{ErrorKind, Write};

use serde::Serialize;

/// An error with the line that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(super) struct Hinted {
    pub(super) what: String,
    pub(super) hint: String,
}

/// Prints `text` to stdout; a reader that went away is no failure.
pub(super) fn text(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(fault) if fault.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => Ok(outcome?),
    }
}

/// Prints `value` as readable JSON.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    text(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// Prints rows under a heading, each column as wide as its widest cell.
pub(super) fn table<const N: usize>(
    heading: [&str; N],
    rows: Vec<[String; N]>,
) -> anyhow::Result<()> {
    let mut all = vec![heading.map(str::to_owned)];
    all.extend(rows);
    let widths: [usize; N] = std::array::from_fn(|column| {
        all.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    });
    let mut out = String::new();
    for row in &all {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    text(&out)
}

/// Text from outside for one line of a terminal, without control characters.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
