//! Which paths the two configurable routes may take: plain ones that collide with no route of the service.

/// The paths that are taken. Everything below `/.well-known/` and `/auth/` is too, but for the callback.
const TAKEN: &[&str] = &[
    "/",
    "/claude-mcp",
    "/sse",
    "/messages",
    "/authorize",
    "/token",
    "/register",
    "/revoke",
    "/account",
    "/privacy",
    "/terms",
    "/health",
    "/readyz",
    "/metrics",
    "/auth/login",
    "/auth/status",
    "/auth/revoke",
];

/// Whether `path` can be the callback route.
pub(super) fn check_callback(path: &str) -> Result<(), &'static str> {
    check_plain(
        path.strip_suffix('/')
            .filter(|rest| !rest.is_empty())
            .unwrap_or(path),
    )
}

/// Whether `path` can be the MCP endpoint, beside the callback route.
pub(super) fn check_mcp(path: &str, callback: Option<&str>) -> Result<(), &'static str> {
    check_plain(path)?;
    if path.starts_with("/auth/") {
        return Err("the routes below /auth/ are taken");
    }
    let below = |route: &str| route == path || route.strip_prefix(path) == Some("/readonly");
    if callback.is_some_and(below) {
        return Err("it is the callback route of SPOTIFY_REDIRECT_URI");
    }
    Ok(())
}

fn check_plain(path: &str) -> Result<(), &'static str> {
    let Some(rest) = path.strip_prefix('/') else {
        return Err("it does not start with a slash");
    };
    if TAKEN.contains(&path) {
        return Err("the service has another route there");
    }
    if path.starts_with("/.well-known/") {
        return Err("the routes below /.well-known/ are taken");
    }
    let plain = |segment: &str| {
        !segment.is_empty()
            && !matches!(segment, "." | "..")
            && segment
                .bytes()
                .all(|one| one.is_ascii_alphanumeric() || b"-._~".contains(&one))
    };
    if !rest.split('/').all(plain) {
        return Err("its path is not made of letters, digits and `-._~` between single slashes");
    }
    Ok(())
}
