//! The person's answer to the consent page: no more than they ticked, once, in the browser that was asked. Only an
//! approval begins something at Spotify.

use std::sync::Arc;

use axum::{
    extract::{State, rejection::BytesRejection},
    response::Response,
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use url::form_urlencoded;

use super::{
    Door,
    asker::Asker,
    consent::{self, Question},
    form::is_form,
    known,
    redirect::{ErrorCode, Refusal, see_other},
    trouble::Trouble,
};
use crate::{
    auth::{Scope, Scopes},
    clock::{MINUTE, Millis},
    crypto::{Purpose, SecretHash, random_bytes},
    link::{LoginPurpose, Outbound},
    page::{FlowCookies, Kind, SentFrom, sent_from},
    store::{
        Approval, AuditEvent, AuthorizationId, AuthorizationRow, AuthorizationStatus, Outcome,
        StoreError,
    },
};

/// How long an approved request waits for Spotify: two rounds there, since a second one may be needed.
const APPROVED_FOR: Millis = 20 * MINUTE;

/// `POST /authorize`: 303 to Spotify or back to the client; else a page that says why not.
pub(super) async fn decide(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let decided = match Answer::read(&door, &headers, body) {
        Ok(answer) => answered(&door, &headers, &answer).await,
        Err(trouble) => Err(trouble),
    };
    decided.unwrap_or_else(Trouble::page)
}

/// 303 to Spotify, with the cookie of the login.
pub(super) fn leave(door: &Door, headers: &HeaderMap, outbound: &Outbound) -> Response {
    let mut response = see_other(&outbound.url);
    let cookies = FlowCookies::new(door.secure, Kind::Spotify);
    for flow in cookies.surplus(headers) {
        cookies.expire(&mut response, flow);
    }
    cookies.set(&mut response, outbound.flow, outbound.browser.expose());
    response
}

/// The form.
#[derive(Debug)]
struct Answer {
    id: AuthorizationId,
    /// What was approved; nothing at all for a no.
    approved: Option<Scopes>,
}

impl Answer {
    fn read(
        door: &Door,
        headers: &HeaderMap,
        body: Result<Bytes, BytesRejection>,
    ) -> Result<Self, Trouble> {
        match sent_from(headers, &door.issuer) {
            SentFrom::Here => {}
            SentFrom::OtherAddress => return Err(Trouble::OtherAddress),
            SentFrom::Elsewhere => return Err(Trouble::CrossSite),
        }
        let body = body.map_err(|fault| match fault.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Trouble::TooLong,
            _ => Trouble::NoForm,
        })?;
        is_form(headers)
            .then(|| Self::parse(&body))
            .flatten()
            .ok_or(Trouble::NoForm)
    }

    fn parse(body: &[u8]) -> Option<Self> {
        let (mut ids, mut decisions) = (Vec::new(), Vec::new());
        let mut ticked = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            match &*name {
                "authorization" => ids.push(value),
                "decision" => decisions.push(value),
                "scope" => ticked.extend(Scope::parse(&value)),
                _ => {}
            }
        }
        let ([id], [decision]) = (ids.as_slice(), decisions.as_slice()) else {
            return None;
        };
        let approved = match &**decision {
            "approve" => Some(ticked.into_iter().collect()),
            "deny" => None,
            _ => return None,
        };
        Some(Self {
            id: AuthorizationId::parse(id)?,
            approved,
        })
    }
}

async fn answered(door: &Door, headers: &HeaderMap, answer: &Answer) -> Result<Response, Trouble> {
    let cookies = FlowCookies::new(door.secure, Kind::Consent);
    let cookie = cookies
        .read(headers, answer.id)
        .ok_or(Trouble::OtherBrowser)?;
    let browser = door.keys.hash_key().hash(Purpose::Consent, &cookie);
    let row = waiting(door, answer.id, &browser).await?;
    let asked = Scopes::of_names(&row.asked);
    let response = match answer.approved.map(|ticked| ticked.intersection(asked)) {
        None => denied(door, &row, &browser).await?,
        Some(granted) if granted.is_empty() => return ask_again(door, headers, &row, asked).await,
        Some(granted) => approved(door, headers, &row, &browser, granted).await?,
    };
    let mut response = response;
    cookies.expire(&mut response, answer.id);
    Ok(response)
}

/// The request, if it waits for this browser.
async fn waiting(
    door: &Door,
    id: AuthorizationId,
    browser: &SecretHash,
) -> Result<AuthorizationRow, Trouble> {
    let row = door
        .db
        .find_authorization(id)
        .await
        .map_err(|fault| not_kept(&fault))?
        .ok_or(Trouble::Over)?;
    if row.browser_hash != browser.as_bytes() {
        return Err(Trouble::OtherBrowser);
    }
    match row.status {
        AuthorizationStatus::Pending if row.expires_at <= door.clock.now() => Err(Trouble::Late),
        AuthorizationStatus::Pending => Ok(row),
        AuthorizationStatus::Approved | AuthorizationStatus::Coded => Err(Trouble::Over),
    }
}

async fn approved(
    door: &Door,
    headers: &HeaderMap,
    row: &AuthorizationRow,
    browser: &SecretHash,
    granted: Scopes,
) -> Result<Response, Trouble> {
    let now = door.clock.now();
    let signed_in = known::signed_in(door, headers).await;
    let mut permissions = granted.spotify();
    // Asked for now, what the link holds already need not be asked for in a second round.
    for held in signed_in.iter().flat_map(|known| known.scopes.iter()) {
        if !permissions.contains(&&**held) {
            permissions.push(held);
        }
    }
    let purpose = LoginPurpose::Authorization(row.id);
    let (flow, outbound) = door
        .links
        .prepare(door.keys.hash_key(), &permissions, purpose);
    let approval = Approval {
        id: row.id,
        browser_hash: *browser,
        granted: granted.to_string(),
        flow,
        expires_at: now + APPROVED_FOR,
    };
    let event = event("oauth.consent_given", row, now);
    let was_waiting = door
        .db
        .update_authorization_approved(&approval, &event, now)
        .await
        .map_err(|fault| not_kept(&fault))?;
    if was_waiting {
        Ok(leave(door, headers, &outbound))
    } else {
        Err(Trouble::Over)
    }
}

async fn denied(
    door: &Door,
    row: &AuthorizationRow,
    browser: &SecretHash,
) -> Result<Response, Trouble> {
    let now = door.clock.now();
    let asker = Asker::of(door, row).map_err(|fault| not_kept(&fault))?;
    let event = event("oauth.consent_denied", row, now).because("person");
    let was_waiting = door
        .db
        .take_authorization_denied(row.id, browser, &event, now)
        .await
        .map_err(|fault| not_kept(&fault))?;
    if was_waiting {
        Ok(asker.refuse(Refusal {
            code: ErrorCode::AccessDenied,
            description: "the person did not agree",
        }))
    } else {
        Err(Trouble::Over)
    }
}

/// A yes to nothing is neither a yes nor a no.
async fn ask_again(
    door: &Door,
    headers: &HeaderMap,
    row: &AuthorizationRow,
    asked: Scopes,
) -> Result<Response, Trouble> {
    let client = door.clients.of_row(row.client_ref).await;
    let client = client
        .map_err(|fault| not_kept(&fault))?
        .ok_or(Trouble::Over)?;
    let waiting = Asker::of(door, row).map_err(|fault| not_kept(&fault))?;
    let signed_in = known::signed_in(door, headers).await;
    Ok(consent::page_again(
        door,
        &Question {
            id: row.id,
            client: &client,
            address: &waiting.address,
            asked,
            signed_in: signed_in.as_ref(),
        },
    ))
}

fn event(slug: &'static str, row: &AuthorizationRow, now: Millis) -> AuditEvent {
    AuditEvent::new(now, random_bytes(), slug, Outcome::Success).with_client(row.client_ref)
}

fn not_kept(fault: &StoreError) -> Trouble {
    tracing::error!(error = %fault, "an answer to a request for authorization could not be kept");
    Trouble::Database { reload: false }
}
