//! What the examination found, as a value: for people one finding a line with its remedy below, for programs JSON of
//! one stable shape. Knows nothing of how anything is examined.

use std::fmt;

use serde::Serialize;

/// Every check, in the order in which findings are told. Part of what scripts may rely on.
pub const CHECKS: &[&str] = &[
    "configuration",
    "files",
    "secret_files",
    "old_variables",
    "unknown_variables",
    "database.reachable",
    "database.owner",
    "database.sound",
    "database.writable",
    "database.space",
    "migrations",
    "keyring",
    "keyring.file",
    "redirect_uri",
    "discovery.reachable",
    "discovery.server",
    "discovery.resource",
    "discovery.issuer",
    "discovery.challenge",
    "discovery.proxy",
    "clock",
    "spotify.accounts",
    "spotify.api",
    "spotify.app",
    "spotify.redirect_uri",
];

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Ok,
    /// It works, and somebody should look at it.
    Warning,
    /// It does not work, or not safely.
    Fault,
    /// Nobody could tell; the finding says why.
    NotChecked,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which of [`CHECKS`].
    pub check: &'static str,
    /// How it stands.
    pub state: State,
    /// What was found, in one line without a secret.
    pub what: String,
    /// What to do about it, in one line; never missing at a warning or a fault.
    pub remedy: Option<String>,
}

/// How all of it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing to do.
    Ok,
    /// Nothing is broken, and something should be looked at.
    Warnings,
    /// Something is broken.
    Faults,
}

/// Everything that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of this program.
    pub version: &'static str,
    /// `http` or `stdio`: for which way in it was looked; `None` when the configuration does not tell.
    pub transport: Option<&'static str>,
    /// All findings together.
    pub verdict: Verdict,
    /// How many findings there are of each state.
    pub counts: Counts,
    /// In the order of [`CHECKS`]; a check has any number of findings.
    pub findings: Vec<Finding>,
}

/// How many findings there are of each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// [`State::Ok`]
    pub ok: usize,
    /// [`State::Warning`]
    pub warning: usize,
    /// [`State::Fault`]
    pub fault: usize,
    /// [`State::NotChecked`]
    pub not_checked: usize,
}

impl Finding {
    pub(super) fn ok(check: &'static str, what: impl AsRef<str>) -> Self {
        Self::of(check, State::Ok, what.as_ref(), None)
    }

    pub(super) fn warning(
        check: &'static str,
        what: impl AsRef<str>,
        remedy: impl AsRef<str>,
    ) -> Self {
        Self::of(check, State::Warning, what.as_ref(), Some(remedy.as_ref()))
    }

    pub(super) fn fault(
        check: &'static str,
        what: impl AsRef<str>,
        remedy: impl AsRef<str>,
    ) -> Self {
        Self::of(check, State::Fault, what.as_ref(), Some(remedy.as_ref()))
    }

    /// `why` is a sentence; what the person could do so that it can be told comes after it.
    pub(super) fn unchecked(check: &'static str, why: impl AsRef<str>) -> Self {
        Self::of(check, State::NotChecked, why.as_ref(), None)
    }

    /// The same, with what makes it possible to tell.
    pub(super) fn once(self, remedy: impl AsRef<str>) -> Self {
        Self {
            remedy: Some(one_line(remedy.as_ref())),
            ..self
        }
    }

    fn of(check: &'static str, state: State, what: &str, remedy: Option<&str>) -> Self {
        Self {
            check,
            state,
            what: one_line(what),
            remedy: remedy.map(one_line),
        }
    }
}

impl Report {
    pub(super) fn new(transport: Option<&'static str>, mut findings: Vec<Finding>) -> Self {
        // Stable, so that what one check found stays in the order in which it was found.
        findings.sort_by_key(|finding| CHECKS.iter().position(|check| *check == finding.check));
        let mut counts = Counts::default();
        for finding in &findings {
            match finding.state {
                State::Ok => counts.ok += 1,
                State::Warning => counts.warning += 1,
                State::Fault => counts.fault += 1,
                State::NotChecked => counts.not_checked += 1,
            }
        }
        let verdict = match counts {
            Counts { fault: 1.., .. } => Verdict::Faults,
            Counts { warning: 1.., .. } => Verdict::Warnings,
            Counts { .. } => Verdict::Ok,
        };
        Self {
            version: env!("CARGO_PKG_VERSION"),
            transport,
            verdict,
            counts,
            findings,
        }
    }
}

impl fmt::Display for Report {
    /// One finding a line, its remedy below, the sum at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let state = match finding.state {
                State::Ok => "ok",
                State::Warning => "warning",
                State::Fault => "FAULT",
                State::NotChecked => "not checked",
            };
            writeln!(f, "{state:<11}  {:<20}  {}", finding.check, finding.what)?;
            if let Some(remedy) = &finding.remedy {
                writeln!(f, "{:<11}  {:<20}  -> {remedy}", "", "")?;
            }
        }
        let Counts {
            ok,
            warning,
            fault,
            not_checked,
        } = self.counts;
        writeln!(
            f,
            "auxcord {}: {ok} ok, {warning} to look at, {fault} faults, {not_checked} not checked",
            self.version
        )
    }
}

/// Text from outside must not make lines or move a terminal's cursor.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control())
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}
