//! The command line, with the real program on the database of a running server: data goes to stdout, everything
//! else to stderr, and the exit code tells how it ended.

mod keys;
mod people;
mod settings;

use crate::harness::program::Ended;

/// The rows of a printed table, without its heading.
fn rows(ended: &Ended) -> Vec<Vec<String>> {
    let cells = |line: &str| {
        line.split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
            .collect()
    };
    ended.printed().lines().skip(1).map(cells).collect()
}

/// A misuse: exit code 2, nothing on stdout, `words` on stderr.
fn misused(ended: &Ended, words: &str) {
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert_eq!(ended.out, "", "{ended:?}");
    assert!(ended.err.contains(words), "no {words:?} in {ended:?}");
}
