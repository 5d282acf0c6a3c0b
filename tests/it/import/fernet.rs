//! Fernet as its specification's vectors have it, and what is none.

use auxcord::crypto::{Fernet, FernetFault};

use super::old_server::seal;

/// The key and the tokens of the specification (generate.json, verify.json, invalid.json).
const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
const HELLO: &str = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
const INVALID: [(&str, &str, FernetFault); 6] = [
    (
        "incorrect mac",
        "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==",
        FernetFault::Refused,
    ),
    (
        "too short",
        "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==",
        FernetFault::Malformed,
    ),
    (
        "invalid base64",
        "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
        FernetFault::Malformed,
    ),
    (
        "payload size not multiple of block size",
        "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm",
        FernetFault::Malformed,
    ),
    (
        "payload padding error",
        "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==",
        FernetFault::Refused,
    ),
    (
        "incorrect IV (causes padding error)",
        "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==",
        FernetFault::Refused,
    ),
];

#[test]
fn the_specifications_token_opens_however_old_it_is() {
    let fernet = Fernet::parse(KEY).unwrap();
    assert_eq!(&**fernet.open(HELLO).unwrap(), b"hello");
    let bare = HELLO.trim_end_matches('=');
    assert_eq!(&**fernet.open(bare).unwrap(), b"hello", "without padding");
}

#[test]
fn the_specifications_invalid_tokens_do_not_open() {
    let fernet = Fernet::parse(KEY).unwrap();
    for (what, token, fault) in INVALID {
        assert_eq!(fernet.open(token).unwrap_err(), fault, "{what}");
    }
}

#[test]
fn every_length_opens_and_no_changed_character_does() {
    let fernet = Fernet::parse(KEY).unwrap();
    for length in 0..50 {
        let plain = "a".repeat(length);
        let token = seal(KEY, &plain);
        assert_eq!(&**fernet.open(&token).unwrap(), plain.as_bytes());
    }
    let token = seal(KEY, "AQBwell-kept");
    for at in 0..token.trim_end_matches('=').len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'Q' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(fernet.open(&changed).is_err(), "character {at}");
    }
}

#[test]
fn what_is_no_key_is_none_and_nothing_shows_one() {
    for text in [
        "",
        "short",
        "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=cw_0",
        "k1:cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4",
        "cw/0x689RpI+jtRR7oE8h/eQsKImvJapLeSbXpwF4e4=",
    ] {
        assert!(Fernet::parse(text).is_none(), "{text}");
    }
    let fernet = Fernet::parse(KEY).unwrap();
    assert_eq!(format!("{fernet:?}"), "Fernet(..)");
    let other = Fernet::parse("dw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=").unwrap();
    assert_eq!(other.open(HELLO).unwrap_err(), FernetFault::Refused);
}
