//! References as people paste them: whatever is accepted is one harmless path segment, and means the same when it is written as a URI.
#![no_main]

use auxcord::spotify::id::{Kind, Reference};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(reference) = Reference::parse(text) else {
        return;
    };
    let id = reference.id.as_str();
    assert!(!id.is_empty() && id.len() <= 64);
    assert!(
        id.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    );
    assert!(id != "." && id != "..");
    if let Some(kind) = reference.kind.filter(|kind| *kind != Kind::User) {
        let uri = format!("spotify:{}:{id}", kind.as_str());
        assert_eq!(Reference::parse(&uri).as_ref(), Ok(&reference));
    }
});
