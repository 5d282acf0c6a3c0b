//! `auxcord doctor`: looks at a whole set-up from outside and in, and says for each thing how it stands and what to do.
//!
//! Nothing is changed by it: no file or table is made, no key drawn, no row written, and one failing check keeps none
//! of the others from running. No secret is in what it says. Every wait has an end.

mod clock;
mod database;
mod discovery;
mod keyring;
mod redirect;
mod report;
mod settings;
mod spotify;
mod wire;

pub use report::{CHECKS, Counts, Finding, Report, State, Verdict};

use secrecy::SecretString;

use crate::{
    clock::Clock,
    config::{Config, Salvage, Sources, Transport},
};
use wire::Wire;

/// What every check looks at.
struct Case<'a> {
    salvage: &'a Salvage,
    config: &'a Config,
    wire: &'a Wire,
    key: Option<&'a SecretString>,
}

impl Case<'_> {
    fn is_stdio(&self) -> bool {
        self.config.server.transport == Transport::Stdio
    }

    /// The one finding of a check whose setting has a fault of its own, which is told elsewhere.
    fn spoilt(&self, check: &'static str, variable: &str) -> Option<Finding> {
        self.salvage
            .is_spoilt(variable)
            .then(|| Finding::unchecked(check, format!("{variable} has a fault, see above")))
    }

    /// The same for the public address, which comes from others where nobody gave it.
    fn address_spoilt(&self, check: &'static str) -> Option<Finding> {
        let derived = ["SPOTIFY_REDIRECT_URI", "PORT"]
            .into_iter()
            .filter(|_| !self.config.is_given("BASE_URL"));
        ["BASE_URL"]
            .into_iter()
            .chain(derived)
            .find_map(|variable| self.spoilt(check, variable))
    }
}

/// Looks at the set-up that these sources describe. With an API key the server is also called as a client would, which
/// it notes as a use of the key.
pub async fn examine(sources: &Sources, clock: &Clock, key: Option<&SecretString>) -> Report {
    let salvage = Config::salvage(sources);
    let mut findings = settings::examine(&salvage, sources);
    let Some(config) = &salvage.config else {
        let why = "nothing can be made of the configuration";
        let rest = CHECKS
            .iter()
            .filter(|check| !findings.iter().any(|known| known.check == **check));
        let unchecked: Vec<Finding> = rest.map(|check| Finding::unchecked(check, why)).collect();
        findings.extend(unchecked);
        return Report::new(None, findings);
    };
    let wire = Wire::new(clock);
    let case = Case {
        salvage: &salvage,
        config,
        wire: &wire,
        key,
    };
    findings.extend(redirect::examine(&case));
    let (stored, (discovered, served), (reached, dated)) = tokio::join!(
        Box::pin(database::examine(&case)),
        Box::pin(discovery::examine(&case)),
        Box::pin(spotify::examine(&case)),
    );
    findings.extend(stored);
    findings.extend(discovered);
    findings.extend(reached);
    findings.push(clock::examine(dated.or(served)));
    let transport = if case.is_stdio() { "stdio" } else { "http" };
    Report::new(Some(transport), findings)
}
