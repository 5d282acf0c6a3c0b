//! The names of tools that an operator may say: where settings and tools meet. Knows no request.

use crate::{
    config::{Config, Faults},
    mcp,
};

/// Whether every tool that `config` names exists, by today's name or an old one. An exclusion with a slip of the pen
/// would offer what it was to keep away.
///
/// # Errors
/// Every name that is no tool's, with the nearest one.
pub fn check_tools(config: &Config) -> Result<(), Faults> {
    let mut faults = Faults::default();
    for (key, names) in [
        ("mcp.tools", &config.mcp.tools),
        ("mcp.exclude_tools", &config.mcp.exclude_tools),
    ] {
        for name in names {
            if let Err(wrong) = tool_name(name) {
                config.fault(&mut faults, key, wrong.what, wrong.remedy);
            }
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// Why a name is refused.
#[derive(Debug)]
pub struct NoTool {
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

/// Today's name of the tool of that name or old name.
///
/// # Errors
/// [`NoTool`].
pub fn tool_name(name: &str) -> Result<&'static str, NoTool> {
    mcp::tool_named(name).map_err(|nearest| NoTool {
        what: format!("there is no tool {name:?}"),
        remedy: nearest.map_or_else(
            || "the README lists the tools".to_owned(),
            |near| format!("did you mean {near:?}?"),
        ),
    })
}
