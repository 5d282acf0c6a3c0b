//! Names without what people write differently: case, accents, punctuation, `&` and `and`. Knows no title and no
//! artist.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// `text` as lower-case words with one space between them. Folding twice changes nothing more, and what consists of
/// nothing but marks is kept as it stands, so that it still equals only itself.
pub(crate) fn fold(text: &str) -> String {
    let letters: Vec<char> = text.nfkd().flat_map(char::to_lowercase).collect();
    let mut folded = String::with_capacity(text.len());
    for (at, letter) in letters.iter().copied().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1).copied();
        take(letter, before, after, &mut folded);
    }
    let folded: String = folded.trim_end().nfc().collect();
    if folded.is_empty() {
        let kept: String = text.nfkc().flat_map(char::to_lowercase).collect();
        return kept.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    folded
}

/// A folded name without a leading article, unless that is all there is.
pub(super) fn without_the(folded: &str) -> &str {
    folded.strip_prefix("the ").unwrap_or(folded)
}

/// A folded name without its spaces.
pub(super) fn squashed(folded: &str) -> String {
    folded.replace(' ', "")
}

fn take(letter: char, before: Option<char>, after: Option<char>, folded: &mut String) {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    match letter {
        // The breve makes another letter of the Cyrillic i, and no accent.
        '\u{306}' if before == Some('и') => {
            folded.pop();
            folded.push('й');
        }
        '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '′' => {}
        '$' if is_letter(before) || is_letter(after) => folded.push('s'),
        '!' if is_letter(before) && is_letter(after) => folded.push('i'),
        '&' | '+' => {
            space(folded);
            folded.push_str("and ");
        }
        'ß' => folded.push_str("ss"),
        'ø' => folded.push('o'),
        'ł' => folded.push('l'),
        'đ' | 'ð' => folded.push('d'),
        'þ' => folded.push_str("th"),
        'æ' => folded.push_str("ae"),
        'œ' => folded.push_str("oe"),
        'ı' => folded.push('i'),
        'ς' => folded.push('σ'),
        _ if is_accent(letter) => {}
        _ if letter.is_alphanumeric() || is_combining_mark(letter) => folded.push(letter),
        _ => space(folded),
    }
}

fn space(folded: &mut String) {
    if !folded.is_empty() && !folded.ends_with(' ') {
        folded.push(' ');
    }
}

/// Accents of Latin, Greek and Cyrillic, and the optional points of Hebrew and Arabic. The marks of other scripts,
/// such as the vowels of Devanagari and the voicing of kana, make other letters and stay.
fn is_accent(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}'
            | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, proptest};

    use super::fold;

    #[test]
    fn what_people_write_differently_is_the_same() {
        for (one, other) in [
            ("Beyoncé", "BEYONCE"),
            ("Sigur Rós", "sigur  ros"),
            ("Don't Stop", "Dont stop"),
            ("Simon & Garfunkel", "Simon and Garfunkel"),
            ("Florence + the Machine", "Florence and The Machine"),
            ("Größe", "GROSSE"),
            ("Ke$ha", "Kesha"),
            ("P!nk", "Pink"),
            ("Ｆｕｌｌ", "full"),
            ("Ήσυχο", "ησυχο"),
            ("Ёлкин", "елкин"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} and {other}");
        }
    }

    #[test]
    fn what_is_different_stays_different() {
        for (one, other) in [
            ("мой", "мои"),
            ("が", "か"),
            ("÷", "×"),
            ("???", "!!!"),
            ("Now Here", "Nowhere"),
            ("1999", "1989"),
        ] {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            let once = fold(&text);
            assert_eq!(fold(&once), once);
        }

        #[test]
        fn case_of_plain_letters_does_not_matter(text in "[a-zA-Z0-9 ,.'&-]{0,40}") {
            assert_eq!(fold(&text.to_uppercase()), fold(&text.to_lowercase()));
        }
    }
}
