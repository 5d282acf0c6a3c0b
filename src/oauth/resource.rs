//! When two texts name the same resource (RFC 8707): the host in any case, with or without one slash at the end.

/// Whether `asked` names `resource`, which is one of ours.
pub(super) fn names(asked: &str, resource: &str) -> bool {
    canonical(asked) == canonical(resource)
}

/// Scheme and host in lower case, without a slash at the end. The path and all else stay as they are.
fn canonical(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = path.strip_suffix('/').unwrap_or(path);
    Some(format!(
        "{}://{}{path}",
        scheme.to_ascii_lowercase(),
        host.to_ascii_lowercase()
    ))
}
