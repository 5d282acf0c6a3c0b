//! The fixtures of the official conformance suite behind auxcord's own doors: everything of the program is the product's (its commands, its
//! credentials, its layers, its endpoint) but the handler that answers. Run by `scripts/conformance` as
//! `conformance_fixture serve --sandbox`; never part of a release.

mod asking;
mod contents;
mod handler;
mod tools;

use std::{process::ExitCode, sync::Arc};

use auxcord::mcp::{Deps, Endpoint};

fn main() -> ExitCode {
    auxcord::cli::main_with(endpoint)
}

/// No operation of a fixture needs a scope.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands in the place of the product's, which keeps what it is given"
)]
fn endpoint(deps: Deps) -> Endpoint {
    Endpoint::new(
        handler::Fixture::new(),
        &deps.settings,
        Arc::new(|_, _, _| None),
    )
}
