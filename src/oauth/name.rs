//! Names that clients give themselves: text from strangers, shown to people.

/// The longest name, in characters.
const LONGEST: usize = 80;

/// `text` as it may be shown: one line, without characters that are invisible or turn the direction of what follows,
/// at most 80 characters. Nothing when nothing is left.
pub fn cleaned(text: &str) -> Option<String> {
    let mut name = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let mut seen = word.chars().filter(|c| !is_unseen(*c)).peekable();
        if seen.peek().is_some() && !name.is_empty() {
            name.push(' ');
        }
        name.extend(seen);
    }
    let short: String = name.chars().take(LONGEST).collect();
    let short = short.trim_end();
    (!short.is_empty()).then(|| short.to_owned())
}

/// Characters without a shape of their own: direction marks, zero-width ones, fillers, tags, unassigned noncharacters.
fn is_unseen(c: char) -> bool {
    matches!(
        u32::from(c),
        0x00ad
            | 0x034f
            | 0x061c
            | 0x115f..=0x1160
            | 0x17b4..=0x17b5
            | 0x180b..=0x180f
            | 0x200b..=0x200f
            | 0x2028..=0x202e
            | 0x2060..=0x206f
            | 0x2800
            | 0x3164
            | 0xe000..=0xf8ff
            | 0xfe00..=0xfe0f
            | 0xfeff
            | 0xffa0
            | 0xfff0..=0xffff
            | 0x1bca0..=0x1bca3
            | 0x1d173..=0x1d17a
            | 0xe0000..
    )
}
