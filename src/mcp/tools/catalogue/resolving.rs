//! Finding the tracks that people name: one search for each where that is enough, a few where it is not, and never
//! more once Spotify has said that there is no more.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use futures::{StreamExt, stream};

use super::{
    Context, finding,
    matching::{self, Near, fold},
    wanted::{Version, Wanted},
};
use crate::{
    mcp::{answer, fault::Fault, tools::steps::Steps},
    spotify::{SpotifyError, model::Track},
};

pub(crate) use super::matching::Verdict;

/// Searches that are under way together, so that a long list does not exhaust Spotify's half-minute limit.
const AT_ONCE: usize = 4;

/// After so many failures in one call no more is tried.
const FAILURES: u32 = 3;

/// What came of looking.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// One verdict for each wanted track, in order.
    pub(crate) verdicts: Vec<Verdict>,
    /// Why some were not looked at.
    pub(crate) stopped: Option<Fault>,
}

/// Looks for each of `wanted`; equal ones share their searches.
///
/// # Errors
/// When nothing at all could be found out. After that a failure is part of what came of it.
pub(crate) async fn resolve(context: &Context<'_>, wanted: &[Wanted]) -> Result<Resolved, Fault> {
    let steps = Steps::of(answer::count(wanted.len()));
    resolve_in(context, wanted, &steps).await
}

/// As [`resolve`], as one part of a longer work of which `steps` tells the progress: one step for each of `wanted`.
///
/// # Errors
/// Those of [`resolve`].
pub(crate) async fn resolve_in(
    context: &Context<'_>,
    wanted: &[Wanted],
    steps: &Steps,
) -> Result<Resolved, Fault> {
    let mut distinct: Vec<&Wanted> = Vec::with_capacity(wanted.len());
    let places: Vec<usize> = wanted
        .iter()
        .map(|one| {
            let known = distinct.iter().position(|other| is_same(one, other));
            known.unwrap_or_else(|| {
                distinct.push(one);
                distinct.len() - 1
            })
        })
        .collect();
    let work = Work::default();
    let mut looks = Vec::with_capacity(distinct.len());
    for (at, one) in distinct.iter().enumerate() {
        let shared = places.iter().filter(|place| **place == at).count();
        let work = &work;
        looks.push(async move {
            let verdict = work.look(context, one).await;
            let shared = answer::count(shared);
            steps.made(context, shared, "searched").await;
            (at, verdict)
        });
    }
    let mut found: Vec<(usize, Verdict)> = stream::iter(looks)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    found.sort_unstable_by_key(|(at, _)| *at);
    let stopped = work
        .stopped
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let nothing = found
        .iter()
        .all(|(_, verdict)| matches!(verdict, Verdict::NotChecked));
    match stopped {
        Some(fault @ Fault::Cancelled) => Err(fault),
        Some(fault) if nothing => Err(fault),
        stopped => Ok(Resolved {
            verdicts: places.iter().map(|at| found[*at].1.clone()).collect(),
            stopped,
        }),
    }
}

/// Whether two rows ask for the same track in the same words, up to their case and accents.
fn is_same(one: &Wanted, other: &Wanted) -> bool {
    let album = |wanted: &Wanted| wanted.album().map(fold);
    fold(&one.title) == fold(&other.title)
        && fold(&one.artist) == fold(&other.artist)
        && album(one) == album(other)
        && (one.duration_ms, one.isrc(), one.version)
            == (other.duration_ms, other.isrc(), other.version)
}

/// What searches that run together share.
#[derive(Default)]
struct Work {
    failures: AtomicU32,
    stopped: Mutex<Option<Fault>>,
}

impl Work {
    async fn look(&self, context: &Context<'_>, wanted: &Wanted) -> Verdict {
        if self.has_stopped() {
            return Verdict::NotChecked;
        }
        match look(context, wanted, self).await {
            Ok(verdict) => verdict,
            Err(fault) => {
                self.failed(fault);
                Verdict::NotChecked
            }
        }
    }

    fn has_stopped(&self) -> bool {
        self.failures.load(Ordering::Relaxed) >= FAILURES
    }

    /// A failure of one search is that row's; what would meet every search stops them all.
    fn failed(&self, fault: Fault) {
        let is_passing = matches!(
            &fault,
            Fault::Spotify(
                SpotifyError::Upstream(_) | SpotifyError::Timeout(_) | SpotifyError::Malformed(_)
            )
        );
        let weight = if is_passing { 1 } else { FAILURES };
        self.failures.fetch_add(weight, Ordering::Relaxed);
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        // What stops everything explains more than one failure among many.
        if stopped.is_none() || !is_passing {
            *stopped = Some(fault);
        }
    }
}

/// Searches in turn until one brings something that fits.
async fn look(context: &Context<'_>, wanted: &Wanted, work: &Work) -> Result<Verdict, Fault> {
    let mut seen: Vec<Track> = Vec::new();
    let mut verdict = Verdict::NotFound(Vec::new());
    for query in queries(wanted) {
        if work.has_stopped() {
            return Ok(Verdict::NotChecked);
        }
        seen.extend(finding::tracks(context, &query, finding::PER_CALL).await?);
        verdict = matching::judge(wanted, &seen);
        // What only an ISRC speaks for is not enough: the names may find the right one.
        let unsure = matches!(
            verdict,
            Verdict::NotFound(_) | Verdict::Probable(_, Near::Names, _)
        );
        if !unsure {
            break;
        }
    }
    Ok(verdict)
}

/// The searches for a track, the surest first: by ISRC, by the fields title and artist, by words alone.
fn queries(wanted: &Wanted) -> Vec<String> {
    let mut queries = Vec::with_capacity(3);
    queries.extend(wanted.isrc().map(|isrc| format!("isrc:{isrc}")));
    let (name, mut version) = matching::name_and_version(&wanted.title);
    let asked = match wanted.version {
        Some(Version::Live) => "live",
        Some(Version::Remix) => "remix",
        Some(Version::Studio) | None => "",
    };
    if !fold(&version).contains(asked) {
        version.push(' ');
        version.push_str(asked);
    }
    let version = version.replace([':', '"'], " ");
    let artist = without_guests(&wanted.artist);
    let mut fields = version.trim().to_owned();
    finding::filter(&mut fields, "track", name);
    finding::filter(&mut fields, "artist", artist);
    queries.push(fields);
    let loose = format!("{name} {artist} {version}").replace([':', '"'], " ");
    queries.push(loose.split_whitespace().collect::<Vec<_>>().join(" "));
    queries
}

/// The artist without those behind `feat.`, whom Spotify may list elsewhere.
fn without_guests(artist: &str) -> &str {
    let guests = [
        " feat",
        " ft.",
        " ft ",
        " featuring ",
        " Feat",
        " Ft.",
        " FEAT",
        " FT.",
    ];
    let end = guests.iter().filter_map(|word| artist.find(word)).min();
    artist[..end.unwrap_or(artist.len())].trim()
}

#[cfg(test)]
mod tests {
    use super::{Version, Wanted, queries};

    fn wanted(title: &str, artist: &str) -> Wanted {
        Wanted {
            title: title.to_owned(),
            artist: artist.to_owned(),
            ..Wanted::default()
        }
    }

    #[test]
    fn the_surest_search_comes_first() {
        let asked = Wanted {
            isrc: Some("us-rc1-76-07839".to_owned()),
            ..wanted("So What (feat. X) - 2011 Remaster", "Miles Davis feat. X")
        };
        assert_eq!(
            queries(&asked),
            [
                "isrc:USRC17607839",
                "track:\"So What\" artist:\"Miles Davis\"",
                "So What Miles Davis"
            ]
        );
    }

    #[test]
    fn a_version_is_searched_for_by_its_words() {
        let asked = Wanted {
            version: Some(Version::Live),
            ..wanted("Home", "A: B")
        };
        assert_eq!(
            queries(&asked),
            ["live track:Home artist:\"A B\"", "Home A B live"]
        );
        let asked = wanted("Home - Kitt & Crane Remix", "Wren");
        assert_eq!(
            queries(&asked)[0],
            "Kitt & Crane Remix track:Home artist:Wren"
        );
    }
}
