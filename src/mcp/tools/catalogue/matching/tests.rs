//! What the matcher promises, by example and for any title.

use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest};

use super::{Near, Verdict, judge};
use crate::{
    mcp::tools::catalogue::wanted::{Version, Wanted},
    spotify::model::{AlbumRef, ArtistRef, Track},
};

fn track(n: usize, name: &str, artists: &[&str]) -> Track {
    let artists = artists.iter().map(|name| ArtistRef {
        id: None,
        name: (*name).to_owned(),
    });
    let mut track = Track {
        uri: Some(format!("spotify:track:{n:022}")),
        name: name.to_owned(),
        artists: artists.collect(),
        duration_ms: Some(200_000 + 20_000 * n as u64),
        ..Track::default()
    };
    track.external_ids.isrc = Some(format!("USABC26{n:05}"));
    track
}

fn on(mut track: Track, album: &str) -> Track {
    track.album = Some(AlbumRef {
        name: album.to_owned(),
        ..AlbumRef::default()
    });
    track
}

fn wanted(title: &str, artist: &str) -> Wanted {
    Wanted {
        title: title.to_owned(),
        artist: artist.to_owned(),
        ..Wanted::default()
    }
}

/// `exact 1`, `probable 2 remaster`, `ambiguous 1 2`, `not_found 3`.
fn say(verdict: &Verdict) -> String {
    let number = |track: &Track| {
        let uri = track.uri.as_deref().unwrap();
        uri.rsplit(':')
            .next()
            .unwrap()
            .trim_start_matches('0')
            .to_owned()
    };
    let list = |tracks: &[Track]| {
        tracks.iter().fold(String::new(), |said, track| {
            format!("{said} {}", number(track))
        })
    };
    match verdict {
        Verdict::Exact(track) => format!("exact {}", number(track)),
        Verdict::Probable(track, near, _) => {
            format!("probable {} {near:?}", number(track)).to_lowercase()
        }
        Verdict::Ambiguous(tracks) => format!("ambiguous{}", list(tracks)),
        Verdict::NotFound(tracks) => format!("not_found{}", list(tracks)),
        Verdict::NotChecked => "not_checked".to_owned(),
    }
}

fn verdict(wanted: &Wanted, hits: &[Track]) -> String {
    say(&judge(wanted, hits))
}

fn of(title: &str, artist: &str, name: &str, artists: &[&str]) -> String {
    verdict(&wanted(title, artist), &[track(1, name, artists)])
}

#[test]
fn the_same_in_another_spelling_is_exact() {
    for (title, artist, name, artists) in [
        (
            "so what",
            "miles davis",
            "So What",
            &["Miles Davis"] as &[&str],
        ),
        ("Jóga", "Bjork", "Joga", &["Björk"]),
        ("Dont Stop Me Now", "Queen", "Don’t Stop Me Now", &["Queen"]),
        (
            "The Boxer",
            "Simon and Garfunkel",
            "The Boxer",
            &["Simon & Garfunkel"],
        ),
        ("Wake Up", "Arcade Fire", "Wake Up", &["Arcade Fire"]),
        ("Help", "Beatles", "Help!", &["The Beatles"]),
        ("Thunderstruck", "ACDC", "Thunderstruck", &["AC/DC"]),
        ("夜の列車", "港 ハル", "夜の列車", &["港 ハル"]),
        (
            "See You Again (feat. Charlie Puth)",
            "Wiz Khalifa",
            "See You Again",
            &["Wiz Khalifa", "Charlie Puth"],
        ),
        (
            "See You Again",
            "Wiz Khalifa feat. Charlie Puth",
            "See You Again (feat. Charlie Puth)",
            &["Wiz Khalifa", "Charlie Puth"],
        ),
        (
            "See You Again ft. Charlie Puth",
            "Wiz Khalifa",
            "See You Again (with Charlie Puth)",
            &["Wiz Khalifa", "Charlie Puth"],
        ),
        (
            "Come Together - Remastered 2009",
            "The Beatles",
            "Come Together (2009 Remaster)",
            &["The Beatles"],
        ),
        (
            "Satisfaction (I Can't Get No)",
            "Rolling Stones",
            "(I Can't Get No) Satisfaction",
            &["The Rolling Stones"],
        ),
        ("???", "Stray Signal", "???", &["Stray Signal"]),
    ] {
        assert_eq!(
            of(title, artist, name, artists),
            "exact 1",
            "{title} for {name}"
        );
    }
}

#[test]
fn another_version_is_never_the_song() {
    for name in [
        "Home - Live",
        "Home (Live at Wembley)",
        "Home - En Vivo en el Teatro",
        "Home - ライブ・アット・港ホール",
        "Home - Club Remix",
        "Home (Karaoke Version)",
        "Home - Acoustic",
        "Home - Radio Edit",
        "Home (Demo)",
        "Home - Sped Up",
        "Home (Instrumental)",
        "Home - Концерт в «Депо»",
        "Home - Something Nobody Knows",
        "Home (Taylor's Version)",
    ] {
        assert_eq!(of("Home", "Wren", name, &["Wren"]), "not_found 1", "{name}");
    }
}

#[test]
fn another_artist_is_never_the_song() {
    for artists in [
        &["Karaoke All Stars"] as &[&str],
        &["Wren Tribute"],
        &["Wrens"],
        &["The Wren Project"],
    ] {
        assert_eq!(
            of("Home", "Wren", "Home", artists),
            "not_found 1",
            "{artists:?}"
        );
    }
}

#[test]
fn another_song_is_never_the_song() {
    for name in ["Home Again", "Homecoming", "Symphony No. 6", "Nowhere"] {
        let title = if name.starts_with("Sym") {
            "Symphony No. 5"
        } else {
            "Home"
        };
        let said = of(title, "Wren", name, &["Wren"]);
        assert!(said.starts_with("not_found"), "{name}: {said}");
    }
}

#[test]
fn what_nearly_agrees_is_probable_and_says_why() {
    for (title, artist, name, artists, expected) in [
        (
            "Home",
            "Wren",
            "Home - 2011 Remaster",
            &["Wren"] as &[&str],
            "probable 1 remaster",
        ),
        (
            "Home",
            "Wren",
            "Home - Remastered 2011",
            &["Wren"],
            "probable 1 remaster",
        ),
        (
            "Home",
            "Wren",
            "Home (feat. Ivory Park)",
            &["Wren", "Ivory Park"],
            "probable 1 credit",
        ),
        (
            "Home",
            "Ivory Park",
            "Home",
            &["Wren", "Ivory Park"],
            "probable 1 guest",
        ),
        (
            "Satisfaction",
            "Wren",
            "(I Can't Get No) Satisfaction",
            &["Wren"],
            "probable 1 longer",
        ),
        (
            "Bohemian Rapsody",
            "Wren",
            "Bohemian Rhapsody",
            &["Wren"],
            "probable 1 spelling",
        ),
        (
            "Home",
            "Juniper Marlowe",
            "Home",
            &["Juniper Marlow"],
            "probable 1 spelling",
        ),
    ] {
        assert_eq!(
            of(title, artist, name, artists),
            expected,
            "{title} for {name}"
        );
    }
}

#[test]
fn a_version_that_was_asked_for_is_found_among_others() {
    let hits = [
        track(1, "Home", &["Wren"]),
        track(2, "Home - Live at the Corn Exchange", &["Wren"]),
        track(3, "Home - Nils Brandvik Remix", &["Wren"]),
    ];
    let asked = |version| Wanted {
        version: Some(version),
        ..wanted("Home", "Wren")
    };
    assert_eq!(verdict(&asked(Version::Studio), &hits), "exact 1");
    assert_eq!(verdict(&asked(Version::Live), &hits), "exact 2");
    assert_eq!(verdict(&asked(Version::Remix), &hits), "exact 3");
    assert_eq!(verdict(&wanted("Home", "Wren"), &hits), "exact 1");
    assert_eq!(verdict(&wanted("Home (Live)", "Wren"), &hits), "exact 2");
    assert_eq!(
        verdict(&wanted("Home - Nils Brandvik Remix", "Wren"), &hits),
        "exact 3"
    );
    let other_remix = verdict(&wanted("Home - Bruma Remix", "Wren"), &hits);
    assert!(other_remix.starts_with("not_found"), "{other_remix}");
    assert!(verdict(&asked(Version::Live), &hits[..1]).starts_with("not_found"));
}

#[test]
fn a_plain_title_on_a_live_album_is_live() {
    let live = on(track(1, "Home", &["Wren"]), "Live at the Corn Exchange");
    assert_eq!(
        verdict(&wanted("Home", "Wren"), std::slice::from_ref(&live)),
        "not_found 1"
    );
    let asked = Wanted {
        version: Some(Version::Live),
        ..wanted("Home", "Wren")
    };
    assert_eq!(verdict(&asked, std::slice::from_ref(&live)), "exact 1");
    let by_album = Wanted {
        album: Some("Live at the Corn Exchange".to_owned()),
        ..wanted("Home", "Wren")
    };
    assert_eq!(verdict(&by_album, &[live]), "exact 1");
    let not_live = on(track(2, "Home", &["Wren"]), "Live Through This");
    assert_eq!(verdict(&wanted("Home", "Wren"), &[not_live]), "exact 2");
}

#[test]
fn one_recording_on_several_albums_is_no_question() {
    let mut again = on(track(2, "Home", &["Wren"]), "Night Drive Anthems, Vol. 3");
    again.external_ids.isrc = Some("us-abc-26-00001".to_owned());
    let mut collected = on(track(1, "Home", &["Wren"]), "All of It");
    let Some(album) = &mut collected.album else {
        unreachable!("it was just put on one");
    };
    album.album_type = Some("compilation".to_owned());
    let asked = wanted("Home", "Wren");
    let hits = [on(track(1, "Home", &["Wren"]), "Home"), again.clone()];
    assert_eq!(verdict(&asked, &hits), "exact 1");
    assert_eq!(verdict(&asked, &[collected, again]), "exact 2");
}

#[test]
fn different_recordings_are_ambiguous_until_something_tells_them_apart() {
    let hits = [
        on(track(1, "Home", &["Wren"]), "First Light"),
        on(track(2, "Home", &["Wren"]), "Second Light"),
    ];
    assert_eq!(verdict(&wanted("Home", "Wren"), &hits), "ambiguous 1 2");
    let by_album = Wanted {
        album: Some("second light".to_owned()),
        ..wanted("Home", "Wren")
    };
    assert_eq!(verdict(&by_album, &hits), "exact 2");
    let by_length = Wanted {
        duration_ms: Some(239_000),
        ..wanted("Home", "Wren")
    };
    assert_eq!(verdict(&by_length, &hits), "exact 2");
    let by_isrc = Wanted {
        isrc: Some("USABC2600002".to_owned()),
        ..wanted("Home", "Wren")
    };
    assert_eq!(verdict(&by_isrc, &hits), "exact 2");
}

#[test]
fn who_is_named_alone_is_preferred_alone() {
    let hits = [
        track(1, "Home", &["Wren", "Ivory Park"]),
        track(2, "Home", &["Wren"]),
    ];
    assert_eq!(verdict(&wanted("Home", "Wren"), &hits), "exact 2");
    assert_eq!(
        verdict(&wanted("Home", "Wren & Ivory Park"), &hits),
        "exact 1"
    );
}

#[test]
fn an_isrc_that_is_another_tracks_is_not_believed() {
    let asked = Wanted {
        isrc: Some("USABC2600009".to_owned()),
        ..wanted("Home", "Wren")
    };
    let stranger = track(9, "Something Else", &["Nobody"]);
    assert_eq!(
        verdict(&asked, std::slice::from_ref(&stranger)),
        "not_found"
    );
    let hits = [stranger, track(1, "Home", &["Wren"])];
    assert_eq!(verdict(&asked, &hits), "probable 1 isrc");
}

#[test]
fn an_isrc_never_makes_another_song_artist_or_version_exact() {
    let asking = |title: &str, artist: &str| Wanted {
        isrc: Some("USABC2600001".to_owned()),
        ..wanted(title, artist)
    };
    let others = [
        (track(1, "Away", &["Wren"]), asking("Home", "Wren")),
        (track(1, "Home", &["Ivory Park"]), asking("Home", "Wren")),
        (track(1, "Home - Live", &["Wren"]), asking("Home", "Wren")),
    ];
    for (other, asked) in others {
        assert_eq!(
            verdict(&asked, std::slice::from_ref(&other)),
            "probable 1 names",
            "{}",
            other.name
        );
        let hits = [other, track(2, "Home", &["Wren"])];
        assert_eq!(verdict(&asked, &hits), "probable 2 isrc");
    }
    let spelled = track(1, "Velvet Harbour", &["Wren"]);
    assert_eq!(
        verdict(&asking("Velvet Harbor", "Wren"), &[spelled]),
        "exact 1"
    );
}

#[test]
fn remasters_are_issues_of_one_recording_and_the_first_will_do() {
    let hits = [
        track(1, "Home - 2009 Remaster", &["Wren"]),
        track(2, "Home - 2015 Remaster", &["Wren"]),
        track(3, "Home - Live", &["Wren"]),
    ];
    assert_eq!(
        verdict(&wanted("Home", "Wren"), &hits),
        "probable 1 remaster"
    );
    assert_eq!(
        verdict(&wanted("Home (2015 Remaster)", "Wren"), &hits),
        "exact 2"
    );
    let Verdict::Probable(_, near, others) = judge(&wanted("Home", "Wren"), &hits) else {
        panic!("not probable");
    };
    assert!(near.is_same_song() && !Near::Spelling.is_same_song());
    assert_eq!(others.len(), 2);
}

#[test]
fn nothing_usable_is_not_found() {
    let local = Track {
        is_local: true,
        ..track(1, "Home", &["Wren"])
    };
    let nowhere = Track {
        uri: None,
        ..track(2, "Home", &["Wren"])
    };
    assert_eq!(
        verdict(&wanted("Home", "Wren"), &[local, nowhere]),
        "not_found"
    );
    assert_eq!(verdict(&wanted("Home", "Wren"), &[]), "not_found");
}

fn name() -> impl Strategy<Value = String> {
    "[A-Z][a-zé]{2,8}( [A-Z][a-z]{2,8}){0,3}"
}

fn hits() -> impl Strategy<Value = Vec<Track>> {
    let name = "(Home|Stay)( - Live| - 2011 Remaster| \\(feat. Ivory\\)| - Dub Remix|)";
    let artist = "(Wren|Ivory|Maple)";
    let one = (name, artist, 0..3_usize);
    proptest::collection::vec(one, 0..8).prop_map(|made| {
        let made = made.into_iter().enumerate();
        made.map(|(n, (name, artist, album))| {
            on(
                track(n + 1, &name, &[&artist]),
                ["One", "Two", "Three"][album],
            )
        })
        .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_track_is_exactly_what_its_own_names_say(title in name(), artist in name()) {
        prop_assert_eq!(of(&title, &artist, &title, &[&artist]), "exact 1");
        prop_assert_eq!(of(&title.to_uppercase(), &artist.to_lowercase(), &title, &[&artist]), "exact 1");
    }

    #[test]
    fn no_version_of_any_song_is_taken_for_it(title in name(), artist in name(), which in 0..6_usize) {
        let version = ["Live", "Live at the Hall", "Bruma Remix", "Karaoke Version", "Acoustic", "Radio Edit"][which];
        for name in [format!("{title} - {version}"), format!("{title} ({version})")] {
            let said = of(&title, &artist, &name, &[&artist]);
            prop_assert!(said.starts_with("not_found"), "{}: {}", name, said);
        }
    }

    #[test]
    fn no_other_artist_is_taken_for_the_one(title in name(), artist in name(), other in name()) {
        let said = of(&title, &artist, &title, &[&other]);
        let same = super::fold(&artist) == super::fold(&other);
        prop_assert!(same || !said.starts_with("exact"), "{} for {}: {}", other, artist, said);
    }

    #[test]
    fn the_order_of_the_hits_decides_nothing_but_between_equals(hits in hits(), turn in any::<usize>()) {
        let mut turned = hits.clone();
        if !turned.is_empty() {
            let by = turn % turned.len();
            turned.rotate_left(by);
        }
        let asked = wanted("Home", "Wren");
        let kind = |hits: &[Track]| verdict(&asked, hits).split(' ').next().map(str::to_owned);
        prop_assert_eq!(kind(&hits), kind(&turned));
    }

    #[test]
    fn whatever_is_found_was_among_the_hits(hits in hits()) {
        let given: Vec<_> = hits.iter().map(|hit| hit.uri.clone()).collect();
        let shown = match judge(&wanted("Home", "Wren"), &hits) {
            Verdict::Exact(one) => {
                prop_assert_eq!(one.name.as_str(), "Home");
                prop_assert_eq!(one.artists[0].name.as_str(), "Wren");
                vec![*one]
            }
            Verdict::Probable(one, _, mut others) => {
                others.push(*one);
                others
            }
            Verdict::Ambiguous(tracks) | Verdict::NotFound(tracks) => tracks,
            Verdict::NotChecked => Vec::new(),
        };
        prop_assert!(shown.len() <= 1 + super::ALTERNATIVES);
        prop_assert!(shown.iter().all(|track| given.contains(&track.uri)));
    }

    #[test]
    fn no_text_makes_the_matcher_fail(title in "\\PC{0,60}", artist in "\\PC{0,30}", name in "\\PC{0,60}") {
        let _ = verdict(&wanted(&title, &artist), &[track(1, &name, &[&artist]), track(2, &title, &[&name])]);
        let _ = super::name_and_version(&title);
    }
}
