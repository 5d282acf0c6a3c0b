//! `connect`: a Spotify account for whoever works on this machine, where no page of a server does it.

use std::time::Duration;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Context;
use crate::mcp::{
    answer::{self, Answer},
    connecting::{Begun, Connect, Finished, Linked, Refused},
    fault::Fault,
    standing,
    text::{self, NAME},
    visit::{self, Asked, Visit, Visiting},
};

/// How long a call waits for somebody who has just opened the address. Clients give a call a minute or more.
const WAIT: Duration = Duration::from_secs(45);

/// What the person is told before their client opens the address.
const WHY: &str = "auxcord needs your consent at Spotify to use your account for you. Open the address, log in and \
                   agree.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// The whole address that the browser was sent to after agreeing, pasted by the user; leave it out to begin.
    #[schemars(length(min = 1, max = 4096))]
    callback_url: Option<String>,
}

/// How far it is.
#[derive(Debug, Default, Serialize)]
struct Told {
    connected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    browser_opened: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<String>,
}

pub(super) fn output() -> JsonObject {
    answer::object(json!({"type": "object", "properties": {
        "connected": {"type": "boolean"}, "user": {"type": "string"}, "url": {"type": "string"},
        "browser_opened": {"type": "boolean"}, "missing": {"type": "array", "items": {"type": "string"}}
    }, "required": ["connected"]}))
}

pub(super) async fn connect(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let Some(desk) = context.deps.connect.as_deref() else {
        return Err(Fault::withheld("connect", "this server has a page for it"));
    };
    if let Some(address) = args.callback_url {
        return match desk.finish(&address).await? {
            Finished::Linked(linked) => Ok(connected(linked)),
            Finished::AskAgain(begun) => Ok(waiting(&begun, None)),
        };
    }
    match context.visiting() {
        Visiting::Never => begin(context, desk).await,
        Visiting::ByReturning => Err(Fault::Visit(visit_of(desk.begin(false).await?))),
        Visiting::Answered(agreed) => after_visit(context, desk, *agreed).await,
        Visiting::ByAsking(peer) => {
            let begun = desk.begin(false).await?;
            let asking = visit::asked(peer, visit_of(begun));
            match context.stop().run_until_cancelled(asking).await {
                Some(Asked::Answered(agreed)) => after_visit(context, desk, agreed).await,
                // No browser opens for somebody who is not there.
                Some(Asked::Unanswered) => Ok(waiting(&desk.begin(false).await?, None)),
                Some(Asked::NotShown) => begin(context, desk).await,
                None => Err(Fault::Cancelled),
            }
        }
    }
}

/// The address in the answer, and a browser where there is one; nobody waits. Somebody who is connected gets no browser
/// unasked.
async fn begin(context: &Context<'_>, desk: &dyn Connect) -> Result<Answer, Fault> {
    let standing = standing::of(context.deps, context.caller).await?;
    let already = standing.connected && standing.missing.is_empty();
    let begun = desk.begin(!already).await?;
    let user = standing.user.or(standing.user_id);
    Ok(waiting(&begun, user.filter(|_| already)))
}

async fn after_visit(
    context: &Context<'_>,
    desk: &dyn Connect,
    agreed: bool,
) -> Result<Answer, Fault> {
    if !agreed {
        return Err(Fault::Declined);
    }
    let waited = context.stop().run_until_cancelled(desk.wait(WAIT)).await;
    match waited {
        Some(Some(linked)) => Ok(connected(linked)),
        Some(None) => Ok(waiting(&desk.begin(false).await?, None)),
        None => Err(Fault::Cancelled),
    }
}

fn visit_of(begun: Begun) -> Visit {
    Visit {
        why: WHY.to_owned(),
        url: begun.url,
        id: begun.id,
    }
}

fn connected(linked: Linked) -> Answer {
    let user = linked.name.map(|name| text::cleaned(name, NAME));
    let mut words = match &user {
        Some(name) => {
            format!("Connected to the Spotify account of {name}. All tools work from now on.")
        }
        None => "Connected to Spotify. All tools work from now on.".to_owned(),
    };
    let missing = linked.missing;
    if !missing.is_empty() {
        words.push_str(" Not permitted: ");
        words.push_str(&missing.join(", "));
        words.push_str(". What needs it is not offered; `connect` again asks for it once more.");
    }
    let told = Told {
        connected: true,
        user,
        missing,
        ..Told::default()
    };
    Answer::new(words, &told)
}

fn waiting(begun: &Begun, already: Option<String>) -> Answer {
    let first = already.as_ref().map_or_else(String::new, |user| {
        format!("Connected to the Spotify account of {user} already. To connect again, or another account:\n")
    });
    let open = if begun.opened {
        "The user's browser was opened at Spotify. If it did not come up, ask the user to open this address"
    } else {
        "Ask the user to open this address in a browser on this machine, to log in and to agree"
    };
    let words = format!(
        "{first}{open}:\n{}\n{} Then go on: the tools work as soon as the user has agreed, and `get_status` tells.",
        begun.url, begun.back
    );
    let told = Told {
        connected: already.is_some(),
        user: already,
        url: Some(begun.url.clone()),
        browser_opened: Some(begun.opened),
        missing: Vec::new(),
    };
    Answer::new(words, &told)
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        Self::Coded {
            code: refused.code,
            words: refused.words,
        }
    }
}
