//! The `fields` parameter of playlist reads: which parts of an answer to keep (Spotify: Get Playlist, `fields`).
//! It knows no playlist.

use serde_json::Value;

/// What to keep of an object: these fields, or all but these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields {
    keep: Vec<(String, Option<Fields>)>,
    drop: Vec<String>,
}

impl Fields {
    /// Reads `items(added_by.id,item(!album)),total` and the like.
    pub(super) fn parse(text: &str) -> Self {
        let mut fields = Self::default();
        for part in split(text) {
            fields.add(part.trim());
        }
        fields
    }

    /// The value with only what is wanted; arrays are filtered item by item.
    pub(super) fn apply(&self, value: Value) -> Value {
        match value {
            Value::Array(items) => items.into_iter().map(|item| self.apply(item)).collect(),
            Value::Object(object) => object
                .into_iter()
                .filter_map(|(name, value)| Some((self.apply_to(&name, value)?, name)))
                .map(|(value, name)| (name, value))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            other => other,
        }
    }

    fn apply_to(&self, name: &str, value: Value) -> Option<Value> {
        if self.drop.iter().any(|dropped| dropped == name) {
            return None;
        }
        if self.keep.is_empty() {
            return Some(value);
        }
        let (_, inner) = self.keep.iter().find(|(kept, _)| kept == name)?;
        Some(match inner {
            Some(inner) => inner.apply(value),
            None => value,
        })
    }

    fn add(&mut self, part: &str) {
        if let Some(dropped) = part.strip_prefix('!') {
            self.drop.push(dropped.to_owned());
            return;
        }
        let end = part.find(['.', '(']).unwrap_or(part.len());
        let name = part[..end].to_owned();
        let inner = match part[end..].chars().next() {
            Some('.') => Some(Self::parse(&part[end + 1..])),
            Some(_) => Some(Self::parse(part[end + 1..].trim_end_matches(')'))),
            None => None,
        };
        if !name.is_empty() {
            self.keep.push((name, inner));
        }
    }
}

/// Cuts at the commas outside of parentheses; closing ones that are missing are forgiven.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Fields;

    #[test]
    fn only_what_is_named_is_kept() {
        let whole = json!({
            "total": 2, "limit": 50,
            "items": [{"added_at": "x", "item": {"name": "a", "album": {"name": "b", "href": "c"}}}, null],
        });
        for (fields, kept) in [
            ("total", json!({"total": 2})),
            (
                "items(item(name)),total",
                json!({"total": 2, "items": [{"item": {"name": "a"}}, null]}),
            ),
            (
                "items.item.album.name",
                json!({"items": [{"item": {"album": {"name": "b"}}}, null]}),
            ),
            ("items(track(name))", json!({"items": [{}, null]})),
            (
                "items(item(name,album(!href)))",
                json!({"items": [{"item": {"name": "a", "album": {"name": "b"}}}, null]}),
            ),
        ] {
            assert_eq!(Fields::parse(fields).apply(whole.clone()), kept, "{fields}");
        }
    }
}
