//! The account page's stories: signing in and out, what a person sees of their own, and what they end.

mod endings;
mod leaving;
mod making;
mod notices;
mod seeing;
mod sessions;
mod whole;

use auxcord::{
    crypto::{Token, TokenKind, random_bytes},
    store::{AuditEvent, ClientId, ClientKind, Db, GrantId, NewClient, Outcome, PersonId},
};
use serde_json::Value;

use crate::web::{
    stage::Stage,
    visitor::{Page, Visitor},
};

/// The forms of the account page that end something, each with what comes of it for who may.
const SIGN_OUT: &str = "/account/sign-out";
const DELETE: &str = "/account/delete";

/// A client's grant, with a token of it.
struct Planted {
    id: GrantId,
    token: String,
    resource: String,
}

impl Planted {
    fn end(&self) -> String {
        format!("/account/grants/{}/end", self.id)
    }

    /// Whether its token opens the endpoint.
    async fn works(&self, stage: &Stage) -> bool {
        let checked = stage
            .web
            .keys
            .check_bearer(&self.token, Some(&self.resource));
        checked.await.is_ok()
    }

    /// What the database says of it.
    async fn status(&self, stage: &Stage) -> String {
        let told = format!("select status from grants where id = '{}'", self.id);
        stage.text(&told).await
    }
}

/// A client as it may come: a name, how it is known, its id, and the host that it returns to.
struct Guest {
    name: &'static str,
    kind: ClientKind,
    client_id: &'static str,
    host: &'static str,
}

const CLAUDE: Guest = Guest {
    name: "Claude",
    kind: ClientKind::Document,
    client_id: "https://claude.example/client.json",
    host: "claude.example",
};

/// What `person` has granted a client, as the door for clients leaves it.
async fn plant(stage: &Stage, person: PersonId, guest: &Guest, scopes: [&str; 2]) -> Planted {
    let now = stage.clock.now();
    let client = client(stage, guest).await;
    let id = GrantId::new(now, random_bytes());
    let token = Token::new(TokenKind::Access, random_bytes());
    let hash = token.hash(stage.web.keys.hash_key());
    let resource = stage.web.mcp_url.clone();
    let app = stage.text("select id from spotify_apps").await;
    let (hour, end) = (now + 3_600_000, now + 180 * 86_400_000);
    macro_rules! keep {
        ($pool:expr) => {{
            sqlx::query(
                "insert into grants (id, person_id, client_ref, app_id, scopes, withheld, resource, redirect_host, \
                 status, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10)",
            )
            .bind(id.to_string()).bind(person.to_string()).bind(client.to_string()).bind(app)
            .bind(scopes[0]).bind(scopes[1]).bind(&resource).bind(guest.host).bind(now).bind(end)
            .execute($pool).await.unwrap();
            sqlx::query(
                "insert into tokens (hash, grant_id, kind, generation, scopes, attempts, created_at, expires_at) \
                 values ($1, $2, 'access', 1, $3, 0, $4, $5)",
            )
            .bind(hash.as_bytes()).bind(id.to_string()).bind(scopes[0]).bind(now).bind(hour)
            .execute($pool).await.unwrap();
        }};
    }
    match &stage.web.db {
        Db::Sqlite(pool) => keep!(pool),
        Db::Postgres(pool) => keep!(pool),
    }
    Planted {
        id,
        token: token.expose().to_owned(),
        resource,
    }
}

async fn client(stage: &Stage, guest: &Guest) -> ClientId {
    let now = stage.clock.now();
    let client = NewClient {
        id: ClientId::new(now, random_bytes()),
        client_id: guest.client_id.to_owned(),
        kind: guest.kind,
        name: guest.name.to_owned(),
        metadata: r#"{"redirects":[]}"#.to_owned(),
        digest: None,
        secret_hash: None,
        fresh_until: None,
    };
    let event = AuditEvent::new(
        now,
        random_bytes(),
        "oauth.client_registered",
        Outcome::Success,
    );
    stage
        .web
        .db
        .insert_client(&client, &event, now)
        .await
        .unwrap();
    let known = stage.web.db.find_client(guest.client_id).await.unwrap();
    known.unwrap().id
}

/// Somebody with keys, signed in.
struct Resident {
    account: Value,
    person: PersonId,
    key: String,
    visitor: Visitor,
    page: Page,
}

async fn resident(stage: &Stage, name: &str) -> Resident {
    let account = Stage::account(&name.to_lowercase(), name);
    let key = stage.key_of(&account).await;
    let person = stage.person_of(&key).await.unwrap();
    let mut visitor = stage.visitor();
    let page = stage.sign_in(&mut visitor, &account).await;
    Resident {
        account,
        person,
        key,
        visitor,
        page,
    }
}

fn is_signed_in(page: &Page) -> bool {
    let titles = page.texts_of("#account");
    assert_eq!(page.texts_of("h1"), ["Your account"]);
    !titles.is_empty()
}
