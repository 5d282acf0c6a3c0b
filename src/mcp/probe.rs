//! A narrow way in for property tests and fuzzing: what happens to arguments before a tool sees them, and how a list is
//! walked. Nothing here is part of the library's interface.

use std::sync::LazyLock;

use serde_json::Value;

use super::{
    answer::{Page, Row, count},
    registry::{Offer, Registry},
};
use crate::auth::Toolset;

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    Registry::new(
        &Offer {
            toolsets: Toolset::ALL.to_vec(),
            ..Offer::default()
        },
        false,
    )
});

/// How many tools there are.
pub fn tools() -> usize {
    REGISTRY.len()
}

/// The arguments in the bytes `given`, as the tool at number `tool` would get them; `None` if it refuses them.
pub fn accept(tool: usize, given: &[u8]) -> Option<Value> {
    let entry = REGISTRY.at(tool)?;
    entry.check(serde_json::from_slice(given).ok()?).ok()
}

/// Walks a list of these titles by offset, `page` items at a time and at most `budget` bytes of lines an answer, as a
/// client does that follows `next_offset`. The titles that each answer showed.
pub fn walk(titles: &[String], page: usize, budget: usize) -> Vec<Vec<String>> {
    let total = count(titles.len());
    let (mut shown, mut offset) = (Vec::new(), 0_usize);
    loop {
        let rows = titles.iter().skip(offset).take(page.max(1));
        let rows = rows.map(|title| Row {
            title: title.clone(),
            ..Row::default()
        });
        let start = count(offset);
        let mut answer = Page::at(start, total, rows.collect());
        answer.write(&mut String::new(), budget, start);
        shown.push(answer.items.into_iter().map(|row| row.title).collect());
        match answer.next_offset {
            Some(next) if answer.has_more => offset = next as usize,
            _ => return shown,
        }
    }
}
