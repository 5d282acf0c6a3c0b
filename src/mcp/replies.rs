//! Answers as they went over the wire, for a client that asks the very same again: the same caller, the same headers
//! and the same body but for its id.
//!
//! Only an answer that was itself made of remembered answers of Spotify is kept, and it is sent again only while all of
//! them could be served again and the caller's link still works. It changes nothing of what is told; it saves taking
//! the request apart and putting the answer together. Knows no tool.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, request::Parts};
use http_body_util::BodyExt;

use crate::{
    auth::{Caller, PersonId},
    link::Links,
    quota::{Grounds, Quota, Shelf},
};

/// What all kept answers may weigh together, in bytes.
const CAPACITY: usize = 2 * 1024 * 1024;
/// The longest request whose answer is kept, headers and body, in bytes.
const LONGEST: usize = 4 * 1024;
/// The envelope in front of the id, as the protocol library writes it.
const ENVELOPE: &[u8] = br#"{"jsonrpc":"2.0","id":"#;
/// The member that names the request, as most clients write it.
const ID: &[u8] = br#""id":"#;

/// Kept answers of everybody.
#[derive(Debug)]
pub(super) struct Replies {
    links: Links,
    quota: Quota,
    kept: Shelf<Key, Arc<Reply>>,
}

/// Who asks what: the address, the headers and the body without its id.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    person: PersonId,
    asked: Arc<[u8]>,
}

#[derive(Debug)]
struct Reply {
    caller: Caller,
    grounds: Grounds,
    headers: HeaderMap,
    /// What follows the id.
    rest: Bytes,
}

/// A request whose answer may be kept.
pub(super) struct Asked {
    key: Key,
    caller: Caller,
    id: Bytes,
    told: Told,
}

/// Carries out of the tool what its answer stands on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told(Arc<OnceLock<Grounds>>);

impl Told {
    /// The answer stands on `grounds`.
    pub(crate) fn tell(&self, grounds: Grounds) {
        // Nobody answers a request twice.
        let _ = self.0.set(grounds);
    }
}

impl Replies {
    pub(super) fn new(links: Links, quota: Quota) -> Self {
        Self {
            links,
            quota,
            kept: Shelf::new(CAPACITY),
        }
    }

    /// The request, if its answer may be kept. What the tool tells goes into the request's extensions.
    pub(super) fn read(parts: &mut Parts, body: &Bytes) -> Option<Asked> {
        if body.len() > LONGEST {
            return None;
        }
        let id = id_of(body)?;
        let caller = parts.extensions.get::<Caller>()?.clone();
        let key = Key {
            person: caller.person,
            asked: asked(parts, body, &id)?,
        };
        let told = Told::default();
        parts.extensions.insert(told.clone());
        Some(Asked {
            key,
            caller,
            id: body.slice(id),
            told,
        })
    }

    /// The answer that was kept, if it still holds for this caller.
    pub(super) async fn recall(&self, asked: &Asked) -> Option<Response> {
        let reply = self.kept.get(&asked.key)?;
        let same = reply.caller.credential == asked.caller.credential
            && reply.caller.limits == asked.caller.limits
            && reply.caller.asked == asked.caller.asked;
        if !same || !self.quota.memory().holds(&reply.grounds) {
            return None;
        }
        // A link that has ended is told by the tool.
        self.links.access(asked.key.person).await.ok()?;
        tracing::debug!(spotify_calls = 0, "answered as a moment ago");
        let body = [ENVELOPE, &asked.id, &reply.rest].concat();
        let mut response = Response::new(Body::from(body));
        response.headers_mut().clone_from(&reply.headers);
        Some(response)
    }

    /// Keeps `response`, if it stands on memory alone, and hands it on.
    pub(super) async fn keep(&self, asked: Asked, response: Response) -> Response {
        let Some(grounds) = asked.told.0.get().cloned() else {
            return response;
        };
        let plain = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == "application/json");
        if response.status() != StatusCode::OK || !plain {
            return response;
        }
        let (parts, body) = response.into_parts();
        // The library has the whole answer before it hands it over.
        let body = match body.collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(_) => Bytes::new(),
        };
        let front = [ENVELOPE, &asked.id].concat();
        if body.starts_with(&front) && body[front.len()..].starts_with(br#","result":"#) {
            let mut headers = parts.headers.clone();
            headers.remove(header::CONTENT_LENGTH);
            let weight = body.len() + 2 * asked.key.asked.len() + 512;
            let reply = Reply {
                caller: asked.caller,
                grounds,
                headers,
                rest: body.slice(front.len()..),
            };
            self.kept.insert(asked.key, Arc::new(reply), weight);
        }
        Response::from_parts(parts, Body::from(body))
    }
}

/// Where the id stands in the body of a call of a tool, if it stands there once and is written as everybody writes it:
/// a quotation mark inside a text would be escaped, so what looks like the member is the member.
fn id_of(body: &[u8]) -> Option<Range<usize>> {
    let is_call = find(body, br#""method":"tools/call""#).is_some();
    let start = find(body, ID).filter(|_| is_call)? + ID.len();
    if find(&body[start..], ID).is_some() {
        return None;
    }
    let length = body[start..]
        .iter()
        .position(|byte| matches!(byte, b',' | b'}'))?;
    let id = &body[start..start + length];
    let number = !id.is_empty()
        && id.len() < 16
        && id.iter().all(u8::is_ascii_digit)
        && (id.len() == 1 || id[0] != b'0');
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let text = match id {
        [b'"', inside @ .., b'"'] => inside.iter().all(word),
        _ => false,
    };
    (number || text).then(|| start..start + length)
}

/// Everything that the request says but who asks and under which id.
fn asked(parts: &Parts, body: &[u8], id: &Range<usize>) -> Option<Arc<[u8]>> {
    let mut asked = Vec::with_capacity(1_024);
    asked.extend_from_slice(parts.method.as_str().as_bytes());
    asked.extend_from_slice(parts.uri.path().as_bytes());
    asked.push(b'?');
    asked.extend_from_slice(parts.uri.query().unwrap_or_default().as_bytes());
    for (name, value) in &parts.headers {
        // The caller was recognised by the first, and the second follows from the body.
        if name != header::AUTHORIZATION && name != header::CONTENT_LENGTH {
            asked.push(b'\n');
            asked.extend_from_slice(name.as_str().as_bytes());
            asked.push(b':');
            asked.extend_from_slice(value.as_bytes());
        }
    }
    asked.extend_from_slice(b"\n\n");
    asked.extend_from_slice(&body[..id.start]);
    asked.push(0);
    asked.extend_from_slice(&body[id.end..]);
    (asked.len() <= LONGEST).then(|| asked.into())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::id_of;

    fn id(body: &str) -> Option<&str> {
        id_of(body.as_bytes()).map(|range| &body[range])
    }

    #[test]
    fn an_id_is_found_where_it_stands_once_and_plainly() {
        let call = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call"}}"#);
        for plain in ["0", "7", "123456", "\"a-1_b\""] {
            assert_eq!(id(&call(plain)), Some(plain));
        }
        for odd in [
            "07",
            "1e2",
            "-1",
            "1.0",
            "null",
            "\"a\\u0041\"",
            "\"a b\"",
            "",
            " 7",
        ] {
            assert_eq!(id(&call(odd)), None, "{odd}");
        }
        assert_eq!(id(r#"{"method":"tools/call","id":9}"#), Some("9"));
    }

    #[test]
    fn a_body_with_two_of_them_or_of_another_method_is_left_alone() {
        let twice = r#"{"id":7,"method":"tools/call","params":{"arguments":{"id":8}}}"#;
        assert_eq!(id(twice), None);
        assert_eq!(id(r#"{"id":7,"method":"tools/list"}"#), None);
        let quoted = r#"{"id":7,"method":"tools/call","params":{"name":"say \"id\":8"}}"#;
        assert_eq!(id(quoted), Some("7"), "inside a text the marks are escaped");
    }
}
