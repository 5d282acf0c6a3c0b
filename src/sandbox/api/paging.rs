//! Pages with an offset: which part of a list is asked for, and the links to the next and the previous one. It
//! knows no list.

use serde_json::{Value, json};

use super::call::Call;

/// A page that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) limit: usize,
    pub(super) offset: usize,
}

impl Span {
    /// The part of a list of that length.
    pub(super) fn range(self, total: usize) -> std::ops::Range<usize> {
        let start = self.offset.min(total);
        start..self.offset.saturating_add(self.limit).min(total)
    }

    /// The page object around written items (Spotify's `PagingObject`).
    pub(super) fn page(self, call: &Call, total: usize, items: Vec<Value>) -> Value {
        let mut page = self.frame(call, total, &[]);
        page["items"] = items.into();
        page
    }

    /// The first page as it is embedded in another answer: its links lead to the list's own path.
    pub(super) fn page_at(self, call: &Call, path: &str, total: usize, items: &[Value]) -> Value {
        let link = |offset: usize| {
            let limit = self.limit;
            format!(
                "{}{path}?offset={offset}&limit={limit}",
                call.sandbox.origin
            )
        };
        json!({
            "href": link(self.offset),
            "limit": self.limit,
            "next": (self.limit < total).then(|| link(self.limit)),
            "offset": self.offset,
            "previous": null,
            "total": total,
            "items": items,
        })
    }

    /// The page object without items; `extra` parameters replace the call's own in the links.
    pub(super) fn frame(self, call: &Call, total: usize, extra: &[(&str, String)]) -> Value {
        let link = |offset: usize| {
            let mut changed = vec![
                ("offset", offset.to_string()),
                ("limit", self.limit.to_string()),
            ];
            changed.extend_from_slice(extra);
            call.address(&changed)
        };
        let end = self.offset.saturating_add(self.limit);
        json!({
            "href": link(self.offset),
            "limit": self.limit,
            "next": (end < total).then(|| link(end)),
            "offset": self.offset,
            "previous": (self.offset > 0).then(|| link(self.offset.saturating_sub(self.limit))),
            "total": total,
        })
    }
}

impl Call {
    /// The page that the call asks for: 20 unless it says otherwise, at most 50.
    pub(super) fn span(&self) -> Result<Span, super::refusal::Refusal> {
        Ok(Span {
            limit: self.limit(20, 50)?,
            offset: self.offset(100_000)?,
        })
    }
}
