//! One person on one machine: sessions over standard input and output, in real processes.

mod endings;
mod folder;
mod linking;
mod malformed;
mod processes;
mod session;
mod stage;
mod terminal;
mod visiting;
