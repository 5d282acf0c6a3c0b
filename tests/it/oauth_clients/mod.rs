//! Who an OAuth client is: registered, made by an operator, or known by the document at its address.

mod addresses;
mod cimd;
mod documents;
mod fetching;
mod operators;
mod page;
mod redirects;
mod registering;
pub mod site;
mod unused;
