//! Stories of the MCP endpoint, on a stub of Spotify that answers exactly what a story says.

mod arguments;
mod closed;
mod faults;
mod listing;
mod playlists;
mod protocol;
mod reading;
mod search;
mod stage;
mod writing;
