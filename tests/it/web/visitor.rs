//! A browser that talks to the routes directly, so that it can also be on https: keeps cookies, follows nothing.

use std::collections::BTreeMap;

use axum::{Router, body::Body};
use axum_extra::extract::cookie::Cookie;
use http::{HeaderMap, Request};
use scraper::{Html, Selector};
use tower::ServiceExt;
use url::Url;

/// One person's browser.
#[derive(Clone)]
pub struct Visitor {
    routes: Router,
    /// Names and values, as they are sent back.
    pub cookies: BTreeMap<String, String>,
}

/// What it got.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Visitor {
    pub fn new(routes: Router) -> Self {
        Self {
            routes,
            cookies: BTreeMap::new(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, &[]).await
    }

    /// Opens the address that a redirect named.
    pub async fn follow(&mut self, url: &Url) -> Page {
        self.get(&path(url)).await
    }

    /// Presses the button of the login page.
    pub async fn press(&mut self) -> Page {
        self.send("POST", "/auth/login", &[]).await
    }

    /// Presses the button; the address to which the server sends the browser.
    pub async fn leave(&mut self) -> String {
        let page = self.press().await;
        assert_eq!(page.status, 303, "{}", page.text);
        page.header("location").to_owned()
    }

    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Page {
        self.ask(method, path, headers, Body::empty()).await
    }

    /// Sends a form that was filled in: `form` as `application/x-www-form-urlencoded`.
    pub async fn submit(&mut self, path: &str, headers: &[(&str, &str)], form: &str) -> Page {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let headers = [headers, [kind].as_slice()].concat();
        let body = Body::from(form.to_owned());
        self.ask("POST", path, &headers, body).await
    }

    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Page {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let pairs = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            request = request.header("cookie", pairs.collect::<Vec<_>>().join("; "));
        }
        let request = request.body(body).unwrap();
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let page = Page {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        };
        self.keep(&page);
        page
    }

    fn keep(&mut self, page: &Page) {
        for cookie in page.set_cookies() {
            let ended = cookie.split("; ").any(|part| part == "Max-Age=0");
            let cookie = Cookie::parse(cookie).unwrap();
            let name = cookie.name().to_owned();
            if ended {
                self.cookies.remove(&name);
            } else {
                self.cookies.insert(name, cookie.value().to_owned());
            }
        }
    }
}

impl Page {
    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn set_cookies(&self) -> Vec<String> {
        let values = self.headers.get_all("set-cookie").iter();
        values
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }

    /// The texts of all elements that `selector` names.
    pub fn texts_of(&self, selector: &str) -> Vec<String> {
        self.select(selector, |element| element.text().collect::<String>())
            .into_iter()
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }

    /// The text of the one element that `selector` names.
    pub fn text_of(&self, selector: &str) -> String {
        let mut texts = self.texts_of(selector);
        assert_eq!(texts.len(), 1, "{selector} in {}", self.text);
        texts.remove(0)
    }

    /// An attribute of all elements that `selector` names.
    pub fn attributes_of(&self, selector: &str, name: &str) -> Vec<String> {
        self.select(selector, |element| {
            element.value().attr(name).unwrap_or_default().to_owned()
        })
    }

    fn select<T>(&self, selector: &str, take: impl Fn(scraper::ElementRef<'_>) -> T) -> Vec<T> {
        let page = Html::parse_document(&self.text);
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector).map(take).collect()
    }
}

/// An address without its origin, as a request line has it.
pub fn path(url: &Url) -> String {
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}
