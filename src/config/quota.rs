//! `[quota]`: how many of Spotify's calls the operator allows a day, for each group of endpoints. What the groups are
//! is written in `config.default.toml`.

use super::reader::Reader;

/// The highest limit that can be written.
const HIGHEST: u64 = 10_000_000;

/// How many calls of Spotify are made in a day at most, everybody together; `None` is no limit of ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// `QUOTA_SEARCH`
    pub search: Option<u32>,
    /// `QUOTA_PROFILE`
    pub profile: Option<u32>,
    /// `QUOTA_PLAYLISTS`
    pub playlists: Option<u32>,
    /// `QUOTA_LIBRARY`
    pub library: Option<u32>,
    /// `QUOTA_CATALOGUE`
    pub catalogue: Option<u32>,
    /// `QUOTA_SPOKEN`
    pub spoken: Option<u32>,
    /// `QUOTA_PLAYER`
    pub player: Option<u32>,
}

impl Quota {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let mut a_day = |key| reader.small(key, 1..=HIGHEST);
        Self {
            search: a_day("quota.search"),
            profile: a_day("quota.profile"),
            playlists: a_day("quota.playlists"),
            library: a_day("quota.library"),
            catalogue: a_day("quota.catalogue"),
            spoken: a_day("quota.spoken"),
            player: a_day("quota.player"),
        }
    }
}
