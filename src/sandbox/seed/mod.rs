//! Everything that the simulated world begins with, the same for the same seed: the catalogue, the people and
//! what each of them has. It knows the world's data and nothing of HTTP.

mod catalogue;
mod lives;
mod own;
mod people;
mod spoken;
mod variety;
mod words;

pub(crate) use catalogue::{Catalogue, catalogue};
pub(crate) use lives::{PLAYLIST_NAMES, account, commons};
pub(crate) use own::{mix, own};
pub(crate) use people::{HAND_MADE, Life, Person, Plan, people};
