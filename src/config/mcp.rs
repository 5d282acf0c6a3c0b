//! `[mcp]`: the MCP endpoint and the most that this server offers there.

use std::time::Duration;

use super::{
    oauth::hosts,
    origin::{self, Origin},
    reader::{Reader, shown},
    routes, table,
};
use url::Url;

/// The toolsets that exist.
pub const TOOLSETS: &[&str] = &["core", "spoken", "curation"];

/// Every loopback origin, in the form that rmcp's allow-list understands.
const LOOPBACK_ORIGINS: [&str; 6] = [
    "http://127.0.0.1:*",
    "http://[::1]:*",
    "http://localhost:*",
    "https://127.0.0.1:*",
    "https://[::1]:*",
    "https://localhost:*",
];

/// The MCP endpoint and the most that this server offers there.
#[derive(Clone, Debug)]
pub struct Mcp {
    /// `MCP_PATH`
    pub path: String,
    /// `ALLOWED_ORIGINS`: `scheme://host:port`, the port always there, `*` for any.
    pub allowed_origins: Vec<String>,
    /// `TOOLSETS`: names out of [`TOOLSETS`].
    pub toolsets: Vec<String>,
    /// `TOOLS`: if not empty, only these, whatever their toolset.
    pub tools: Vec<String>,
    /// `EXCLUDE_TOOLS`: never these.
    pub exclude_tools: Vec<String>,
    /// `READ_ONLY`: no tool that writes.
    pub read_only: bool,
    /// `TRUSTED_IMAGE_HOSTS`: `host` or `host:port` in normal form. Pictures for covers are fetched there whatever the
    /// address is.
    pub trusted_image_hosts: Vec<String>,
    /// `MAX_BODY_BYTES`: the largest request body.
    pub max_body_bytes: usize,
    /// `REQUEST_TIMEOUT_SECONDS`: for one request.
    pub request_timeout: Duration,
    /// `SSE`: whether clients of the old transport (HTTP+SSE) are served.
    pub sse: bool,
    /// `SSE_IDLE_SECONDS`: after how long without a message a stream ends.
    pub sse_idle: Duration,
    /// `SSE_UNREAD_SECONDS`: how long answers wait for a client that does not read.
    pub sse_unread: Duration,
    /// `CALLER_CACHE_SECONDS`: for how long a checked credential is remembered.
    pub caller_cache: Duration,
}

impl Mcp {
    pub(super) fn read(
        reader: &mut Reader,
        base_url: Option<&Origin>,
        callback_path: Option<&str>,
    ) -> Option<Self> {
        let path = path(reader, callback_path);
        let allowed_origins = allowed_origins(reader, base_url);
        let toolsets = toolsets(reader);
        let tools = tool_names(reader, "mcp.tools");
        let exclude_tools = tool_names(reader, "mcp.exclude_tools");
        let read_only = reader.truth("mcp.read_only");
        let trusted_image_hosts = hosts(reader, "mcp.trusted_image_hosts");
        let max_body_bytes = reader.small("mcp.max_body_bytes", 1024..=16 * 1024 * 1024);
        let request_timeout = reader.seconds("mcp.request_timeout_seconds", 1..=600);
        let sse = reader.truth("mcp.sse");
        let sse_idle = reader.seconds("mcp.sse_idle_seconds", 60..=86_400);
        let sse_unread = reader.seconds("mcp.sse_unread_seconds", 1..=600);
        let caller_cache = reader.seconds("mcp.caller_cache_seconds", 0..=60);
        Some(Self {
            path: path?,
            allowed_origins: allowed_origins?,
            toolsets,
            tools,
            exclude_tools,
            read_only: read_only?,
            trusted_image_hosts,
            max_body_bytes: max_body_bytes?,
            request_timeout: request_timeout?,
            sse: sse?,
            sse_idle: sse_idle?,
            sse_unread: sse_unread?,
            caller_cache: caller_cache?,
        })
    }
}

fn path(reader: &mut Reader, callback_path: Option<&str>) -> Option<String> {
    const KEY: &str = "mcp.path";
    let path = reader.text(KEY)?.to_owned();
    if let Err(what) = routes::check_mcp(&path, callback_path) {
        let what = format!("{}: {what}", shown(&path));
        reader.fault(KEY, what, "write a path such as /mcp");
        return None;
    }
    Some(path)
}

fn allowed_origins(reader: &mut Reader, base_url: Option<&Origin>) -> Option<Vec<String>> {
    const KEY: &str = "mcp.allowed_origins";
    let listed = reader.list(KEY);
    if listed.is_empty() {
        return base_url.map(own_origins);
    }
    let mut allowed = Vec::new();
    for text in listed {
        match Origin::parse(&text) {
            Ok(origin) if origin.is_https() || is_local(&text) => allowed.push(origin.with_port()),
            Ok(_) => {
                let what = format!("{} is not https", shown(&text));
                reader.fault(
                    KEY,
                    what,
                    "write https origins; http only for one's own machine",
                );
            }
            Err(what) => {
                let what = format!("{}: {what}", shown(&text));
                reader.fault(
                    KEY,
                    what,
                    "write origins separated by commas, such as https://app.example.com",
                );
            }
        }
    }
    Some(allowed)
}

/// The default: the public origin itself; on a loopback origin any loopback origin.
pub(super) fn own_origins(base_url: &Origin) -> Vec<String> {
    if base_url.is_loopback() {
        LOOPBACK_ORIGINS.map(str::to_owned).to_vec()
    } else {
        vec![base_url.with_port()]
    }
}

fn is_local(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| origin::is_loopback(&url) || origin::is_localhost(&url))
}

fn toolsets(reader: &mut Reader) -> Vec<String> {
    const KEY: &str = "mcp.toolsets";
    let names = reader.list(KEY);
    for name in &names {
        if !TOOLSETS.contains(&name.as_str()) {
            let remedy = match table::nearest(name, TOOLSETS.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write names out of {}", TOOLSETS.join(", ")),
            };
            reader.fault(KEY, format!("{} is not a toolset", shown(name)), remedy);
        }
    }
    names
}

fn tool_names(reader: &mut Reader, key: &str) -> Vec<String> {
    let names = reader.list(key);
    for name in &names {
        // Which tools there are is not known here; older servers wrote their names in another case.
        let plain = |one: u8| one.is_ascii_alphanumeric() || one == b'_';
        if !name.bytes().all(plain) {
            reader.fault(
                key,
                format!("{} is not a tool's name", shown(name)),
                "write names such as get_playlist, separated by commas",
            );
        }
    }
    names
}
