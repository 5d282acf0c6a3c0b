//! What must not be found, in every form in which it could be written down.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

use auxcord::crypto::{Keyring, Place};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use url::form_urlencoded::byte_serialize;

use crate::harness::{
    Ground,
    app::KEYRING,
    database::{bytes_of, hex_of},
};

/// Bytes from the beginning of a secret that give it away.
const TELLING: usize = 24;

/// Bytes from the beginning of a form by which it is looked up.
const HEAD: usize = 8;

/// Secrets by what they are.
#[derive(Default)]
pub(super) struct Hoard {
    secrets: BTreeMap<Vec<u8>, String>,
    /// The forms of all secrets, by how they begin.
    forms: HashMap<[u8; HEAD], Vec<Form>>,
}

/// One of the ways in which a secret could be written.
struct Form {
    text: Vec<u8>,
    secret: Vec<u8>,
}

impl Hoard {
    /// Takes up a secret; `what` is named when it is found.
    pub(super) fn keep(&mut self, what: &str, secret: impl AsRef<[u8]>) {
        let secret = secret.as_ref();
        assert!(secret.len() >= TELLING, "{what} is too short");
        let known = self.secrets.insert(secret.to_vec(), what.to_owned());
        if known.is_some() {
            return;
        }
        let forms = Self::forms(secret).into_iter().map(String::into_bytes);
        for text in forms.chain([secret[..TELLING].to_vec()]) {
            let alike = self.forms.entry(head(&text)).or_default();
            alike.push(Form {
                text,
                secret: secret.to_vec(),
            });
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.secrets.len()
    }

    /// What of it is in `haystack`.
    pub(super) fn found_in(&self, haystack: &[u8]) -> Vec<&str> {
        let mut found = BTreeSet::new();
        for (at, begin) in haystack.windows(HEAD).enumerate() {
            for form in self.forms.get(begin).into_iter().flatten() {
                if haystack[at..].starts_with(&form.text) {
                    found.insert(&form.secret);
                }
            }
        }
        found
            .into_iter()
            .map(|secret| self.secrets[secret].as_str())
            .collect()
    }

    /// The texts as which `secret` could be written, whole or cut off at its end.
    pub(super) fn forms(secret: &[u8]) -> Vec<String> {
        let secret = &secret[..TELLING];
        let hex = hex_of(secret);
        let mut forms = vec![
            hex.to_uppercase(),
            hex,
            BASE64_STANDARD_NO_PAD.encode(secret),
            BASE64_URL_SAFE_NO_PAD.encode(secret),
            format!("{secret:?}").replace(['[', ']'], ""),
        ];
        if let Ok(text) = std::str::from_utf8(secret) {
            forms.push(text.to_owned());
            forms.push(byte_serialize(secret).collect());
        }
        forms
    }
}

fn head(text: &[u8]) -> [u8; HEAD] {
    text[..HEAD].try_into().unwrap()
}

impl fmt::Debug for Hoard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.secrets.values()).finish()
    }
}

/// What Spotify handed out and took in, and what the operator set.
pub(super) fn ground_secrets(ground: &Ground, hoard: &mut Hoard) {
    for (kind, value) in ground.spotify.issued() {
        hoard.keep(&format!("spotify's {kind:?}"), value);
    }
    let (_, key) = KEYRING.split_once(':').unwrap();
    hoard.keep("the keyring", key);
    hoard.keep(
        "the keyring's key",
        BASE64_URL_SAFE_NO_PAD.decode(key).unwrap(),
    );
}

/// What is in the database only sealed: the hash key, the verifiers of logins, and what clients gave to have it back.
pub(super) async fn stored_secrets(ground: &Ground, hoard: &mut Hoard) {
    let keyring = Keyring::parse(KEYRING).unwrap();
    for (table, id, column, what) in [
        ("vault", "name", "sealed", "the hash key"),
        ("flows", "id", "verifier_sealed", "a verifier"),
        ("authorizations", "id", "state_sealed", "a client's state"),
    ] {
        let hex = ground.database.hex(column);
        let rows = format!("select {id} || ' ' || {hex} from {table}");
        let rows = ground.database.texts(&rows).await;
        assert!(!rows.is_empty(), "{table}");
        for row in rows {
            let (row, sealed) = row.split_once(' ').unwrap();
            let place = Place { table, column, row };
            let plain = keyring.open(place, &bytes_of(sealed)).unwrap();
            hoard.keep(what, plain.as_slice());
        }
    }
}
