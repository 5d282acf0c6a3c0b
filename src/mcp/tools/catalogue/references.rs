//! Lists of references of mixed kinds: what can be used, and why the rest cannot. Parsing only.

use crate::{
    mcp::text::{self, IN_ERROR},
    spotify::id::{IdError, Kind, Reference, SpotifyId},
};

/// An entry that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unusable {
    /// What was given, safe to print.
    pub(crate) item: String,
    /// Why not, to follow "it is".
    pub(crate) reason: String,
}

/// The entries of `given` that name one of `kinds`, in order, and the others with the reason.
pub(crate) fn parse_all(
    given: &[String],
    kinds: &[Kind],
) -> (Vec<(Kind, SpotifyId)>, Vec<Unusable>) {
    let (mut usable, mut unusable) = (Vec::with_capacity(given.len()), Vec::new());
    for item in given {
        match parse(item, kinds) {
            Ok(found) => usable.push(found),
            Err(reason) => unusable.push(Unusable {
                item: text::clean(item, IN_ERROR).into_owned(),
                reason,
            }),
        }
    }
    (usable, unusable)
}

/// What `item` names. A bare id does not say what it is: it is taken for the first of `kinds`.
///
/// # Errors
/// The reason, to follow "it is".
pub(crate) fn parse(item: &str, kinds: &[Kind]) -> Result<(Kind, SpotifyId), String> {
    if item.trim_start().starts_with("spotify:local:") {
        return Err("a local file; Spotify does not have it".to_owned());
    }
    let reference = Reference::parse(item).map_err(|problem| match problem {
        IdError::NotAnId => "not a link, URI or id; find it with `search` first".to_owned(),
        IdError::ForeignAddress => "not an open.spotify.com link".to_owned(),
        IdError::UnknownKind | IdError::WrongKind { .. } => not_one_of(kinds),
    })?;
    match (reference.kind, kinds.first()) {
        (Some(kind), _) if kinds.contains(&kind) => Ok((kind, reference.id)),
        (None, Some(first)) => Ok((*first, reference.id)),
        _ => Err(not_one_of(kinds)),
    }
}

/// `not a track or an episode`
fn not_one_of(kinds: &[Kind]) -> String {
    let mut words = String::from("not ");
    for (at, kind) in kinds.iter().enumerate() {
        let separator = match (at, kinds.len() - at) {
            (0, _) => "",
            (_, 1) => " or ",
            _ => ", ",
        };
        let name = kind.as_str();
        let article = if name.starts_with(['a', 'e']) {
            "an"
        } else {
            "a"
        };
        words.push_str(separator);
        words.push_str(article);
        words.push(' ');
        words.push_str(name);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Kind, parse, parse_all};

    const ID: &str = "4iV5W9uYEdYUVa79Axb7Rh";

    #[test]
    fn every_entry_is_usable_or_told_why_not() {
        let given = [
            format!("spotify:episode:{ID}"),
            ID.to_owned(),
            format!("https://open.spotify.com/user/{ID}"),
            "spotify:local:a:b:c:1".to_owned(),
            "https://evil.example/track/1".to_owned(),
            "Some \u{202e}Song".to_owned(),
        ];
        let (usable, unusable) = parse_all(&given, &[Kind::Track, Kind::Episode]);
        let kinds: Vec<_> = usable.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [Kind::Episode, Kind::Track]);
        let reasons: Vec<_> = unusable.iter().map(|one| one.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "not a track or an episode",
                "a local file; Spotify does not have it",
                "not an open.spotify.com link",
                "not a link, URI or id; find it with `search` first",
            ]
        );
        assert_eq!(unusable[3].item, "Some Song");
    }

    #[test]
    fn many_kinds_are_listed() {
        let kinds = [Kind::Track, Kind::Album, Kind::Artist];
        let said = parse(&format!("spotify:show:{ID}"), &kinds);
        assert_eq!(said, Err("not a track, an album or an artist".to_owned()));
    }
}
