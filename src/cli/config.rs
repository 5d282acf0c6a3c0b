//! `auxcord config default` and `auxcord config check`: what can be configured, and what is in force.

use std::fmt::Write;

use crate::{
    app::check_tools,
    config::{Config, Faults, Sources},
};

/// The embedded defaults, with an explanation of each.
pub const fn default() -> &'static str {
    Config::defaults()
}

/// The settings in force and what is worth knowing about them, or every fault. Secrets are not in it.
pub fn check(sources: &Sources) -> Result<String, Faults> {
    let config = Config::load(sources)?;
    check_tools(&config)?;
    let mut answer = config.effective();
    for note in config.notes() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(answer, "note: {note}");
    }
    answer.push_str("the configuration is in order\n");
    Ok(answer)
}
