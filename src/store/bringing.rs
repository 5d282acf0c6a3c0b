//! Taking a person over in one transaction: them, their link, their key, and that it was done.
//!
//! Whoever is here already stays as they are, and what is newer here stays.

use super::{
    Account, AuditEvent, BroughtAccount, BroughtKey, BroughtLink, Db, Imported, KeyBrought,
    LinkBrought, LinkStatus, NewImport, PersonId, StoreError,
    audit::insert_audit,
    imports::note_import,
    in_transaction,
    keys::MAX_KEYS,
    people::{lock_person, upsert_person},
    revocations::insert_revocation,
};
use crate::{clock::Millis, crypto::ImportedKey};

/// Finds or makes the person whom only the other server names, and leaves those who are here as they are.
macro_rules! claimed_person {
    ($tx:ident, $new:expr, $account:expr, $since:expr) => {{
        let account: &Account = $account;
        let known: Vec<String> =
            sqlx::query_scalar("select id from people where spotify_id = $1")
                .bind(&account.spotify_id)
                .fetch_all(&mut *$tx)
                .await?;
        match known.as_slice() {
            [] => {
                sqlx::query(
                    "insert into people (id, spotify_id, display_name, created_at) values ($1, $2, $3, $4)",
                )
                .bind($new.to_string())
                .bind(&account.spotify_id)
                .bind(&account.display_name)
                .bind($since)
                .execute(&mut *$tx)
                .await?;
                Some($new)
            }
            [only] => Some(PersonId::parse(only).ok_or(StoreError::Invalid("person id"))?),
            _ => None,
        }
    }};
}

/// Keeps a link where the person has none through that app, or one that has ended while this one works.
macro_rules! bring_link {
    ($tx:ident, $person:expr, $link:expr, $now:expr) => {{
        let link: &BroughtLink = $link;
        let suspended = link.status == LinkStatus::Suspended;
        let kept = sqlx::query(
            "insert into spotify_links (id, person_id, app_id, access_sealed, refresh_sealed, access_issued_at, \
             access_expires_at, scopes, authorized_at, status, suspended_reason, suspended_at, version) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1) \
             on conflict (person_id, app_id) do update set id = excluded.id, \
             access_sealed = excluded.access_sealed, refresh_sealed = excluded.refresh_sealed, \
             access_issued_at = excluded.access_issued_at, access_expires_at = excluded.access_expires_at, \
             scopes = excluded.scopes, authorized_at = excluded.authorized_at, status = excluded.status, \
             suspended_reason = null, suspended_at = null, version = spotify_links.version + 1, \
             lease_owner = null, lease_until = null \
             where excluded.status = 'active' and spotify_links.status = 'suspended'",
        )
        .bind(link.id.to_string())
        .bind($person.to_string())
        .bind(link.app.to_string())
        .bind(&link.access_sealed)
        .bind(&link.refresh_sealed)
        .bind(link.access_issued_at)
        .bind(link.access_expires_at)
        .bind(&link.scopes)
        .bind(link.authorized_at)
        .bind(if suspended { "suspended" } else { "active" })
        .bind(suspended.then_some("unchecked"))
        .bind(suspended.then_some($now))
        .execute(&mut *$tx)
        .await?
        .rows_affected()
            > 0;
        if kept { LinkBrought::Kept } else { LinkBrought::HasOne }
    }};
}

/// Whether whoever opens the person's account reaches their music.
macro_rules! has_working_link {
    ($tx:ident, $person:expr) => {{
        let working: i64 = sqlx::query_scalar(
            "select count(*) from spotify_links where person_id = $1 and status = 'active'",
        )
        .bind($person.to_string())
        .fetch_one(&mut *$tx)
        .await?;
        working > 0
    }};
}

/// Keeps a key, unless it is known or there are too many.
macro_rules! bring_key {
    ($tx:ident, $person:expr, $key:expr, $now:expr) => {{
        let key: &BroughtKey = $key;
        let owner: Option<String> =
            sqlx::query_scalar("select person_id from api_keys where hash = $1")
                .bind(key.hash.as_bytes())
                .fetch_optional(&mut *$tx)
                .await?;
        let held: i64 = sqlx::query_scalar(
            "select count(*) from api_keys where person_id = $1 and (expires_at is null or $2 < expires_at)",
        )
        .bind($person.to_string())
        .bind($now)
        .fetch_one(&mut *$tx)
        .await?;
        match owner {
            Some(owner) if owner == $person.to_string() => KeyBrought::Kept,
            Some(_) => KeyBrought::OfAnother,
            None if held >= MAX_KEYS => KeyBrought::TooMany,
            None => {
                sqlx::query(
                    "insert into api_keys (id, person_id, kind, hash, label, read_only, created_at, last_used_at) \
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(key.id.to_string())
                .bind($person.to_string())
                .bind(ImportedKey::KIND)
                .bind(key.hash.as_bytes())
                .bind(key.label)
                .bind(false)
                .bind(key.made_at)
                .bind(key.last_used_at)
                .execute(&mut *$tx)
                .await?;
                KeyBrought::Kept
            }
        }
    }};
}

impl Db {
    /// Takes a person over: them, their link, their key, and that it was done. All of it or nothing.
    pub async fn insert_import(
        &self,
        new: &NewImport,
        now: Millis,
    ) -> Result<Imported, StoreError> {
        let found = match (new.person, &new.account) {
            (Some(_), _) => None,
            (None, BroughtAccount::Confirmed(account) | BroughtAccount::Claimed(account)) => {
                match self.find_person_of(account).await? {
                    Some(person) => Some(person),
                    None => return Ok(Imported::Gone),
                }
            }
        };
        let (proven, account) = match &new.account {
            BroughtAccount::Confirmed(account) => (true, account),
            BroughtAccount::Claimed(account) => (false, account),
        };
        Ok(in_transaction!(self, tx => {
            let person = match (found, new.person) {
                (Some(found), _) => Some(found),
                (None, Some(fresh)) if proven => Some(upsert_person!(tx, fresh, account, new.since)),
                (None, Some(fresh)) => claimed_person!(tx, fresh, account, new.since),
                (None, None) => None,
            };
            match person {
                None if new.person.is_none() => Imported::Gone,
                None => Imported::Ambiguous,
                Some(person) if !lock_person!(&mut *tx, person) => Imported::Gone,
                Some(person) if !proven && has_working_link!(tx, person) => Imported::Unproven,
                Some(person) => {
                    let link = match &new.link {
                        Some(link) => bring_link!(tx, person, link, now),
                        None => LinkBrought::None,
                    };
                    let key = match &new.key {
                        Some(key) => bring_key!(tx, person, key, now),
                        None => KeyBrought::None,
                    };
                    if link == LinkBrought::Kept {
                        insert_revocation!(&mut *tx, Some(person.to_string()), None::<String>, now);
                    }
                    note_import!(&mut *tx, new.origin, new.status, new.tokens_at, now);
                    let event = AuditEvent { person: Some(person), ..new.event.clone() };
                    insert_audit!(&mut *tx, &event, now);
                    Imported::Kept { person, link, key }
                }
            }
        }))
    }
}
