//! `auxcord users link`: a Spotify token that somebody has at hand becomes a link, once Spotify has said whose it is.

use secrecy::{ExposeSecret, SecretString};

use super::{MadeKey, OpenFailure, bring::Bringing, views::rfc3339};
use crate::{
    auth::{KeyOptions, Scopes},
    clock::{Clock, HOUR},
    config::Config,
    crypto::{Purpose, SecretHash, random_bytes},
    link::{Brought, ExamineFault, Examined},
    spotify::{AccessToken, RefreshToken},
    store::{Account, AuditEvent, KeyKept, MAX_KEYS, Outcome, StoreError},
};

/// The longest token that is taken, in bytes.
pub const LONGEST_TOKEN: usize = 4_096;
/// What Spotify's refresh tokens begin with; only the order of the questions depends on it.
const REFRESH_PREFIX: &str = "AQ";

/// A link that was made by hand.
#[derive(Debug)]
pub struct HandMade {
    /// Their id here.
    pub person: String,
    /// Spotify's `id` of the account.
    pub spotify_id: String,
    /// The name of the account.
    pub display_name: Option<String>,
    /// When the link ends, RFC 3339, if it cannot be renewed.
    pub ends_at: Option<String>,
    /// Whether the link that the person had stayed as it was, because it can do more or lasts longer.
    pub stayed: bool,
    /// The new key, to be shown once.
    pub key: MadeKey,
}

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum HandFailure {
    /// What was read cannot be a token.
    #[error("standard input holds no Spotify token")]
    NoToken,
    /// Spotify did not say whose it is.
    #[error("the token was not accepted: {0}")]
    Refused(#[from] ExamineFault),
    /// The person has as many keys as a person may have.
    #[error("{0:?} has {MAX_KEYS} keys, as many as a person may have")]
    TooManyKeys(String),
    /// Our own house.
    #[error(transparent)]
    Open(#[from] OpenFailure),
    /// Our own database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HandFailure {
    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            Self::NoToken => "write the token alone into standard input, for example with `auxcord users link < token.txt`".into(),
            Self::Refused(ExamineFault::Ended) => "it has ended, or belongs to another Spotify app than SPOTIFY_CLIENT_ID; nothing was stored".into(),
            Self::Refused(ExamineFault::AppRefused) => "check SPOTIFY_CLIENT_ID, and SPOTIFY_CLIENT_SECRET, which refresh tokens need that were got without PKCE".into(),
            Self::Refused(ExamineFault::NotAllowListed) => "add the account to the users of the app at https://developer.spotify.com/dashboard".into(),
            Self::Refused(_) => "try again later; nothing of the person was changed".into(),
            Self::TooManyKeys(_) => "`auxcord keys revoke ID` ends one that is not needed; the link was not changed".into(),
            Self::Open(failure) => failure.hint(),
            Self::Store(_) => "check DATABASE_URL, that it may be written, and that the disk is not full".into(),
        }
    }
}

/// Makes `token`, an access or a refresh token, the link of whoever Spotify says it belongs to, and makes them a key.
///
/// # Errors
/// [`HandFailure`]; nothing of anybody is changed before Spotify has named them.
pub async fn link_by_hand(
    config: &Config,
    clock: Clock,
    token: &SecretString,
    options: KeyOptions,
) -> Result<HandMade, HandFailure> {
    let text = token.expose_secret();
    let fits = (1..=LONGEST_TOKEN).contains(&text.len());
    if !fits || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(HandFailure::NoToken);
    }
    let bringing = Bringing::open(config, clock, true).await?;
    let names = format!("token\0{text}");
    let origin = bringing.keys.hash_key().hash(Purpose::Import, &names);
    let examined = bringing.examine(&origin, text).await?;
    let account = &examined.account;
    bringing.has_room(account).await?;
    let adopted = bringing.links.adopt(&examined, "operator").await?;
    let person = adopted.person;
    bringing.db.delete_import(&origin).await?;
    let issued = bringing.keys.issue(options);
    let now = bringing.clock.now();
    let event = AuditEvent::new(now, random_bytes(), "key.created", Outcome::Success)
        .about(person)
        .with_key(issued.stored.id)
        .because("operator");
    let kept = bringing.db.insert_key(person, &issued.stored, &event, now);
    if kept.await? != KeyKept::Kept {
        return Err(HandFailure::TooManyKeys(account.spotify_id.clone()));
    }
    bringing.db.close().await;
    Ok(HandMade {
        person: person.to_string(),
        spotify_id: account.spotify_id.clone(),
        display_name: account.display_name.clone(),
        ends_at: examined.ends_at().filter(|_| !adopted.stayed).map(rfc3339),
        stayed: adopted.stayed,
        key: MadeKey {
            id: issued.stored.id,
            key: issued.key,
        },
    })
}

impl Bringing {
    /// Tries the token as what it looks like first, and as the other thing if Spotify does not know it as that.
    async fn examine(&self, origin: &SecretHash, text: &str) -> Result<Examined, ExamineFault> {
        let now = self.clock.now();
        let brought = |access, refresh| Brought {
            access,
            refresh,
            // Spotify tells the permissions with a renewal only; a call that lacks one says so.
            scopes: Scopes::all().spotify().join(" "),
            authorized_at: now,
            changed_at: 0,
        };
        let as_access = brought(Some((AccessToken::new(text.to_owned()), now + HOUR)), None);
        let as_refresh = brought(None, Some(RefreshToken::new(text.to_owned())));
        let (first, second) = if text.starts_with(REFRESH_PREFIX) {
            (as_refresh, as_access)
        } else {
            (as_access, as_refresh)
        };
        match self.links.examine(origin, &first).await {
            Err(ExamineFault::Ended) => self.links.examine(origin, &second).await,
            outcome => outcome,
        }
    }

    /// Whether another key can be made for the person of that account.
    async fn has_room(&self, account: &Account) -> Result<(), HandFailure> {
        let Some(person) = self.db.find_person_of(account).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        let keys = self.db.list_keys(Some(person)).await?;
        let held = keys
            .iter()
            .filter(|key| key.expires_at.is_none_or(|end| now < end));
        if i64::try_from(held.count()).is_ok_and(|held| held < MAX_KEYS) {
            Ok(())
        } else {
            Err(HandFailure::TooManyKeys(account.spotify_id.clone()))
        }
    }
}
