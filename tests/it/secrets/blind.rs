//! Values that hold secrets and can be printed for debugging show none of them.

use std::{fmt::Debug, time::Duration};

use auxcord::{
    auth::{IssuedKey, IssuedSession},
    config::{Config, Sources},
    crypto::{ApiKey, HashKey, KeyKind, Keyring, Opaque, Purpose, Token, TokenKind},
    link::{Access, Outbound},
    sandbox::TokenPair,
    spotify::{
        AccessToken, RefreshToken,
        accounts::{AppCredentials, AuthorizeRequest, TokenSet},
    },
    store::{AppId, DbOptions, FlowId, KeyId, NewKey, NewSession, SessionId, Target},
};
use url::Url;

use super::search::Hoard;
use crate::harness::app::KEYRING;

const SECRET: &str = "hush-0123456789abcdef-hush";

#[test]
fn tokens_and_what_holds_them() {
    let access = AccessToken::new(SECRET.to_owned());
    let refresh = RefreshToken::new(SECRET.to_owned());
    let holders: [&dyn Debug; 7] = [
        &access,
        &refresh,
        &TokenSet {
            access: access.clone(),
            refresh: Some(refresh.clone()),
            expires_in: Duration::from_secs(1),
            scopes: Vec::new(),
        },
        &Access {
            token: access.clone(),
            scopes: [].into(),
            app: AppId::new(0, [0; 10]),
            version: 1,
        },
        &AppCredentials {
            client_id: "app".to_owned(),
            client_secret: Some(SECRET.into()),
        },
        &AuthorizeRequest {
            redirect_uri: "https://auxcord.example/auth/callback",
            state: SECRET,
            code_challenge: SECRET,
            scopes: &[],
            show_dialog: true,
        },
        &TokenPair {
            access_token: SECRET.to_owned(),
            refresh_token: SECRET.to_owned(),
        },
    ];
    for holder in holders {
        assert_blind(holder, SECRET.as_bytes());
    }
}

#[test]
fn keys_states_and_cookies() {
    let opaque = Opaque::from_text(SECRET);
    assert_blind(&opaque, SECRET.as_bytes());
    let url = format!("https://accounts.example/authorize?state={SECRET}");
    assert_blind(
        &Outbound {
            flow: FlowId::new(1, [7; 10]),
            browser: opaque,
            url: Url::parse(&url).unwrap(),
        },
        SECRET.as_bytes(),
    );
    let hash_key = HashKey::new([0x5a; 32]);
    assert_blind(&hash_key, &[0x5a; 32]);
    for kind in [KeyKind::Api, KeyKind::Link] {
        let key = ApiKey::new(kind, [0x5a; 32]);
        assert_blind(&key, key.expose().as_bytes());
        let hash = key.hash(&hash_key);
        assert_blind(&hash, hash.as_bytes());
        let plain = key.expose().to_owned();
        let issued = IssuedKey {
            stored: NewKey {
                id: KeyId::new(1, [7; 10]),
                kind,
                hash,
                label: String::new(),
                read_only: false,
                toolsets: None,
                tools: None,
                exclude_tools: None,
                expires_at: None,
            },
            key,
        };
        assert_blind(&issued, plain.as_bytes());
    }
    let state = hash_key.hash(Purpose::State, SECRET);
    assert_blind(&state, state.as_bytes());
}

#[test]
fn what_clients_and_signed_in_browsers_hold() {
    let hash_key = HashKey::new([0x5a; 32]);
    for kind in [
        TokenKind::Access,
        TokenKind::Refresh,
        TokenKind::Code,
        TokenKind::ClientSecret,
    ] {
        let token = Token::new(kind, [0x5a; 32]);
        assert_blind(&token, token.expose().as_bytes());
        let parsed = Token::parse(token.expose());
        assert_blind(&parsed, token.expose().as_bytes());
        let hash = token.hash(&hash_key);
        assert_blind(&hash, hash.as_bytes());
    }
    let session = IssuedSession {
        cookie: Opaque::from_text(SECRET),
        stored: NewSession {
            id: SessionId::new(1, [7; 10]),
            hash: hash_key.hash(Purpose::Session, SECRET),
            expires_at: 1,
        },
    };
    assert_blind(&session, SECRET.as_bytes());
}

#[test]
fn the_operators_settings() {
    let url = format!("postgres://somebody:{SECRET}@127.0.0.1/auxcord");
    let sources = Sources::from_pairs([
        ("DATABASE_URL", url.as_str()),
        ("SPOTIFY_CLIENT_ID", "app"),
        ("SPOTIFY_CLIENT_SECRET", SECRET),
        ("TOKEN_ENCRYPTION_KEY", KEYRING),
    ]);
    let config = Config::load(&sources).unwrap();
    let (_, key) = KEYRING.split_once(':').unwrap();
    for secret in [SECRET, key] {
        assert_blind(&sources, secret.as_bytes());
        assert_blind(&config, secret.as_bytes());
        assert_blind(&Keyring::parse(KEYRING).unwrap(), secret.as_bytes());
    }
    let options = DbOptions {
        target: Target::Postgres(url.into()),
        max_connections: 1,
        acquire_timeout: Duration::from_secs(1),
        busy_timeout: Duration::from_secs(1),
    };
    assert_blind(&options, SECRET.as_bytes());
}

fn assert_blind(holder: &dyn Debug, secret: &[u8]) {
    let mut hoard = Hoard::default();
    hoard.keep("the secret", secret);
    let shown = format!("{holder:?} {holder:#?}");
    assert_eq!(
        hoard.found_in(shown.as_bytes()),
        Vec::<&str>::new(),
        "{shown}"
    );
}
