//! Who is signed in in the browser that asks. A courtesy: it saves people questions and decides nothing.

use http::HeaderMap;

use super::Door;
use crate::{
    auth::Sessions,
    link::{LinkFault, Standing},
    page::SessionCookie,
};

/// How the person stands who is signed in, if somebody is.
pub(super) async fn signed_in(door: &Door, headers: &HeaderMap) -> Option<Standing> {
    let cookie = SessionCookie::new(door.secure).read(headers)?;
    let sessions = Sessions::new(
        door.db.clone(),
        door.keys.hash_key().clone(),
        door.clock.clone(),
    );
    let session = match sessions.check(&cookie).await {
        Ok(session) => session?,
        Err(fault) => {
            tracing::warn!(error = %fault, "it could not be told who is signed in");
            return None;
        }
    };
    match door.links.standing(session.person).await {
        Ok(standing) => Some(standing),
        Err(LinkFault::Missing) => None,
        Err(fault) => {
            tracing::warn!(error = %fault, "it could not be told how the link of somebody stands");
            None
        }
    }
}
