//! People, each one Spotify account, and what a completed login writes: person, link, and keys, session, machine or
//! grant in one transaction.

use super::{
    AppId, AuditEvent, Db, KeyId, LinkId, NewGrant, NewKey, NewSession, PersonId, StoreError,
    audit::insert_audit,
    grants::{GRANT_LASTS, insert_grant},
    in_transaction,
    keys::{MAX_KEYS, insert_key},
    machines::put_machine,
    on,
    revocations::insert_revocation,
    sessions::insert_session,
};
use crate::{clock::Millis, crypto::SecretHash};

/// A Spotify account as `GET /me` names it.
#[derive(Clone, Debug)]
pub struct Account {
    /// Spotify's stable key of the account, where it is told.
    pub account_id: Option<String>,
    /// Spotify's `id` of the account.
    pub spotify_id: String,
    /// The name that the person chose.
    pub display_name: Option<String>,
}

/// A login that Spotify confirmed.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// The person's row, if they are new.
    pub person: PersonId,
    /// The account.
    pub account: Account,
    /// What becomes of the person's link.
    pub link: LinkChange,
    /// What the login gives.
    pub given: Given,
    /// What the audit says; the person is filled in.
    pub events: Vec<AuditEvent>,
}

/// What a login does to the person's link.
#[derive(Clone, Debug)]
pub enum LinkChange {
    /// It takes the place of the one of that id, or is the first.
    Replace(NewLink, Option<LinkId>),
    /// The one of that id, which is in use, can do all that was approved and more, so it stays.
    Keep(LinkId),
    /// Whatever there is stays as it is.
    Leave,
}

/// What somebody gets for a login.
#[derive(Clone, Debug)]
pub enum Given {
    /// An API key and a link key.
    Keys(Box<[NewKey; 2]>),
    /// A signed-in browser.
    Session(NewSession),
    /// The machine whose secret has this hash, which is the person's from then on.
    Machine(SecretHash),
    /// A grant to a client, with its code.
    Grant(Box<NewGrant>),
    /// Nothing but the link: it was made by the operator's hand.
    Nothing,
}

/// A link about to be kept, sealed for the row `id`.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// Its row.
    pub id: LinkId,
    /// The app that it goes through.
    pub app: AppId,
    /// The access token, sealed.
    pub access_sealed: Vec<u8>,
    /// The refresh token, sealed.
    pub refresh_sealed: Vec<u8>,
    /// When the access token ends.
    pub access_expires_at: Millis,
    /// The Spotify permissions granted, separated by spaces.
    pub scopes: String,
    /// Until when the grants that hang on it last at most.
    pub grants_until: Millis,
}

/// What a login led to.
#[derive(Clone, Debug)]
pub struct Connected {
    /// The person, new or known.
    pub person: PersonId,
    /// Keys that had to go to keep the number down.
    pub dropped: Vec<KeyId>,
}

/// A person as the operator may see them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PersonRow {
    /// Their row.
    #[sqlx(try_from = "String")]
    pub id: PersonId,
    /// Spotify's stable key of the account.
    pub account_id: Option<String>,
    /// Spotify's `id` of the account.
    pub spotify_id: String,
    /// The name that the person chose.
    pub display_name: Option<String>,
    /// When they first connected.
    pub created_at: Millis,
}

/// Finds or makes the person of an account, inside a transaction.
///
/// `account_id` decides where Spotify tells it. A row that lacks it is completed by the first login that has it;
/// `id` alone decides only where nothing else is known, and never between two accounts.
macro_rules! upsert_person {
    ($tx:ident, $new:expr, $account:expr, $now:expr) => {{
        let account: &Account = $account;
        let id: String = if let Some(account_id) = &account.account_id {
            sqlx::query(
                "update people set account_id = $1 where account_id is null and spotify_id = $2 \
                 and not exists (select 1 from people where account_id = $1)",
            )
            .bind(account_id).bind(&account.spotify_id).execute(&mut *$tx).await?;
            sqlx::query_scalar(
                "insert into people (id, account_id, spotify_id, display_name, created_at) values ($1, $2, $3, $4, $5) \
                 on conflict (account_id) do update set spotify_id = excluded.spotify_id, \
                 display_name = excluded.display_name returning id",
            )
            .bind($new.to_string()).bind(account_id).bind(&account.spotify_id).bind(&account.display_name).bind($now)
            .fetch_one(&mut *$tx).await?
        } else {
            let known: Vec<String> = sqlx::query_scalar("select id from people where spotify_id = $1")
                .bind(&account.spotify_id).fetch_all(&mut *$tx).await?;
            match known.as_slice() {
                [] => sqlx::query_scalar(
                    "insert into people (id, spotify_id, display_name, created_at) values ($1, $2, $3, $4) \
                     on conflict (spotify_id) where account_id is null \
                     do update set display_name = excluded.display_name returning id",
                )
                .bind($new.to_string()).bind(&account.spotify_id).bind(&account.display_name).bind($now)
                .fetch_one(&mut *$tx).await?,
                [only] => sqlx::query_scalar("update people set display_name = $2 where id = $1 returning id")
                    .bind(only).bind(&account.display_name).fetch_one(&mut *$tx).await?,
                _ => return Err(StoreError::Invalid("pair of people with one spotify id")),
            }
        };
        PersonId::parse(&id).ok_or(StoreError::Invalid("person id"))?
    }};
}

/// Puts a link in the place of an earlier one through the same app, and revives and prolongs the grants that hang
/// on it.
macro_rules! replace_link {
    ($tx:ident, $person:expr, $link:expr, $earlier:expr, $now:expr) => {{
        let link: &NewLink = $link;
        let earlier: Option<LinkId> = $earlier;
        let replaced = sqlx::query(
            "insert into spotify_links (id, person_id, app_id, access_sealed, refresh_sealed, access_issued_at, \
             access_expires_at, scopes, authorized_at, status, version) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $6, 'active', 1) \
             on conflict (person_id, app_id) do update set id = excluded.id, \
             access_sealed = excluded.access_sealed, refresh_sealed = excluded.refresh_sealed, \
             access_issued_at = excluded.access_issued_at, access_expires_at = excluded.access_expires_at, \
             scopes = excluded.scopes, authorized_at = excluded.authorized_at, status = 'active', \
             suspended_reason = null, suspended_at = null, version = spotify_links.version + 1, \
             lease_owner = null, lease_until = null \
             where spotify_links.id = $9",
        )
        .bind(link.id.to_string()).bind($person.to_string()).bind(link.app.to_string())
        .bind(&link.access_sealed).bind(&link.refresh_sealed).bind($now)
        .bind(link.access_expires_at).bind(&link.scopes).bind(earlier.map(|id| id.to_string()))
        .execute(&mut *$tx).await?.rows_affected() > 0;
        if !replaced {
            return Err(StoreError::Overtaken);
        }
        sqlx::query(
            "update grants set status = 'active', \
             expires_at = case when created_at + $3 < $4 then created_at + $3 else $4 end \
             where person_id = $1 and app_id = $2 and status <> 'revoked' and $5 < expires_at",
        )
        .bind($person.to_string()).bind(link.app.to_string()).bind(GRANT_LASTS).bind(link.grants_until)
        .bind($now).execute(&mut *$tx).await?;
    }};
}

/// Holds on to a link that is in use until the end of the transaction.
macro_rules! keep_link {
    ($tx:ident, $person:expr, $link:expr) => {{
        let kept = sqlx::query(
            "update spotify_links set status = status where id = $1 and person_id = $2 and status = 'active'",
        )
        .bind($link.to_string()).bind($person.to_string()).execute(&mut *$tx).await?.rows_affected() > 0;
        if !kept {
            return Err(StoreError::Overtaken);
        }
    }};
}

/// Keeps the two keys of a login; the ids of those that had to go for them.
macro_rules! insert_login_keys {
    ($tx:ident, $person:expr, $keys:expr, $now:expr) => {{
        let keys: &[NewKey; 2] = $keys;
        for key in keys {
            insert_key!(&mut *$tx, $person, key, $now);
        }
        let dropped: Vec<String> = sqlx::query_scalar(
            "delete from api_keys where id in (select id from api_keys where person_id = $1 \
             and id <> $2 and id <> $3 \
             order by case when last_used_at is null then 0 else 1 end, coalesce(last_used_at, created_at), id \
             limit (select case when count(*) > $4 then count(*) - $4 else 0 end \
             from api_keys where person_id = $1)) returning id",
        )
        .bind($person.to_string()).bind(keys[0].id.to_string()).bind(keys[1].id.to_string())
        .bind(MAX_KEYS).fetch_all(&mut *$tx).await?;
        for key in &dropped {
            insert_revocation!(&mut *$tx, None::<String>, Some(key), $now);
        }
        dropped.iter().filter_map(|id| KeyId::parse(id)).collect::<Vec<_>>()
    }};
}

/// Moves an approved request for authorization on; whether it was waiting for that.
macro_rules! answer_authorization {
    ($tx:ident, $grant:expr, $now:expr) => {
        sqlx::query(
            "update authorizations set status = 'coded' where id = $1 and status = 'approved' and $2 < expires_at",
        )
        .bind($grant.authorization.to_string()).bind($now).execute(&mut *$tx).await?.rows_affected() > 0
    };
}

/// Whether there is such a person. Until the end of the transaction no other one gives them a key or takes one.
macro_rules! lock_person {
    ($executor:expr, $person:expr) => {
        sqlx::query("update people set spotify_id = spotify_id where id = $1")
            .bind($person.to_string())
            .execute($executor)
            .await?
            .rows_affected()
            > 0
    };
}

pub(super) use {lock_person, upsert_person};

impl Db {
    /// Keeps a confirmed login: the person (new or known by their account), the link in place of an earlier one,
    /// and what the login gives. All of it or nothing; `None` and nothing when the request for authorization that
    /// it answers is not waiting for it any more.
    ///
    /// # Errors
    /// [`StoreError::Overtaken`] when the link that was to be replaced or kept is not there any more.
    pub async fn insert_connection(
        &self,
        new: &NewConnection,
        now: Millis,
    ) -> Result<Option<Connected>, StoreError> {
        Ok(in_transaction!(self, tx => {
            let waited_for = match &new.given {
                Given::Grant(grant) => answer_authorization!(tx, grant, now),
                Given::Keys(_) | Given::Session(_) | Given::Machine(_) | Given::Nothing => true,
            };
            if waited_for {
                let person = upsert_person!(tx, new.person, &new.account, now);
                match &new.link {
                    LinkChange::Replace(link, earlier) => {
                        replace_link!(tx, person, link, *earlier, now);
                    }
                    LinkChange::Keep(link) => keep_link!(tx, person, *link),
                    LinkChange::Leave => {}
                }
                let dropped = match &new.given {
                    Given::Keys(keys) => insert_login_keys!(tx, person, keys, now),
                    Given::Session(session) => {
                        insert_session!(&mut *tx, person, session, now);
                        Vec::new()
                    }
                    Given::Machine(machine) => {
                        put_machine!(&mut *tx, person, machine, now);
                        Vec::new()
                    }
                    Given::Grant(grant) => {
                        insert_grant!(tx, person, grant, now);
                        Vec::new()
                    }
                    Given::Nothing => Vec::new(),
                };
                if let LinkChange::Replace(..) = &new.link {
                    insert_revocation!(&mut *tx, Some(person.to_string()), None::<String>, now);
                }
                for event in &new.events {
                    let event = AuditEvent { person: Some(person), ..event.clone() };
                    insert_audit!(&mut *tx, &event, now);
                }
                Some(Connected { person, dropped })
            } else {
                None
            }
        }))
    }

    /// The person whose account that is, as [`Db::insert_connection`] would find them.
    pub async fn find_person_of(&self, account: &Account) -> Result<Option<PersonId>, StoreError> {
        let id: Option<String> = on!(self, pool => sqlx::query_scalar(
            "select id from people where account_id = $1 or (spotify_id = $2 and ($1 is null or account_id is null)) \
             order by account_id is null limit 1")
            .bind(&account.account_id).bind(&account.spotify_id).fetch_optional(pool).await?);
        Ok(id.as_deref().and_then(PersonId::parse))
    }

    /// One person.
    pub async fn find_person(&self, id: PersonId) -> Result<Option<PersonRow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select id, account_id, spotify_id, display_name, created_at from people where id = $1")
            .bind(id.to_string()).fetch_optional(pool).await?))
    }

    /// Everybody, in the order in which they came.
    pub async fn list_people(&self) -> Result<Vec<PersonRow>, StoreError> {
        Ok(on!(self, pool => sqlx::query_as(
            "select id, account_id, spotify_id, display_name, created_at from people order by created_at, id")
            .fetch_all(pool).await?))
    }

    /// Forgets a person with their link and keys, on every replica; `false` when there is no such person.
    ///
    /// No row names the person from then on: the audit keeps its events under `pseudonym`, which leads back to
    /// nobody, and replicas are told to drop each key and grant, without which nothing else of the person can be reached.
    pub async fn delete_person(
        &self,
        id: PersonId,
        pseudonym: PersonId,
        event: &AuditEvent,
        now: Millis,
    ) -> Result<bool, StoreError> {
        Ok(in_transaction!(self, tx => {
            let known = lock_person!(&mut *tx, id);
            if known {
                let keys: Vec<String> =
                    sqlx::query_scalar("delete from api_keys where person_id = $1 returning id")
                        .bind(id.to_string()).fetch_all(&mut *tx).await?;
                // Before the grants, in the order in which a suspension locks them.
                sqlx::query("delete from spotify_links where person_id = $1")
                    .bind(id.to_string()).execute(&mut *tx).await?;
                let grants: Vec<String> =
                    sqlx::query_scalar("delete from grants where person_id = $1 returning id")
                        .bind(id.to_string()).fetch_all(&mut *tx).await?;
                sqlx::query("delete from people where id = $1")
                    .bind(id.to_string()).execute(&mut *tx).await?;
                sqlx::query("delete from revocations where person_id = $1")
                    .bind(id.to_string()).execute(&mut *tx).await?;
                sqlx::query(
                    "update audit set person_id = $2, key_id = null, grant_id = null where person_id = $1")
                    .bind(id.to_string()).bind(pseudonym.to_string()).execute(&mut *tx).await?;
                for key in &keys {
                    insert_revocation!(&mut *tx, None::<String>, Some(key), now);
                }
                for grant in &grants {
                    insert_revocation!(&mut *tx, grant grant, now);
                }
                let event = AuditEvent { person: Some(pseudonym), ..event.clone() };
                insert_audit!(&mut *tx, &event, now);
            }
            known
        }))
    }
}
