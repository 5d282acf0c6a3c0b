//! A key that a person makes for themselves on the account page: what the form says, and the page that shows the key
//! once. Tools are names that somebody else handed in; this room does not know what they do.

use askama::Template;
use axum::{body::Bytes, extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use url::form_urlencoded;

use super::{
    Shared, ToolChoice, Web, pages,
    problem::Problem,
    visit::{Stop, acting},
};
use crate::{
    auth::{IssuedKey, KeyKind, KeyLimits, KeyOptions, Toolset},
    clock::DAY,
    crypto::random_bytes,
    page::{long_date, show},
    store::{AuditEvent, KeyKept, Outcome},
};

/// The longest form that is read, in bytes: every tool ticked, and a long label.
pub(super) const MOST_FORM: usize = 16 * 1024;

/// The most characters of a label.
const LABEL: usize = 80;

/// The days after which a key can end by itself, each with its words; none is never.
pub(super) const ENDS: [(i64, &str); 5] = [
    (1, "tomorrow"),
    (7, "in a week"),
    (30, "in 30 days"),
    (90, "in 90 days"),
    (365, "in a year"),
];

/// `POST /account/keys`: the page with a new key.
pub(super) async fn make(State(web): Shared, headers: HeaderMap, body: Bytes) -> Response {
    make_key(&web, &headers, &body)
        .await
        .unwrap_or_else(|stop| stop.answer(&web))
}

async fn make_key(web: &Web, headers: &HeaderMap, body: &[u8]) -> Result<Response, Stop> {
    let session = acting(web, headers).await?;
    let now = web.clock.now();
    let wish = Wish::read(body, &web.tools).map_err(Stop::Problem)?;
    let issued = web.keys.issue(KeyOptions {
        kind: wish.kind,
        label: wish.label,
        limits: wish.limits,
        expires_at: wish.days.map(|days| now.saturating_add(days * DAY)),
    });
    let event = AuditEvent::new(now, random_bytes(), "key.created", Outcome::Success)
        .about(session.person)
        .with_key(issued.stored.id)
        .because("person");
    let kept = web
        .db
        .insert_key(session.person, &issued.stored, &event, now);
    match kept.await? {
        KeyKept::Kept => Ok(shown(web, &issued)),
        KeyKept::NoPerson => Err(Stop::SignedOut { stale: true }),
        KeyKept::TooMany => Err(Stop::Problem(Problem::TooManyKeys)),
    }
}

fn shown(web: &Web, issued: &IssuedKey) -> Response {
    let (key, stored) = (issued.key.expose(), &issued.stored);
    let is_url = stored.kind == KeyKind::Link;
    let only = stored.tools.as_deref().or(stored.toolsets.as_deref());
    show(
        StatusCode::OK,
        &KeyMade {
            mcp_url: &web.mcp_url,
            label: &stored.label,
            key: if is_url {
                pages::connector_url(web, key)
            } else {
                key.to_owned()
            },
            is_url,
            reads_only: stored.read_only,
            only: only.map(|names| names.replace(',', ", ")),
            ends: stored.expires_at.map(long_date),
        },
    )
}

/// What the form asks for.
#[derive(Debug)]
struct Wish {
    label: String,
    kind: KeyKind,
    limits: KeyLimits,
    days: Option<i64>,
}

impl Wish {
    /// Reads `body` (`application/x-www-form-urlencoded`). What the form does not have is refused and not passed over: a
    /// limit that was not understood would make the key wider than its owner meant.
    fn read(body: &[u8], offered: &[ToolChoice]) -> Result<Self, Problem> {
        let mut wish = Self {
            label: String::new(),
            kind: KeyKind::Api,
            limits: KeyLimits::default(),
            days: None,
        };
        let (mut toolsets, mut tools) = (Vec::new(), Vec::new());
        for (name, value) in form_urlencoded::parse(body) {
            match (&*name, &*value) {
                ("label", label) => wish.label = label_of(label)?,
                ("kind", kind) => wish.kind = KeyKind::parse(kind).ok_or(Problem::KeyForm)?,
                ("ends", "") => wish.days = None,
                ("ends", days) => wish.days = Some(days_of(days)?),
                ("read_only", "yes") => wish.limits.read_only = true,
                ("toolset", name) => toolsets.push(Toolset::parse(name).ok_or(Problem::KeyForm)?),
                ("tool", name) => {
                    let known = offered.iter().find(|tool| tool.name == name);
                    tools.push(known.ok_or(Problem::KeyForm)?.name.to_owned());
                }
                _ => return Err(Problem::KeyForm),
            }
        }
        if wish.label.is_empty() {
            return Err(Problem::KeyForm);
        }
        // Single tools stand in the place of groups.
        if !tools.is_empty() {
            tools.sort_unstable();
            tools.dedup();
            wish.limits.tools = Some(tools);
        } else if !toolsets.is_empty() {
            toolsets.sort_unstable_by_key(|set| set.as_str());
            toolsets.dedup();
            wish.limits.toolsets = Some(toolsets);
        }
        if offered.iter().any(|tool| tool.is_left_by(&wish.limits)) {
            Ok(wish)
        } else {
            Err(Problem::KeyOfNothing)
        }
    }
}

/// The label on one line.
fn label_of(text: &str) -> Result<String, Problem> {
    let label = text.trim();
    let fits = label.chars().count() <= LABEL && !label.chars().any(char::is_control);
    if fits {
        Ok(label.to_owned())
    } else {
        Err(Problem::KeyForm)
    }
}

fn days_of(text: &str) -> Result<i64, Problem> {
    let days = text.parse().map_err(|_| Problem::KeyForm)?;
    if ENDS.iter().any(|(known, _)| *known == days) {
        Ok(days)
    } else {
        Err(Problem::KeyForm)
    }
}

#[derive(Template)]
#[template(path = "key_made.html")]
struct KeyMade<'a> {
    mcp_url: &'a str,
    label: &'a str,
    key: String,
    is_url: bool,
    reads_only: bool,
    only: Option<String>,
    ends: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{ToolChoice, Toolset, Wish};
    use crate::{auth::KeyKind, web::problem::Problem};

    const OFFERED: [ToolChoice; 3] = [
        ToolChoice {
            name: "search",
            title: "Search",
            toolset: Toolset::Core,
            writes: false,
        },
        ToolChoice {
            name: "play",
            title: "Play",
            toolset: Toolset::Core,
            writes: true,
        },
        ToolChoice {
            name: "list_show_episodes",
            title: "List episodes",
            toolset: Toolset::Spoken,
            writes: false,
        },
    ];

    fn read(body: &str) -> Result<Wish, Problem> {
        Wish::read(body.as_bytes(), &OFFERED)
    }

    #[test]
    fn what_is_ticked_is_what_the_key_is_left_with() {
        let wish = read("label=+My+car+&kind=link&ends=30&read_only=yes&toolset=spoken").unwrap();
        assert_eq!((wish.label.as_str(), wish.kind), ("My car", KeyKind::Link));
        assert_eq!((wish.days, wish.limits.read_only), (Some(30), true));
        assert_eq!(wish.limits.toolsets, Some(vec![Toolset::Spoken]));
        let wish = read("label=x&kind=api&ends=&toolset=spoken&tool=play&tool=play").unwrap();
        assert_eq!((wish.days, wish.limits.read_only), (None, false));
        assert_eq!(wish.limits.tools, Some(vec!["play".to_owned()]));
        assert_eq!(wish.limits.toolsets, None);
    }

    #[test]
    fn what_the_form_does_not_have_makes_no_key() {
        for body in [
            "",
            "label=",
            "label=+",
            "kind=api",
            "label=a%0Ab",
            "label=x&kind=other",
            "label=x&ends=2",
            "label=x&ends=-1",
            "label=x&read_only=no",
            "label=x&toolset=all",
            "label=x&tool=no_such_tool",
            "label=x&exclude=play",
        ] {
            assert_eq!(read(body).unwrap_err(), Problem::KeyForm, "{body}");
        }
        let long = format!("label={}", "x".repeat(81));
        assert_eq!(read(&long).unwrap_err(), Problem::KeyForm);
    }

    #[test]
    fn a_key_of_nothing_is_not_made() {
        for body in [
            "label=x&read_only=yes&tool=play",
            "label=x&toolset=curation",
        ] {
            assert_eq!(read(body).unwrap_err(), Problem::KeyOfNothing, "{body}");
        }
    }
}
