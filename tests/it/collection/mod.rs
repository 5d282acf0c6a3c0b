//! Stories of the person's own collection: library, follows, top items, spoken word, resources and completions.

mod aliases;
mod checking;
mod completions;
mod listing;
mod removing;
mod resources;
mod saving;
mod spoken;
mod stage;
mod top;
