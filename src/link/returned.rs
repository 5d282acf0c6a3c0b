//! What Spotify sends a browser back with (RFC 6749 sections 4.1.2 and 4.1.2.1). Nothing of it is believed yet.

use url::form_urlencoded;

use crate::crypto::Opaque;

/// The query of the callback.
#[derive(Debug)]
pub struct Returned {
    /// Names the login.
    pub state: Opaque,
    /// `None` when there is not exactly one answer: Spotify did not write that.
    pub answer: Option<SpotifyAnswer>,
}

/// What Spotify says of a login.
#[derive(Debug)]
pub enum SpotifyAnswer {
    /// The person agreed.
    Agreed {
        /// What tokens are had for.
        code: Opaque,
    },
    /// There is no code.
    Refused {
        /// Spotify's `error`, which may be any text.
        error: String,
    },
}

impl Returned {
    /// Reads a query string; `None` without exactly one `state`, for it is nobody's login then.
    pub fn parse(query: &str) -> Option<Self> {
        let (mut states, mut codes, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "state" => states.push(value),
                "code" => codes.push(value),
                "error" => errors.push(value),
                _ => {}
            }
        }
        let [state] = states.as_slice() else {
            return None;
        };
        let answer = match (codes.as_slice(), errors.as_slice()) {
            ([code], []) if !code.is_empty() => Some(SpotifyAnswer::Agreed {
                code: Opaque::from_text(code),
            }),
            ([], [error]) => Some(SpotifyAnswer::Refused {
                error: error.clone().into_owned(),
            }),
            _ => None,
        };
        (!state.is_empty()).then(|| Self {
            state: Opaque::from_text(state),
            answer,
        })
    }
}
