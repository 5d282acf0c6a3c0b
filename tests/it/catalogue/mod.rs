//! Stories of the catalogue tools: exact recordings, details, albums, releases.
