//! auxcord: many people, one server, each with their own Spotify for their own AI assistant.
//!
//! One request goes one way, and a lower room never names an upper one:
//!
//! ```text
//!   edge          who is it?       what do they want?    their Spotify link     the wire
//!   http    --->  auth       --->  mcp (or web)    --->  link, quota     --->   spotify
//!                   |                                      |
//!                   +------------> store, crypto <---------+
//! ```
//!
//! `page` is the look of what browsers see, whichever room shows it. `app` joins the rooms and `router` shows
//! every route; only these two (and `cli` above them) see more than their neighbours. `sandbox` is an island: a
//! simulated Spotify that shares nothing with the client.

pub mod clock;
pub mod config;
pub mod telemetry;

pub mod app;
pub mod router;

pub mod auth;
pub mod http;
pub mod import;
pub mod link;
pub mod local;
pub mod mcp;
pub mod oauth;
pub mod page;
pub mod quota;
pub mod spotify;
pub mod sse;
pub mod web;

pub mod crypto;
pub mod fetch;
pub mod store;

pub mod sandbox;

pub mod cli;
