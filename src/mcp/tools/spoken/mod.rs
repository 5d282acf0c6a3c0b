//! Spoken word: episodes of podcasts and chapters of audiobooks.

use super::Spec;

/// The tools of this family, in the order in which clients see them.
pub(super) static TOOLS: [Spec; 0] = [];
