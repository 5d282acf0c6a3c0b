//! Text as the search sees it: without case and accents, cut into words. It knows nothing of what is searched.

use unicode_normalization::UnicodeNormalization;

/// The words of a text, folded: `Größe der Nacht` is `grosse`, `der`, `nacht`. Characters of scripts that are
/// written without spaces are words of their own.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.nfkd().filter(|letter| !is_accent(*letter)) {
        if is_unspaced(letter) {
            flush(&mut word, &mut words);
            words.push(letter.to_string());
        } else if letter.is_alphanumeric() || is_vowel_sign(letter) {
            push_folded(letter, &mut word);
        } else if letter != '\'' && letter != '’' {
            flush(&mut word, &mut words);
        }
    }
    flush(&mut word, &mut words);
    words
}

fn flush(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// Lower case, and the letters that decomposition leaves whole.
fn push_folded(letter: char, word: &mut String) {
    match letter {
        'ß' | 'ẞ' => word.push_str("ss"),
        'ø' | 'Ø' => word.push('o'),
        'ł' | 'Ł' => word.push('l'),
        'đ' | 'Đ' | 'ð' | 'Ð' => word.push('d'),
        'þ' | 'Þ' => word.push_str("th"),
        'æ' | 'Æ' => word.push_str("ae"),
        'œ' | 'Œ' => word.push_str("oe"),
        'ı' => word.push('i'),
        'ς' => word.push('σ'),
        _ => word.extend(letter.to_lowercase()),
    }
}

/// Accents of Latin, Greek and Cyrillic, and the optional points of Hebrew and Arabic.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{93c}')
}

/// Signs that belong inside a word although they are no letters: vowels of Devanagari, marks of kana.
fn is_vowel_sign(letter: char) -> bool {
    matches!(letter, '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{3099}'..='\u{309a}')
}

fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{3098}' | '\u{309b}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn case_and_accents_do_not_matter() {
        for (one, other) in [
            ("Größe", "GROSSE"),
            ("Łódź", "lodz"),
            ("Ёлкин", "елкин"),
            ("Ήσυχο", "ησυχο"),
            ("Don't", "dont"),
        ] {
            assert_eq!(words(one), words(other), "{one} and {other}");
        }
    }

    #[test]
    fn a_script_without_spaces_is_found_by_any_part() {
        assert_eq!(words("夜の列車"), ["夜", "の", "列", "車"]);
    }
}
