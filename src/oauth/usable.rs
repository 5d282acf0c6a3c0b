//! Whether a grant can give tokens, and the tokens that are asked for. Knows neither codes nor refresh tokens.

use super::{Door, form::Form, resource::Resources, wire::Refused};
use crate::{
    clock::Millis,
    store::{GrantStatus, TokenGrant},
};

/// Whether the tokens of `grant` count at `now`.
///
/// # Errors
/// [`Refused::Grant`].
pub(super) fn usable(grant: &TokenGrant, now: Millis) -> Result<(), Refused> {
    let reason = match grant.status {
        GrantStatus::Revoked => "grant.revoked",
        GrantStatus::Active | GrantStatus::Suspended if grant.grant_expires_at <= now => {
            "grant.expired"
        }
        GrantStatus::Suspended => "grant.suspended",
        GrantStatus::Active => return Ok(()),
    };
    Err(Refused::Grant { reason })
}

/// Whether `form` asks for tokens of the resource that `grant` is for; asking for none is asking for that one.
///
/// # Errors
/// [`Refused::Target`].
pub(super) fn is_aimed_well(door: &Door, grant: &TokenGrant, form: &Form) -> Result<(), Refused> {
    match form.get("resource") {
        Some(asked) if !Resources::of(door).names(asked, &grant.resource) => Err(Refused::Target),
        Some(_) | None => Ok(()),
    }
}
