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
    one("server.tls_cert", "TLS_CERT"),
    one("server.tls_key", "TLS_KEY"),
    list("server.trusted_proxies", "TRUSTED_PROXIES"),
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
    secret("secrets.import_encryption_key", "IMPORT_ENCRYPTION_KEY"),
    one("mcp.path", "MCP_PATH"),
    list("mcp.allowed_origins", "ALLOWED_ORIGINS"),
    list("mcp.toolsets", "TOOLSETS"),
    list("mcp.tools", "TOOLS"),
    list("mcp.exclude_tools", "EXCLUDE_TOOLS"),
    one("mcp.read_only", "READ_ONLY"),
    list("mcp.trusted_image_hosts", "TRUSTED_IMAGE_HOSTS"),
    one("mcp.max_body_bytes", "MAX_BODY_BYTES"),
    one("mcp.request_timeout_seconds", "REQUEST_TIMEOUT_SECONDS"),
    one("mcp.sse", "SSE"),
    one("mcp.sse_idle_seconds", "SSE_IDLE_SECONDS"),
    one("mcp.sse_unread_seconds", "SSE_UNREAD_SECONDS"),
    one("mcp.caller_cache_seconds", "CALLER_CACHE_SECONDS"),
    one("oauth.registration", "OAUTH_REGISTRATION"),
    list("oauth.trusted_client_hosts", "OAUTH_TRUSTED_CLIENT_HOSTS"),
    one("oauth.extra_ca_file", "OAUTH_EXTRA_CA_FILE"),
    one(
        "oauth.refresh_replay_seconds",
        "OAUTH_REFRESH_REPLAY_SECONDS",
    ),
    one("limits.register", "LIMIT_REGISTER"),
    one("limits.authorize", "LIMIT_AUTHORIZE"),
    one("limits.login", "LIMIT_LOGIN"),
    one("limits.client_documents", "LIMIT_CLIENT_DOCUMENTS"),
    one("limits.token", "LIMIT_TOKEN"),
    one("limits.revoke", "LIMIT_REVOKE"),
    one("limits.mcp", "LIMIT_MCP"),
    one("quota.search", "QUOTA_SEARCH"),
    one("quota.profile", "QUOTA_PROFILE"),
    one("quota.playlists", "QUOTA_PLAYLISTS"),
    one("quota.library", "QUOTA_LIBRARY"),
    one("quota.catalogue", "QUOTA_CATALOGUE"),
    one("quota.spoken", "QUOTA_SPOKEN"),
    one("quota.player", "QUOTA_PLAYER"),
    one("local.open_browser", "OPEN_BROWSER"),
    one("pages.privacy_file", "PRIVACY_FILE"),
    one("pages.terms_file", "TERMS_FILE"),
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
    ("API_KEY_LENGTH", "keys have one length, 32 random bytes"),
    (
        "TOKEN_EXPIRY_BUFFER",
        "tokens are renewed when four fifths of their life are over",
    ),
    ("VITE_PORT", "PORT says where to listen"),
    (
        "VITE_ALLOWED_HOSTS",
        "BASE_URL says under which name the server is reached",
    ),
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
