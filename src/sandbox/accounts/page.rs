//! The pages of the accounts service: plain HTML without script, readable on a phone. They know what to show and
//! decide nothing.

use std::fmt::Write as _;

use axum::response::{Html, IntoResponse};
use http::StatusCode;

use super::authorize::Asked;
use crate::sandbox::{Shared, scope::Scopes, seed::HAND_MADE};

/// Asks who is there and whether the app may do what it asks for.
pub(super) fn consent(
    sandbox: &Shared,
    asked: &Asked,
    scopes: Scopes,
    signed_in: Option<u32>,
) -> impl IntoResponse {
    let people = people(sandbox, signed_in);
    let hidden = hidden(asked);
    let mut permissions = String::new();
    for (name, words) in scopes.iter() {
        // Writing to a string cannot fail.
        let _ = write!(
            permissions,
            "<li>{} <code>{}</code></li>",
            escape(words),
            escape(name)
        );
    }
    if permissions.is_empty() {
        permissions.push_str("<li>See your public profile</li>");
    }
    let app = escape(&asked.client_id);
    page(&format!(
        "<h1>Connect a demo account</h1>\
         <p>This is the sandbox: a simulated Spotify with invented people. Nothing here is real.</p>\
         <form method=\"post\" action=\"/authorize\">{hidden}\
         <fieldset><legend>Who are you?</legend>{people}</fieldset>\
         <p>The app <code>{app}</code> asks to:</p><ul>{permissions}</ul>\
         <p class=\"row\"><button name=\"decision\" value=\"approve\" class=\"main\">Approve</button>\
         <button name=\"decision\" value=\"cancel\">Cancel</button></p></form>"
    ))
}

/// A request that is not sent back to the client, because nobody knows that the address is the client's.
pub(super) fn refusal(reason: &str) -> impl IntoResponse {
    let reason = escape(reason);
    (
        StatusCode::BAD_REQUEST,
        page(&format!("<h1>Error</h1><p>{reason}</p>")),
    )
}

/// After signing out.
pub(super) fn signed_out() -> impl IntoResponse {
    page("<h1>Signed out</h1><p>The next app that asks is answered by whom you choose.</p>")
}

/// How many of the generated people the page offers; a script may name any.
const OFFERED: usize = 20;

fn people(sandbox: &Shared, signed_in: Option<u32>) -> String {
    let chosen = signed_in.unwrap_or(1);
    let mut list = String::new();
    for person in sandbox.world.people() {
        if (person.owner as usize) > HAND_MADE + OFFERED && person.owner != chosen {
            continue;
        }
        let note = match person.note {
            "" => person.plan.word(),
            note => note,
        };
        // Writing to a string cannot fail.
        let _ = write!(
            list,
            "<label><input type=\"radio\" name=\"person\" value=\"{}\"{}> <b>{}</b><br><small>{}</small></label>",
            escape(&person.id),
            if person.owner == chosen {
                " checked"
            } else {
                ""
            },
            escape(&person.display_name),
            escape(note)
        );
    }
    list
}

fn hidden(asked: &Asked) -> String {
    [
        ("client_id", Some(&asked.client_id)),
        ("response_type", Some(&asked.response_type)),
        ("redirect_uri", Some(&asked.redirect_uri)),
        ("state", asked.state.as_ref()),
        ("scope", Some(&asked.scope)),
        (
            "code_challenge_method",
            asked.code_challenge_method.as_ref(),
        ),
        ("code_challenge", asked.code_challenge.as_ref()),
    ]
    .into_iter()
    .filter_map(|(name, value)| {
        let value = escape(value?);
        Some(format!(
            "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"
        ))
    })
    .collect()
}

fn page(body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Sandbox</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    ))
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f4f2;color:#1b1b1b}\
main{max-width:34rem;margin:0 auto;padding:1.5rem}fieldset{border:1px solid #ccc;border-radius:.5rem}\
label{display:block;padding:.6rem 0;border-bottom:1px solid #ddd}label:last-child{border:0}\
small,code{color:#555}button{font:inherit;padding:.7rem 1.4rem;border-radius:2rem;border:1px solid #888;\
background:#fff}.main{background:#176b3a;color:#fff;border-color:#176b3a}.row{display:flex;gap:1rem}";

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}
