//! Stories of Spotify's scarce calls: memory, counts, closed groups, waiting in turn.
