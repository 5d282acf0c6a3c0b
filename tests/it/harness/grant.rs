//! Access tokens that are simply there, for stories about what happens once a client has one.

use auxcord::{
    app,
    crypto::{Token, TokenKind, random_bytes},
    store::{ClientId, GrantId},
};

use super::{TestApp, app::Connected, database::hex_of, sql::Hand};

/// What a person gave to a client.
#[derive(Clone, Debug)]
pub struct Given {
    /// The access token.
    pub token: String,
    /// The grant's row.
    pub id: String,
}

/// What is to be given, and for which address.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// Scopes of the token, separated by spaces.
    pub granted: &'a str,
    /// Scopes that the client asked for and the person withheld.
    pub withheld: &'a str,
    /// The path of the resource.
    pub path: &'a str,
}

impl<'a> Wish<'a> {
    /// These scopes at the MCP endpoint, and nothing withheld.
    pub fn of(granted: &'a str) -> Self {
        Self {
            granted,
            withheld: "",
            path: "/mcp",
        }
    }
}

/// Writes a grant of `person` with an access token that is good for an hour.
pub async fn give(app: &TestApp, person: &Connected, wish: Wish<'_>) -> Given {
    let now = app.clock.now();
    let opened = app::open(&app.config, now).await.unwrap();
    let token = Token::new(TokenKind::Access, random_bytes());
    let hash = token.hash(&opened.hash_key);
    opened.db.close().await;
    let id = GrantId::new(now, random_bytes()).to_string();
    let client = ClientId::new(now, random_bytes()).to_string();
    let Wish {
        granted,
        withheld,
        path,
    } = wish;
    let (resource, spotify_id) = (format!("{}{path}", app.origin), &person.spotify_id);
    let (end, hour) = (now + 86_400_000, now + 3_600_000);
    let hash = if app.database.is_postgres() {
        format!("'\\x{}'::bytea", hex_of(hash.as_bytes()))
    } else {
        format!("x'{}'", hex_of(hash.as_bytes()))
    };
    let mut hand = Hand::on(&app.database).await;
    for statement in [
        format!(
            "insert into clients (id, client_id, kind, name, metadata, created_at) \
             values ('{client}', 'story-{client}', 'static', 'Story', '{{}}', {now})"
        ),
        format!(
            "insert into grants (id, person_id, client_ref, app_id, scopes, withheld, resource, redirect_host, status, \
             created_at, expires_at) select '{id}', p.id, '{client}', a.id, '{granted}', '{withheld}', '{resource}', \
             'localhost', 'active', {now}, {end} from people p, spotify_apps a where p.spotify_id = '{spotify_id}'"
        ),
        format!(
            "insert into tokens (hash, grant_id, kind, generation, scopes, attempts, created_at, expires_at) \
             values ({hash}, '{id}', 'access', 1, '{granted}', 0, {now}, {hour})"
        ),
    ] {
        hand.execute(&statement).await;
    }
    Given {
        token: token.expose().to_owned(),
        id,
    }
}
