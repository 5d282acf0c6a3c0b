//! Clients and codes that are simply there, and what clients send to the token and revocation endpoints.

use auxcord::{
    app::{self, Opened},
    clock::{DAY, MINUTE},
    crypto::{Opaque, Purpose, Token, TokenKind, random_bytes},
    oauth::{client, redirects},
    store::{
        Account, AppId, AuditEvent, AuthorizationId, ClientId, Given, GrantId, LinkChange,
        NewAuthorization, NewConnection, NewGrant, Outcome, PersonId,
    },
};

use super::{Client, TestApp, app::Connected, http, mcp::Answer, sql::Hand};

/// Where the staged clients have browsers sent.
pub const REDIRECT: &str = "http://127.0.0.1/callback";

/// A client that is kept.
#[derive(Clone, Debug)]
pub struct StagedClient {
    /// Its row.
    pub id: ClientId,
    /// The id that it shows.
    pub client_id: String,
    /// Its secret if it is confidential.
    pub secret: Option<String>,
}

/// A grant whose code is not redeemed yet.
#[derive(Clone, Debug)]
pub struct StagedCode {
    /// The code.
    pub code: String,
    /// The PKCE verifier that goes with it.
    pub verifier: String,
    /// The client that it was given to.
    pub client: StagedClient,
}

/// What is to be granted.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The scopes, separated by spaces.
    pub scopes: String,
    /// The resource.
    pub resource: String,
    /// How long the grant lasts, in milliseconds.
    pub lasts: i64,
}

impl Wish {
    /// Reading and writing playlists at the MCP endpoint of the server at `origin`, for 180 days.
    pub fn at(origin: &str) -> Self {
        Self {
            scopes: "music:read playlists:write".to_owned(),
            resource: format!("{origin}/mcp"),
            lasts: 180 * DAY,
        }
    }
}

/// What a client was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
    /// The access token's scopes.
    pub scope: String,
    /// Seconds until the access token ends.
    pub expires_in: i64,
}

/// A form that a client posts, to be changed by the story.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, String)>);

/// The server's database and hash key, beside the server.
pub async fn behind(app: &TestApp) -> Opened {
    app::open(&app.config, app.clock.now()).await.unwrap()
}

/// A public client.
pub async fn stage_client(app: &TestApp) -> StagedClient {
    keep_client(app, false).await
}

/// A client with a secret.
pub async fn stage_confidential_client(app: &TestApp) -> StagedClient {
    keep_client(app, true).await
}

async fn keep_client(app: &TestApp, confidential: bool) -> StagedClient {
    let (opened, now) = (behind(app).await, app.clock.now());
    let redirects = redirects::judge_all(&[REDIRECT.to_owned()], redirects::MOST).unwrap();
    let key = confidential.then_some(&opened.hash_key);
    let (client, secret) = client::operators("Story".to_owned(), redirects, key, now);
    let event = AuditEvent::new(
        now,
        random_bytes(),
        "oauth.client_registered",
        Outcome::Success,
    );
    assert!(opened.db.insert_client(&client, &event, now).await.unwrap());
    opened.db.close().await;
    StagedClient {
        id: client.id,
        client_id: client.client_id,
        secret: secret.map(|secret| secret.expose().to_owned()),
    }
}

/// What `person` gives `client` by way of a code that lasts a minute: [`Wish::at`] the server.
pub async fn stage_code(app: &TestApp, person: &Connected, client: &StagedClient) -> StagedCode {
    stage_wish(app, person, client, Wish::at(&app.origin)).await
}

/// The same of anything.
pub async fn stage_wish(
    app: &TestApp,
    person: &Connected,
    client: &StagedClient,
    wish: Wish,
) -> StagedCode {
    let (opened, now) = (behind(app).await, app.clock.now());
    let (code, verifier) = (
        Token::new(TokenKind::Code, random_bytes()),
        Opaque::new(random_bytes()),
    );
    let authorization = AuthorizationId::new(now, random_bytes());
    let request = NewAuthorization {
        id: authorization,
        browser_hash: opened.hash_key.hash(Purpose::Consent, verifier.expose()),
        client: client.id,
        redirect_uri: REDIRECT.to_owned(),
        code_challenge: verifier.s256_challenge(),
        asked: wish.scopes.clone(),
        resource: wish.resource.clone(),
        state_sealed: None,
        created_at: now,
        expires_at: now + MINUTE,
    };
    opened.db.insert_authorization(&request).await.unwrap();
    let mut hand = Hand::on(&app.database).await;
    hand.execute(&format!(
        "update authorizations set status = 'approved', granted = asked where id = '{authorization}'"
    ))
    .await;
    let spotify_app = hand.texts("select id from spotify_apps").await.remove(0);
    let asked = Account {
        account_id: None,
        spotify_id: person.spotify_id.clone(),
        display_name: None,
    };
    let known = opened.db.find_person_of(&asked).await.unwrap().unwrap();
    let known = opened.db.find_person(known).await.unwrap().unwrap();
    let grant = NewGrant {
        id: GrantId::new(now, random_bytes()),
        authorization,
        client: client.id,
        app: AppId::parse(&spotify_app).unwrap(),
        scopes: wish.scopes,
        withheld: String::new(),
        resource: wish.resource,
        redirect_host: "127.0.0.1".to_owned(),
        expires_at: now + wish.lasts,
        code_hash: code.hash(&opened.hash_key),
        code_expires_at: now + MINUTE,
    };
    let connection = NewConnection {
        person: PersonId::new(now, random_bytes()),
        account: Account {
            account_id: known.account_id,
            spotify_id: known.spotify_id,
            display_name: known.display_name,
        },
        link: LinkChange::Leave,
        given: Given::Grant(Box::new(grant)),
        events: Vec::new(),
    };
    let connected = opened.db.insert_connection(&connection, now).await;
    assert!(connected.unwrap().is_some(), "the request was waiting");
    opened.db.close().await;
    StagedCode {
        code: code.expose().to_owned(),
        verifier: verifier.expose().to_owned(),
        client: client.clone(),
    }
}

/// Redeems a code at the server at `origin`.
pub async fn redeem(origin: &str, code: &StagedCode) -> Answer {
    code.redemption().post(&format!("{origin}/token")).await
}

/// Shows a refresh token of `client` to the server at `origin`.
pub async fn refresh(origin: &str, client: &StagedClient, token: &str) -> Answer {
    let form = client.refreshing(token);
    form.post(&format!("{origin}/token")).await
}

/// Revokes `token` at the server at `origin`, as a public client that does not say which it is.
pub async fn revoke(origin: &str, token: &str) -> Answer {
    let form = Form::default().with("token", token);
    form.post(&format!("{origin}/revoke")).await
}

/// What the MCP endpoint of the server at `origin` answers to an access token.
pub async fn bearer(origin: &str, access: &str) -> u16 {
    let client = Client::new(&format!("{origin}/mcp"), access);
    client
        .rpc(1, "tools/list", serde_json::json!({}))
        .await
        .status
}

impl StagedClient {
    /// The form that shows a refresh token.
    pub fn refreshing(&self, token: &str) -> Form {
        self.named(Form::default())
            .with("grant_type", "refresh_token")
            .with("refresh_token", token)
    }

    /// `form` with the client's id, and its secret if it has one.
    fn named(&self, form: Form) -> Form {
        let form = form.with("client_id", &self.client_id);
        match &self.secret {
            Some(secret) => form.with("client_secret", secret),
            None => form,
        }
    }
}

impl StagedCode {
    /// The form that redeems it.
    pub fn redemption(&self) -> Form {
        self.client
            .named(Form::default())
            .with("grant_type", "authorization_code")
            .with("code", &self.code)
            .with("redirect_uri", REDIRECT)
            .with("code_verifier", &self.verifier)
    }
}

impl Tokens {
    /// What an answer that must be one gives (RFC 6749 section 5.1).
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["pragma"], "no-cache");
        assert_eq!(answer.body["token_type"], "Bearer");
        let text = |name: &str| answer.body[name].as_str().unwrap().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
            scope: text("scope"),
            expires_in: answer.body["expires_in"].as_i64().unwrap(),
        }
    }
}

impl Form {
    /// With `name` set to `value`.
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).also(name, value)
    }

    /// Without `name`.
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// With one more `name`.
    pub fn also(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends it to `url`.
    pub async fn post(&self, url: &str) -> Answer {
        Answer::read(self.request(url)).await
    }

    /// Sends it to `url` with `Authorization: Basic`.
    pub async fn post_as(&self, url: &str, client_id: &str, secret: &str) -> Answer {
        Answer::read(self.request(url).basic_auth(client_id, Some(secret))).await
    }

    /// The request that sends it, to be changed by the story.
    pub fn request(&self, url: &str) -> reqwest::RequestBuilder {
        http().build().unwrap().post(url).form(&self.0)
    }
}
