//! The form that clients post to the token and revocation endpoints: in the body, each name once. Knows no name.

use std::fmt;

use axum::extract::rejection::BytesRejection;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri, header::CONTENT_TYPE};
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::wire::Refused;

/// The longest form, in bytes.
pub(super) const LONGEST: usize = 64 * 1024;
/// Parameters that a form has at most: each is compared with all before it.
const MOST_PARAMETERS: usize = 32;
/// The content type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// What the router makes of a request's body.
pub(super) type Body = Result<Bytes, BytesRejection>;

/// A form as it was sent. Holds secrets, so its `Debug` is blind.
pub(super) struct Form(Vec<(String, Zeroizing<String>)>);

impl Form {
    /// Reads the form of a request whose address has no parameters: codes and tokens in addresses end up in logs.
    ///
    /// # Errors
    /// [`Refused`].
    pub(super) fn read(uri: &Uri, headers: &HeaderMap, body: Body) -> Result<Self, Refused> {
        if uri.query().is_some_and(|query| !query.is_empty()) {
            return Err(Refused::Request(
                "parameters belong into the body, not into the address",
            ));
        }
        if !is_form(headers) {
            return Err(Refused::Request(
                "the body must be application/x-www-form-urlencoded",
            ));
        }
        let body = body.map_err(|fault| match fault.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Refused::TooLong,
            _ => Refused::Request("the body did not arrive"),
        })?;
        let mut pairs: Vec<(String, Zeroizing<String>)> = Vec::new();
        for (name, value) in form_urlencoded::parse(&body) {
            if pairs.len() == MOST_PARAMETERS {
                return Err(Refused::Request("there are more than 32 parameters"));
            }
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(Refused::Request("a parameter is there more than once"));
            }
            // None of what is expected has any, and a database refuses some.
            if value.chars().any(char::is_control) {
                return Err(Refused::Request("a parameter has a control character"));
            }
            pairs.push((name.into_owned(), Zeroizing::new(value.into_owned())));
        }
        Ok(Self(pairs))
    }

    /// The value of `name`; an empty one counts as none (RFC 6749 section 3.2).
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form(..)")
    }
}

/// Whether the body of a request says that it is a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    is_sent_as(headers, FORM)
}

/// Whether the one content type of a request is `wanted`, whatever its parameters are.
pub(super) fn is_sent_as(headers: &HeaderMap, wanted: &str) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (values.next(), values.next()) else {
        return false;
    };
    only.to_str().is_ok_and(|value| {
        let essence = value.split(';').next().unwrap_or("");
        essence.trim().eq_ignore_ascii_case(wanted)
    })
}
