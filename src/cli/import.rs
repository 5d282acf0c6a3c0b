//! `auxcord import DATABASE`: the people of the Python server, taken over with their links and keys.

use std::{fmt::Write, io::IsTerminal, path::PathBuf, sync::OnceLock};

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::output::{self, Hinted};
use crate::{
    app::{ImportLine, ImportReport, ImportWish, import},
    clock::Clock,
    config::Config,
};

/// Without a terminal a line is written after each of so many parts of everybody.
const PARTS: u64 = 10;

#[derive(Args, Clone, Debug)]
pub(super) struct Options {
    /// The Python server's database: a SQLite file, or a URL as in its `DATABASE_URL`; it is only read
    ///
    /// The password of a PostgreSQL server can stay out of it: PGPASSWORD is understood.
    #[arg(value_name = "DATABASE")]
    source: String,
    /// A file with that server's `TOKEN_ENCRYPTION_KEY`; else `IMPORT_ENCRYPTION_KEY`, else our own if it is one bare key
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Tell what would be done, write nothing and renew no token
    #[arg(long)]
    dry_run: bool,
    /// Do not ask Spotify whose each link is: links come in suspended, until the person reconnects
    #[arg(long)]
    no_check: bool,
    /// The report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options, config: Config) -> anyhow::Result<()> {
    let key = match &options.key_file {
        Some(path) => Some(read_key(path)?),
        None => None,
    };
    let wish = ImportWish {
        database: options.source,
        key,
        check: !options.no_check,
        dry_run: options.dry_run,
    };
    let progress = Progress::default();
    let begun = |people| progress.begin(people);
    let report = import(&config, Clock::System, &wish, begun, || progress.step()).await;
    progress.end();
    let report = report?;
    if options.json {
        output::json(&report)?;
    } else {
        print(&report)?;
    }
    judge(&report)
}

fn read_key(path: &PathBuf) -> anyhow::Result<SecretString> {
    let text = std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .with_context(|| format!("the key file {} cannot be read", path.display()))?;
    Ok(text.trim().to_owned().into())
}

/// Somebody whom another run may still take over makes the command fail. Who cannot be taken over does not: that was
/// decided, and is told.
fn judge(report: &ImportReport) -> anyhow::Result<()> {
    if report.all_ended() {
        eprintln!(
            "note: Spotify accepted not one of the links; SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET must be those of the Python server. Correct them and run this again"
        );
    }
    let people = report.people.len();
    let left = report.left();
    if left > 0 {
        return Err(Hinted {
            what: format!("{left} of {people} people are left"),
            hint: "the report says why for each; run this again, which changes nothing for those who are here".into(),
        }
        .into());
    }
    let notable = report.notable();
    if notable > 0 {
        eprintln!(
            "note: {notable} of {people} people were not taken over whole; the report says why for each"
        );
    }
    Ok(())
}

fn print(report: &ImportReport) -> anyhow::Result<()> {
    let rows = report.people.iter().map(row).collect();
    output::table(
        ["SPOTIFY ID", "NAME", "OUTCOME", "LINK", "KEY", "WHY"],
        rows,
    )?;
    output::text(&summary(report))
}

fn row(line: &ImportLine) -> [String; 6] {
    let none = || "-".to_owned();
    [
        Some(output::plain(&line.spotify_id)).filter(|id| !id.is_empty()),
        line.display_name.as_deref().map(output::plain),
        Some(line.outcome.as_str().to_owned()),
        line.link.map(|link| link.as_str().to_owned()),
        line.key.map(|key| key.as_str().to_owned()),
        line.detail.as_deref().map(output::plain),
    ]
    .map(|cell| cell.unwrap_or_else(none))
}

fn summary(report: &ImportReport) -> String {
    let counts: Vec<String> = report
        .counts
        .iter()
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    let mut text = format!("\n{} people", report.people.len());
    if !counts.is_empty() {
        text.push_str(": ");
        text.push_str(&counts.join(", "));
    }
    text.push('\n');
    let orphans = &report.orphans;
    if orphans.spotify_tokens + orphans.user_sessions > 0 {
        let (tokens, sessions) = (orphans.spotify_tokens, orphans.user_sessions);
        // Writing into a text never fails.
        let _ = writeln!(
            text,
            "left out because their user is not there: {tokens} rows of spotify_tokens, {sessions} rows of user_sessions"
        );
    }
    if report.dry_run {
        text.push_str("this was a dry run: nothing was changed\n");
    }
    text
}

/// A bar on a terminal, and lines elsewhere.
#[derive(Default)]
struct Progress {
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    fn begin(&self, people: usize) {
        let length = u64::try_from(people).unwrap_or(u64::MAX);
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            eprintln!("looking at {people} people");
            ProgressDrawTarget::hidden()
        };
        let style = ProgressStyle::with_template("{bar:40} {pos} of {len} people, {eta} to go");
        let bar = ProgressBar::with_draw_target(Some(length), target)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        // There is one import in a process.
        let _ = self.bar.set(bar);
    }

    fn step(&self) {
        let Some(bar) = self.bar.get() else { return };
        bar.inc(1);
        let (done, all) = (bar.position(), bar.length().unwrap_or(0));
        let part = |people: u64| people * PARTS / all.max(1);
        if bar.is_hidden() && part(done) > part(done.saturating_sub(1)) {
            eprintln!("{done} of {all} people");
        }
    }

    fn end(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
