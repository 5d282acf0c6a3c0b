//! The configuration: layers, faults and defaults. Every test passes an environment of its own as a value.

#![expect(
    clippy::unwrap_used,
    reason = "what a test sets up itself is there, or the test should fail"
)]

mod addresses;
mod files;
mod layers;
mod oauth;
mod prod;
mod tls;
mod values;

use auxcord::config::{Config, Fault, Faults, Sources};

/// A keyring entry as `keyring generate` would print it.
const KEYRING: &str = "2026-11:g65tTB_YpHWUHyFOWQhtHJZI22tNrBu9gS4PY8asy1I";

fn load(pairs: &[(&str, &str)]) -> Result<Config, Faults> {
    Config::load(&Sources::from_pairs(pairs.iter().copied()))
}

fn accepted(pairs: &[(&str, &str)]) -> Config {
    load(pairs).unwrap_or_else(|faults| panic!("refused: {faults}"))
}

/// The one fault of a configuration.
fn refused(pairs: &[(&str, &str)]) -> Fault {
    let faults = load(pairs).expect_err("it should be refused");
    let [fault] = faults.all() else {
        panic!("not one fault:\n{faults}");
    };
    fault.clone()
}
