//! A browser: keeps cookies, follows nothing by itself, and reads pages as a person would.

use reqwest::{Client, Method, RequestBuilder, Response, header};
use scraper::{Html, Selector};
use url::Url;

/// One person's browser.
#[derive(Clone, Debug)]
pub struct Browser {
    origin: String,
    client: Client,
}

/// What a browser got.
#[derive(Clone, Debug)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: header::HeaderMap,
    /// Body.
    pub text: String,
}

impl Browser {
    /// A browser without cookies, for the server at `origin`.
    pub fn new(origin: &str) -> Self {
        let client = super::http().cookie_store(true).build().unwrap();
        Self {
            origin: origin.to_owned(),
            client,
        }
    }

    /// The same browser, with its cookies, for a server at another address.
    pub fn at(&self, origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            client: self.client.clone(),
        }
    }

    /// Asks for a path of the server.
    pub async fn get(&self, path: &str) -> Page {
        self.visit(&format!("{}{path}", self.origin)).await
    }

    /// Asks for an address.
    pub async fn visit(&self, url: &str) -> Page {
        Page::read(self.client.get(url)).await
    }

    /// Asks for an address and does not care what comes.
    pub async fn leave_for(&self, url: &str) {
        let _ = self.client.get(url).send().await;
    }

    /// Presses the button of the login page; where the server sends the browser.
    pub async fn begin(&self) -> Page {
        Page::read(self.client.post(format!("{}/auth/login", self.origin))).await
    }

    /// Presses the button of a form at a path of the server.
    pub async fn press(&self, path: &str) -> Page {
        Page::read(self.client.post(format!("{}{path}", self.origin))).await
    }

    /// A request of this browser for a path of the server, for stories in which a button is not enough.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.origin))
    }

    /// Answers the simulated Spotify's page; the address that Spotify sends the browser back to.
    pub async fn answer(&self, authorize: &str, fields: &[(&str, &str)]) -> String {
        let mut url = Url::parse(authorize).unwrap();
        let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        form.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        url.set_query(None);
        Page::read(self.client.post(url).form(&form))
            .await
            .location()
    }

    /// What `/auth/status` says to `key`.
    pub async fn status(&self, key: &str) -> serde_json::Value {
        let request = self
            .client
            .get(format!("{}/auth/status", self.origin))
            .bearer_auth(key);
        let page = Page::read(request).await;
        assert_eq!(page.status, 200, "{}", page.text);
        serde_json::from_str(&page.text).unwrap()
    }

    /// Leaves for good with `key`, as `/auth/revoke` lets one.
    pub async fn revoke(&self, key: &str) -> Page {
        let url = format!("{}/auth/revoke", self.origin);
        Page::read(self.client.post(url).bearer_auth(key)).await
    }

    /// The whole way: button, Spotify's page, and back.
    pub async fn log_in(&self, spotify_id: &str) -> Page {
        let authorize = self.begin().await.location();
        let back = self
            .answer(
                &authorize,
                &[("person", spotify_id), ("decision", "approve")],
            )
            .await;
        self.visit(&back).await
    }
}

impl Page {
    /// Sends a request and reads the answer.
    pub async fn read(request: RequestBuilder) -> Self {
        Self::of(request.send().await.unwrap()).await
    }

    async fn of(response: Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    /// Where the answer sends the browser.
    pub fn location(&self) -> String {
        assert_eq!(self.status, 303, "no redirect but {}", self.text);
        self.header("location").to_owned()
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The text of the one element that `selector` names.
    pub fn text_of(&self, selector: &str) -> String {
        let page = Html::parse_document(&self.text);
        let wanted = Selector::parse(selector).unwrap();
        let mut found = page.select(&wanted);
        let element = found
            .next()
            .unwrap_or_else(|| panic!("no {selector} in {}", self.text));
        element.text().collect::<String>().trim().to_owned()
    }

    /// The texts of all elements that `selector` names.
    pub fn texts_of(&self, selector: &str) -> Vec<String> {
        let page = Html::parse_document(&self.text);
        let wanted = Selector::parse(selector).unwrap();
        page.select(&wanted)
            .map(|element| element.text().collect::<String>().trim().to_owned())
            .collect()
    }

    /// The cookies that the answer sets.
    pub fn set_cookies(&self) -> Vec<String> {
        let values = self.headers.get_all(header::SET_COOKIE).iter();
        values
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }

    /// The values of all elements that `selector` names.
    pub fn values_of(&self, selector: &str) -> Vec<String> {
        self.attributes_of(selector, "value")
    }

    /// An attribute of all elements that `selector` names and that have it.
    pub fn attributes_of(&self, selector: &str, name: &str) -> Vec<String> {
        let page = Html::parse_document(&self.text);
        let wanted = Selector::parse(selector).unwrap();
        page.select(&wanted)
            .filter_map(|element| element.value().attr(name).map(str::to_owned))
            .collect()
    }
}
