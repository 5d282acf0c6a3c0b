//! What an operator sees of a person: rows without their secrets, times as RFC 3339. Knows no statement.

use serde::Serialize;

use crate::{
    clock::Millis,
    crypto::ImportedKey,
    link::LinkState,
    oauth::Client,
    store::{AuditRow, KeyRow, LinkRow, LinkStatus, PersonRow},
};

/// A person with their link and keys, for lists and exports. Holds no secret.
#[derive(Clone, Debug, Serialize)]
pub struct PersonView {
    /// auxcord's id of the person.
    pub id: String,
    /// Spotify's stable key of the account.
    pub account_id: Option<String>,
    /// Spotify's `id` of the account.
    pub spotify_id: String,
    /// The name that the person chose.
    pub display_name: Option<String>,
    /// When they first connected, RFC 3339.
    pub created_at: String,
    /// `active`, `suspended` or `missing`.
    pub link: &'static str,
    /// What Spotify granted.
    pub scopes: Vec<String>,
    /// When they consented at Spotify, RFC 3339.
    pub authorized_at: Option<String>,
    /// Their keys.
    pub keys: Vec<KeyView>,
}

/// A key without the key.
#[derive(Clone, Debug, Serialize)]
pub struct KeyView {
    /// Its id, for revoking it.
    pub id: String,
    /// Whose it is.
    pub person: String,
    /// `api`, `link`, or `imported` for an earlier server's, which opens both doors.
    pub kind: String,
    /// Whether its owner should replace it, because it stands in URLs and is an earlier server's.
    pub replace_me: bool,
    /// The owner's name for it.
    pub label: String,
    /// No tool that writes.
    pub read_only: bool,
    /// Only these toolsets.
    pub toolsets: Option<Vec<String>>,
    /// Only these tools, in the place of toolsets.
    pub tools: Option<Vec<String>>,
    /// Never these tools.
    pub exclude_tools: Vec<String>,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When it was last used, RFC 3339, to the minute.
    pub last_used_at: Option<String>,
    /// When it ends, RFC 3339.
    pub expires_at: Option<String>,
}

/// An OAuth client without its secret.
#[derive(Clone, Debug, Serialize)]
pub struct ClientView {
    /// Its row, for revoking it.
    pub id: String,
    /// What it shows.
    pub client_id: String,
    /// `static`, `dcr` or `cimd`, and whether it has a secret.
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
    /// Where it may have browsers sent.
    pub redirect_uris: Vec<String>,
    /// Grants that are not revoked.
    pub grants: i64,
    /// When it was first seen, RFC 3339.
    pub created_at: String,
    /// When it was last used, RFC 3339, to the hour.
    pub last_used_at: Option<String>,
}

/// All that is stored of a person, but secrets.
#[derive(Clone, Debug, Serialize)]
pub struct PersonExport {
    /// The person with their keys.
    #[serde(flatten)]
    pub person: PersonView,
    /// The link to Spotify.
    pub spotify_link: Option<LinkView>,
    /// What happened to the account.
    pub events: Vec<EventView>,
}

/// A link to Spotify without its tokens.
#[derive(Clone, Debug, Serialize)]
pub struct LinkView {
    /// Its id.
    pub id: String,
    /// Spotify's client id of the app that it goes through.
    pub client_id: String,
    /// `active` or `suspended`.
    pub status: &'static str,
    /// When the present access token was issued, RFC 3339.
    pub access_issued_at: String,
    /// When it ends, RFC 3339.
    pub access_expires_at: String,
    /// How often the tokens were replaced, and once more.
    pub version: i64,
}

/// An event of the audit.
#[derive(Clone, Debug, Serialize)]
pub struct EventView {
    /// When, RFC 3339.
    pub at: String,
    /// What happened.
    pub event: String,
    /// `success` or `failure`.
    pub outcome: String,
    /// The key that it concerns.
    pub key: Option<String>,
    /// Why.
    pub detail: Option<String>,
}

impl PersonView {
    /// The view of a person from the rows about them.
    pub(super) fn of(person: PersonRow, link: Option<LinkRow>, keys: Vec<KeyRow>) -> Self {
        Self {
            id: person.id.to_string(),
            account_id: person.account_id,
            spotify_id: person.spotify_id,
            display_name: person.display_name,
            created_at: rfc3339(person.created_at),
            link: link_state(link.as_ref()).as_str(),
            scopes: link
                .iter()
                .flat_map(|link| link.scopes.split_whitespace().map(str::to_owned))
                .collect(),
            authorized_at: link.map(|link| rfc3339(link.authorized_at)),
            keys: keys.into_iter().map(KeyView::from).collect(),
        }
    }
}

impl ClientView {
    /// The view of a client.
    pub(super) fn of(client: Client, grants: i64, last_used_at: Option<Millis>) -> Self {
        Self {
            id: client.id.to_string(),
            client_id: client.client_id,
            kind: match client.secret_hash {
                Some(_) => "static, confidential",
                None => client.kind.as_str(),
            },
            name: client.name,
            redirect_uris: client
                .redirects
                .into_iter()
                .map(|redirect| redirect.uri)
                .collect(),
            grants,
            created_at: rfc3339(client.created_at),
            last_used_at: last_used_at.map(rfc3339),
        }
    }
}

impl From<KeyRow> for KeyView {
    fn from(row: KeyRow) -> Self {
        Self {
            id: row.id.to_string(),
            person: row.person_id.to_string(),
            replace_me: row.kind == ImportedKey::KIND,
            kind: row.kind,
            label: row.label,
            read_only: row.read_only,
            toolsets: row.toolsets.as_deref().map(names),
            tools: row.tools.as_deref().map(names),
            exclude_tools: row.exclude_tools.as_deref().map(names).unwrap_or_default(),
            created_at: rfc3339(row.created_at),
            last_used_at: row.last_used_at.map(rfc3339),
            expires_at: row.expires_at.map(rfc3339),
        }
    }
}

impl From<LinkRow> for LinkView {
    fn from(row: LinkRow) -> Self {
        Self {
            status: link_state(Some(&row)).as_str(),
            id: row.id.to_string(),
            client_id: row.client_id,
            access_issued_at: rfc3339(row.access_issued_at),
            access_expires_at: rfc3339(row.access_expires_at),
            version: row.version,
        }
    }
}

impl From<AuditRow> for EventView {
    fn from(row: AuditRow) -> Self {
        Self {
            at: rfc3339(row.created_at),
            event: row.event,
            outcome: row.outcome,
            key: row.key_id,
            detail: row.detail,
        }
    }
}

fn names(list: &str) -> Vec<String> {
    list.split(',').map(str::to_owned).collect()
}

fn link_state(link: Option<&LinkRow>) -> LinkState {
    link.map_or(LinkState::Missing, |link| match link.status {
        LinkStatus::Active => LinkState::Active,
        LinkStatus::Suspended => LinkState::Suspended,
    })
}

pub(super) fn rfc3339(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |at| at.to_string())
}
