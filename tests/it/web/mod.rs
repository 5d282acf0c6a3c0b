//! The web room's stories: from the first page to the keys, every way in which that ends otherwise, and leaving.
//!
//! The accounts service is a small one of our own, which fails in the ways that a story asks for.

mod account;
mod beginning;
mod coming_back;
mod endings;
mod pages;
mod people;
pub mod spotify;
pub mod stage;
pub mod visitor;
mod whole;
