//! Stories of the person's own collection: library, follows, top items, spoken word, resources and completions.
