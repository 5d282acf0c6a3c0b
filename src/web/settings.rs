//! What people paste into their assistant's settings, each in that program's own shape: the address alone, and for
//! programs that cannot ask for permission by themselves, the same with a key.

use serde_json::{Value, json};

/// How one program is set up.
#[derive(Debug)]
pub(super) struct Setting {
    /// The program.
    pub(super) name: &'static str,
    /// With the address alone: the program opens our consent page by itself.
    pub(super) by_address: Way,
    /// With a key, where that does not work.
    pub(super) by_key: Way,
    /// Whether it works only with a server that the internet can reach.
    pub(super) needs_public: bool,
}

/// One way of setting a program up.
#[derive(Debug)]
pub(super) struct Way {
    /// Where to put it.
    pub(super) steps: &'static str,
    /// What to put there.
    pub(super) text: String,
}

/// The settings of the programs that most people use, for one person's keys.
pub(super) fn all(mcp_url: &str, key: &str, connector_url: &str) -> Vec<Setting> {
    let bearer = format!("Bearer {key}");
    vec![
        claude(mcp_url, connector_url),
        claude_code(mcp_url, &bearer),
        claude_desktop(mcp_url, &bearer),
        cursor(mcp_url, &bearer),
        vs_code(mcp_url, &bearer),
        chatgpt(mcp_url, connector_url),
        librechat(mcp_url, &bearer),
    ]
}

fn claude(mcp_url: &str, connector_url: &str) -> Setting {
    Setting {
        name: "Claude (web, desktop and phone)",
        by_address: Way {
            steps: "Settings, Connectors, Add custom connector. Name it auxcord, paste this as the URL, leave the OAuth fields empty, and press Connect. Claude on your phone has it too, once it is there.",
            text: mcp_url.to_owned(),
        },
        by_key: Way {
            steps: "If connecting fails, paste this as the URL instead.",
            text: connector_url.to_owned(),
        },
        needs_public: true,
    }
}

fn claude_code(mcp_url: &str, bearer: &str) -> Setting {
    let add = format!("claude mcp add --transport http --scope user auxcord {mcp_url}");
    Setting {
        name: "Claude Code",
        by_key: Way {
            steps: "On a machine without a browser, with the key.",
            text: format!("{add} --header \"Authorization: {bearer}\""),
        },
        by_address: Way {
            steps: "Run this in a terminal. Then, in Claude Code, /mcp, auxcord, Authenticate.",
            text: add,
        },
        needs_public: false,
    }
}

fn claude_desktop(mcp_url: &str, bearer: &str) -> Setting {
    let (mut plain, mut keyed) = (vec!["-y", "mcp-remote", mcp_url], Vec::new());
    keyed.extend_from_slice(&plain);
    keyed.extend(["--header", "Authorization:${AUXCORD_BEARER}"]);
    // The bridge takes plain http only when told to.
    if mcp_url.starts_with("http://") {
        plain.push("--allow-http");
        keyed.push("--allow-http");
    }
    Setting {
        name: "Claude Desktop, by its configuration file",
        by_address: Way {
            steps: "Settings, Developer, Edit Config opens claude_desktop_config.json. This way needs Node.js, and works with a server on your own machine. Your browser opens when Claude Desktop starts.",
            text: pretty(&servers(&json!({ "command": "npx", "args": plain }))),
        },
        by_key: Way {
            steps: "In the same file, with the key.",
            text: pretty(&servers(&json!({
                "command": "npx",
                "args": keyed,
                "env": { "AUXCORD_BEARER": bearer },
            }))),
        },
        needs_public: false,
    }
}

fn cursor(mcp_url: &str, bearer: &str) -> Setting {
    Setting {
        name: "Cursor",
        by_address: Way {
            steps: "Put this into ~/.cursor/mcp.json. Then, in Cursor's settings under MCP, press Connect beside auxcord.",
            text: pretty(&servers(&json!({ "url": mcp_url }))),
        },
        by_key: Way {
            steps: "In the same file, with the key.",
            text: pretty(&servers(
                &json!({ "url": mcp_url, "headers": { "Authorization": bearer } }),
            )),
        },
        needs_public: false,
    }
}

fn vs_code(mcp_url: &str, bearer: &str) -> Setting {
    let file = |server: Value| pretty(&json!({ "servers": { "auxcord": server } }));
    Setting {
        name: "VS Code",
        by_address: Way {
            steps: "The command \"MCP: Open User Configuration\" opens mcp.json. Put this into it and press Start; VS Code asks whether it may open this server's page.",
            text: file(json!({ "type": "http", "url": mcp_url })),
        },
        by_key: Way {
            steps: "In the same file, with the key.",
            text: file(json!({
                "type": "http",
                "url": mcp_url,
                "headers": { "Authorization": bearer },
            })),
        },
        needs_public: false,
    }
}

fn chatgpt(mcp_url: &str, connector_url: &str) -> Setting {
    Setting {
        name: "ChatGPT",
        by_address: Way {
            steps: "Settings, Apps & Connectors, Advanced settings: switch on Developer mode. Then Create, paste this as the MCP server URL, and choose OAuth.",
            text: mcp_url.to_owned(),
        },
        by_key: Way {
            steps: "If connecting fails, paste this as the MCP server URL and choose No authentication.",
            text: connector_url.to_owned(),
        },
        needs_public: true,
    }
}

fn librechat(mcp_url: &str, bearer: &str) -> Setting {
    let server = format!(
        "mcpServers:\n  auxcord:\n    type: streamable-http\n    url: {}\n",
        quoted(mcp_url)
    );
    Setting {
        name: "LibreChat",
        by_key: Way {
            steps: "With the key, everybody on that LibreChat uses your account, so do it on your own.",
            text: format!(
                "{server}    headers:\n      Authorization: {}\n    requiresOAuth: false",
                quoted(bearer)
            ),
        },
        by_address: Way {
            steps: "Put this into librechat.yaml and restart it. Each person then connects an account of their own, from the list of MCP servers below the chat.",
            text: format!("{server}    requiresOAuth: true"),
        },
        needs_public: false,
    }
}

fn servers(server: &Value) -> Value {
    json!({ "mcpServers": { "auxcord": server } })
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// A JSON string, which is a YAML one too.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
