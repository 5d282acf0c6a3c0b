//! Spotify ids: 22 base62 characters that name one thing, as 128 bits that can be taken apart again.
//!
//! An id says what kind of thing it is, whose it is and which one, so that no table of ids is needed however many
//! people there are. It knows nothing of the things themselves.

/// What an id can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Artist = 1,
    Album,
    Track,
    Show,
    Episode,
    Audiobook,
    Chapter,
    Playlist,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Artist,
        Self::Album,
        Self::Track,
        Self::Show,
        Self::Episode,
        Self::Audiobook,
        Self::Chapter,
        Self::Playlist,
    ];

    /// The word in URIs, addresses and the `type` field.
    ///
    /// A chapter's URI and `type` say `episode`, as in Spotify's description.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Artist => "artist",
            Self::Album => "album",
            Self::Track => "track",
            Self::Show => "show",
            Self::Episode | Self::Chapter => "episode",
            Self::Audiobook => "audiobook",
            Self::Playlist => "playlist",
        }
    }

    /// The path segment under `/v1`.
    pub(crate) fn segment(self) -> &'static str {
        match self {
            Self::Artist => "artists",
            Self::Album => "albums",
            Self::Track => "tracks",
            Self::Show => "shows",
            Self::Episode => "episodes",
            Self::Audiobook => "audiobooks",
            Self::Chapter => "chapters",
            Self::Playlist => "playlists",
        }
    }
}

/// Which one of its kind: whose collection it is in (0 is everybody's catalogue) and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) owner: u32,
    pub(crate) n: u32,
}

impl Key {
    /// Number `n` of the public catalogue.
    pub(crate) fn common(n: u32) -> Self {
        Self { owner: 0, n }
    }
}

/// The id of a thing.
pub(crate) fn encode(kind: Kind, key: Key) -> String {
    let plain =
        (MAGIC << 72) | (kind as u128) << 64 | u128::from(key.owner) << 32 | u128::from(key.n);
    let mut rest = scramble(plain);
    let mut id = [b'0'; LENGTH];
    for digit in id.iter_mut().rev() {
        *digit = DIGITS[usize::try_from(rest % 62).unwrap_or(0)];
        rest /= 62;
    }
    id.iter().map(|digit| char::from(*digit)).collect()
}

/// What an id names, if it is one of ours.
pub(crate) fn decode(id: &str) -> Option<(Kind, Key)> {
    if !well_formed(id) {
        return None;
    }
    let mut number: u128 = 0;
    for byte in id.bytes() {
        let digit = DIGITS.iter().position(|digit| *digit == byte)?;
        number = number.checked_mul(62)?.checked_add(digit as u128)?;
    }
    let plain = unscramble(number);
    if plain >> 72 != MAGIC {
        return None;
    }
    let kind = (plain >> 64) & 0xff;
    let kind = Kind::ALL.into_iter().find(|one| *one as u128 == kind)?;
    let owner = u32::try_from((plain >> 32) & 0xffff_ffff).ok()?;
    let n = u32::try_from(plain & 0xffff_ffff).ok()?;
    Some((kind, Key { owner, n }))
}

/// The key behind an id of that kind.
pub(crate) fn decode_as(kind: Kind, id: &str) -> Option<Key> {
    decode(id)
        .filter(|(found, _)| *found == kind)
        .map(|(_, key)| key)
}

/// Whether Spotify would take it for an id at all: 22 base62 characters.
pub(crate) fn well_formed(id: &str) -> bool {
    id.len() == LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

const LENGTH: usize = 22;
const DIGITS: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Fifty-six bits that an id of somebody else's making will not carry by chance.
const MAGIC: u128 = 0x00a5_10c0_5b0c_5eed & 0x00ff_ffff_ffff_ffff;
const FIRST: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
const SECOND: u128 = 0xd1b5_4a32_d192_ed03_aef1_7502_b3df_5a1d;

/// A permutation of the 128-bit numbers, so that neighbours do not look alike.
fn scramble(plain: u128) -> u128 {
    let mixed = plain.wrapping_mul(FIRST);
    (mixed ^ (mixed >> 64)).wrapping_mul(SECOND)
}

fn unscramble(id: u128) -> u128 {
    let mixed = id.wrapping_mul(inverse(SECOND));
    (mixed ^ (mixed >> 64)).wrapping_mul(inverse(FIRST))
}

/// The inverse of an odd number modulo 2^128; each round of Newton's method doubles the correct bits.
const fn inverse(odd: u128) -> u128 {
    let mut guess = odd;
    let mut round = 0;
    while round < 7 {
        guess = guess.wrapping_mul(2_u128.wrapping_sub(odd.wrapping_mul(guess)));
        round += 1;
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::{Key, Kind, decode, encode, well_formed};

    #[test]
    fn an_id_comes_apart_into_what_made_it() {
        for (kind, owner, n) in [
            (Kind::Track, 0, 0),
            (Kind::Playlist, 1_008, 7),
            (Kind::Chapter, u32::MAX, u32::MAX),
        ] {
            let key = Key { owner, n };
            let id = encode(kind, key);
            assert!(well_formed(&id), "{id}");
            assert_eq!(decode(&id), Some((kind, key)), "{id}");
        }
    }

    #[test]
    fn a_stranger_s_id_names_nothing() {
        for id in [
            "4iV5W9uYEdYUVa79Axb7Rh",
            "zzzzzzzzzzzzzzzzzzzzzz",
            "ZZZZZZZZZZZZZZZZZZZZZZ",
            "short",
        ] {
            assert_eq!(decode(id), None, "{id}");
        }
    }
}
