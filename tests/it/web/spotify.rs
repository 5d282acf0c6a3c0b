//! A Spotify that knows logins only: codes with PKCE, tokens, and whose they are. A story says what goes wrong.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use auxcord::crypto::Opaque;
use axum::{
    Form, Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

/// The client id of the app that Spotify knows.
pub const CLIENT_ID: &str = "an-app";

/// A status and a body to answer with, once.
pub type Fault = (u16, &'static str);

/// The simulated accounts service, shared by its server and the story.
#[derive(Clone, Default)]
pub struct Spotify(Arc<Mutex<World>>);

#[derive(Default)]
struct World {
    codes: HashMap<String, Code>,
    tokens: HashMap<String, Value>,
    numbered: usize,
    token_requests: usize,
    token_faults: VecDeque<Fault>,
    me_faults: VecDeque<Fault>,
    withholds_refresh_token: bool,
}

struct Code {
    challenge: String,
    redirect_uri: String,
    scope: String,
    account: Value,
}

impl Spotify {
    /// Serves on a loopback port; gives the origin.
    pub async fn serve(&self) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/api/token", post(token))
            .route("/v1/me", get(me))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Url::parse(&origin).unwrap()
    }

    /// The person of `account` agrees to everything; where Spotify sends the browser.
    pub fn agree(&self, authorize: &str, account: &Value) -> Url {
        let asked = query(&Url::parse(authorize).unwrap());
        self.agree_to(authorize, account, &asked["scope"])
    }

    /// The person of `account` agrees to `scope` only.
    pub fn agree_to(&self, authorize: &str, account: &Value, scope: &str) -> Url {
        let asked = query(&Url::parse(authorize).unwrap());
        assert_eq!(asked["client_id"], CLIENT_ID);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        let mut world = self.world();
        let code = world.number("code");
        world.codes.insert(
            code.clone(),
            Code {
                challenge: asked["code_challenge"].clone(),
                redirect_uri: asked["redirect_uri"].clone(),
                scope: scope.to_owned(),
                account: account.clone(),
            },
        );
        back(&asked, &[("code", &code)])
    }

    /// Spotify sends the browser back without a code.
    pub fn refuse(authorize: &str, error: &str) -> Url {
        let asked = query(&Url::parse(authorize).unwrap());
        back(&asked, &[("error", error)])
    }

    /// The next answers of the token endpoint.
    pub fn fail_tokens(&self, faults: impl IntoIterator<Item = Fault>) {
        self.world().token_faults.extend(faults);
    }

    /// The next answers of `/me`.
    pub fn fail_me(&self, faults: impl IntoIterator<Item = Fault>) {
        self.world().me_faults.extend(faults);
    }

    /// From now on tokens come without a refresh token.
    pub fn withhold_refresh_tokens(&self) {
        self.world().withholds_refresh_token = true;
    }

    /// How often the token endpoint was asked.
    pub fn token_requests(&self) -> usize {
        self.world().token_requests
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }
}

impl World {
    fn number(&mut self, what: &str) -> String {
        self.numbered += 1;
        format!("spotifys-{what}-{}", self.numbered)
    }

    fn redeem(&mut self, form: &HashMap<String, String>) -> Result<Value, &'static str> {
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        if field("client_id") != CLIENT_ID {
            return Err("invalid_client");
        }
        let code = self.codes.remove(field("code")).ok_or("invalid_grant")?;
        let challenge = Opaque::from_text(field("code_verifier")).s256_challenge();
        if challenge != code.challenge || field("redirect_uri") != code.redirect_uri {
            return Err("invalid_grant");
        }
        let access = self.number("access-token");
        let refresh = (!self.withholds_refresh_token).then(|| self.number("refresh-token"));
        self.tokens.insert(access.clone(), code.account);
        Ok(json!({
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": refresh,
            "scope": code.scope,
        }))
    }
}

/// The parameters of an address.
pub fn query(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

fn back(asked: &HashMap<String, String>, answer: &[(&str, &str)]) -> Url {
    let mut url = Url::parse(&asked["redirect_uri"]).unwrap();
    url.query_pairs_mut()
        .extend_pairs(answer)
        .append_pair("state", &asked["state"]);
    url
}

async fn token(
    State(spotify): State<Spotify>,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let mut world = spotify.world();
    world.token_requests += 1;
    if let Some(fault) = world.token_faults.pop_front() {
        return told(fault);
    }
    match world.redeem(&form) {
        Ok(tokens) => Json(tokens).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response(),
    }
}

async fn me(State(spotify): State<Spotify>, headers: HeaderMap) -> Response {
    let mut world = spotify.world();
    if let Some(fault) = world.me_faults.pop_front() {
        return told(fault);
    }
    let token = headers["authorization"].to_str().unwrap();
    let account = &world.tokens[token.strip_prefix("Bearer ").unwrap()];
    Json(account.clone()).into_response()
}

fn told((status, body): Fault) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("retry-after", "7")], body).into_response()
}
