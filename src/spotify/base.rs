//! A base address of Spotify's, and the only way from it to the address of a request.
//!
//! Tokens are sent to what comes out of here, so nothing but the base decides on the host.

use url::Url;

/// A base address, and its text for joining paths to it without parsing it again.
#[derive(Debug)]
pub(super) struct Base {
    url: Url,
    text: String,
}

impl Base {
    /// The base, if it is a plain http or https address.
    pub(super) fn new(url: &Url) -> Option<Self> {
        let plain = matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        plain.then(|| Self {
            url: url.clone(),
            text: url.as_str().trim_end_matches('/').to_owned(),
        })
    }

    /// The base with a path of ours below it.
    pub(super) fn below(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{path}"));
        url
    }

    /// The address of a path and an encoded query below the base.
    pub(super) fn join(&self, path: &str, query: &str) -> Option<Url> {
        let mut text = String::with_capacity(self.text.len() + path.len() + query.len() + 2);
        text.extend([self.text.as_str(), "/", path]);
        if !query.is_empty() {
            text.extend(["?", query]);
        }
        Url::parse(&text).ok()
    }

    /// The address, if it is of the same origin and below the base, after `..` in it has been resolved.
    pub(super) fn own(&self, address: &str) -> Option<Url> {
        let url = Url::parse(address).ok()?;
        let own = url.scheme() == self.url.scheme()
            && url.host_str() == self.url.host_str()
            && url.port_or_known_default() == self.url.port_or_known_default()
            && url.username().is_empty()
            && url.password().is_none()
            && url
                .path()
                .strip_prefix(self.url.path().trim_end_matches('/'))
                .is_some_and(|rest| rest.starts_with('/'));
        own.then_some(url)
    }
}
