//! ONE PERSON, ONE MACHINE: connecting an account without a server. The data folder with its secret, logins that
//! begin in this process, the loopback listener that takes the browser back, and addresses that people paste.
//!
//! Several processes share a folder and a database. A login belongs to the machine: whichever process gets the
//! browser back ends it, and the others find the account there. Knows no protocol and no tool.

mod browser;
mod desk;
mod fault;
mod folder;
mod listener;
mod page;
mod pipes;

pub use browser::Browser;
pub use desk::{Begun, Desk, DeskParts, Finished, Linked};
pub use fault::{Fault, Told};
pub use folder::{FolderFault, machine_secret, prepare};
pub use pipes::{Pipes, standard, typed};
