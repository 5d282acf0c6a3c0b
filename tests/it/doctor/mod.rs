//! `auxcord doctor`, the real program beside real servers: every planted fault is named with its remedy, nothing is
//! changed by looking, and no secret is told.

mod addresses;
mod alone;
mod clock;
mod databases;
mod green;
mod served;
mod settings;
mod shape;
mod spotify;

use serde_json::Value;

use crate::harness::{Program, TestApp, program::Ended};

/// What the program found.
#[derive(Debug)]
pub(super) struct Examined {
    code: Option<i32>,
    report: Value,
}

/// The program with the settings of `app`, as its operator would run it.
fn beside(app: &TestApp) -> Program {
    at(Program::beside(app), &app.origin)
}

/// The program for a server whose public origin is `origin`, which ends with the port that it listens on.
fn at(program: Program, origin: &str) -> Program {
    let port = origin.rsplit(':').next().unwrap();
    program.with("BASE_URL", origin).with("PORT", port)
}

/// Asks `program` for everything that it finds.
async fn examine(program: &Program) -> Examined {
    read(&program.run(&["doctor", "--json"]).await)
}

fn read(ended: &Ended) -> Examined {
    Examined {
        code: ended.code,
        report: serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}")),
    }
}

impl Examined {
    /// The findings of a check: state, what, remedy.
    fn of(&self, check: &str) -> Vec<(&str, &str, &str)> {
        let all = self.report["findings"].as_array().unwrap();
        all.iter()
            .filter(|finding| finding["check"] == check)
            .map(|finding| {
                (
                    finding["state"].as_str().unwrap(),
                    finding["what"].as_str().unwrap(),
                    finding["remedy"].as_str().unwrap_or_default(),
                )
            })
            .collect()
    }

    /// The check has a finding of that state with these words, and its remedy has those.
    fn tells(&self, check: &str, state: &str, what: &[&str], remedy: &[&str]) {
        let found = self.of(check);
        let fits = found.iter().any(|(its, told, hint)| {
            *its == state
                && what.iter().all(|word| told.contains(word))
                && remedy.iter().all(|word| hint.contains(word))
        });
        assert!(fits, "no {state} {what:?} {remedy:?} among {found:#?}");
    }

    /// The same, and it is what the exit code says.
    fn faults(&self, check: &str, what: &[&str], remedy: &[&str]) {
        self.tells(check, "fault", what, remedy);
        assert_eq!(self.code, Some(1), "{self:#?}");
        assert_eq!(self.report["verdict"], "faults");
    }

    /// The check is in order.
    fn is_fine(&self, check: &str) {
        let found = self.of(check);
        let fine = !found.is_empty() && found.iter().all(|(state, ..)| *state == "ok");
        assert!(fine, "{check}: {found:#?}");
    }

    /// Nobody could tell, and this is why.
    fn leaves(&self, check: &str, why: &str) {
        self.tells(check, "not_checked", &[why], &[]);
    }

    /// The checks that have a finding of that state.
    fn with_state(&self, state: &str) -> Vec<&str> {
        let all = self.report["findings"].as_array().unwrap();
        all.iter()
            .filter(|finding| finding["state"] == state)
            .map(|finding| finding["check"].as_str().unwrap())
            .collect()
    }
}
