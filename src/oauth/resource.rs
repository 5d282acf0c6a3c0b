//! Which resource of ours a text names (RFC 8707): host in any case, the scheme's own port written out or not, with or
//! without one slash at the end.

use super::Door;

/// The resources that tokens are for.
#[derive(Debug)]
pub(super) struct Resources {
    /// The MCP endpoint.
    pub(super) whole: String,
    /// The MCP endpoint without writes.
    pub(super) readonly: String,
    /// The stream of the old transport, if it is served.
    sse: Option<String>,
    /// What people paste as the server's address.
    origin: String,
}

impl Resources {
    pub(super) fn of(door: &Door) -> Self {
        Self {
            whole: door.resource(),
            readonly: door.readonly_resource(),
            sse: door.sse_resource(),
            origin: door.issuer.clone(),
        }
    }

    /// The one that `asked` names.
    pub(super) fn find(&self, asked: &str) -> Option<&str> {
        [&self.whole, &self.readonly]
            .into_iter()
            .chain(&self.sse)
            .find(|ours| self.names(asked, ours))
            .map(String::as_str)
    }

    /// Whether `asked` names `resource`. The bare origin names the whole one: clients whose person was told no more
    /// ask for that.
    pub(super) fn names(&self, asked: &str, resource: &str) -> bool {
        let asked = canonical(asked);
        asked == canonical(resource) || (resource == self.whole && asked == canonical(&self.origin))
    }
}

/// Scheme and host in lower case, without the scheme's own port and a slash at the end. The path and all else stay as
/// they are.
fn canonical(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = path.strip_suffix('/').unwrap_or(path);
    let port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let host = host.strip_suffix(port).unwrap_or(host);
    Some(format!("{scheme}://{}{path}", host.to_ascii_lowercase()))
}
