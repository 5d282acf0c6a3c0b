//! The configuration in force, in print: every setting, its value, and where the value comes from.

use std::{collections::BTreeMap, fmt::Write, path::PathBuf, time::Duration};

use super::{
    Config, Environment, LogFormat, Transport,
    layers::{Layer, Layers},
    table::SETTINGS,
};

/// Where each setting that was given comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Provenance(BTreeMap<&'static str, String>);

impl Provenance {
    pub(super) fn of(layers: &Layers) -> Self {
        let given = layers.entries.iter().filter_map(|(key, entry)| {
            let from = match &entry.layer {
                Layer::Default => return None,
                Layer::File(path) => format!("{} in {}", entry.name, path.display()),
                Layer::Dotenv => format!("{} in .env", entry.name),
                Layer::Environment => format!("{} in the environment", entry.name),
                Layer::Flag(flag) => (*flag).to_owned(),
            };
            Some((*key, from))
        });
        Self(given.collect())
    }

    /// Where the value of that setting was given, if it was.
    pub(super) fn of_key(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// One line a setting: key, value, source.
pub(super) fn effective(config: &Config, provenance: &Provenance) -> String {
    let mut lines = String::new();
    for setting in SETTINGS {
        let value = value(config, setting.key);
        let from = provenance
            .0
            .get(setting.key)
            .map_or("default", String::as_str);
        // Writing to a `String` cannot fail.
        let _ = writeln!(lines, "{:<32} {value:<40} # {from}", setting.key);
    }
    lines
}

fn value(config: &Config, key: &str) -> String {
    let Config {
        server,
        database,
        spotify,
        secrets,
        mcp,
        oauth,
        limits,
        quota,
        local,
        pages,
        log,
        ..
    } = config;
    match key {
        "server.environment" => word(server.environment == Environment::Prod, "prod", "dev"),
        "server.transport" => word(server.transport == Transport::Stdio, "stdio", "http"),
        "server.host" => server.host.to_string(),
        "server.port" => server.port.to_string(),
        "server.base_url" => server.base_url.to_string(),
        "server.admin_listen" => server
            .admin_listen
            .map_or_else(none, |address| address.to_string()),
        "server.shutdown_grace_seconds" => seconds(server.shutdown_grace),
        "server.header_timeout_seconds" => seconds(server.header_timeout),
        "server.tls_cert" => path(server.tls.as_ref().map(|tls| &tls.cert)),
        "server.tls_key" => path(server.tls.as_ref().map(|tls| &tls.key)),
        "server.trusted_proxies" => listed(&server.trusted_proxies),
        "database.url" => database.url.to_string(),
        "database.max_connections" => database.max_connections.to_string(),
        "database.acquire_timeout_ms" => millis(database.acquire_timeout),
        "database.busy_timeout_ms" => millis(database.busy_timeout),
        "spotify.client_id" => spotify.client_id.clone().unwrap_or_else(none),
        "spotify.client_secret" => set(spotify.client_secret.is_some()),
        "spotify.redirect_uri" => spotify.redirect_uri.to_string(),
        "spotify.accounts_url" => spotify.accounts_url.to_string(),
        "spotify.api_url" => spotify.api_url.to_string(),
        "spotify.connect_timeout_ms" => millis(spotify.connect_timeout),
        "spotify.call_timeout_ms" => millis(spotify.call_timeout),
        "secrets.token_encryption_key" => set(secrets.keyring.is_some()),
        "mcp.path" => mcp.path.clone(),
        "mcp.allowed_origins" => listed(&mcp.allowed_origins),
        "mcp.toolsets" => listed(&mcp.toolsets),
        "mcp.tools" => listed(&mcp.tools),
        "mcp.exclude_tools" => listed(&mcp.exclude_tools),
        "mcp.read_only" => mcp.read_only.to_string(),
        "mcp.trusted_image_hosts" => listed(&mcp.trusted_image_hosts),
        "mcp.max_body_bytes" => mcp.max_body_bytes.to_string(),
        "mcp.request_timeout_seconds" => seconds(mcp.request_timeout),
        "mcp.sse" => mcp.sse.to_string(),
        "mcp.sse_idle_seconds" => seconds(mcp.sse_idle),
        "mcp.sse_unread_seconds" => seconds(mcp.sse_unread),
        "mcp.caller_cache_seconds" => seconds(mcp.caller_cache),
        "oauth.registration" => oauth.registration.to_string(),
        "oauth.trusted_client_hosts" => listed(&oauth.trusted_client_hosts),
        "oauth.extra_ca_file" => path(oauth.extra_ca_file.as_ref()),
        "oauth.refresh_replay_seconds" => seconds(oauth.refresh_replay),
        "limits.register" => per_minute(limits.register),
        "limits.authorize" => per_minute(limits.authorize),
        "limits.login" => per_minute(limits.login),
        "limits.client_documents" => per_minute(limits.client_documents),
        "limits.token" => per_minute(limits.token),
        "limits.revoke" => per_minute(limits.revoke),
        "limits.mcp" => per_minute(limits.mcp),
        "quota.search" => a_day(quota.search),
        "quota.profile" => a_day(quota.profile),
        "quota.playlists" => a_day(quota.playlists),
        "quota.library" => a_day(quota.library),
        "quota.catalogue" => a_day(quota.catalogue),
        "quota.spoken" => a_day(quota.spoken),
        "quota.player" => a_day(quota.player),
        "local.open_browser" => local
            .as_ref()
            .map_or_else(none, |local| local.open_browser.to_string()),
        "pages.privacy_file" => path(pages.privacy_file.as_ref()),
        "pages.terms_file" => path(pages.terms_file.as_ref()),
        "log.filter" => log.filter.clone(),
        "log.format" => match log.format {
            LogFormat::Auto => "auto".to_owned(),
            LogFormat::Text => "text".to_owned(),
            LogFormat::Json => "json".to_owned(),
        },
        _ => none(),
    }
}

fn none() -> String {
    "(not set)".to_owned()
}

fn set(is_set: bool) -> String {
    word(is_set, "(set)", "(not set)")
}

fn word(is: bool, yes: &str, no: &str) -> String {
    if is { yes } else { no }.to_owned()
}

fn seconds(duration: Duration) -> String {
    duration.as_secs().to_string()
}

fn millis(duration: Duration) -> String {
    duration.as_millis().to_string()
}

fn path(path: Option<&PathBuf>) -> String {
    path.map_or_else(none, |path| path.display().to_string())
}

fn per_minute(count: u32) -> String {
    format!("{count}/min")
}

fn a_day(count: Option<u32>) -> String {
    count.map_or_else(none, |count| count.to_string())
}

fn listed(items: &[impl ToString]) -> String {
    if items.is_empty() {
        return "(none)".to_owned();
    }
    let items: Vec<_> = items.iter().map(ToString::to_string).collect();
    items.join(",")
}
