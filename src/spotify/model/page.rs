//! Spotify's two ways to hand out long lists: by offset and by cursor.

use serde::Deserialize;

use super::lenient::{self, Entry};

/// One page of a list, by offset.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, bound(deserialize = "T: Entry"))]
pub struct Page<T> {
    /// The entries. `null` entries are left out, except where an entry's position matters ([`Entry::absent`]).
    #[serde(deserialize_with = "lenient::list")]
    pub items: Vec<T>,
    /// How many entries the whole list has.
    #[serde(deserialize_with = "lenient::count")]
    pub total: Option<u64>,
    /// How many entries a page has at most.
    #[serde(deserialize_with = "lenient::count")]
    pub limit: Option<u64>,
    /// How many entries come before this page.
    #[serde(deserialize_with = "lenient::count")]
    pub offset: Option<u64>,
    /// The address of the next page, for [`next_page`](crate::spotify::api::next_page).
    #[serde(deserialize_with = "lenient::text")]
    pub next: Option<String>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            total: None,
            limit: None,
            offset: None,
            next: None,
        }
    }
}

/// One page of a list, by cursor.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, bound(deserialize = "T: Entry"))]
pub struct CursorPage<T> {
    /// The entries that are not `null`.
    #[serde(deserialize_with = "lenient::list")]
    pub items: Vec<T>,
    /// How many entries the whole list has, where Spotify says so.
    #[serde(deserialize_with = "lenient::count")]
    pub total: Option<u64>,
    /// How many entries a page has at most.
    #[serde(deserialize_with = "lenient::count")]
    pub limit: Option<u64>,
    /// Where the pages on either side begin.
    #[serde(deserialize_with = "lenient::part")]
    pub cursors: Cursors,
    /// The address of the next page, for [`next_page`](crate::spotify::api::next_page).
    #[serde(deserialize_with = "lenient::text")]
    pub next: Option<String>,
}

impl<T> Default for CursorPage<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            total: None,
            limit: None,
            cursors: Cursors::default(),
            next: None,
        }
    }
}

/// Where the pages on either side of a [`CursorPage`] begin.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Cursors {
    /// Ask for what is newer than this.
    #[serde(deserialize_with = "lenient::text")]
    pub after: Option<String>,
    /// Ask for what is older than this.
    #[serde(deserialize_with = "lenient::text")]
    pub before: Option<String>,
}
