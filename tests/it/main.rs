//! The one integration-test binary: stories told through the doors that users have.
#![expect(
    unreachable_pub,
    reason = "the binary has no outside; `pub` marks what the stories take from the harness"
)]
#![expect(
    clippy::unwrap_used,
    reason = "in a story, what cannot be unwrapped is a failure, and the line says where"
)]

mod account;
mod authorize;
mod budget;
mod catalogue;
mod cli;
mod collection;
mod config;
mod discovery;
mod docs;
mod doctor;
mod edge;
mod evening;
mod harness;
mod import;
mod isolation;
mod keys;
mod killed;
mod layers;
mod limits;
mod link;
mod mcp;
mod oauth_clients;
mod offer;
mod player;
mod playlists;
mod sandbox;
mod secrets;
mod shutdown;
mod spotify;
mod sse;
mod start;
mod stdio;
mod telemetry;
mod tokens;
mod web;
