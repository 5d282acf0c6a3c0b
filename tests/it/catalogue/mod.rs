//! Stories of finding and looking at music on a whole server with the simulated Spotify.

mod album;
mod items;
mod releases;
mod resolving;
mod searching;
mod stage;
mod titles;
