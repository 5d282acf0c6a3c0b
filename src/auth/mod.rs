//! WHO: turns what a request carries into a [`Caller`], or into a refusal. Knows no tool and no Spotify call.

mod bearer;
mod caller;
mod keys;
mod limits;
mod machine;
mod pace;
mod scope;
mod session;
mod source;

pub use bearer::{BearerFault, bearer, holds_token, link_key};
pub use caller::{Caller, Credential, KeyLimits, ReadingAddress, Toolset};
pub use keys::{IssuedKey, KeyOptions, Keys, Refusal};
pub use limits::{Allowance, Bucket, Limits, Rates};
pub use machine::{Machine, Owner};
pub use pace::Pace;
pub use scope::{Needed, Scope, Scopes};
pub use session::{IssuedSession, Session, Sessions};
pub use source::Source;

pub use crate::{crypto::KeyKind, store::PersonId};
