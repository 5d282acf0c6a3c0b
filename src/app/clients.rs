//! What an operator can do about OAuth clients from the command line.

use super::{
    admin::{Admin, AdminFailure},
    views::ClientView,
};
use crate::{
    crypto::{Token, random_bytes},
    oauth::{
        Client, cleaned,
        client::operators,
        redirects::{MOST, judge_all},
    },
    store::{AuditEvent, ClientId, ClientKind, Outcome},
};

/// A client that was made just now.
#[derive(Debug)]
pub struct MadeClient {
    /// The row, for revoking it.
    pub id: ClientId,
    /// What the client shows.
    pub client_id: String,
    /// Shown once; only a confidential client has one.
    pub secret: Option<Token>,
}

impl Admin {
    /// Makes a client with that name and those redirect URIs.
    ///
    /// # Errors
    /// [`AdminFailure`].
    pub async fn make_client(
        &self,
        name: &str,
        redirect_uris: &[String],
        confidential: bool,
    ) -> Result<MadeClient, AdminFailure> {
        let name = cleaned(name).ok_or(AdminFailure::NoClientName)?;
        let redirects = judge_all(redirect_uris, MOST)?;
        let now = self.clock.now();
        let key = confidential.then(|| self.keys.hash_key());
        let (client, secret) = operators(name, redirects, key, now);
        let event = AuditEvent::new(
            now,
            random_bytes(),
            "oauth.client_registered",
            Outcome::Success,
        )
        .with_client(client.id)
        .because(ClientKind::Static.as_str());
        self.db.insert_client(&client, &event, now).await?;
        Ok(MadeClient {
            id: client.id,
            client_id: client.client_id,
            secret,
        })
    }

    /// Every client, oldest first.
    ///
    /// # Errors
    /// [`AdminFailure::Store`].
    pub async fn clients(&self) -> Result<Vec<ClientView>, AdminFailure> {
        let mut views = Vec::new();
        for counted in self.db.list_clients().await? {
            let last_used_at = counted.client.last_used_at;
            let client = Client::try_from(counted.client)?;
            views.push(ClientView::of(client, counted.grants, last_used_at));
        }
        Ok(views)
    }

    /// Ends a client, named by its row or by what it shows, with all its grants; running servers refuse their tokens
    /// within a second.
    ///
    /// # Errors
    /// [`AdminFailure`].
    pub async fn revoke_client(&self, name: &str) -> Result<(), AdminFailure> {
        let missing = || AdminFailure::NoClient(name.to_owned());
        let id = match ClientId::parse(name) {
            Some(id) => id,
            None => self.db.find_client(name).await?.ok_or_else(missing)?.id,
        };
        let now = self.clock.now();
        let event =
            |slug| AuditEvent::new(now, random_bytes(), slug, Outcome::Success).because("operator");
        let of_client = event("oauth.client_revoked").with_client(id);
        let of_grant = || event("oauth.grant_revoked");
        if self.db.delete_client(id, &of_client, of_grant, now).await? {
            Ok(())
        } else {
            Err(missing())
        }
    }
}
