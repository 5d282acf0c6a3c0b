//! Stories of the playlist tools on whole accounts: adding, removing, moving, replacing, covers, deleting.

mod asking;
mod bounds;
mod covering;
mod deleting;
mod failing;
mod removing;
mod reordering;
mod replacing;
mod shapes;
mod stage;
mod transforming;
mod updating;
