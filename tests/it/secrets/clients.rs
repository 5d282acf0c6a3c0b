//! A life with clients: let in and turned away, tokens renewed, stolen and ended, a browser signed in. It gathers each
//! secret that passes by, and what the server said to whom it refused.

use auxcord::{
    crypto::{Opaque, random_bytes},
    sandbox::{Action, Fault, Secret},
};

use super::{life::keep_cookies, search::Hoard};
use crate::harness::{
    Browser, Ground, Process, Program,
    browser::Page,
    consent::{Guest, Request, answer},
    oauth::{Form, Tokens, bearer},
    until,
};

/// Where the clients listen.
const REDIRECT: &str = "https://client.example/callback";

/// What the audit must know after it: event, outcome and reason.
const AUDITED: [&str; 13] = [
    "oauth.client_registered success dcr",
    "oauth.client_registered success static",
    "oauth.code_replayed failure code_replayed",
    "oauth.consent_denied success person",
    "oauth.consent_denied failure spotify",
    "oauth.consent_given success ",
    "oauth.grant_revoked success client",
    "oauth.grant_revoked success person",
    "oauth.granted success ",
    "oauth.refresh_reused failure refresh_reused",
    "session.ended success ",
    "session.started success ",
    "account.connected success ",
];

/// A client, with its secret if it has one, and a person who lets it in.
pub(super) struct Visitor<'a> {
    pub(super) ground: &'a Ground,
    pub(super) server: &'a Process,
    pub(super) guest: Guest,
    pub(super) secret: Option<String>,
    pub(super) spotify_id: String,
}

/// Lives it; what the server said in refusal.
pub(super) async fn live_with_clients(
    ground: &Ground,
    server: &Process,
    hoard: &mut Hoard,
) -> Vec<String> {
    let people: Vec<String> = ground.spotify.people().into_iter().map(|p| p.id).collect();
    let (secret, confidential) = made_by_the_operator(ground, server, hoard).await;
    let public = Visitor {
        ground,
        server,
        guest: Guest::register(&server.origin, "Quiet Player", REDIRECT).await,
        secret: None,
        spotify_id: people[1].clone(),
    };
    let confidential = Visitor {
        ground,
        server,
        guest: confidential,
        secret: Some(secret),
        spotify_id: people[0].clone(),
    };
    let mut said = Vec::new();
    for visitor in [&public, &confidential] {
        hoard.keep("a client's verifier", visitor.guest.verifier());
        visitor.stolen_code(hoard).await;
        visitor.stolen_token(hoard).await;
        visitor.turned_away(hoard).await;
        said.extend(visitor.refused(hoard).await);
        visitor.ended_by_the_client(hoard).await;
        said.extend(visitor.ended_by_the_person(hoard).await);
        // What stays when the life is over.
        visitor.tokens(hoard).await;
    }
    said
}

/// The audit has every event, and none that it should not have.
pub(super) async fn audited(ground: &Ground) {
    let events = "select distinct event || ' ' || outcome || ' ' || coalesce(detail, '') from audit \
                  where event like 'oauth.%' or event like 'session.%' or event = 'account.connected'";
    let mut events = ground.database.texts(events).await;
    events.sort();
    let mut wanted = AUDITED;
    wanted.sort_unstable();
    assert_eq!(events, wanted);
    let ownerless = "select event from audit where event in ('oauth.granted', 'oauth.refresh_reused', \
                     'oauth.code_replayed', 'oauth.grant_revoked') \
                     and (person_id is null or grant_id is null or client_ref is null)";
    assert_eq!(ground.database.texts(ownerless).await, Vec::<String>::new());
}

async fn made_by_the_operator(
    ground: &Ground,
    server: &Process,
    hoard: &mut Hoard,
) -> (String, Guest) {
    let variables = ground.environment.iter();
    let program = variables.fold(
        Program::new(ground.database.folder.path()),
        |program, (name, value)| program.with(name, value),
    );
    let made = program
        .run(&[
            "clients",
            "create",
            "--name",
            "Quiet Site",
            "--redirect-uri",
            REDIRECT,
            "--confidential",
        ])
        .await;
    let printed = |name: &str| {
        let lines = made.printed().lines();
        let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        values.next().unwrap().to_owned()
    };
    let secret = printed("client_secret");
    hoard.keep("a client's secret", &secret);
    assert!(
        hoard.found_in(made.err.as_bytes()).is_empty(),
        "{}",
        made.err
    );
    let guest = Guest::new(&server.origin, &printed("client_id"), REDIRECT);
    (secret, guest)
}

impl Visitor<'_> {
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.origin)
    }

    /// `form` with the client's secret.
    pub(super) fn signed(&self, form: Form) -> Form {
        match &self.secret {
            Some(secret) => form.with("client_secret", secret),
            None => form,
        }
    }

    /// A request with a state that nobody else may see.
    pub(super) fn request(&self, hoard: &mut Hoard) -> Request {
        let state = Opaque::new(random_bytes());
        hoard.keep("a client's state", state.expose());
        self.guest.request().with("state", state.expose())
    }

    /// Approved and at Spotify.
    async fn left(&self, browser: &Browser, hoard: &mut Hoard) -> Page {
        let page = browser.asked(&self.request(hoard)).await;
        keep_cookies(&page, hoard);
        let away = browser.approve(&page).await;
        keep_cookies(&away, hoard);
        away
    }

    pub(super) async fn code(&self, hoard: &mut Hoard) -> String {
        let browser = self.server.browser();
        let away = self.left(&browser, hoard).await;
        let back = browser.agree(&away, &self.spotify_id).await;
        let code = answer(&browser.visit(&back).await)["code"].clone();
        hoard.keep("a code", &code);
        code
    }

    pub(super) async fn redeemed(&self, code: &str, hoard: &mut Hoard) -> Tokens {
        let form = self.signed(self.guest.redemption(code));
        kept(Tokens::of(&form.post(&self.url("/token")).await), hoard)
    }

    pub(super) async fn tokens(&self, hoard: &mut Hoard) -> Tokens {
        let code = self.code(hoard).await;
        self.redeemed(&code, hoard).await
    }

    async fn stolen_code(&self, hoard: &mut Hoard) {
        let code = self.code(hoard).await;
        let tokens = self.redeemed(&code, hoard).await;
        let form = self.signed(self.guest.redemption(&code));
        assert_eq!(form.post(&self.url("/token")).await.status, 400);
        assert_eq!(bearer(&self.server.origin, &tokens.access).await, 401);
    }

    /// Replaced, repeated, and shown once more when the time for that is over.
    async fn stolen_token(&self, hoard: &mut Hoard) {
        let first = self.tokens(hoard).await;
        let form = self.signed(self.guest.refreshing(&first.refresh));
        let url = self.url("/token");
        let second = kept(Tokens::of(&form.post(&url).await), hoard);
        assert_eq!(bearer(&self.server.origin, &second.access).await, 200);
        let used = "select 'used' from tokens t join grants g on g.id = t.grant_id \
                    where t.generation = 2 and t.first_used_at is not null and g.status = 'active'";
        until("the use of the token is noted", async || {
            !self.ground.database.texts(used).await.is_empty()
        })
        .await;
        until("the old token was shown too late", async || {
            let again = form.post(&url).await;
            if again.status == 200 {
                kept(Tokens::of(&again), hoard);
            }
            again.status == 400
        })
        .await;
        assert_eq!(bearer(&self.server.origin, &second.access).await, 401);
    }

    /// By the person, on either page, and by a Spotify that repeats what it was sent.
    async fn turned_away(&self, hoard: &mut Hoard) {
        let browser = self.server.browser();
        let page = browser.asked(&self.request(hoard)).await;
        keep_cookies(&page, hoard);
        let told = answer(&browser.decide(&page, "deny", &[]).await);
        assert_eq!(told["error"], "access_denied");

        let away = self.left(&browser, hoard).await;
        let cancelled = [("decision", "cancel")];
        let back = browser.answer(&away.location(), &cancelled).await;
        let told = answer(&browser.visit(&back).await);
        assert_eq!(told["error"], "access_denied");

        let away = self.left(&browser, hoard).await;
        let back = browser.agree(&away, &self.spotify_id).await;
        let issued = self.ground.spotify.issued().into_iter().rev();
        let mut codes = issued.filter(|(kind, _)| *kind == Secret::Code);
        let quoting = Action::Status {
            status: 400,
            message: format!("Invalid code {}", codes.next().unwrap().1),
            reason: None,
            retry_after: None,
        };
        for action in [Action::Hang, Action::Html { status: 502 }, quoting] {
            let fault = Fault::new(action).on("POST", "/api/token");
            self.ground.spotify.add_fault(fault);
            let page = browser.visit(&back).await;
            assert!([303, 503].contains(&page.status), "{}", page.text);
            assert!(!page.header("location").contains("code="));
            self.ground.spotify.clear_faults();
        }
    }

    async fn ended_by_the_client(&self, hoard: &mut Hoard) {
        for access in [true, false] {
            let tokens = self.tokens(hoard).await;
            let token = if access {
                &tokens.access
            } else {
                &tokens.refresh
            };
            let form = Form::default()
                .with("token", token)
                .with("client_id", &self.guest.client_id);
            let ended = self.signed(form).post(&self.url("/revoke")).await;
            assert_eq!(ended.status, 200, "{}", ended.body);
            assert_eq!(bearer(&self.server.origin, &tokens.access).await, 401);
        }
    }

    /// On the account page, by somebody who signs in and out.
    async fn ended_by_the_person(&self, hoard: &mut Hoard) -> Vec<String> {
        let tokens = self.tokens(hoard).await;
        let browser = self.server.browser();
        let away = browser.press("/account/login").await;
        keep_cookies(&away, hoard);
        let back = browser.agree(&away, &self.spotify_id).await;
        let signed_in = browser.visit(&back).await;
        keep_cookies(&signed_in, hoard);
        let page = browser.get("/account").await;
        assert_eq!(page.status, 200, "{}", page.text);
        let grants =
            "select id from grants where status = 'active' order by created_at desc limit 1";
        let grant = self.ground.database.texts(grants).await.remove(0);
        let ended = browser.press(&format!("/account/grants/{grant}/end")).await;
        assert_eq!(ended.status, 303, "{}", ended.text);
        assert_eq!(bearer(&self.server.origin, &tokens.access).await, 401);
        let page = browser.get("/account").await;
        assert_eq!(browser.press("/account/sign-out").await.status, 303);
        vec![page.text, browser.get("/account").await.text]
    }
}

/// Takes the tokens up.
pub(super) fn kept(tokens: Tokens, hoard: &mut Hoard) -> Tokens {
    hoard.keep("an access token", &tokens.access);
    hoard.keep("a refresh token", &tokens.refresh);
    tokens
}
