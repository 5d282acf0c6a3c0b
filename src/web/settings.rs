//! What people paste into their assistant's settings, each in that program's own shape.

use serde_json::{Value, json};

/// How one program is set up.
#[derive(Debug)]
pub(super) struct Setting {
    /// The program.
    pub(super) name: &'static str,
    /// Where to put it.
    pub(super) steps: &'static str,
    /// What to put there.
    pub(super) text: String,
    /// Whether it works only with a server that the internet can reach.
    pub(super) needs_public: bool,
}

/// The settings of the programs that most people use, for one person's keys.
pub(super) fn all(mcp_url: &str, key: &str, connector_url: &str) -> Vec<Setting> {
    let bearer = format!("Bearer {key}");
    vec![
        Setting {
            name: "Claude (web, desktop and phone)",
            steps: "Settings, Connectors, Add custom connector. Name it auxcord and paste this as the URL. Claude on your phone has it too, once it is there.",
            text: connector_url.to_owned(),
            needs_public: true,
        },
        Setting {
            name: "Claude Code",
            steps: "Run this in a terminal.",
            text: format!(
                "claude mcp add --transport http --scope user auxcord {mcp_url} --header \"Authorization: {bearer}\""
            ),
            needs_public: false,
        },
        Setting {
            name: "Claude Desktop, by its configuration file",
            steps: "Settings, Developer, Edit Config opens claude_desktop_config.json. This way needs Node.js, and works with a server on your own machine.",
            text: pretty(&json!({ "mcpServers": { "auxcord": {
                "command": "npx",
                "args": bridge_arguments(mcp_url),
                "env": { "AUXCORD_BEARER": bearer },
            } } })),
            needs_public: false,
        },
        Setting {
            name: "Cursor",
            steps: "Put this into ~/.cursor/mcp.json.",
            text: pretty(&json!({ "mcpServers": { "auxcord": {
                "url": mcp_url,
                "headers": { "Authorization": bearer },
            } } })),
            needs_public: false,
        },
        Setting {
            name: "VS Code",
            steps: "The command \"MCP: Open User Configuration\" opens mcp.json. Put this into it.",
            text: pretty(&json!({ "servers": { "auxcord": {
                "type": "http",
                "url": mcp_url,
                "headers": { "Authorization": bearer },
            } } })),
            needs_public: false,
        },
        Setting {
            name: "ChatGPT",
            steps: "Settings, Apps & Connectors, Advanced settings: switch on Developer mode. Then Create, paste this as the MCP server URL, and choose No authentication.",
            text: connector_url.to_owned(),
            needs_public: true,
        },
        Setting {
            name: "LibreChat",
            steps: "Put this into librechat.yaml. Everybody on that LibreChat then uses your account, so do it on your own.",
            text: format!(
                "mcpServers:\n  auxcord:\n    type: streamable-http\n    url: {}\n    headers:\n      Authorization: {}\n    requiresOAuth: false",
                quoted(mcp_url),
                quoted(&bearer)
            ),
            needs_public: false,
        },
    ]
}

/// The bridge takes plain http only when told to.
fn bridge_arguments(mcp_url: &str) -> Vec<&str> {
    let mut arguments = vec![
        "-y",
        "mcp-remote",
        mcp_url,
        "--header",
        "Authorization:${AUXCORD_BEARER}",
    ];
    if mcp_url.starts_with("http://") {
        arguments.push("--allow-http");
    }
    arguments
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// A JSON string, which is a YAML one too.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
