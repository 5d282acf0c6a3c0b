//! The other server's database, in the tables and with the types that its models declare, and its Fernet.

use aes::Aes128;
use auxcord::{
    clock::{Clock, HOUR, MINUTE, Millis},
    crypto::random_bytes,
    sandbox::{PersonCard, TokenPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE};
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{Timestamp, tz::TimeZone};
use sha2::Sha256;

use crate::harness::{database::TestDatabase, sql::Hand};

/// The other server's database with its key.
pub struct OldServer {
    /// As in its `DATABASE_URL`.
    pub url: String,
    /// Its `TOKEN_ENCRYPTION_KEY`.
    pub key: String,
    pub database: TestDatabase,
    hand: Hand,
}

/// Somebody's rows there. What is `None` is null, or no row at all.
#[derive(Clone)]
#[expect(clippy::struct_field_names, reason = "the columns are called so there")]
pub struct User {
    pub user_id: String,
    pub api_key: String,
    pub spotify_id: Option<String>,
    pub display_name: String,
    pub access: Option<String>,
    pub refresh: Option<String>,
    pub expires_at: Millis,
    pub scope: Option<String>,
    pub created_at: Millis,
    /// Whether the tokens go in as they are, and not sealed.
    pub unsealed: bool,
}

impl User {
    pub fn new(card: &PersonCard, tokens: &TokenPair) -> Self {
        let now = Clock::System.now();
        Self {
            user_id: uuid_text(),
            api_key: old_key(),
            spotify_id: Some(card.id.clone()),
            display_name: card.display_name.clone(),
            access: Some(tokens.access_token.clone()),
            refresh: Some(tokens.refresh_token.clone()),
            expires_at: now + 50 * MINUTE,
            scope: Some("user-read-private user-library-read".to_owned()),
            created_at: now - 1_000 * HOUR,
            unsealed: false,
        }
    }

    /// Whose access token has ended.
    pub fn expired(mut self) -> Self {
        self.expires_at = Clock::System.now() - HOUR;
        self
    }

    /// Who has no row of tokens.
    pub fn unlinked(mut self) -> Self {
        self.access = None;
        self.refresh = None;
        self
    }
}

impl OldServer {
    /// Its empty tables.
    pub async fn new() -> Self {
        let database = TestDatabase::new().await;
        let mut hand = Hand::on(&database).await;
        let time = if database.is_postgres() {
            "timestamp without time zone"
        } else {
            "datetime"
        };
        for table in [
            "users (user_id varchar not null primary key, api_key varchar not null, spotify_user_id varchar, \
             display_name varchar, email varchar, created_at TIME, last_active TIME)",
            "spotify_tokens (user_id varchar not null primary key, access_token text, refresh_token text, \
             expires_at TIME, scope varchar, created_at TIME, updated_at TIME)",
            "user_sessions (session_id varchar not null primary key, user_id varchar not null, \
             api_key varchar not null, created_at TIME, last_activity TIME, expires_at TIME)",
        ] {
            hand.execute(&format!("create table {}", table.replace("TIME", time)))
                .await;
        }
        Self {
            url: database.url.clone(),
            key: URL_SAFE.encode(random_bytes::<32>()),
            database,
            hand,
        }
    }

    /// Adds somebody.
    pub async fn add(&mut self, user: &User) {
        let created = written(user.created_at);
        self.hand
            .execute(&format!(
                "insert into users values ('{}', '{}', {}, '{}', 'somebody@example.com', '{created}', '{created}')",
                user.user_id,
                user.api_key,
                nullable(user.spotify_id.as_deref()),
                user.display_name.replace('\'', "''"),
            ))
            .await;
        if user.access.is_none() && user.refresh.is_none() {
            return;
        }
        let sealed = |plain: &Option<String>| {
            let plain = plain.as_deref()?;
            Some(if user.unsealed {
                plain.to_owned()
            } else {
                seal(&self.key, plain)
            })
        };
        let (access, refresh) = (sealed(&user.access), sealed(&user.refresh));
        self.hand
            .execute(&format!(
                "insert into spotify_tokens values ('{}', {}, {}, '{}', {}, '{created}', '{created}')",
                user.user_id,
                nullable(access.as_deref()),
                nullable(refresh.as_deref()),
                written(user.expires_at),
                nullable(user.scope.as_deref()),
            ))
            .await;
    }

    /// Runs a statement there.
    pub async fn execute(&mut self, sql: &str) {
        self.hand.execute(sql).await;
    }

    /// Everything that is in its tables, to see that nothing was changed.
    pub async fn content(&self) -> Vec<String> {
        let mut content = Vec::new();
        for (table, columns) in [
            (
                "users",
                "user_id || api_key || coalesce(spotify_user_id, '')",
            ),
            (
                "spotify_tokens",
                "user_id || coalesce(access_token, '') || coalesce(refresh_token, '') || cast(updated_at as text)",
            ),
            ("user_sessions", "session_id || user_id"),
        ] {
            let rows = format!("select {columns} from {table} order by 1");
            content.extend(self.database.texts(&rows).await);
        }
        content
    }
}

/// A key as that server makes it: 32 letters and digits.
pub fn old_key() -> String {
    random_bytes::<32>()
        .map(|byte| {
            let at = usize::from(byte) % 62;
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[at])
        })
        .iter()
        .collect()
}

/// Seals as `cryptography.fernet` does.
pub fn seal(key: &str, plain: &str) -> String {
    let key = URL_SAFE.decode(key).unwrap();
    let iv: [u8; 16] = random_bytes();
    let encryption: [u8; 16] = key[16..].try_into().unwrap();
    let padding = 16 - plain.len() % 16;
    let mut blocks = plain.as_bytes().to_vec();
    blocks.extend(vec![u8::try_from(padding).unwrap(); padding]);
    let mut cipher = cbc::Encryptor::<Aes128>::new((&encryption).into(), (&iv).into());
    for block in blocks.chunks_exact_mut(16) {
        let block: &mut [u8; 16] = block.try_into().unwrap();
        cipher.encrypt_block(block.into());
    }
    let mut token = vec![0x80];
    token.extend(1_700_000_000_u64.to_be_bytes());
    token.extend(iv);
    token.extend(blocks);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key[..16]).unwrap();
    mac.update(&token);
    token.extend(mac.finalize().into_bytes());
    URL_SAFE.encode(token)
}

fn uuid_text() -> String {
    auxcord::store::PersonId::new(Clock::System.now(), random_bytes()).to_string()
}

/// A time as SQLAlchemy writes it: UTC, without a zone.
fn written(at: Millis) -> String {
    let at = Timestamp::from_millisecond(at)
        .unwrap()
        .to_zoned(TimeZone::UTC);
    at.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
}

fn nullable(text: Option<&str>) -> String {
    text.map_or("null".to_owned(), |text| format!("'{text}'"))
}
