//! Stories of the player tools: what is heard where, with a phone, without one, and without Premium.

mod bad_arguments;
mod controlling;
mod devices;
mod moving;
mod order;
mod playing;
mod queueing;
mod stage;
mod trouble;
mod watching;
