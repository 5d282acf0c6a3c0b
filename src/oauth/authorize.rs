//! The authorization endpoint (RFC 6749 section 3.1): judges a client's request, keeps it, and asks the person. What
//! the person answers is next door. Nothing goes to Spotify from here.

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, RawQuery, State},
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode, header::ALLOW};

use super::{
    Client, ClientFault, Door,
    asker::{Asker, seal_state},
    consent::{self, Question},
    decide, known,
    redirect::ReturnAddress,
    request::{Nameless, Parameters, Wish},
    resource::Resources,
    trouble::Trouble,
};
use crate::{
    auth::{Allowance, Bucket, Source},
    clock::{MINUTE, Millis},
    crypto::{Opaque, Purpose, random_bytes},
    page::{self, FlowCookies, Kind, is_navigation, is_prefetch},
    store::{AuthorizationId, NewAuthorization, StoreError},
};

/// How long a person has for the page.
const ASKED_FOR: Millis = 10 * MINUTE;
/// The longest form, in bytes.
const LONGEST_FORM: usize = 64 * 1024;

/// `GET /authorize` and the answer to its page.
pub(super) fn routes(door: &Door) -> Router<Arc<Door>> {
    let secure = door.secure;
    Router::new()
        .route("/authorize", get(show).head(no_effect).post(decide::decide))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .layer(map_response(move |response| async move {
            page::dress(response, secure)
        }))
}

async fn show(
    State(door): State<Arc<Door>>,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if is_prefetch(&headers) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    // Scripts and images of other pages would use up what their visitors may ask for.
    if !is_navigation(&headers) {
        return Trouble::Unseen.page();
    }
    let query = query.unwrap_or_default();
    ask(&door, source, &headers, &Parameters::parse(&query))
        .await
        .unwrap_or_else(Trouble::page)
}

/// Asking without looking would only make the person miss the question.
async fn no_effect() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, POST")]).into_response()
}

/// The page that asks, or the client's own address with an error.
async fn ask(
    door: &Door,
    source: Source,
    headers: &HeaderMap,
    parameters: &Parameters<'_>,
) -> Result<Response, Trouble> {
    take_allowance(door, source).await?;
    let (client_id, redirect_uri) = parameters.names()?;
    let client = door
        .clients
        .find(client_id, source)
        .await
        .map_err(|fault| not_found(&fault))?;
    let address = ReturnAddress::parse(redirect_uri)
        .filter(|_| client.allows(redirect_uri))
        .ok_or(Trouble::ForeignRedirect)?;
    let wish = match parameters.judge(&Resources::of(door)) {
        Ok(wish) => wish,
        Err(refusal) => {
            return Ok(Asker::new(door, address, parameters.state()).refuse(refusal));
        }
    };
    let asked = wish.scopes;
    let (request, browser) = request(door, &client, redirect_uri, wish, parameters.state());
    door.db
        .insert_authorization(&request)
        .await
        .map_err(|fault| not_kept(&fault))?;
    let signed_in = known::signed_in(door, headers).await;
    let question = Question {
        id: request.id,
        client: &client,
        address: &address,
        asked,
        signed_in: signed_in.as_ref(),
    };
    Ok(shown(door, headers, &question, &browser))
}

/// The page, and the cookie that ties it to this browser.
fn shown(door: &Door, headers: &HeaderMap, question: &Question<'_>, browser: &Opaque) -> Response {
    let mut response = consent::page(door, question);
    let cookies = FlowCookies::new(door.secure, Kind::Consent);
    for flow in cookies.surplus(headers) {
        cookies.expire(&mut response, flow);
    }
    cookies.set(&mut response, question.id, browser.expose());
    response
}

async fn take_allowance(door: &Door, source: Source) -> Result<(), Trouble> {
    match door
        .limits
        .take(Bucket::Authorize, &source.to_string())
        .await
    {
        Ok(Allowance::Granted) => Ok(()),
        Ok(Allowance::Exhausted {
            retry_after_seconds,
        }) => Err(Trouble::Limited {
            retry_after_seconds,
        }),
        Err(fault) => Err(not_kept(&fault)),
    }
}

/// The request as it is kept, and what the browser keeps.
fn request(
    door: &Door,
    client: &Client,
    redirect_uri: &str,
    wish: Wish,
    state: Option<&str>,
) -> (NewAuthorization, Opaque) {
    let now = door.clock.now();
    let id = AuthorizationId::new(now, random_bytes());
    let browser = Opaque::new(random_bytes());
    let request = NewAuthorization {
        id,
        browser_hash: door
            .keys
            .hash_key()
            .hash(Purpose::Consent, browser.expose()),
        client: client.id,
        redirect_uri: redirect_uri.to_owned(),
        code_challenge: wish.code_challenge,
        asked: wish.scopes.to_string(),
        resource: wish.resource,
        state_sealed: state.map(|state| seal_state(&door.keyring, id, state)),
        created_at: now,
        expires_at: now + ASKED_FOR,
    };
    (request, browser)
}

impl From<Nameless> for Trouble {
    fn from(fault: Nameless) -> Self {
        match fault {
            Nameless::Missing | Nameless::Doubled => Self::Nameless,
        }
    }
}

/// Strangers are told nothing of why; the log is.
fn not_found(fault: &ClientFault) -> Trouble {
    match fault {
        ClientFault::Unknown(reason) => {
            tracing::info!(error = %reason, "somebody asked for a client that is not known");
            Trouble::UnknownClient
        }
        ClientFault::Limited {
            retry_after_seconds,
        } => Trouble::Limited {
            retry_after_seconds: *retry_after_seconds,
        },
        ClientFault::Store(fault) => not_kept(fault),
    }
}

fn not_kept(fault: &StoreError) -> Trouble {
    tracing::error!(error = %fault, "a request for authorization could not be kept");
    Trouble::Database { reload: true }
}
