//! References as people paste them.

use auxcord::spotify::id::{IdError, Kind, Reference, SpotifyId};
use proptest::{prelude::*, sample::select};

const ID: &str = "4iV5W9uYEdYUVa79Axb7Rh";

fn parse(text: &str) -> Result<Reference, IdError> {
    Reference::parse(text)
}

#[test]
fn every_way_to_write_a_track_is_the_same_track() {
    let id = SpotifyId::parse(ID).unwrap();
    for text in [
        format!("spotify:track:{ID}"),
        format!("  https://open.spotify.com/track/{ID}\n"),
        format!("https://open.spotify.com/track/{ID}/"),
        format!("https://open.spotify.com/track/{ID}?si=abc&utm_source=x"),
        format!("https://open.spotify.com/track/{ID}#0:30"),
        format!("https://open.spotify.com/intl-de/track/{ID}?si=abc"),
        format!("https://open.spotify.com/intl-pt-br/track/{ID}"),
    ] {
        let reference = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(reference.kind, Some(Kind::Track), "{text}");
        assert_eq!(reference.id, id, "{text}");
    }
    let bare = parse(ID).unwrap();
    assert_eq!((bare.kind, bare.id), (None, id));
}

#[test]
fn the_old_form_of_playlists_names_the_playlist() {
    for text in [
        format!("spotify:user:somebody:playlist:{ID}"),
        format!("https://open.spotify.com/user/somebody/playlist/{ID}"),
    ] {
        let id = parse(&text).unwrap().expect(Kind::Playlist).unwrap();
        assert_eq!(id.as_str(), ID);
    }
}

#[test]
fn account_names_are_ids_only_where_a_person_is_meant() {
    let reference = parse("spotify:user:old.name_1-x").unwrap();
    assert_eq!(reference.kind, Some(Kind::User));
    assert!(reference.expect(Kind::Playlist).is_err());
    for text in [
        "spotify:user:..",
        "spotify:user:",
        "spotify:user:a/b",
        "spotify:track:name",
    ] {
        assert_eq!(parse(text), Err(IdError::NotAnId), "{text}");
    }
}

#[test]
fn addresses_elsewhere_are_refused() {
    for text in [
        format!("https://evil.example/track/{ID}"),
        format!("https://open.spotify.com.evil.example/track/{ID}"),
        format!("https://open.spotify.com@evil.example/track/{ID}"),
        format!("https://user:pass@open.spotify.com/track/{ID}"),
        format!("https://open.spotify.com:444/track/{ID}"),
        format!("http://open.spotify.com/track/{ID}"),
        format!("file:///track/{ID}"),
        format!("//open.spotify.com/track/{ID}"),
        format!("https://api.spotify.com/v1/tracks/{ID}"),
    ] {
        assert_eq!(parse(&text), Err(IdError::ForeignAddress), "{text}");
    }
}

#[test]
fn what_is_no_reference_is_refused() {
    for text in [
        String::new(),
        "..".to_owned(),
        "../me".to_owned(),
        "../../v1/me/tracks/xxx".to_owned(),
        format!("{ID}/../me"),
        ID[1..].to_owned(),
        format!("{ID}x"),
        format!("{}é", &ID[2..]),
        format!("{}%2f", &ID[3..]),
        format!("spotify:track:{ID}:more"),
        format!("spotify:{ID}"),
        "spotify:track:../../../../../../etc".to_owned(),
        format!("https://open.spotify.com/x/../track/{ID}"),
        format!("https://open.spotify.com//track/{ID}"),
        format!("https://open.spotify.com/intl-/track/{ID}"),
        "https://open.spotify.com/".to_owned(),
        "spotify:local:Artist:Album:Title:200".to_owned(),
    ] {
        assert!(
            matches!(parse(&text), Err(IdError::NotAnId)),
            "{text}: {:?}",
            parse(&text)
        );
    }
    for text in [
        format!("spotify:station:{ID}"),
        format!("https://open.spotify.com/genre/{ID}"),
        format!("https://open.spotify.com/TRACK/{ID}"),
    ] {
        assert_eq!(parse(&text), Err(IdError::UnknownKind), "{text}");
    }
}

#[test]
fn a_wrong_kind_says_both_kinds() {
    let refused = parse(&format!("spotify:album:{ID}"))
        .unwrap()
        .expect(Kind::Playlist);
    let error = refused.unwrap_err();
    assert_eq!(error.to_string(), "of kind album, not playlist");
    assert!(parse(ID).unwrap().expect(Kind::Playlist).is_ok());
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(id in "[0-9A-Za-z]{22}", kind in select(Kind::ALL.to_vec())) {
        let id = SpotifyId::parse(&id).unwrap();
        let reference = Reference { kind: Some(kind), id: id.clone() };
        prop_assert_eq!(Reference::parse(&id.uri(kind)), Ok(reference.clone()));
        prop_assert_eq!(Reference::parse(&id.url(kind)), Ok(reference));
    }

    #[test]
    fn whatever_is_accepted_is_one_harmless_segment(text in any::<String>()) {
        assert_harmless(&text);
    }

    #[test]
    fn near_misses_are_harmless_too(
        start in select(vec!["", "spotify:", "spotify:track:", "spotify:user:", "https://open.spotify.com/",
            "https://open.spotify.com/track/", "https://open.spotify.com/intl-de/user/"]),
        rest in "[0-9A-Za-z./:%?#@_-]{0,40}",
    ) {
        assert_harmless(&format!("{start}{rest}"));
    }
}

fn assert_harmless(text: &str) {
    if let Ok(reference) = Reference::parse(text) {
        let id = reference.id.as_str();
        assert!(!id.is_empty() && !id.bytes().all(|byte| byte == b'.'));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        assert!(id.bytes().all(plain), "{text} gave {id}");
        if reference.kind != Some(Kind::User) {
            assert_eq!(id.len(), 22);
            assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
    }
}
