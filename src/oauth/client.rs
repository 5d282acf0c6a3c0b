//! What is known of a client, and how it is kept. Looks nothing up.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{
    document::{ClientUrl, Description},
    redirects::{self, Redirect},
};
use crate::{
    clock::Millis,
    crypto::{HashKey, SecretHash, Token, TokenKind, random_bytes},
    store::{ClientId, ClientKind, ClientRow, NewClient, StoreError},
};

/// A client at one moment.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its row.
    pub id: ClientId,
    /// The id that it shows.
    pub client_id: String,
    /// How it came to be known.
    pub kind: ClientKind,
    /// Its own name for itself: text from a stranger, cleaned.
    pub name: String,
    /// Where it may have browsers sent.
    pub redirects: Vec<Redirect>,
    /// How well it is known.
    pub standing: Standing,
    /// The hash of its secret if it is confidential; public clients have none (`token_endpoint_auth_method` `none`).
    pub secret_hash: Option<SecretHash>,
    /// When it was first seen.
    pub created_at: Millis,
}

/// How well a client is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// This host, with its port if that is not 443, vouches for the name and the redirect URIs.
    VerifiedDomain(String),
    /// An operator of this server made it.
    Operator,
    /// Nobody vouches for anything.
    Unverified,
}

/// What is kept of a client beside its name.
#[derive(Debug, Serialize, Deserialize)]
struct Metadata {
    redirects: Vec<Redirect>,
}

impl Client {
    /// Whether browsers may be sent to `redirect_uri` for this client.
    pub fn allows(&self, redirect_uri: &str) -> bool {
        redirects::allows(&self.redirects, redirect_uri)
    }

    /// Whether it must show a secret at the token endpoint.
    pub fn is_confidential(&self) -> bool {
        self.secret_hash.is_some()
    }
}

impl TryFrom<ClientRow> for Client {
    type Error = StoreError;

    fn try_from(row: ClientRow) -> Result<Self, StoreError> {
        const INVALID: StoreError = StoreError::Invalid("client");
        let metadata: Metadata =
            serde_json::from_str(&row.metadata).map_err(|_not_ours| INVALID)?;
        let secret_hash = match row.secret_hash {
            Some(bytes) => Some(SecretHash::from_slice(&bytes).ok_or(INVALID)?),
            None => None,
        };
        let standing = match row.kind {
            ClientKind::Document => {
                Standing::VerifiedDomain(ClientUrl::host_of(&row.client_id).ok_or(INVALID)?)
            }
            ClientKind::Static => Standing::Operator,
            ClientKind::Registered => Standing::Unverified,
        };
        Ok(Self {
            id: row.id,
            client_id: row.client_id,
            kind: row.kind,
            name: row.name,
            redirects: metadata.redirects,
            standing,
            secret_hash,
            created_at: row.created_at,
        })
    }
}

/// A client that registers itself; `digest` tells its metadata from others'.
pub fn registered(
    name: String,
    redirects: Vec<Redirect>,
    digest: [u8; 32],
    now: Millis,
) -> NewClient {
    NewClient {
        digest: Some(digest),
        ..new(
            new_client_id(),
            ClientKind::Registered,
            name,
            redirects,
            now,
        )
    }
}

/// A client whose document at `client_id` was read, and need not be fetched again before `fresh_until`.
pub(super) fn documented(
    client_id: &str,
    description: Description,
    fresh_until: Millis,
    now: Millis,
) -> NewClient {
    NewClient {
        fresh_until: Some(fresh_until),
        ..new(
            client_id.to_owned(),
            ClientKind::Document,
            description.name,
            description.redirects,
            now,
        )
    }
}

/// A client that an operator makes, and its secret if there is a key to hash one with.
pub fn operators(
    name: String,
    redirects: Vec<Redirect>,
    confidential: Option<&HashKey>,
    now: Millis,
) -> (NewClient, Option<Token>) {
    let mut client = new(new_client_id(), ClientKind::Static, name, redirects, now);
    let secret = confidential.map(|key| {
        let secret = Token::new(TokenKind::ClientSecret, random_bytes());
        client.secret_hash = Some(secret.hash(key));
        secret
    });
    (client, secret)
}

fn new(
    client_id: String,
    kind: ClientKind,
    name: String,
    redirects: Vec<Redirect>,
    now: Millis,
) -> NewClient {
    NewClient {
        id: ClientId::new(now, random_bytes()),
        client_id,
        kind,
        name,
        metadata: serde_json::json!(Metadata { redirects }).to_string(),
        digest: None,
        secret_hash: None,
        fresh_until: None,
    }
}

/// An id that nobody guesses, though it is no secret.
fn new_client_id() -> String {
    format!("auxcord-{}", URL_SAFE_NO_PAD.encode(random_bytes::<16>()))
}
