//! WHAT the caller wants: the Model Context Protocol endpoint, its tools, prompts and resources.
//!
//! A request runs `plain` (HTTP) -> `server` (protocol) -> `call` (find, check, log) -> `tools` -> `upstream`
//! (the caller's token) and comes back as an `answer` or as the advice of a `fault`. The room takes the caller from
//! the request and keeps nothing of theirs.

mod advice;
mod aliases;
mod answer;
mod arguments;
mod ask;
mod call;
mod completions;
mod connecting;
mod fault;
mod handler;
mod lacking;
pub mod message;
pub mod picture;
mod plain;
mod premium;
#[doc(hidden)]
pub mod probe;
mod prompts;
mod reconnect;
mod registry;
mod replies;
mod resources;
mod schema;
mod server;
mod standing;
mod stdio;
mod strict;
mod text;
mod tools;
mod turns;
mod upstream;
mod view;
mod visit;

pub use ask::StateKey;
pub use connecting::{Begun, Connect, Finished, Linked, Refused};
pub use handler::Handler;
pub use plain::{Endpoint, Needs, REFUSED, refusal};
pub use registry::{Offer, ToolInfo, offered, resolve, tool_named};
pub use server::{Deps, Settings, service, survive};
pub use stdio::{Ends, Identify, Unidentified, serve as serve_lines};
