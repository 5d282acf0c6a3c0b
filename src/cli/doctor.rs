//! `auxcord doctor`: how the set-up stands. Exit code 0 when nothing is broken, 1 when something is.

use clap::Args;

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
    #[command(flatten)]
    pub(super) flags: Flags,
}

pub(super) async fn run(options: Options, sources: Sources) -> anyhow::Result<()> {
    let report = examine(&sources, &Clock::System).await;
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
