//! Stories of finding and looking at music on a whole server with the simulated Spotify.

mod adding;
mod album;
mod creating;
mod items;
mod releases;
mod resolving;
mod searching;
mod stage;
mod titles;
