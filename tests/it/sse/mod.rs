//! HTTP+SSE, for clients that know no other transport: what goes over the stream, who may use it, and how it ends.

mod doors;
mod endings;
mod isolation;
mod narrow;
mod places;
mod refused;
mod speaking;
mod stage;
mod unread;
