//! Stories of the playlist tools on whole accounts: adding, removing, moving, replacing, covers, deleting.
