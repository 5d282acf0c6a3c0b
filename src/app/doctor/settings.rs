//! The configuration: every fault at once, files that it names, who may read the secrets, variables without effect.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use super::report::Finding;
use crate::{
    app::{OpenFailure, check_tools, join, notices},
    config::{About, Config, SETTINGS, Salvage, Sources},
    http::Tls,
};

pub(super) fn examine(salvage: &Salvage, sources: &Sources) -> Vec<Finding> {
    let mut findings = faults(salvage);
    findings.extend(notes(salvage));
    if let Some(config) = &salvage.config {
        findings.extend(files(config));
        findings.extend(secret_files(config, sources));
    }
    findings
}

fn faults(salvage: &Salvage) -> Vec<Finding> {
    let mut faults = salvage.faults.all().to_vec();
    if let Some(config) = &salvage.config
        && let Err(wrong) = check_tools(config)
    {
        faults.extend(wrong.all().iter().cloned());
    }
    let mut findings: Vec<Finding> = faults
        .into_iter()
        .map(|fault| {
            let check = if fault.name.contains("SPOTIFY_REDIRECT_URI") {
                "redirect_uri"
            } else {
                "configuration"
            };
            Finding::fault(
                check,
                format!("{}: {}", fault.name, fault.what),
                fault.remedy,
            )
        })
        .collect();
    if findings.is_empty() {
        findings.push(Finding::ok(
            "configuration",
            "every setting can be used; `auxcord config check` shows what is in force",
        ));
    }
    findings
}

fn notes(salvage: &Salvage) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut older, mut misspelt) = (0, 0);
    for note in &salvage.notes {
        let text = note.text.as_str();
        match &note.about {
            About::Older(name) => {
                older += 1;
                let remedy = format!("take {name} out of the environment, it has no effect");
                findings.push(Finding::warning("old_variables", text, remedy));
            }
            About::Misspelt(name) => {
                misspelt += 1;
                let remedy = format!("write the name of the setting, or take {name} away");
                findings.push(Finding::warning("unknown_variables", text, remedy));
            }
            // The check of the app tells it.
            About::NoApp => {}
            About::Other => findings.push(Finding::warning(
                "configuration",
                text,
                "change it unless it is meant so; `auxcord config default` explains every setting",
            )),
        }
    }
    if older == 0 {
        let none = "no variable of an older server is set";
        findings.push(Finding::ok("old_variables", none));
    }
    if misspelt == 0 {
        let none = "no variable looks like a misspelt setting";
        findings.push(Finding::ok("unknown_variables", none));
    }
    findings
}

/// What a start would read, and would fail without.
fn files(config: &Config) -> Vec<Finding> {
    const CHECK: &str = "files";
    let mut failures: Vec<OpenFailure> = Vec::new();
    if let Some(tls) = &config.server.tls {
        failures.extend(Tls::read(&tls.cert, &tls.key).err().map(OpenFailure::from));
    }
    failures.extend(notices::read(&config.pages).err());
    failures.extend(join::fetcher(config).err());
    if failures.is_empty() {
        let what = "every file that the settings name can be used";
        return vec![Finding::ok(CHECK, what)];
    }
    failures
        .iter()
        .map(|failure| Finding::fault(CHECK, failure.to_string(), failure.hint()))
        .collect()
}

/// Files that hold secrets and that everybody on this machine may read.
fn secret_files(config: &Config, sources: &Sources) -> Vec<Finding> {
    const CHECK: &str = "secret_files";
    let mut paths: Vec<&Path> = SETTINGS
        .iter()
        .filter(|setting| setting.secret)
        .filter_map(|setting| config.secret_file(setting.variable))
        .collect();
    paths.extend(config.server.tls.as_ref().map(|tls| tls.key.as_path()));
    paths.extend(sources.dotenv.as_deref());
    paths.extend(sources.file.as_deref());
    let open: Vec<Finding> = paths
        .into_iter()
        .filter(|path| fs::metadata(path).is_ok_and(|meta| is_open_to_all(&meta.permissions())))
        .map(|path| {
            let path = path.display();
            Finding::warning(
                CHECK,
                format!("everybody on this machine may read {path}"),
                format!("chmod o-rwx {path}"),
            )
        })
        .collect();
    if open.is_empty() {
        return vec![Finding::ok(
            CHECK,
            "no file with secrets is open to everybody",
        )];
    }
    open
}

fn is_open_to_all(permissions: &Permissions) -> bool {
    permissions.mode() & 0o007 != 0
}
