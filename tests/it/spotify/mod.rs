//! The Spotify client against upstreams that a test writes: what it sends, what it takes, what it makes of failure.

mod accounts;
mod catalogue;
mod faults;
mod ids;
mod model;
mod requests;
mod retries;
mod secrets;
mod upstream;

pub(crate) use upstream::{Answer, Upstream};
