//! Coming back from Spotify with a client waiting: the code for the client, or why there is none.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, Method};

use super::{
    Door,
    asker::Asker,
    decide::leave,
    redirect::{ErrorCode, Refusal},
    trouble::Trouble,
};
use crate::{
    auth::Scopes,
    clock::{Millis, SECOND},
    crypto::{Opaque, Purpose, Token, TokenKind, random_bytes},
    link::{Completed, ConnectFault, Given, Login, LoginPurpose, Returned, SpotifyAnswer},
    page::{self, FlowCookies, Kind, is_prefetch},
    store::{
        AppId, AuditEvent, AuthorizationRow, FlowId, FlowState, GrantId, NewGrant, Outcome,
        StoreError,
    },
};

/// How long a client may take to use its code (RFC 6749 section 4.1.2 allows ten minutes).
const CODE_LASTS: Millis = 60 * SECOND;

const NOT_ALLOW_LISTED: Refusal = Refusal {
    code: ErrorCode::AccessDenied,
    description: "the Spotify account is not on the list of this server's Spotify app",
};
const APP_OWNER_PREMIUM: Refusal = Refusal {
    code: ErrorCode::ServerError,
    description: "the owner of this server's Spotify app has no Premium",
};
const APP_REFUSED: Refusal = Refusal {
    code: ErrorCode::ServerError,
    description: "Spotify refused the app of this server",
};
const UNNAMED: Refusal = Refusal {
    code: ErrorCode::TemporarilyUnavailable,
    description: "Spotify did not say whose account it is",
};
const CODE_REFUSED: Refusal = Refusal {
    code: ErrorCode::ServerError,
    description: "Spotify refused the code that it had issued",
};
const INCOMPLETE: Refusal = Refusal {
    code: ErrorCode::ServerError,
    description: "Spotify left out what is needed to stay connected",
};

/// Around the callback route: takes the logins that answer a client's request, and leaves the others to the pages.
pub async fn claim(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    if request.method() != Method::GET || is_prefetch(request.headers()) {
        return next.run(request).await;
    }
    let Some(back) = Returned::parse(request.uri().query().unwrap_or_default()) else {
        return next.run(request).await;
    };
    let headers = request.headers().clone();
    let found = door
        .links
        .find_login(door.keys.hash_key(), back.state.expose())
        .await;
    let response = match found {
        Ok(Some(Login {
            flow,
            purpose: LoginPurpose::Authorization(_),
        })) => answer(&door, &headers, &back, flow).await,
        Ok(_) => return next.run(request).await,
        Err(fault) => {
            tracing::error!(error = %fault, "it could not be told what a login was for");
            Trouble::Database { reload: true }.page()
        }
    };
    page::dress(response, door.secure)
}

/// What the client is told of an `error` that Spotify sent (RFC 6749 section 4.1.2.1). Spotify's own text goes no
/// further.
fn of_spotify(error: &str) -> Refusal {
    match error {
        "access_denied" => Refusal {
            code: ErrorCode::AccessDenied,
            description: "the person did not agree at Spotify",
        },
        "server_error" | "temporarily_unavailable" => Refusal {
            code: ErrorCode::TemporarilyUnavailable,
            description: "Spotify reports a fault of its own",
        },
        _ => Refusal {
            code: ErrorCode::ServerError,
            description: "Spotify refused the request of this server",
        },
    }
}

/// How a login ended that did not lead to a code.
enum End {
    /// The login was not open for this browser.
    NotOpen(FlowState),
    /// On a page: this browser cannot go on, or can try again.
    Page(Trouble),
    /// The login is spent, and only a person can do something: a page with a way back to the client.
    Told(Trouble, Refusal),
    /// The login is spent, and there is nothing that the person could do.
    Refused(Refusal),
}

async fn answer(door: &Door, headers: &HeaderMap, back: &Returned, flow: FlowId) -> Response {
    let cookies = FlowCookies::new(door.secure, Kind::Spotify);
    let browser = cookies.read(headers, flow);
    let cookie = browser.as_deref().unwrap_or_default();
    let answered = match &back.answer {
        None => Err(Trouble::NoAnswer),
        Some(SpotifyAnswer::Agreed { code }) => {
            agreed(door, headers, flow, &back.state, cookie, code).await
        }
        Some(SpotifyAnswer::Refused { error }) => {
            refused(door, flow, &back.state, cookie, of_spotify(error)).await
        }
    };
    let (mut response, over) = match answered {
        Ok(response) => (response, true),
        Err(trouble) => (trouble.page(), is_final(trouble)),
    };
    if over && browser.is_some() {
        cookies.expire(&mut response, flow);
    }
    response
}

/// Whether this browser has no more use for the login's cookie. A login that was spent may be opened again by the
/// request that spent it, so its cookie stays until it ends by itself.
fn is_final(trouble: Trouble) -> bool {
    trouble == Trouble::Late
}

/// The client gets its code, or Spotify is asked for more.
async fn agreed(
    door: &Door,
    headers: &HeaderMap,
    flow: FlowId,
    state: &Opaque,
    browser: &str,
    code: &Opaque,
) -> Result<Response, Trouble> {
    let (row, app) = find(door, flow).await?;
    let asker = Asker::of(door, &row).map_err(|fault| not_kept(&fault))?;
    let ours = Token::new(TokenKind::Code, random_bytes());
    let given = Given::Grant(Box::new(grant(door, &row, app, &asker, &ours)));
    let completed = door
        .links
        .complete(
            door.keys.hash_key(),
            state.expose(),
            browser,
            code.expose(),
            given,
        )
        .await;
    let end = match completed {
        Ok(Completed::Connected(_)) => return Ok(asker.give(&ours)),
        Ok(Completed::AskAgain(outbound)) => return Ok(leave(door, headers, &outbound)),
        Err(fault) => end(&fault),
    };
    match end {
        End::NotOpen(state) => Err(not_open(door, flow, state).await),
        End::Page(trouble) => Err(trouble),
        End::Told(trouble, refusal) => {
            give_up(door, &row).await;
            Ok(trouble.page_with(Some(&asker.refusal(refusal))))
        }
        End::Refused(refusal) => {
            give_up(door, &row).await;
            Ok(asker.refuse(refusal))
        }
    }
}

/// Spotify sent no code: the client learns it, and nothing is kept.
async fn refused(
    door: &Door,
    flow: FlowId,
    state: &Opaque,
    browser: &str,
    refusal: Refusal,
) -> Result<Response, Trouble> {
    let now = door.clock.now();
    let (row, _) = find(door, flow).await?;
    let asker = Asker::of(door, &row).map_err(|fault| not_kept(&fault))?;
    let hash = door.keys.hash_key();
    let state = hash.hash(Purpose::State, state.expose());
    let browser = hash.hash(Purpose::Browser, browser);
    let event = AuditEvent::new(
        now,
        random_bytes(),
        "oauth.consent_denied",
        Outcome::Failure,
    )
    .with_client(row.client_ref)
    .because("spotify");
    let taken = door
        .db
        .take_authorization_refused(&state, &browser, &event, now)
        .await
        .map_err(|fault| not_kept(&fault))?;
    if taken {
        return Ok(asker.refuse(refusal));
    }
    Err(match door.db.find_flow_state(&state, now).await {
        Ok(state) => not_open(door, flow, state).await,
        Err(fault) => not_kept(&fault),
    })
}

async fn find(door: &Door, flow: FlowId) -> Result<(AuthorizationRow, AppId), Trouble> {
    door.db
        .find_authorization_of(flow)
        .await
        .map_err(|fault| not_kept(&fault))?
        .ok_or(Trouble::Over)
}

/// What the client gets, if Spotify confirms who agreed.
fn grant(
    door: &Door,
    row: &AuthorizationRow,
    app: AppId,
    asker: &Asker<'_>,
    code: &Token,
) -> NewGrant {
    let now = door.clock.now();
    let granted = Scopes::of_names(row.granted.as_deref().unwrap_or_default());
    NewGrant {
        id: GrantId::new(now, random_bytes()),
        authorization: row.id,
        client: row.client_ref,
        app,
        scopes: granted.to_string(),
        withheld: Scopes::of_names(&row.asked).without(granted).to_string(),
        resource: row.resource.clone(),
        redirect_host: asker.address.host().to_owned(),
        // Whoever keeps the grant knows Spotify's consent, and moves the end to where that allows it.
        expires_at: now,
        code_hash: code.hash(door.keys.hash_key()),
        code_expires_at: now + CODE_LASTS,
    }
}

/// Takes away what a spent login cannot answer any more. If that fails, the sweep does it later.
async fn give_up(door: &Door, row: &AuthorizationRow) {
    if let Err(fault) = door.db.take_authorization_failed(row.id).await {
        tracing::warn!(error = %fault, "a request for authorization could not be taken away");
    }
}

fn end(fault: &ConnectFault) -> End {
    if let ConnectFault::Store(cause) = fault {
        tracing::error!(error = %cause, "a login for a client could not be kept");
    } else {
        tracing::info!(error = %fault, "a login did not lead to a code");
    }
    match fault {
        ConnectFault::State(state) => End::NotOpen(*state),
        ConnectFault::NotWaiting => End::Page(Trouble::Over),
        ConnectFault::Store(_) => End::Page(Trouble::Database { reload: true }),
        ConnectFault::Unavailable { retry_after } => End::Page(Trouble::Unavailable {
            retry_after: *retry_after,
        }),
        ConnectFault::NotAllowListed => End::Told(Trouble::NotAllowListed, NOT_ALLOW_LISTED),
        ConnectFault::AppOwnerPremium => End::Told(Trouble::AppOwnerPremium, APP_OWNER_PREMIUM),
        ConnectFault::AppRefused => End::Told(Trouble::AppRefused, APP_REFUSED),
        ConnectFault::Unnamed { .. } => End::Refused(UNNAMED),
        ConnectFault::Code => End::Refused(CODE_REFUSED),
        ConnectFault::Incomplete => End::Refused(INCOMPLETE),
    }
}

async fn not_open(door: &Door, flow: FlowId, state: FlowState) -> Trouble {
    match state {
        FlowState::Unknown => Trouble::Over,
        FlowState::Expired => Trouble::Late,
        FlowState::OtherBrowser => Trouble::OtherBrowser,
        FlowState::Spent => {
            let now = door.clock.now();
            match door.db.is_authorization_unfinished(flow, now).await {
                Ok(true) => Trouble::Unfinished,
                Ok(false) => Trouble::Over,
                Err(fault) => not_kept(&fault),
            }
        }
    }
}

fn not_kept(fault: &StoreError) -> Trouble {
    tracing::error!(error = %fault, "the database failed while a client waited");
    Trouble::Database { reload: true }
}
