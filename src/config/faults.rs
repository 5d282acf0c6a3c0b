//! What is wrong with a configuration, all of it at once. Holds names and remedies, never a secret value.

use std::fmt;

/// One thing that must be changed before the service can start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The environment variable, with the file key or the flag where the value came from there.
    pub name: String,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.name, self.what, self.remedy)
    }
}

/// Every fault of a configuration; displayed one a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// The faults in the order in which they were found.
    pub fn all(&self) -> &[Fault] {
        &self.0
    }

    /// Whether there is nothing to complain about.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the person at the terminal does next, for the `hint:` line.
    pub fn hint(&self) -> String {
        match self.0.as_slice() {
            [one] => one.remedy.clone(),
            many => format!(
                "correct these {} settings; `auxcord config check` tries again, `auxcord config default` explains each",
                many.len()
            ),
        }
    }

    pub(super) fn push(
        &mut self,
        name: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.0.push(Fault {
            name: name.into(),
            what: what.into(),
            remedy: remedy.into(),
        });
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
