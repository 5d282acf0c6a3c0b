//! What can be made of a configuration that has faults, for a look at a set-up that goes on after each of them.
//! Nothing is started with it.

use std::collections::BTreeSet;

use super::{
    Config,
    faults::Faults,
    layers::Layers,
    notes::{About, NO_APP, Note},
    reader::Reader,
    sources::Sources,
    table,
};

/// How often settings are left out before nothing is made of the rest.
const PASSES: usize = 4;

/// A configuration as far as it can be used.
#[derive(Debug)]
pub struct Salvage {
    /// The settings, with its default in the place of one whose value cannot be read at all.
    pub config: Option<Config>,
    /// Every fault.
    pub faults: Faults,
    /// What is worth knowing and stops nothing.
    pub notes: Vec<Note>,
    spoilt: BTreeSet<&'static str>,
}

impl Config {
    /// Lays the sources over each other like [`Config::load`], and goes on where that gives up.
    pub fn salvage(sources: &Sources) -> Salvage {
        let mut reader = Reader {
            layers: Layers::lay(sources),
        };
        let mut config = Self::read(&mut reader, sources);
        let Layers {
            faults,
            notes,
            foreign,
            mut spoilt,
            ..
        } = reader.layers;
        let notes = sort(notes, &foreign);
        for _ in 0..PASSES {
            if config.is_some() {
                break;
            }
            let mut layers = Layers::lay(sources);
            layers.leave_out(&spoilt);
            let mut reader = Reader { layers };
            config = Self::read(&mut reader, sources);
            spoilt.extend(&reader.layers.spoilt);
        }
        Salvage {
            config,
            faults,
            notes,
            spoilt,
        }
    }
}

/// Each sentence with what it is about.
fn sort(notes: Vec<String>, foreign: &[Note]) -> Vec<Note> {
    let about = |text: &str| {
        let known = foreign.iter().find(|note| note.text == text);
        match known {
            Some(note) => note.about.clone(),
            None if text == NO_APP => About::NoApp,
            None => About::Other,
        }
    };
    notes
        .into_iter()
        .map(|text| Note {
            about: about(&text),
            text,
        })
        .collect()
}

impl Salvage {
    /// Whether the value that a person gave for the variable has a fault.
    pub fn is_spoilt(&self, variable: &str) -> bool {
        table::SETTINGS
            .iter()
            .any(|setting| setting.variable == variable && self.spoilt.contains(setting.key))
    }
}
