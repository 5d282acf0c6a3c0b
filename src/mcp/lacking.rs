//! What a person goes without because they did not permit it at Spotify, and how they get it. Costs no Spotify call.

use std::fmt::Write;

use super::reconnect::Reconnect;

/// Tools that are not offered for want of a permission.
#[derive(Debug, Default)]
pub(crate) struct Lacking {
    /// The tools, in the order of the table.
    pub(crate) tools: Vec<&'static str>,
    /// The Spotify permissions that they need.
    pub(crate) permissions: Vec<&'static str>,
}

impl Lacking {
    /// One sentence for a model, empty where nothing is missing.
    pub(crate) fn in_words(&self, reconnect: Reconnect<'_>) -> String {
        let mut words = String::new();
        if !self.tools.is_empty() {
            let (tools, permissions) = (self.tools.join(", "), self.permissions.join(", "));
            let _ = write!(
                words,
                "Not offered, because it was not permitted at Spotify ({permissions}): {tools}. To get them, {} and \
                 agree to everything there.",
                reconnect.again_inside()
            );
        }
        words
    }
}
