//! How much one source may ask for, and which source a request counts for.

mod served;
mod shared;
mod source;
