//! A page of `docs/`: its tables, and the words in backticks.

use std::{fs, path::PathBuf};

/// One page.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) name: String,
    pub(super) text: String,
}

/// One row of a table, by the headings of its columns.
#[derive(Debug)]
pub(super) struct Row {
    cells: Vec<(String, String)>,
}

impl Page {
    /// The page at that path of the repository.
    pub(super) fn at(name: &str) -> Self {
        let text = fs::read_to_string(repository().join(name)).unwrap();
        Self {
            name: name.to_owned(),
            text,
        }
    }

    /// Every row of every table.
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut headings: Option<Vec<String>> = None;
        for line in self.text.lines() {
            let Some(cells) = cells(line) else {
                headings = None;
                continue;
            };
            match &headings {
                None => headings = Some(cells),
                Some(_) if cells.iter().all(|cell| cell.trim_matches('-').is_empty()) => {}
                Some(headings) => {
                    assert_eq!(headings.len(), cells.len(), "{}: {line}", self.name);
                    rows.push(Row {
                        cells: headings.iter().cloned().zip(cells).collect(),
                    });
                }
            }
        }
        rows
    }

    /// Every word in backticks outside of blocks of code.
    pub(super) fn words(&self) -> Vec<String> {
        let mut in_block = false;
        let mut words = Vec::new();
        for line in self.text.lines() {
            if line.starts_with("```") {
                in_block = !in_block;
            } else if !in_block {
                words.extend(quoted(line));
            }
        }
        words
    }

    /// The targets of its links, without those that lead out of the repository.
    pub(super) fn links(&self) -> Vec<String> {
        let targets = self.text.split("](").skip(1);
        targets
            .filter_map(|rest| Some(rest.split_once(')')?.0))
            .filter(|target| !target.contains("://"))
            .map(|target| target.split('#').next().unwrap().to_owned())
            .collect()
    }
}

impl Row {
    /// The words in backticks in the column of that heading, if there is one.
    pub(super) fn quoted(&self, heading: &str) -> Option<Vec<String>> {
        let cell = self.cells.iter().find(|(name, _)| name == heading)?;
        Some(quoted(&cell.1))
    }

    /// The whole text of that column.
    pub(super) fn text(&self, heading: &str) -> Option<&str> {
        let cell = self.cells.iter().find(|(name, _)| name == heading)?;
        Some(&cell.1)
    }
}

/// Where the repository is.
pub(super) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(
        inner
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect(),
    )
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}
