//! `auxcord doctor`: how the set-up stands. Exit code 0 when nothing is broken, 1 when something is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::output::{self, Hinted};
use crate::{
    app::doctor::{Verdict, examine},
    clock::Clock,
    config::{Flags, Sources},
};

#[derive(Args, Clone, Debug)]
pub(super) struct Options {
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Let warnings count as faults for the exit code
    #[arg(long)]
    strict: bool,
    /// A file with an API key: the server is called with it, which shows whether a proxy changes Host or holds streams back
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) flags: Flags,
}

pub(super) async fn run(options: Options, sources: Sources) -> anyhow::Result<()> {
    let key = options.key_file.as_deref().map(read_key).transpose()?;
    let report = examine(&sources, &Clock::System, key.as_ref()).await;
    if options.json {
        output::json(&report)?;
    } else {
        output::text(&report.to_string())?;
    }
    let counts = report.counts;
    let (what, hint) = match report.verdict {
        Verdict::Faults => (format!("faults found: {}", counts.fault), "FAULT"),
        Verdict::Warnings if options.strict => {
            (format!("warnings found: {}", counts.warning), "warning")
        }
        Verdict::Warnings | Verdict::Ok => return Ok(()),
    };
    let hint = if options.json {
        "each finding has its `remedy`".to_owned()
    } else {
        format!("what to do stands below each {hint}, after ->")
    };
    Err(Hinted { what, hint }.into())
}

/// The first line of the file.
fn read_key(path: &Path) -> Result<SecretString, Hinted> {
    let text = fs::read_to_string(path).map(Zeroizing::new);
    let key = text.ok().and_then(|text| {
        let line = text.lines().next()?.trim();
        (!line.is_empty()).then(|| SecretString::from(line))
    });
    key.ok_or_else(|| Hinted {
        what: format!("{} holds no key", path.display()),
        hint: "write an API key into a file that only you may read, and name it".to_owned(),
    })
}
