//! What is to go into a playlist: references as they are, titles as far as they can be found. Nothing is written here,
//! so that nothing is half done when a title is not certain.
//!
//! What is exact goes in. What is only probable goes in where title and artist agree up to the words that remasters,
//! featured artists and other albums add, and the report says so; the rest is told with its candidates.

use std::{collections::HashSet, fmt::Write};

use serde::Serialize;

use crate::{
    mcp::{
        answer::Row,
        fault::Fault,
        text::{self, IN_ERROR},
        tools::catalogue::{
            matching::Near,
            references,
            resolving::{self, Verdict},
            tracks,
            wanted::{Wanted, WantedArg},
        },
        view::{self, Detail},
    },
    spotify::{id::Kind, model::Track},
};

use super::{Context, report::Skipped};

/// The most titles of one call: each costs a search or more.
const TITLES: usize = 50;

/// What a list may name.
const PLAYABLE: [Kind; 2] = [Kind::Track, Kind::Episode];

/// A title that was taken for a track without being certain.
#[derive(Debug, Serialize)]
pub(super) struct Guess {
    /// What was asked for.
    pub(super) item: String,
    /// What differs.
    pub(super) why: &'static str,
    /// What was taken for it.
    #[serde(flatten)]
    pub(super) taken: Row,
}

/// A title that nothing was taken for.
#[derive(Debug, Serialize)]
pub(super) struct Unresolved {
    /// What was asked for.
    pub(super) item: String,
    /// `probable`, `ambiguous`, `not_found` or `not_checked`.
    pub(super) status: &'static str,
    /// What differs, of what is probable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<&'static str>,
    /// What it could be; of what was not found, what is nearest and something else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) candidates: Vec<Row>,
}

/// What a list asks for, before anybody has searched.
#[derive(Debug, Default)]
pub(super) struct Asked {
    entries: Vec<Entry>,
    titles: Vec<Wanted>,
    /// What cannot be used, with the reason.
    pub(super) skipped: Vec<Skipped>,
}

/// One usable entry.
#[derive(Debug)]
enum Entry {
    Uri(String),
    /// The place among the titles.
    Title(usize),
}

/// What is to be added, and what is to be said.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// What is to be added, in order, each once where that was asked.
    pub(super) uris: Vec<String>,
    /// What is not, with the reason.
    pub(super) skipped: Vec<Skipped>,
    /// What was taken without being certain.
    pub(super) probable: Vec<Guess>,
    /// What nothing was taken for.
    pub(super) unresolved: Vec<Unresolved>,
    /// Why some titles were not looked for.
    pub(super) notes: Vec<String>,
    /// By which words those were asked for that were given as titles: URI, words.
    titled: Vec<(String, String)>,
}

impl Asked {
    /// Reads `given`, which is the argument `name`. Costs no Spotify call.
    ///
    /// # Errors
    /// `invalid_argument` for a blank title and for more than [`TITLES`] of them.
    pub(super) fn of(name: &str, given: Vec<WantedArg>) -> Result<Self, Fault> {
        let mut asked = Self::default();
        for (at, arg) in given.into_iter().enumerate() {
            match arg {
                WantedArg::Titled(wanted) => {
                    wanted.check(&format!("{name}[{at}]"))?;
                    asked.entries.push(Entry::Title(asked.titles.len()));
                    asked.titles.push(wanted);
                }
                WantedArg::Reference(text) => asked.refer(&text),
            }
        }
        if asked.titles.len() > TITLES {
            return Err(Fault::invalid_argument(format!(
                "`{name}` names {} tracks by title, and one call looks for at most {TITLES}: pass them in portions, or \
                 as links from `resolve_tracks`",
                asked.titles.len()
            )));
        }
        Ok(asked)
    }

    fn refer(&mut self, text: &str) {
        match references::parse(text, &PLAYABLE) {
            Ok((kind, id)) => self.entries.push(Entry::Uri(id.uri(kind))),
            Err(reason) => self.skipped.push(Skipped {
                item: text::clean(text, IN_ERROR).into_owned(),
                uri: None,
                reason: advise(reason),
            }),
        }
    }

    /// Whether nothing of it can be used.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Looks for the titles.
    ///
    /// # Errors
    /// When no title could be looked for and nothing else is to be added.
    pub(super) async fn gather(self, context: &Context<'_>) -> Result<Gathered, Fault> {
        let mut gathered = Gathered {
            skipped: self.skipped,
            ..Gathered::default()
        };
        let verdicts = if self.titles.is_empty() {
            Vec::new()
        } else {
            let resolved = resolving::resolve(context, &self.titles).await?;
            gathered.notes.extend(tracks::stopped(&resolved));
            resolved.verdicts
        };
        let mut verdicts = verdicts.into_iter();
        for entry in self.entries {
            match entry {
                Entry::Uri(uri) => gathered.uris.push(uri),
                Entry::Title(at) => {
                    let verdict = verdicts.next().unwrap_or(Verdict::NotChecked);
                    gathered.take(tracks::named(&self.titles[at]), verdict);
                }
            }
        }
        Ok(gathered)
    }
}

impl Gathered {
    fn take(&mut self, item: String, verdict: Verdict) {
        let row = |track: Track| view::track(track, Detail::Concise);
        let rows = |tracks: Vec<Track>| tracks.into_iter().map(row).collect();
        let status = verdict.status();
        let (why, candidates) = match verdict {
            Verdict::Exact(track) => {
                self.use_for(item, track.uri);
                return;
            }
            Verdict::Probable(track, near, _) if near.is_same_song() => {
                self.use_for(item.clone(), track.uri.clone());
                self.probable.push(Guess {
                    item,
                    why: near.why(),
                    taken: row(*track),
                });
                return;
            }
            Verdict::Probable(track, near, mut others) => {
                others.insert(0, *track);
                others.truncate(crate::mcp::tools::catalogue::matching::ALTERNATIVES);
                (Some(Near::why(near)), rows(others))
            }
            Verdict::Ambiguous(tracks) | Verdict::NotFound(tracks) => (None, rows(tracks)),
            Verdict::NotChecked => (None, Vec::new()),
        };
        self.unresolved.push(Unresolved {
            item,
            status,
            why,
            candidates,
        });
    }

    /// Takes `uri` for the title that `item` says.
    fn use_for(&mut self, item: String, uri: Option<String>) {
        if let Some(uri) = uri {
            self.uris.push(uri.clone());
            self.titled.push((uri, item));
        }
    }

    /// Leaves each item only where it comes first.
    pub(super) fn without_repeats(&mut self) {
        let mut seen = HashSet::new();
        for uri in std::mem::take(&mut self.uris) {
            if seen.insert(uri.clone()) {
                self.uris.push(uri);
            } else {
                self.skip(uri, "named twice");
            }
        }
    }

    /// Leaves `uri` out, under the words by which it was asked for.
    pub(super) fn skip(&mut self, uri: String, reason: &str) {
        let reason = reason.to_owned();
        let titles = self.titled.iter();
        let skipped = match titles.rev().find(|(found, _)| *found == uri) {
            Some((_, asked)) => Skipped {
                item: asked.clone(),
                uri: Some(uri),
                reason,
            },
            None => Skipped {
                item: uri,
                uri: None,
                reason,
            },
        };
        self.skipped.push(skipped);
    }

    /// Goes on only if there is anything to add; `so` is what did therefore not happen.
    ///
    /// # Errors
    /// The reasons.
    pub(super) fn or_nothing(&self, so: &str) -> Result<(), Fault> {
        if !self.uris.is_empty() || (self.skipped.is_empty() && self.unresolved.is_empty()) {
            return Ok(());
        }
        Err(self.refusal(so))
    }

    /// Goes on only if everything can be added; `so` is what did therefore not happen.
    ///
    /// # Errors
    /// The reasons.
    pub(super) fn or_all(&self, so: &str) -> Result<(), Fault> {
        let bad_reference = self.skipped.iter().any(|skip| skip.reason != "named twice");
        if !bad_reference && self.unresolved.is_empty() {
            return Ok(());
        }
        Err(self.refusal(so))
    }

    /// The first five reasons.
    fn refusal(&self, so: &str) -> Fault {
        let mut reasons: Vec<String> = self.unresolved.iter().map(Unresolved::in_words).collect();
        let skipped = self.skipped.iter();
        reasons.extend(skipped.map(|skip| format!("\"{}\" is {}", skip.item, skip.reason)));
        let words = first_five(so, &reasons);
        let is = |status| self.unresolved.iter().any(|one| one.status == status);
        if is("ambiguous") || is("probable") {
            Fault::Ambiguous(words)
        } else if is("not_found") {
            Fault::NotFound(words)
        } else {
            Fault::invalid_argument(words)
        }
    }
}

impl Unresolved {
    fn in_words(&self) -> String {
        let mut words = format!("\"{}\" is {}", self.item, self.status);
        if let Some(why) = self.why {
            let _ = write!(words, " ({why})");
        }
        for (at, candidate) in self.candidates.iter().enumerate() {
            let lead = match (at, self.status) {
                (0, "not_found") => ", nearest but not it: ",
                (0, _) => ": ",
                _ => ", ",
            };
            let by = candidate.by.as_deref().unwrap_or_default();
            let link = candidate.link.as_deref().unwrap_or_default();
            let title = text::clean(&candidate.title, IN_ERROR);
            let _ = write!(words, "{lead}{title} — {}", text::clean(by, IN_ERROR));
            // Recordings of one title differ in nothing else.
            if let Some(album) = &candidate.album {
                let _ = write!(words, " · {}", text::clean(album, IN_ERROR));
            }
            let _ = write!(words, " {link}");
        }
        words
    }
}

/// Why there is nothing to do: the first five reasons.
pub(super) fn nothing_usable(skipped: &[Skipped], so: &str) -> Fault {
    let reasons: Vec<_> = skipped
        .iter()
        .map(|skip| format!("\"{}\" is {}", skip.item, skip.reason))
        .collect();
    Fault::invalid_argument(first_five(so, &reasons))
}

fn first_five(so: &str, reasons: &[String]) -> String {
    let shown = &reasons[..reasons.len().min(5)];
    let mut words = format!("{so}: {}", shown.join("; "));
    if reasons.len() > 5 {
        let _ = write!(words, "; and {} more", reasons.len() - 5);
    }
    words
}

/// What helps beside the reason.
fn advise(reason: String) -> String {
    if reason.ends_with("find it with `search` first") {
        return format!("{reason}, or pass {{title, artist}}");
    }
    if reason.starts_with("not a track") {
        return format!("{reason}; list its tracks and add those");
    }
    reason
}
