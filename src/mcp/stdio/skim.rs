//! Finds the id of a message that is too long to keep: so that whoever waits for its answer gets one.
//!
//! It reads JSON as far as that takes: which object it is in, where text ends. What is no JSON has no id.

use rmcp::model::RequestId;

/// The longest member name and the longest id that are kept, in bytes.
const KEPT: usize = 128;

/// Reads a message in pieces and keeps only its id.
#[derive(Debug, Default)]
pub(super) struct Skim {
    depth: usize,
    place: Place,
    in_text: bool,
    escaped: bool,
    /// The name or id that is being read, with its quotes; too long once it is longer than [`KEPT`].
    kept: Vec<u8>,
    is_id: bool,
    id: Option<RequestId>,
}

/// Where in the outermost object it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// At the name of a member.
    #[default]
    Name,
    /// At its value.
    Value,
}

impl Skim {
    /// Reads on.
    pub(super) fn read(&mut self, piece: &[u8]) {
        for byte in piece {
            self.step(*byte);
        }
    }

    /// The id, if there was one.
    pub(super) fn id(self) -> Option<RequestId> {
        self.id
    }

    fn step(&mut self, byte: u8) {
        if self.in_text {
            self.keep(byte);
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => {
                self.in_text = true;
                self.keep(byte);
            }
            b'{' | b'[' => {
                self.depth += 1;
                self.kept.clear();
            }
            b'}' | b']' => {
                self.end_of_value();
                self.depth = self.depth.saturating_sub(1);
                // A list or object is no id.
                self.is_id = false;
            }
            b':' if self.depth == 1 && self.place == Place::Name => {
                self.is_id = self.kept == b"\"id\"";
                self.kept.clear();
                self.place = Place::Value;
            }
            b',' => self.end_of_value(),
            _ if byte.is_ascii_whitespace() => {}
            _ => self.keep(byte),
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.depth == 1 && self.kept.len() <= KEPT {
            self.kept.push(byte);
        }
    }

    fn end_of_value(&mut self) {
        if self.depth != 1 {
            return;
        }
        if self.is_id && self.place == Place::Value {
            self.id = serde_json::from_slice(&self.kept).ok();
        }
        self.is_id = false;
        self.kept.clear();
        self.place = Place::Name;
    }
}

#[cfg(test)]
mod tests {
    use super::{RequestId, Skim};

    fn id_in(text: &str) -> Option<RequestId> {
        let mut skim = Skim::default();
        skim.read(text.as_bytes());
        skim.id()
    }

    #[test]
    fn the_id_of_the_message_is_found_wherever_it_stands() {
        let seven = Some(RequestId::Number(7));
        for text in [
            r#"{"id":7,"method":"m"}"#,
            r#"{ "method" : "m" , "id" : 7 }"#,
            r#"{"params":{"id":1,"a":["id",{"id":2}]},"id":7}"#,
            r#"{"params":{"a":"\"id\":3,}"},"id":7}"#,
            r#"{"note":"id","id":7,"params":{"id":8}}"#,
            r#"{"id":7,"params":{"unended":"#,
        ] {
            assert_eq!(id_in(text), seven, "{text}");
        }
        let text = Some(RequestId::String("a,}\"b".into()));
        assert_eq!(id_in(r#"{"id":"a,}\"b"}"#), text);
    }

    #[test]
    fn what_has_no_id_is_given_none() {
        for text in [
            "",
            "garbage, {",
            r#"{"params":{"id":7}}"#,
            r#"[{"id":7}]"#,
            r#"{"id":null}"#,
            r#"{"id":{"a":7}}"#,
            r#"{"id":[7]}"#,
            r#""id":7"#,
        ] {
            assert_eq!(id_in(text), None, "{text}");
        }
        let long = format!(r#"{{"id":"{}"}}"#, "a".repeat(1_000));
        assert_eq!(id_in(&long), None);
    }
}
