//! Spotify's search language: words and `field:value` filters. It knows nothing of what is searched.

use super::fold::words;

/// A query taken apart. The values are folded words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) words: Vec<String>,
    pub(crate) artist: Vec<String>,
    pub(crate) album: Vec<String>,
    pub(crate) track: Vec<String>,
    pub(crate) genre: Vec<String>,
    pub(crate) isrc: Option<String>,
    pub(crate) upc: Option<String>,
    /// First and last year.
    pub(crate) year: Option<(u16, u16)>,
    /// `tag:new`: released in the last two weeks.
    pub(crate) new: bool,
    /// `tag:hipster`: among the least played tenth.
    pub(crate) hipster: bool,
}

impl Query {
    /// Takes `q` apart. A value reaches to the next filter, or to the closing quote.
    pub(crate) fn parse(q: &str) -> Self {
        let mut query = Self::default();
        let mut rest = q;
        let mut field = "";
        while !rest.is_empty() {
            let (value, next, after) = split_at_filter(rest);
            query.take(field, value);
            if next.is_empty() {
                break;
            }
            field = next;
            rest = after;
            if let Some(quoted) = after.strip_prefix('"') {
                let (value, after) = quoted.split_once('"').unwrap_or((quoted, ""));
                query.take(field, value);
                field = "";
                rest = after;
            }
        }
        query
    }

    /// Whether there is no filter, only words.
    pub(crate) fn is_plain(&self) -> bool {
        let words_only = Self {
            words: self.words.clone(),
            ..Self::default()
        };
        *self == words_only
    }

    fn take(&mut self, field: &str, value: &str) {
        let folded = words(value);
        match field {
            "artist" => self.artist.extend(folded),
            "album" => self.album.extend(folded),
            "track" => self.track.extend(folded),
            "genre" => self.genre.extend(folded),
            "isrc" => self.isrc = Some(code(value)),
            "upc" => self.upc = Some(code(value)),
            "year" => {
                let value = value.trim();
                let (from, to) = value.split_once('-').unwrap_or((value, value));
                let year = |text: &str| text.trim().parse().unwrap_or(0);
                self.year = Some((year(from), year(to)));
            }
            "tag" => {
                self.new |= folded.iter().any(|word| word == "new");
                self.hipster |= folded.iter().any(|word| word == "hipster");
            }
            _ => self.words.extend(folded),
        }
    }
}

const FIELDS: [&str; 8] = [
    "artist", "album", "track", "genre", "isrc", "upc", "year", "tag",
];

/// What comes before the next filter, the filter's name and what comes after its colon.
fn split_at_filter(text: &str) -> (&str, &str, &str) {
    for (colon, _) in text.match_indices(':') {
        let before = &text[..colon];
        let start = before
            .rfind(|c: char| !c.is_ascii_alphabetic())
            .map_or(0, |at| {
                at + before[at..].chars().next().map_or(1, char::len_utf8)
            });
        let name = &before[start..];
        if let Some(field) = FIELDS.iter().find(|field| field.eq_ignore_ascii_case(name)) {
            return (&text[..start], field, text[colon + 1..].trim_start());
        }
    }
    (text, "", "")
}

fn code(value: &str) -> String {
    value
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn a_value_reaches_to_the_next_filter() {
        let query = Query::parse("remaster track:Doxy Way artist:Miles Davis year:1955-1960");
        assert_eq!(query.words, ["remaster"]);
        assert_eq!(query.track, ["doxy", "way"]);
        assert_eq!(query.artist, ["miles", "davis"]);
        assert_eq!(query.year, Some((1955, 1960)));
    }

    #[test]
    fn quotes_end_a_value() {
        let query = Query::parse(r#"artist:"Søren Öztürk" live"#);
        assert_eq!(query.artist, ["soren", "ozturk"]);
        assert_eq!(query.words, ["live"]);
        assert!(!query.is_plain());
    }

    #[test]
    fn a_colon_that_is_no_filter_is_only_a_word() {
        let query = Query::parse("focus: slow é:x");
        assert_eq!(query.words, ["focus", "slow", "e", "x"]);
        assert!(query.is_plain());
    }
}
