//! The pages under `docs/` say only what is true of the program: whatever stands in backticks in their columns *auxcord*
//! exists, and nothing that an earlier server had is left out.

mod coming_from;
mod page;
