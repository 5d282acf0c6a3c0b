//! The Spotify client against upstreams that a test writes: what it sends, what it takes, what it makes of failure.

mod accounts;
mod catalogue;
mod collection;
mod commands;
mod faults;
mod ids;
mod looking;
mod model;
mod requests;
mod retries;
mod rework;
mod secrets;
mod upstream;

pub(crate) use upstream::{Answer, Upstream};
