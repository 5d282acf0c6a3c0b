//! A client that sends a person to the door, and the person's way through it: our page, Spotify's, and back.

use std::collections::BTreeMap;

use auxcord::crypto::Opaque;
use reqwest::Method;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::{Browser, browser::Page, http, oauth::Form};

/// What the client of the stories wants to have back.
pub const STATE: &str = "st&ate=\"1\" /ü";

/// A registered client with one redirect URI.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The id that it was given.
    pub client_id: String,
    /// Where it wants its answers.
    pub redirect_uri: String,
    verifier: Opaque,
    origin: String,
}

/// A client's request for authorization, parameter by parameter.
#[derive(Clone, Debug)]
pub struct Request(Vec<(String, String)>);

impl Guest {
    /// Registers at the server at `origin`.
    pub async fn register(origin: &str, name: &str, redirect_uri: &str) -> Self {
        let body = json!({ "client_name": name, "redirect_uris": [redirect_uri] });
        let request = http().build().unwrap();
        let request = request.post(format!("{origin}/register")).json(&body);
        let page = Page::read(request).await;
        assert_eq!(page.status, 201, "{}", page.text);
        let told: Value = serde_json::from_str(&page.text).unwrap();
        Self::new(origin, told["client_id"].as_str().unwrap(), redirect_uri)
    }

    /// One that is known at `origin` already.
    pub fn new(origin: &str, client_id: &str, redirect_uri: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            verifier: Opaque::new(auxcord::crypto::random_bytes()),
            origin: origin.to_owned(),
        }
    }

    /// A request for the baseline in which nothing is wrong.
    pub fn request(&self) -> Request {
        let parameters = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("code_challenge", &self.verifier.s256_challenge()),
            ("code_challenge_method", "S256"),
            ("state", STATE),
        ];
        Request(
            parameters
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        )
    }

    /// The same for `scopes`, separated by spaces.
    pub fn request_for(&self, scopes: &str) -> Request {
        self.request().with("scope", scopes)
    }

    /// The verifier that goes with its codes.
    pub fn verifier(&self) -> &str {
        self.verifier.expose()
    }

    /// The form that redeems `code`.
    pub fn redemption(&self, code: &str) -> Form {
        Form::default()
            .with("grant_type", "authorization_code")
            .with("code", code)
            .with("client_id", &self.client_id)
            .with("redirect_uri", &self.redirect_uri)
            .with("code_verifier", self.verifier())
    }

    /// The form that shows a refresh token.
    pub fn refreshing(&self, token: &str) -> Form {
        Form::default()
            .with("grant_type", "refresh_token")
            .with("refresh_token", token)
            .with("client_id", &self.client_id)
    }

    /// What the token endpoint says to `code`.
    pub async fn redeem(&self, code: &str) -> Page {
        let url = format!("{}/token", self.origin);
        Page::read(self.redemption(code).request(&url)).await
    }

    /// The tokens that `code` gives.
    pub async fn tokens(&self, code: &str) -> Value {
        let page = self.redeem(code).await;
        assert_eq!(page.status, 200, "{}", page.text);
        serde_json::from_str(&page.text).unwrap()
    }
}

impl Request {
    /// With one parameter of that name, of that value.
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// With one more parameter.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without the parameters of that name.
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(one, _)| one != name);
        self
    }

    /// The path with the query.
    pub fn path(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.0);
        format!("/authorize?{}", query.finish())
    }
}

impl Browser {
    /// Opens the address to which a client sends it.
    pub async fn ask(&self, request: &Request) -> Page {
        self.get(&request.path()).await
    }

    /// The same, where the answer must be our page.
    pub async fn asked(&self, request: &Request) -> Page {
        let page = self.ask(request).await;
        assert_eq!(page.status, 200, "{}", page.text);
        page
    }

    /// Presses a button of our page with these scopes ticked.
    pub async fn decide(&self, page: &Page, decision: &str, scopes: &[&str]) -> Page {
        let mut form = vec![
            ("authorization", question(page)),
            ("decision", decision.to_owned()),
        ];
        form.extend(scopes.iter().map(|scope| ("scope", (*scope).to_owned())));
        Page::read(self.request(Method::POST, "/authorize").form(&form)).await
    }

    /// Presses the button that approves, with everything left ticked.
    pub async fn approve(&self, page: &Page) -> Page {
        let ticked = page.values_of("input[name=scope][checked]");
        let ticked: Vec<&str> = ticked.iter().map(String::as_str).collect();
        self.decide(page, "approve", &ticked).await
    }

    /// Agrees at Spotify as the person with that id; the address that Spotify sends the browser back to.
    pub async fn agree(&self, away: &Page, spotify_id: &str) -> String {
        let fields = [("person", spotify_id), ("decision", "approve")];
        self.answer(&away.location(), &fields).await
    }

    /// The whole way; the answer that sends the browser to its client.
    pub async fn grant(&self, request: &Request, spotify_id: &str) -> Page {
        let page = self.asked(request).await;
        let away = self.approve(&page).await;
        self.visit(&self.agree(&away, spotify_id).await).await
    }

    /// The whole way; the code.
    pub async fn code(&self, request: &Request, spotify_id: &str) -> String {
        answer(&self.grant(request, spotify_id).await)["code"].clone()
    }
}

/// The request that our page asks about.
pub fn question(page: &Page) -> String {
    let mut ids = page.values_of("input[name=authorization]");
    assert_eq!(ids.len(), 1, "{}", page.text);
    ids.remove(0)
}

/// What the client is told: each parameter of the address that the browser is sent to, each of them once.
pub fn answer(page: &Page) -> BTreeMap<String, String> {
    let url = Url::parse(&page.location()).unwrap();
    let mut told = BTreeMap::new();
    for (name, value) in url.query_pairs() {
        let doubled = told.insert(name.clone().into_owned(), value.into_owned());
        assert_eq!(doubled, None, "{name} is there twice in {url}");
    }
    told
}
