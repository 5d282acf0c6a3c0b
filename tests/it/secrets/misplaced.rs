//! Secrets of clients in every place where they do not belong, and what the server says to that.

use auxcord::crypto::{Opaque, Token, TokenKind, random_bytes};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::{
    clients::{Visitor, kept},
    life::{http, keep_cookies, listing, send},
    search::Hoard,
};
use crate::harness::{
    browser::Page,
    consent::{answer, question},
    oauth::{Form, Tokens},
};

impl Visitor<'_> {
    /// Secrets in every place where they do not belong; what the server says to that.
    pub(super) async fn refused(&self, hoard: &mut Hoard) -> Vec<String> {
        let (code, tokens) = (self.code(hoard).await, self.tokens(hoard).await);
        let wrong = Opaque::new(random_bytes());
        hoard.keep("a verifier that is wrong", wrong.expose());
        let never = Token::new(TokenKind::ClientSecret, random_bytes());
        hoard.keep("a client secret that was never issued", never.expose());
        let mut said = Vec::new();
        for (at, request) in self
            .at_the_token_endpoint(&code, &tokens, [wrong.expose(), never.expose()])
            .into_iter()
            .chain(self.at_the_other_endpoints(&code, &tokens, never.expose()))
            .enumerate()
        {
            let page = send(request).await;
            assert!(
                (400..500).contains(&page.status),
                "{at}: {} {}",
                page.status,
                page.text
            );
            said.push(page.text);
        }
        said.extend(self.at_the_pages(&code, hoard).await);
        // None of that has used anything up.
        let form = self.signed(self.guest.refreshing(&tokens.refresh));
        kept(Tokens::of(&form.post(&self.url("/token")).await), hoard);
        self.redeemed(&code, hoard).await;
        said
    }

    fn at_the_token_endpoint(
        &self,
        code: &str,
        tokens: &Tokens,
        [wrong, never]: [&str; 2],
    ) -> Vec<RequestBuilder> {
        let url = self.url("/token");
        let redeeming = self.signed(self.guest.redemption(code));
        let refreshing = self.signed(self.guest.refreshing(&tokens.refresh));
        let sent = |form: Form| form.request(&url);
        vec![
            sent(redeeming.clone().with("code_verifier", wrong)),
            sent(redeeming.clone().without("code_verifier")),
            sent(
                redeeming
                    .clone()
                    .with("redirect_uri", &format!("https://x.example/{code}")),
            ),
            sent(redeeming.clone().with("client_id", code)),
            sent(redeeming.clone().with("client_secret", never)),
            sent(redeeming.clone().with("code", &tokens.refresh)),
            sent(redeeming.clone().with("code", &format!("{code}x"))),
            sent(
                redeeming
                    .clone()
                    .with("resource", &format!("https://x.example/{code}")),
            ),
            sent(redeeming.also("code", code)),
            sent(refreshing.clone().with("grant_type", &tokens.refresh)),
            sent(refreshing.clone().with("refresh_token", &tokens.access)),
            sent(
                refreshing
                    .clone()
                    .with("refresh_token", &format!("{}\u{1}", tokens.refresh)),
            ),
            sent(refreshing.clone().with("scope", &tokens.access)),
            sent(refreshing.without("client_id")).basic_auth(&tokens.refresh, Some(never)),
            http().post(format!(
                "{url}?refresh_token={}&code={code}",
                tokens.refresh
            )),
            http()
                .post(&url)
                .json(&json!({ "refresh_token": tokens.refresh, "client_secret": never })),
            http().post(format!("{url}/{}", tokens.refresh)),
        ]
    }

    fn at_the_other_endpoints(
        &self,
        code: &str,
        tokens: &Tokens,
        never: &str,
    ) -> Vec<RequestBuilder> {
        let (access, refresh) = (&tokens.access, &tokens.refresh);
        let mcp = |query: &str| {
            http()
                .post(self.url(&format!("/mcp{query}")))
                .json(&listing())
        };
        let register = self.url("/register");
        let revoke = self.url("/revoke");
        let mut requests = vec![
            mcp("").bearer_auth(refresh),
            mcp("").bearer_auth(code),
            mcp("").bearer_auth(never),
            mcp("").bearer_auth(format!("{access}x")),
            mcp("").header("cookie", format!("session={access}")),
            mcp(&format!("?access_token={access}")).bearer_auth(access),
            mcp(&format!("/{access}")).bearer_auth(access),
            mcp("/readonly").bearer_auth(access),
            http().post(format!("{revoke}?token={refresh}")),
            Form::default()
                .with("token_type_hint", access)
                .request(&revoke),
            Form::default()
                .with("token", access)
                .with("client_id", code)
                .request(&revoke),
            http()
                .post(&register)
                .body(format!("{{\"client_secret\": \"{never}\"")),
            http()
                .post(&register)
                .json(&json!({ "redirect_uris": [format!("http://x.example/{never}")] })),
            http()
                .post(&register)
                .json(&json!({ "client_secret": never, "token_endpoint_auth_method": never })),
            http().get(self.url(&format!("/auth/callback?code={code}&state={access}"))),
        ];
        if self.secret.is_some() {
            requests.push(Form::default().with("token", access).request(&revoke));
            requests.push(self.guest.refreshing(refresh).request(&self.url("/token")));
        }
        requests
    }

    /// Pages that turn a browser away, with the client's state in their address or behind them.
    async fn at_the_pages(&self, code: &str, hoard: &mut Hoard) -> Vec<String> {
        let browser = self.server.browser();
        let request = self.request(hoard);
        let mut pages = Vec::new();
        for wrong in [
            request.clone().with("client_id", code),
            request
                .clone()
                .with("redirect_uri", &format!("https://x.example/{code}")),
            request.clone().without("redirect_uri"),
        ] {
            pages.push(browser.ask(&wrong).await);
        }
        let forged = browser.request(Method::POST, "/account/delete");
        let forged = forged.header("cookie", format!("session={code}"));
        assert_eq!(Page::read(forged).await.location(), "/account");
        let told = browser.ask(&request.clone().with("scope", code)).await;
        assert_eq!(answer(&told)["error"], "invalid_scope");
        let page = browser.asked(&request).await;
        keep_cookies(&page, hoard);
        let other = self.server.browser();
        pages.push(other.approve(&page).await);
        let form = [
            ("authorization", question(&page)),
            ("decision", code.to_owned()),
        ];
        let forged = browser.request(Method::POST, "/authorize").form(&form);
        pages.push(Page::read(forged).await);
        let away = browser.approve(&page).await;
        keep_cookies(&away, hoard);
        let back = browser.agree(&away, &self.spotify_id).await;
        pages.push(other.visit(&back).await);
        pages.push(browser.visit(&format!("{back}&code={code}")).await);
        let mut said = Vec::new();
        for page in pages {
            assert!((400..500).contains(&page.status), "{}", page.text);
            said.push(page.text);
        }
        said
    }
}
