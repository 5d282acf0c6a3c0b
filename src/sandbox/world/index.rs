//! An inverted index: which documents have which words in which fields. It knows words and numbers only.

use std::collections::BTreeMap;

use super::fold::words;

/// A field of a document, as a bit.
pub(crate) type Fields = u8;
/// A document and the fields of it that have a word.
type Posting = (u32, Fields);
/// The document's own name.
pub(crate) const NAME: Fields = 1;
/// The names of its artists.
pub(crate) const ARTIST: Fields = 2;
/// The name of its album.
pub(crate) const ALBUM: Fields = 4;
/// Its genres.
pub(crate) const GENRE: Fields = 8;

/// One word that a document must have, in one of some fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need<'a> {
    pub(crate) word: &'a str,
    pub(crate) fields: Fields,
    /// Whether the word may be the beginning of a longer one, as while typing.
    pub(crate) prefix: bool,
}

/// Builds an [`Index`].
#[derive(Debug, Default)]
pub(crate) struct Builder {
    words: BTreeMap<String, Vec<Posting>>,
    names: Vec<Box<str>>,
    ranks: Vec<u16>,
}

impl Builder {
    /// Adds the next document: its name, its other fields, and how high it ranks among equals.
    pub(crate) fn add(&mut self, name: &str, others: &[(&str, Fields)], rank: u16) {
        let doc = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let own = words(name);
        for word in &own {
            self.post(word.clone(), doc, NAME);
        }
        for (text, field) in others {
            for word in words(text) {
                self.post(word, doc, *field);
            }
        }
        self.names.push(own.join(" ").into_boxed_str());
        self.ranks.push(rank);
    }

    /// The finished index.
    pub(crate) fn finish(self) -> Index {
        Index {
            words: self
                .words
                .into_iter()
                .map(|(word, docs)| (word.into_boxed_str(), docs.into_boxed_slice()))
                .collect(),
            names: self.names,
            ranks: self.ranks,
        }
    }

    fn post(&mut self, word: String, doc: u32, field: Fields) {
        let docs = self.words.entry(word).or_default();
        match docs.last_mut() {
            Some((last, fields)) if *last == doc => *fields |= field,
            _ => docs.push((doc, field)),
        }
    }
}

/// A finished index.
#[derive(Debug)]
pub(crate) struct Index {
    /// Sorted by word; each list sorted by document.
    words: Vec<(Box<str>, Box<[Posting]>)>,
    names: Vec<Box<str>>,
    ranks: Vec<u16>,
}

impl Index {
    /// Documents that meet every need and pass `keep`, best first. The order is the same every time.
    pub(crate) fn find(&self, needs: &[Need<'_>], keep: impl Fn(u32) -> bool) -> Vec<u32> {
        self.ranked(needs, self.candidates(needs), keep)
    }

    /// Documents that meet at least half of the needs and pass `keep`: what is near when nothing meets all.
    pub(crate) fn find_near(&self, needs: &[Need<'_>], keep: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut met: BTreeMap<u32, (usize, Fields)> = BTreeMap::new();
        for (doc, fields) in needs.iter().flat_map(|need| self.list(need)) {
            let (count, all) = met.entry(doc).or_insert((0, fields));
            *count += 1;
            *all &= fields;
        }
        let enough = needs.len().div_ceil(2).max(1);
        let near = met
            .into_iter()
            .filter(|(_, (count, _))| *count >= enough)
            .map(|(doc, (_, fields))| (doc, fields))
            .collect();
        self.ranked(needs, near, keep)
    }

    fn ranked(
        &self,
        needs: &[Need<'_>],
        mut found: Vec<Posting>,
        keep: impl Fn(u32) -> bool,
    ) -> Vec<u32> {
        found.retain(|(doc, _)| keep(*doc));
        let text: Vec<&str> = needs.iter().map(|need| need.word).collect();
        let text = text.join(" ");
        let mut ranked: Vec<(u8, u16, u32)> = found
            .into_iter()
            .map(|(doc, fields)| {
                let doc_at = doc as usize;
                let rank = u16::MAX - self.ranks[doc_at];
                (class(&self.names[doc_at], &text, fields), rank, doc)
            })
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(.., doc)| doc).collect()
    }

    /// Documents that meet every need, with the fields that met all of them.
    fn candidates(&self, needs: &[Need<'_>]) -> Vec<Posting> {
        let mut lists: Vec<Vec<Posting>> = needs.iter().map(|need| self.list(need)).collect();
        lists.sort_by_key(Vec::len);
        let mut lists = lists.into_iter();
        let Some(first) = lists.next() else {
            let all = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
            return (0..all).map(|doc| (doc, NAME)).collect();
        };
        lists.fold(first, |found, list| intersect(&found, &list))
    }

    fn list(&self, need: &Need<'_>) -> Vec<Posting> {
        let start = self.words.partition_point(|(word, _)| &**word < need.word);
        let same = |word: &str| {
            if need.prefix {
                word.starts_with(need.word)
            } else {
                word == need.word
            }
        };
        let mut list: Vec<Posting> = Vec::new();
        let mut lists = 0;
        for (_, docs) in self.words[start..]
            .iter()
            .take_while(|(word, _)| same(word))
        {
            lists += 1;
            list.extend(docs.iter().filter(|(_, fields)| fields & need.fields != 0));
        }
        if lists > 1 {
            list.sort_unstable_by_key(|(doc, _)| *doc);
            list.dedup_by(|(later, fields), (doc, kept)| {
                let same = later == doc;
                if same {
                    *kept |= *fields;
                }
                same
            });
        }
        list
    }
}

/// How well a name answers the text: the very name, its beginning, in the name, elsewhere.
fn class(name: &str, text: &str, fields: Fields) -> u8 {
    if name == text {
        0
    } else if !text.is_empty() && name.starts_with(text) {
        1
    } else if fields & NAME != 0 {
        2
    } else {
        3
    }
}

fn intersect(one: &[Posting], other: &[Posting]) -> Vec<Posting> {
    let mut both = Vec::with_capacity(one.len());
    let mut at = 0;
    for (doc, fields) in one {
        while at < other.len() && other[at].0 < *doc {
            at += 1;
        }
        if let Some((same, more)) = other.get(at)
            && same == doc
        {
            both.push((*doc, fields & more));
        }
    }
    both
}
