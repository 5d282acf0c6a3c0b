//! Rows that hold one and the same refresh token. That is what the other server's mix-ups look like: one person's link,
//! copied to others. Spotify may take such a token once only, so it is shown once, for all who hold it.

use std::collections::HashMap;

use super::{
    Importer, Passage, Wish,
    pace::{Left, Pace},
    report::{Line, Outcome},
    rows::{Candidate, FoundTokens},
    telling::{line, mixed_up},
};
use crate::store::{ImportStatus, StoreError};

/// Of somebody who holds the same token as others, of whom it is not known whose it is.
const NOBODYS: &str = "others have the same tokens, and Spotify does not say any more whose they are: nothing was taken over; the person connects anew";
/// Of somebody who holds the token of a person who is here.
const TAKEN: &str = "the tokens are those of another person, who was imported: nothing was taken over; the person connects anew";

/// Everybody, those who hold one refresh token together, in the order of the rows.
pub(super) fn by_token(candidates: &[Candidate]) -> Vec<Vec<&Candidate>> {
    let mut groups: Vec<Vec<&Candidate>> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for candidate in candidates {
        let token = match &candidate.tokens {
            FoundTokens::Both(brought) => brought.refresh.as_ref(),
            FoundTokens::None | FoundTokens::Half | FoundTokens::Unreadable => None,
        };
        let Some(token) = token else {
            groups.push(vec![candidate]);
            continue;
        };
        let group = *known.entry(token.expose()).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(group) => group.push(candidate),
            None => groups.push(vec![candidate]),
        }
    }
    groups
}

impl Importer {
    /// Takes over those who hold one refresh token.
    pub(super) async fn take_together(
        &self,
        sharers: &[&Candidate],
        wish: Wish,
        pace: &Pace,
    ) -> Result<Vec<Line>, StoreError> {
        if sharers.len() > 1 && wish.check && !wish.dry_run {
            return self.take_sharers(sharers, pace).await;
        }
        let mut lines = Vec::with_capacity(sharers.len());
        for candidate in sharers {
            lines.push(self.take(candidate, wish, pace).await?);
        }
        Ok(lines)
    }

    async fn take_sharers(
        &self,
        sharers: &[&Candidate],
        pace: &Pace,
    ) -> Result<Vec<Line>, StoreError> {
        let (mut lines, mut open) = (Vec::new(), Vec::new());
        let mut taken = false;
        for candidate in sharers {
            let passage = self.passage(candidate).await?;
            let done = passage.status == Some(ImportStatus::Done);
            taken |= done;
            if done || passage.is_quarantined() {
                let wish = Wish {
                    check: true,
                    dry_run: false,
                };
                lines.push(self.take(candidate, wish, pace).await?);
            } else {
                open.push(passage);
            }
        }
        lines.extend(if taken {
            self.turn_away(&open, TAKEN).await?
        } else {
            self.take_open(open, pace).await?
        });
        Ok(lines)
    }

    /// Shows the token once. Its owner comes in before the others are noted, so that a run that is cut off between the
    /// two can go on.
    async fn take_open(
        &self,
        open: Vec<Passage<'_>>,
        pace: &Pace,
    ) -> Result<Vec<Line>, StoreError> {
        let Some((first, brought)) = open
            .first()
            .and_then(|first| match &first.candidate.tokens {
                FoundTokens::Both(brought) => Some((first, &**brought)),
                FoundTokens::None | FoundTokens::Half | FoundTokens::Unreadable => None,
            })
        else {
            return Ok(Vec::new());
        };
        let asked = pace.ask(async || self.links.examine(&first.origin, brought).await);
        let examined = match asked.await? {
            Ok(examined) => examined,
            Err(Left::Ended) => return self.turn_away(&open, NOBODYS).await,
            Err(left) => {
                let words = left.words();
                let told = open
                    .iter()
                    .map(|passage| line(passage.candidate, Outcome::Left, &words));
                return Ok(told.collect());
            }
        };
        let named = examined.account.clone();
        let mut lines = Vec::with_capacity(open.len());
        let (owners, others): (Vec<_>, Vec<_>) = open
            .iter()
            .partition(|passage| passage.candidate.spotify_id == named.spotify_id);
        for owner in owners {
            lines.push(self.welcome(owner, examined.clone()).await?);
        }
        for other in others {
            self.quarantine(other).await?;
            lines.push(mixed_up(other.candidate, &named));
        }
        Ok(lines)
    }

    async fn turn_away(&self, open: &[Passage<'_>], words: &str) -> Result<Vec<Line>, StoreError> {
        let mut lines = Vec::with_capacity(open.len());
        for passage in open {
            self.quarantine(passage).await?;
            lines.push(line(passage.candidate, Outcome::Quarantined, words));
        }
        Ok(lines)
    }
}
