//! The table of settings: file key, environment variable, shape. Everything that must know every setting
//! (layers, unknown names, `config check`, the tests of the example files) reads it here.

/// One setting of the service.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// `section.key` in the file.
    pub key: &'static str,
    /// The environment variable.
    pub variable: &'static str,
    /// Whether the value is a secret: never printed, and `X_FILE` may name a file that holds it.
    pub secret: bool,
    /// Whether the value is a list: an array in the file, comma-separated in the environment.
    pub list: bool,
}

/// Every setting, in the order of `config.default.toml`.
pub const SETTINGS: &[Setting] = &[
    one("server.environment", "ENVIRONMENT"),
    one("server.transport", "TRANSPORT"),
    one("server.host", "HOST"),
    one("server.port", "PORT"),
    one("server.base_url", "BASE_URL"),
    one("server.admin_listen", "ADMIN_LISTEN"),
    one("server.shutdown_grace_seconds", "SHUTDOWN_GRACE_SECONDS"),
    one("server.header_timeout_seconds", "HEADER_TIMEOUT_SECONDS"),
    secret("database.url", "DATABASE_URL"),
    one("database.max_connections", "DATABASE_MAX_CONNECTIONS"),
    one("database.acquire_timeout_ms", "DATABASE_ACQUIRE_TIMEOUT_MS"),
    one("database.busy_timeout_ms", "DATABASE_BUSY_TIMEOUT_MS"),
    one("spotify.client_id", "SPOTIFY_CLIENT_ID"),
    secret("spotify.client_secret", "SPOTIFY_CLIENT_SECRET"),
    one("spotify.redirect_uri", "SPOTIFY_REDIRECT_URI"),
    one("spotify.accounts_url", "SPOTIFY_ACCOUNTS_URL"),
    one("spotify.api_url", "SPOTIFY_API_URL"),
    one("spotify.connect_timeout_ms", "SPOTIFY_CONNECT_TIMEOUT_MS"),
    one("spotify.call_timeout_ms", "SPOTIFY_CALL_TIMEOUT_MS"),
    secret("secrets.token_encryption_key", "TOKEN_ENCRYPTION_KEY"),
    one("mcp.path", "MCP_PATH"),
    list("mcp.allowed_origins", "ALLOWED_ORIGINS"),
    list("mcp.toolsets", "TOOLSETS"),
    list("mcp.tools", "TOOLS"),
    list("mcp.exclude_tools", "EXCLUDE_TOOLS"),
    one("mcp.read_only", "READ_ONLY"),
    one("mcp.max_body_bytes", "MAX_BODY_BYTES"),
    one("mcp.request_timeout_seconds", "REQUEST_TIMEOUT_SECONDS"),
    one("mcp.caller_cache_seconds", "CALLER_CACHE_SECONDS"),
    one("log.filter", "LOG"),
    one("log.format", "LOG_FORMAT"),
];

/// Variables of older servers that this one does not need.
pub(super) const OLDER: &[(&str, &str)] = &[
    (
        "SESSION_SECRET_KEY",
        "sessions are kept in the database and need no key",
    ),
    (
        "CLAUDE_COMPATIBILITY",
        "/claude-mcp is always there and takes link keys",
    ),
    ("DEPLOYMENT", "ENVIRONMENT=prod is the one switch"),
    (
        "DEV_TOKEN",
        "there is no token that skips the login; `auxcord keys create` makes one for a person",
    ),
];

/// Variables that a later version will read and whose silent neglect would leave a door open.
pub(super) const UNSAFE_TO_IGNORE: &[(&str, &str)] = &[
    (
        "TLS_CERT",
        "put a reverse proxy that speaks https in front and unset it",
    ),
    (
        "TLS_KEY",
        "put a reverse proxy that speaks https in front and unset it",
    ),
    (
        "TRUSTED_PROXIES",
        "put a reverse proxy that limits by address in front and unset it",
    ),
];

/// Variables that a later version will read; neglecting them leaves nothing open.
pub(super) const LATER: &[&str] = &[
    "LIMIT_REGISTER",
    "LIMIT_AUTHORIZE",
    "LIMIT_CLIENT_DOCUMENTS",
    "LIMIT_TOKEN",
    "LIMIT_REVOKE",
    "LIMIT_MCP",
    "OAUTH_TRUSTED_CLIENT_HOSTS",
    "OAUTH_EXTRA_CA_FILE",
];

/// The setting that is written `key` in the file.
pub(super) fn by_key(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// Of `names`, the one that looks most like `wrong`, if any looks like it at all.
pub(super) fn nearest<'a>(
    wrong: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(wrong, name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

const fn one(key: &'static str, variable: &'static str) -> Setting {
    Setting {
        key,
        variable,
        secret: false,
        list: false,
    }
}

const fn list(key: &'static str, variable: &'static str) -> Setting {
    Setting {
        key,
        variable,
        secret: false,
        list: true,
    }
}

const fn secret(key: &'static str, variable: &'static str) -> Setting {
    Setting {
        key,
        variable,
        secret: true,
        list: false,
    }
}
