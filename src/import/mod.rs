//! Taking people over from the Python server: its rows, what Spotify says of them, and what becomes of each.
//!
//! That server mixed people up, so nothing of a row is taken over before `GET /me` has named the account that the row
//! names. It knows no command line and no configuration.

mod pace;
mod report;
mod rows;
mod shared;
mod source;
mod telling;

use futures::{StreamExt, TryStreamExt, stream};

pub use report::{KeyOutcome, Line, LinkOutcome, OrphansView, Outcome, Report};
pub use rows::{Judged, WrongKey, judge};
pub use source::{Source, SourceFault};

use crate::{
    clock::{Clock, Millis},
    crypto::{HashKey, Purpose, SecretHash, random_bytes},
    link::{Brought, Examined, Links},
    store::{
        Account, AuditEvent, BroughtAccount, BroughtKey, BroughtLink, Db, ImportStatus, Imported,
        KeyId, LinkBrought, NewImport, Outcome as Audited, PersonId, StoreError,
    },
};
use pace::{Left, Pace};
use rows::{Candidate, FoundKey, FoundTokens};
use telling::{
    ENDED, UNPROVEN, explained, foreseen, line, mixed_up, refused, tokens_words, with_key,
    with_link,
};

/// How many people are asked about at the same time.
const AT_ONCE: usize = 4;
/// What an imported key is called in lists.
const LABEL: &str = "replace me (imported)";

/// Takes people over into one database.
#[derive(Debug)]
pub struct Importer {
    /// The database.
    pub db: Db,
    /// Whose links Spotify is asked about.
    pub links: Links,
    /// The key of every hash in the database.
    pub hash_key: HashKey,
    /// The time.
    pub clock: Clock,
    /// The Spotify permissions, separated by spaces, that a link counts as having of which nobody knows them.
    pub usual_scopes: String,
}

/// How it is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Whether Spotify is asked whose each link is.
    pub check: bool,
    /// Whether nothing is to be written, and no token renewed.
    pub dry_run: bool,
}

/// One person on the way.
struct Passage<'a> {
    candidate: &'a Candidate,
    origin: SecretHash,
    /// How far an earlier run came.
    status: Option<ImportStatus>,
    /// Of when the tokens were that it found.
    tokens_at: Millis,
}

impl Passage<'_> {
    /// Whether they are here already, and only a link is still to come.
    fn is_here(&self) -> bool {
        self.status == Some(ImportStatus::Unlinked)
    }

    /// Whether an earlier run found that these very tokens are another's.
    fn is_quarantined(&self) -> bool {
        self.status == Some(ImportStatus::Quarantined)
            && self.tokens_at >= changed_at(self.candidate)
    }
}

impl Importer {
    /// Takes everybody over who can be, and calls `done` after each.
    ///
    /// # Errors
    /// [`StoreError`]: who was taken over before stays so.
    pub async fn run(
        &self,
        judged: Judged,
        wish: Wish,
        done: impl Fn(),
    ) -> Result<Report, StoreError> {
        let pace = Pace::default();
        let mut lines: Vec<Line> = judged.refused.iter().map(refused).collect();
        for _ in &lines {
            done();
        }
        let (pace, done) = (&pace, &done);
        let taken: Vec<Vec<Line>> = stream::iter(shared::by_token(&judged.candidates))
            .map(|sharers| async move {
                let taken = self.take_together(&sharers, wish, pace).await;
                for _ in &sharers {
                    done();
                }
                taken
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        lines.extend(taken.into_iter().flatten());
        Ok(Report::of(lines, judged.orphans, wish.dry_run))
    }

    async fn take(
        &self,
        candidate: &Candidate,
        wish: Wish,
        pace: &Pace,
    ) -> Result<Line, StoreError> {
        let passage = self.passage(candidate).await?;
        let checkable = match &candidate.tokens {
            FoundTokens::Both(brought) if wish.check => Some(&**brought),
            _ => None,
        };
        match (passage.status, checkable) {
            (Some(ImportStatus::Done), _) | (Some(ImportStatus::Unlinked), None) => Ok(line(
                candidate,
                Outcome::Unchanged,
                "it was imported before",
            )),
            _ if passage.is_quarantined() => Ok(line(
                candidate,
                Outcome::Quarantined,
                "an earlier run found that the tokens are another account's; the person connects anew",
            )),
            (_, Some(brought)) if wish.dry_run => self.foresee(&passage, brought, pace).await,
            (_, Some(brought)) => self.check(&passage, brought, pace).await,
            (_, None) if wish.dry_run => Ok(foreseen(candidate)),
            (_, None) => self.believe(&passage).await,
        }
    }

    async fn passage<'a>(&self, candidate: &'a Candidate) -> Result<Passage<'a>, StoreError> {
        let names = format!("{}\0{}", candidate.user, candidate.spotify_id);
        let origin = self.hash_key.hash(Purpose::Import, &names);
        let known = self.db.find_import(&origin).await?;
        let (status, tokens_at) = known.map_or((None, 0), |row| (Some(row.status), row.tokens_at));
        Ok(Passage {
            candidate,
            origin,
            status,
            tokens_at,
        })
    }

    /// What would become of somebody, as far as it can be known without renewing a token.
    async fn foresee(
        &self,
        passage: &Passage<'_>,
        brought: &Brought,
        pace: &Pace,
    ) -> Result<Line, StoreError> {
        let candidate = passage.candidate;
        match pace.ask(async || self.links.peek(brought).await).await? {
            Ok(account) if account.spotify_id == candidate.spotify_id => {
                Ok(with_link(foreseen(candidate), LinkOutcome::Active, None))
            }
            Ok(account) => Ok(mixed_up(candidate, &account)),
            Err(Left::Ended) => Ok(with_link(
                foreseen(candidate),
                LinkOutcome::Active,
                Some("the access token has ended: it would be renewed first, and checked then"),
            )),
            Err(left) => Ok(line(candidate, Outcome::Left, &left.words())),
        }
    }

    /// Takes somebody over whose link Spotify confirms.
    async fn check(
        &self,
        passage: &Passage<'_>,
        brought: &Brought,
        pace: &Pace,
    ) -> Result<Line, StoreError> {
        let candidate = passage.candidate;
        let origin = &passage.origin;
        let examined = match pace
            .ask(async || self.links.examine(origin, brought).await)
            .await?
        {
            Ok(examined) => examined,
            Err(Left::Ended) if passage.is_here() => {
                return Ok(with_link(
                    line(candidate, Outcome::Unchanged, "it was imported before"),
                    LinkOutcome::Ended,
                    Some(ENDED),
                ));
            }
            Err(Left::Ended) => return self.believe_ended(passage).await,
            Err(left) => return Ok(line(candidate, Outcome::Left, &left.words())),
        };
        if examined.account.spotify_id != candidate.spotify_id {
            self.quarantine(passage).await?;
            return Ok(mixed_up(candidate, &examined.account));
        }
        self.welcome(passage, examined).await
    }

    /// Takes somebody over whom Spotify has named.
    async fn welcome(&self, passage: &Passage<'_>, examined: Examined) -> Result<Line, StoreError> {
        let mut link = self.links.seal_examined(&examined);
        if link.scopes.is_empty() {
            link.scopes.clone_from(&self.usual_scopes);
        }
        let account = BroughtAccount::Confirmed(examined.account);
        self.keep(
            passage,
            account,
            Some(link),
            ImportStatus::Done,
            LinkOutcome::Active,
        )
        .await
    }

    /// Notes that the tokens are another account's.
    async fn quarantine(&self, passage: &Passage<'_>) -> Result<(), StoreError> {
        let candidate = passage.candidate;
        let key = self.key_hash(candidate);
        self.db
            .update_import_quarantined(
                &passage.origin,
                &candidate.spotify_id,
                key.as_ref(),
                changed_at(candidate),
                self.clock.now(),
            )
            .await
    }

    /// Takes somebody over of whom Spotify cannot say, or is not to say, who they are: without a link that works.
    async fn believe(&self, passage: &Passage<'_>) -> Result<Line, StoreError> {
        let candidate = passage.candidate;
        let link = match &candidate.tokens {
            FoundTokens::Both(brought) => self.links.seal_unexamined(brought),
            FoundTokens::None | FoundTokens::Half | FoundTokens::Unreadable => None,
        };
        let outcome = match link {
            Some(_) => LinkOutcome::Suspended,
            None => LinkOutcome::None,
        };
        let account = claimed(candidate);
        let told = self
            .keep(passage, account, link, ImportStatus::Unlinked, outcome)
            .await?;
        Ok(explained(told, Some(tokens_words(&candidate.tokens))))
    }

    async fn believe_ended(&self, passage: &Passage<'_>) -> Result<Line, StoreError> {
        let account = claimed(passage.candidate);
        let line = self
            .keep(
                passage,
                account,
                None,
                ImportStatus::Unlinked,
                LinkOutcome::Ended,
            )
            .await?;
        Ok(explained(line, Some(ENDED)))
    }

    async fn keep(
        &self,
        passage: &Passage<'_>,
        account: BroughtAccount,
        link: Option<BroughtLink>,
        status: ImportStatus,
        wished: LinkOutcome,
    ) -> Result<Line, StoreError> {
        let candidate = passage.candidate;
        let now = self.clock.now();
        let new = NewImport {
            origin: passage.origin,
            person: (!passage.is_here()).then(|| PersonId::new(now, random_bytes())),
            account,
            since: since(candidate, now),
            link,
            key: if passage.is_here() {
                None
            } else {
                self.key(candidate, now)
            },
            status,
            tokens_at: changed_at(candidate),
            event: AuditEvent::new(now, random_bytes(), "account.imported", Audited::Success)
                .because("import"),
        };
        let kept = match self.db.insert_import(&new, now).await {
            // Two people here share the id, and Spotify did not tell which account it is.
            Err(StoreError::Invalid("pair of people with one spotify id")) => Imported::Ambiguous,
            kept => kept?,
        };
        Ok(match kept {
            Imported::Gone => line(candidate, Outcome::Gone, "it was deleted here since"),
            Imported::Ambiguous => line(
                candidate,
                Outcome::Refused,
                "several people here have this Spotify id; the person connects anew",
            ),
            Imported::Unproven => line(candidate, Outcome::Refused, UNPROVEN),
            Imported::Kept { link, key, .. } => {
                let (link, words) = match link {
                    LinkBrought::HasOne => (
                        LinkOutcome::KeptNewer,
                        Some("the person has connected here since, and that link stays"),
                    ),
                    LinkBrought::Kept | LinkBrought::None => (wished, None),
                };
                let told = with_link(line(candidate, Outcome::Imported, ""), link, words);
                if passage.is_here() {
                    explained(
                        told,
                        Some("the person was imported before; the link came now"),
                    )
                } else {
                    with_key(told, candidate, key)
                }
            }
        })
    }

    fn key(&self, candidate: &Candidate, now: Millis) -> Option<BroughtKey> {
        Some(BroughtKey {
            id: KeyId::new(now, random_bytes()),
            hash: self.key_hash(candidate)?,
            label: LABEL,
            made_at: since(candidate, now),
            last_used_at: candidate.last_used_at.filter(|at| *at <= now),
        })
    }

    fn key_hash(&self, candidate: &Candidate) -> Option<SecretHash> {
        match &candidate.key {
            FoundKey::Usable(key) => Some(key.hash(&self.hash_key)),
            FoundKey::Malformed | FoundKey::Shared => None,
        }
    }
}

fn changed_at(candidate: &Candidate) -> Millis {
    match &candidate.tokens {
        FoundTokens::Both(brought) => brought.changed_at,
        FoundTokens::None | FoundTokens::Half | FoundTokens::Unreadable => 0,
    }
}

/// A time that is missing or to come counts as now.
fn since(candidate: &Candidate, now: Millis) -> Millis {
    if (1..=now).contains(&candidate.since) {
        candidate.since
    } else {
        now
    }
}

fn claimed(candidate: &Candidate) -> BroughtAccount {
    BroughtAccount::Claimed(Account {
        account_id: None,
        spotify_id: candidate.spotify_id.clone(),
        display_name: candidate.display_name.clone(),
    })
}
