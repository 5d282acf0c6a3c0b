//! A request to the Web API as a plain value, made by `spotify::api` and carried out by the client.
//!
//! It knows no token, no host and no connection, so it can be compared, counted and cached.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use http::Method;
use serde::de::{DeserializeOwned, Error as _};
use url::form_urlencoded;

/// One request, and how its answer turns into a `T`.
pub struct Call<T> {
    method: Method,
    target: Target,
    query: String,
    body: Option<Bytes>,
    media: &'static str,
    group: Group,
    forbidden: Forbidden,
    repeatable: bool,
    edition: Option<Box<str>>,
    decode: Decode<T>,
}

impl<T> Call<T> {
    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path below the API's base without a leading slash, or the whole address of a following page.
    pub fn path(&self) -> &str {
        match &self.target {
            Target::Path(path) => path,
            Target::Page(address) => address,
        }
    }

    /// The encoded query without `?`; empty when there is none, and for a following page.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The body.
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    /// What the body is: JSON, unless it is a picture.
    pub fn media(&self) -> &'static str {
        self.media
    }

    /// The group of endpoints whose quota the call uses.
    pub fn group(&self) -> Group {
        self.group
    }

    /// Whether the call changes nothing at Spotify.
    pub fn is_read(&self) -> bool {
        self.method == Method::GET
    }

    /// Whether sending it twice does no more than sending it once.
    pub fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    /// Method, path, query and edition: equal for calls that ask the same. It names no person, so a cache adds who asks.
    pub fn cache_key(&self) -> String {
        let parts = [
            self.method.as_str(),
            " ",
            self.path(),
            if self.query.is_empty() { "" } else { "?" },
            &self.query,
            if self.edition.is_some() { "#" } else { "" },
            self.edition.as_deref().unwrap_or_default(),
        ];
        parts.concat()
    }

    /// Method and path with `{id}` in the place of ids, such as `GET artists/{id}/albums`: what Spotify offers or not.
    pub fn endpoint(&self) -> String {
        let path = match &self.target {
            Target::Path(path) => path.as_ref(),
            // An address that names no version is told apart as it stands.
            Target::Page(address) => {
                let path = address.split(['?', '#']).next().unwrap_or_default();
                path.split_once("/v1/").map_or(path, |(_, path)| path)
            }
        };
        let mut endpoint = String::with_capacity(self.method.as_str().len() + 1 + path.len());
        endpoint.push_str(self.method.as_str());
        for (index, segment) in path.split('/').enumerate() {
            endpoint.push(if index == 0 { ' ' } else { '/' });
            endpoint.push_str(if is_id(segment) { "{id}" } else { segment });
        }
        endpoint
    }

    /// Says which edition of a thing is asked for (a playlist's `snapshot_id`): an answer about it never grows old.
    /// Spotify is not told, so the caller must have seen that edition a moment ago.
    #[must_use]
    pub fn of_edition(mut self, edition: Option<&str>) -> Self {
        self.edition = edition.map(Into::into);
        self
    }

    /// Whether the call says which edition of a thing it asks for.
    pub fn has_edition(&self) -> bool {
        self.edition.is_some()
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    pub(super) fn forbidden(&self) -> Forbidden {
        self.forbidden
    }

    /// What the body of a successful answer says.
    ///
    /// # Errors
    /// When it is not what this call asks for.
    pub fn decode(&self, body: &[u8]) -> serde_json::Result<T> {
        (self.decode)(body)
    }

    pub(super) fn new(
        method: Method,
        path: impl Into<Cow<'static, str>>,
        group: Group,
        decode: Decode<T>,
    ) -> Self {
        let repeatable = method != Method::POST;
        Self {
            method,
            target: Target::Path(path.into()),
            query: String::new(),
            body: None,
            media: "application/json",
            group,
            forbidden: Forbidden::EndpointGone,
            repeatable,
            edition: None,
            decode,
        }
    }

    pub(super) fn with_query(mut self, query: Query) -> Self {
        self.query = query.0;
        self
    }

    pub(super) fn with_json(mut self, body: &serde_json::Value) -> Self {
        self.body = Some(Bytes::from(body.to_string()));
        self
    }

    /// A body that is not JSON.
    pub(super) fn with_content(mut self, media: &'static str, body: String) -> Self {
        self.media = media;
        self.body = Some(Bytes::from(body));
        self
    }

    /// Sending it twice would do it twice, whatever its method.
    pub(super) fn once(mut self) -> Self {
        self.repeatable = false;
        self
    }

    /// A 403 without a reason means here that the thing is somebody else's.
    pub(super) fn owned_by_somebody(mut self) -> Self {
        self.forbidden = Forbidden::NotReadable;
        self
    }

    /// The same request for the page at `address`, which the client checks before it goes there.
    pub(super) fn following(&self, address: &str) -> Self {
        Self {
            target: Target::Page(address.to_owned()),
            query: String::new(),
            ..self.clone()
        }
    }
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self {
            method: self.method.clone(),
            target: self.target.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
            media: self.media,
            group: self.group,
            forbidden: self.forbidden,
            repeatable: self.repeatable,
            edition: self.edition.clone(),
            decode: self.decode,
        }
    }
}

/// Shows where it goes and never what it carries: queries and bodies are people's words.
impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match &self.target {
            Target::Path(path) => path,
            Target::Page(_) => "(following page)",
        };
        f.debug_struct("Call")
            .field("method", &self.method)
            .field("path", &path)
            .field("group", &self.group)
            .field("repeatable", &self.repeatable)
            .finish_non_exhaustive()
    }
}

/// Endpoints that share one of Spotify's unpublished quotas, as far as anybody has measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// `/search`.
    Search,
    /// The person's own profile.
    Profile,
    /// Playlists and their items.
    Playlists,
    /// What the person saved, follows and plays most.
    Library,
    /// Tracks, albums and artists.
    Catalogue,
    /// Podcasts and audiobooks, their episodes and chapters.
    Spoken,
    /// The player, its devices, queue and history.
    Player,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 7] = [
        Self::Search,
        Self::Profile,
        Self::Playlists,
        Self::Library,
        Self::Catalogue,
        Self::Spoken,
        Self::Player,
    ];

    /// Its place in [`ALL`](Self::ALL).
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The group of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == name)
    }

    /// A short stable name, for metrics, tables and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Profile => "profile",
            Self::Playlists => "playlists",
            Self::Library => "library",
            Self::Catalogue => "catalogue",
            Self::Spoken => "spoken",
            Self::Player => "player",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a part of a path is one of Spotify's ids: 22 characters of base62.
fn is_id(segment: &str) -> bool {
    segment.len() == 22 && segment.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// How bytes become an answer.
pub(super) type Decode<T> = fn(&[u8]) -> serde_json::Result<T>;

/// Where a call goes.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// A path below the API's base.
    Path(Cow<'static, str>),
    /// An address that Spotify named as the next page; not trusted until the client has looked at it.
    Page(String),
}

/// What a 403 without any reason means at an endpoint; Spotify words both the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forbidden {
    /// Spotify no longer offers the endpoint to this app.
    EndpointGone,
    /// The thing belongs to somebody else.
    NotReadable,
}

/// A query string in the making.
#[derive(Debug, Default)]
pub(super) struct Query(String);

impl Query {
    pub(super) fn text(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        self.0
            .extend(form_urlencoded::byte_serialize(value.as_bytes()));
        self
    }

    pub(super) fn maybe_text(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    pub(super) fn number(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.name(name);
        self.0.push_str(&value.to_string());
        self
    }

    /// Names are ours and need no encoding.
    fn name(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
    }
}

/// The body is a JSON object.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    // Serde would fill a struct from an array too, and find every field of `[]` absent.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(serde_json::Error::custom("not an object"));
    }
    serde_json::from_slice(body)
}

/// The body is a JSON object, or there is none (204).
pub(super) fn json_or_nothing<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<Option<T>> {
    if body.trim_ascii().is_empty() {
        return Ok(None);
    }
    json(body).map(Some)
}

/// The body is a JSON object; without one (204) it is taken for an empty one.
pub(super) fn json_or_empty<T: DeserializeOwned + Default>(body: &[u8]) -> serde_json::Result<T> {
    json_or_nothing(body).map(Option::unwrap_or_default)
}

/// Whatever the body is, the status said enough.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands where every decoder stands"
)]
pub(super) fn nothing(_body: &[u8]) -> serde_json::Result<()> {
    Ok(())
}
