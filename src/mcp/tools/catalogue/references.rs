//! References of mixed kinds: what can be used, and why the rest cannot. Parsing only.

use crate::spotify::id::{IdError, Kind, Reference, SpotifyId};

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
    use super::{Kind, parse};

    const ID: &str = "4iV5W9uYEdYUVa79Axb7Rh";

    #[test]
    fn an_entry_is_usable_or_told_why_not() {
        let kinds = [Kind::Track, Kind::Episode];
        let kind = |item: &str| parse(item, &kinds).map(|(kind, _)| kind);
        assert_eq!(kind(&format!("spotify:episode:{ID}")), Ok(Kind::Episode));
        assert_eq!(kind(ID), Ok(Kind::Track), "a bare id is the first kind's");
        for (item, reason) in [
            (
                format!("https://open.spotify.com/user/{ID}"),
                "not a track or an episode",
            ),
            (
                "spotify:local:a:b:c:1".to_owned(),
                "a local file; Spotify does not have it",
            ),
            (
                "https://evil.example/track/1".to_owned(),
                "not an open.spotify.com link",
            ),
            (
                "Some Song".to_owned(),
                "not a link, URI or id; find it with `search` first",
            ),
        ] {
            assert_eq!(kind(&item), Err(reason.to_owned()), "{item}");
        }
    }

    #[test]
    fn many_kinds_are_listed() {
        let kinds = [Kind::Track, Kind::Album, Kind::Artist];
        let said = parse(&format!("spotify:show:{ID}"), &kinds);
        assert_eq!(said, Err("not a track, an album or an artist".to_owned()));
    }
}
