//! Identifiers of rows: UUID version 7, a type for each table so that none passes for another.
//! Both databases keep them as text, so that a dump is readable and each statement is written once.

use std::fmt;

use uuid::Uuid;

use crate::clock::Millis;

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier that sorts by `now` (RFC 9562, version 7); `random` makes it unique.
            pub fn new(now: Millis, random: [u8; 10]) -> Self {
                let millis = u64::try_from(now).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// The identifier that `text` names, if it is one.
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = uuid::Error;

            fn try_from(text: String) -> Result<Self, uuid::Error> {
                Uuid::try_parse(&text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.hyphenated())
            }
        }
    };
}

row_id!(
    /// One person: one Spotify account.
    PersonId
);
row_id!(
    /// One Spotify app, the operator's or somebody's own.
    AppId
);
row_id!(
    /// One person's link to Spotify through one app.
    LinkId
);
row_id!(
    /// One API key or link key.
    KeyId
);
row_id!(
    /// One login on its way to Spotify and back.
    FlowId
);
row_id!(
    /// One OAuth client: registered, pre-registered, or known by its document.
    ClientId
);
row_id!(
    /// One request of a client for authorization.
    AuthorizationId
);
row_id!(
    /// What one person granted one client.
    GrantId
);
row_id!(
    /// One signed-in browser.
    SessionId
);
