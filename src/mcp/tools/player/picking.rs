//! Chooses among what a search found: the same words and the same hits always give the same choice. Knows no player
//! and asks nobody.

use crate::spotify::{
    id::{Kind, SpotifyId},
    model::{ArtistRef, Episode, Page as Found, SearchResults, Track},
};

use crate::mcp::{
    answer::Row,
    tools::catalogue::matching::fold,
    view::{self, Detail},
};

/// How many others are named beside the choice.
const RUNNERS_UP: usize = 2;

/// Words of a title that make it another recording than the one that people mean when they leave them out.
const VERSIONS: [&str; 9] = [
    "karaoke",
    "tribute",
    "cover",
    "instrumental",
    "live",
    "remix",
    "demo",
    "acoustic",
    "commentary",
];

/// What a search hit is worth less if its title names such a version.
const OTHER_VERSION: u32 = 15;

/// Something that could be played.
#[derive(Debug)]
pub(super) struct Candidate {
    /// What it is.
    pub(super) kind: Kind,
    /// Its URI.
    pub(super) uri: String,
    /// As answers show it.
    pub(super) row: Row,
    /// Length in milliseconds, of one recording.
    pub(super) duration_ms: Option<u64>,
    /// The URI of its album, of a track.
    pub(super) album: Option<String>,
    title: Vec<String>,
    by: Vec<Vec<String>>,
}

/// What was chosen.
#[derive(Debug)]
pub(super) struct Choice {
    /// It.
    pub(super) chosen: Candidate,
    /// Why it and not another.
    pub(super) why: &'static str,
    /// The next best.
    pub(super) runners_up: Vec<Row>,
}

/// The best of `found` for the words `query`: by how well title and artist fit, then by Spotify's own order.
pub(super) fn pick(query: &str, found: SearchResults) -> Option<Choice> {
    choose(query, candidates(found))
}

/// The same among tracks.
pub(super) fn pick_track(query: &str, found: Vec<Track>) -> Option<Choice> {
    choose(query, found.into_iter().filter_map(song).collect())
}

fn choose(query: &str, candidates: Vec<Candidate>) -> Option<Choice> {
    let wanted = words(query);
    let artist_first = means_the_artist(&wanted, &candidates);
    let mut rated: Vec<_> = candidates
        .into_iter()
        .map(|candidate| (rate(&wanted, &candidate), candidate))
        .collect();
    // A stable sort: among equals Spotify's order stays.
    rated.sort_by_key(|((rating, _), candidate)| {
        let favoured = artist_first && candidate.kind == Kind::Artist;
        (std::cmp::Reverse(*rating), !favoured)
    });
    let mut rated = rated.into_iter();
    let ((_, why), chosen) = rated.next()?;
    let others = rated.filter(|(_, other)| other.uri != chosen.uri);
    let runners_up = others
        .take(RUNNERS_UP)
        .map(|(_, other)| other.row)
        .collect();
    Some(Choice {
        chosen,
        why,
        runners_up,
    })
}

/// Everything that can be played, tracks first, each kind in Spotify's order.
fn candidates(found: SearchResults) -> Vec<Candidate> {
    let mut all = Vec::new();
    all.extend(entries(found.tracks).into_iter().filter_map(song));
    for artist in entries(found.artists) {
        let title = words(&artist.name);
        all.extend(Candidate::new(
            Kind::Artist,
            view::artist(artist),
            title,
            Vec::new(),
        ));
    }
    for album in entries(found.albums) {
        let (title, by) = (words(&album.name), names(&album.artists));
        let row = view::album(album, Detail::Concise);
        all.extend(Candidate::new(Kind::Album, row, title, by));
    }
    for list in entries(found.playlists) {
        let title = words(&list.name);
        let by = list
            .owner
            .display_name
            .iter()
            .map(|name| words(name))
            .collect();
        let row = view::playlist(list, None, Detail::Concise);
        all.extend(Candidate::new(Kind::Playlist, row, title, by));
    }
    for show in entries(found.shows) {
        let title = words(&show.name);
        let row = view::show(show, Detail::Concise);
        all.extend(Candidate::new(Kind::Show, row, title, Vec::new()));
    }
    all.extend(entries(found.episodes).into_iter().filter_map(spoken));
    all
}

/// A track, if it can be played.
fn song(track: Track) -> Option<Candidate> {
    if track.is_playable == Some(false) || track.is_local {
        return None;
    }
    let (title, by) = (words(&track.name), names(&track.artists));
    let duration_ms = track.duration_ms;
    let album = track.album.as_ref().and_then(|album| album.id.as_deref());
    let album = album.and_then(|id| SpotifyId::parse(id).ok());
    let album = album.map(|id| id.uri(Kind::Album));
    let row = view::track(track, Detail::Concise);
    Some(Candidate {
        duration_ms,
        album,
        ..Candidate::new(Kind::Track, row, title, by)?
    })
}

/// An episode of a podcast, by the podcast.
fn spoken(episode: Episode) -> Option<Candidate> {
    let (title, duration_ms) = (words(&episode.name), episode.duration_ms);
    let by = episode.show.iter().map(|show| words(&show.name)).collect();
    let row = view::episode(episode, Detail::Concise);
    Some(Candidate {
        duration_ms,
        ..Candidate::new(Kind::Episode, row, title, by)?
    })
}

impl Candidate {
    /// Something without an address cannot be played.
    fn new(kind: Kind, row: Row, title: Vec<String>, by: Vec<Vec<String>>) -> Option<Self> {
        Some(Self {
            kind,
            uri: row.uri.clone()?,
            row,
            duration_ms: None,
            album: None,
            title,
            by,
        })
    }
}

fn entries<T>(found: Option<Found<T>>) -> Vec<T> {
    found.map(|page| page.items).unwrap_or_default()
}

fn names(artists: &[ArtistRef]) -> Vec<Vec<String>> {
    artists.iter().map(|artist| words(&artist.name)).collect()
}

/// How well `candidate` fits, 0 to 110, and in words.
fn rate(wanted: &[String], candidate: &Candidate) -> (u32, &'static str) {
    let (rating, why) = fit(wanted, candidate);
    let other_version = candidate
        .title
        .iter()
        .any(|word| VERSIONS.contains(&word.as_str()) && !wanted.contains(word));
    let penalty = if other_version { OTHER_VERSION } else { 0 };
    (rating.saturating_sub(penalty), why)
}

fn fit(wanted: &[String], candidate: &Candidate) -> (u32, &'static str) {
    let title = &candidate.title;
    let made_by = |word: &String| candidate.by.iter().any(|name| name.contains(word));
    let known = |word: &&String| title.contains(word) || made_by(word) || *word == "by";
    let covered = wanted.iter().filter(known).count();
    if wanted.is_empty() || title.is_empty() || covered == 0 {
        return (0, "Spotify's first hit; its words do not match");
    }
    if wanted == title.as_slice() {
        return (100, "the title is exactly this");
    }
    let whole_title = title.iter().all(|word| wanted.contains(word));
    if covered == wanted.len() && whole_title {
        return if candidate.by.iter().any(|name| is_within(name, wanted)) {
            (110, "title and artist are exactly these")
        } else {
            (95, "title and artist fit every word")
        };
    }
    if covered == wanted.len() {
        let said = title.iter().filter(|word| wanted.contains(word)).count();
        let share = share(said, title.len(), 20);
        return (60 + share, "every word fits");
    }
    (share(covered, wanted.len(), 50), "the most words fit")
}

/// `part` of `whole`, as a part of `of`.
fn share(part: usize, whole: usize, of: u32) -> u32 {
    let share = part.saturating_mul(of as usize) / whole.max(1);
    u32::try_from(share).unwrap_or(of).min(of)
}

fn is_within(name: &[String], wanted: &[String]) -> bool {
    !name.is_empty() && name.iter().all(|word| wanted.contains(word))
}

/// Whether the words are the name of the artist of Spotify's first song, and not the song's.
fn means_the_artist(wanted: &[String], candidates: &[Candidate]) -> bool {
    let first = candidates.iter().find(|one| one.kind == Kind::Track);
    first.is_none_or(|song| song.title != wanted && song.by.iter().any(|name| name == wanted))
}

/// The words of a text without what people write differently.
fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Choice, pick};

    fn track(n: usize, title: &str, artist: &str) -> Value {
        json!({"name": title, "uri": format!("spotify:track:{n:022}"), "artists": [{"name": artist}],
               "album": {"id": format!("{n:022}"), "name": "Album"}, "duration_ms": 200_000})
    }

    fn artist(n: usize, name: &str) -> Value {
        json!({"name": name, "uri": format!("spotify:artist:{n:022}")})
    }

    fn pick_of(query: &str, tracks: &[Value], artists: &[Value]) -> Choice {
        let found = json!({"tracks": {"items": tracks}, "artists": {"items": artists}});
        pick(query, serde_json::from_value(found).unwrap()).unwrap()
    }

    #[test]
    fn title_with_artist_beats_the_same_title_by_others() {
        let songs = [
            track(1, "Yesterday", "Cover Band"),
            track(2, "Yesterday", "The Beatles"),
            track(3, "Yesterday Once More", "Carpenters"),
        ];
        let choice = pick_of("yesterday by the Beatles", &songs, &[]);
        assert_eq!(choice.chosen.row.by.as_deref(), Some("The Beatles"));
        assert_eq!(choice.why, "title and artist are exactly these");
        let others: Vec<_> = choice
            .runners_up
            .iter()
            .map(|row| row.uri.clone())
            .collect();
        assert_eq!(others.len(), 2);
        assert!(!others.contains(&Some(choice.chosen.uri)));
    }

    #[test]
    fn another_version_is_taken_only_when_it_is_named() {
        let songs = [
            track(1, "Hallelujah (Karaoke Version)", "Sing Along"),
            track(2, "Hallelujah - Live", "Jeff Buckley"),
            track(3, "Hallelujah", "Jeff Buckley"),
        ];
        let studio = pick_of("hallelujah jeff buckley", &songs, &[]);
        assert_eq!(studio.chosen.row.title, "Hallelujah");
        let live = pick_of("hallelujah jeff buckley live", &songs, &[]);
        assert_eq!(live.chosen.row.title, "Hallelujah - Live");
    }

    #[test]
    fn a_name_alone_is_the_artist_unless_a_song_is_called_so() {
        let songs = [track(1, "Creep", "Radiohead")];
        let choice = pick_of("radiohead", &songs, &[artist(7, "Radiohead")]);
        assert_eq!(choice.chosen.row.title, "Radiohead");
        let songs = [track(1, "Thriller", "Michael Jackson")];
        let choice = pick_of("Thriller", &songs, &[artist(7, "Thriller")]);
        assert_eq!(choice.chosen.row.by.as_deref(), Some("Michael Jackson"));
    }

    #[test]
    fn accents_and_marks_do_not_count() {
        let songs = [track(1, "Other", "X"), track(2, "Hoppípolla", "Sigur Rós")];
        let choice = pick_of("hoppipolla sigur ros", &songs, &[]);
        assert_eq!(choice.chosen.row.title, "Hoppípolla");
    }

    #[test]
    fn where_no_word_fits_spotifys_first_hit_is_named_as_such() {
        let songs = [track(1, "Bohemian Rhapsody", "Queen"), track(2, "B", "C")];
        let choice = pick_of("bohemain rapsody", &songs, &[]);
        assert_eq!(choice.chosen.row.title, "Bohemian Rhapsody");
        assert!(choice.why.contains("do not match"));
    }

    #[test]
    fn what_cannot_be_played_is_not_chosen() {
        let mut gone = track(1, "Song", "A");
        gone["is_playable"] = json!(false);
        let choice = pick_of("song", &[gone, track(2, "Song", "B")], &[]);
        assert_eq!(choice.chosen.row.by.as_deref(), Some("B"));
    }
}
