//! Stories of the player tools: what is heard where, with a phone, without one, and without Premium.
