//! The desk of the room LOCAL as a model and as somebody at a terminal meet it: the same logins, other words.

use std::time::Duration;

use futures::future::BoxFuture;

use crate::{
    local::{Begun, Desk, Fault, Finished, Linked, Told},
    mcp::{self, Connect, Refused},
};

/// How a model begins a login.
const BY_TOOL: &str = "call `connect` again without callback_url";
/// What a model does with an address that somebody pastes.
const PASTE_TO_TOOL: &str = "pass it to `connect` as callback_url";
/// How somebody at a terminal begins a login.
const BY_COMMAND: &str = "run `auxcord login` again";
/// What somebody at a terminal does with an address.
const PASTE_HERE: &str = "paste it here";

/// The desk for a model.
#[derive(Debug)]
pub(super) struct Counter {
    desk: Desk,
}

impl Counter {
    pub(super) fn new(desk: Desk) -> Self {
        Self { desk }
    }
}

impl Connect for Counter {
    fn begin(&self, open: bool) -> BoxFuture<'_, Result<mcp::Begun, Refused>> {
        Box::pin(async move {
            let begun = self.desk.begin(open).await;
            begun
                .map(|begun| told_begun(&begun))
                .map_err(|fault| refused(&fault))
        })
    }

    fn finish<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<mcp::Finished, Refused>> {
        Box::pin(async move {
            match self.desk.finish(address).await {
                Ok(Finished::Linked(linked)) => Ok(mcp::Finished::Linked(told_linked(&linked))),
                Ok(Finished::AskAgain(begun)) => Ok(mcp::Finished::AskAgain(told_begun(&begun))),
                Err(fault) => Err(refused(&fault)),
            }
        })
    }

    fn wait(&self, at_most: Duration) -> BoxFuture<'_, Option<mcp::Linked>> {
        Box::pin(async move { self.desk.wait(at_most).await.as_ref().map(told_linked) })
    }
}

/// A login from a terminal.
#[derive(Clone, Debug)]
pub struct Login {
    begun: Begun,
}

impl Login {
    /// The address to open. It holds the login's state, so it is for its person alone.
    pub fn url(&self) -> &str {
        &self.begun.url
    }

    /// Whether a browser was started with it.
    pub fn opened(&self) -> bool {
        self.begun.opened
    }

    /// How the browser comes back.
    pub fn way_back(&self) -> String {
        self.begun.way_back(PASTE_HERE)
    }
}

/// Why there is no account, in words for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlinked {
    /// What happened.
    pub happened: String,
    /// What to do.
    pub todo: String,
}

pub(super) async fn begin(desk: &Desk, open: bool) -> Result<Login, Unlinked> {
    match desk.begin(open).await {
        Ok(begun) => Ok(Login { begun }),
        Err(fault) => Err(unlinked(&fault)),
    }
}

pub(super) async fn finish(desk: &Desk, address: &str) -> Result<Result<String, Login>, Unlinked> {
    match desk.finish(address).await {
        Ok(Finished::Linked(linked)) => Ok(Ok(name_of(&linked))),
        Ok(Finished::AskAgain(begun)) => Ok(Err(Login { begun })),
        Err(fault) => Err(unlinked(&fault)),
    }
}

/// What the account is called.
pub(super) fn name_of(linked: &Linked) -> String {
    linked.name.clone().unwrap_or_else(|| "somebody".to_owned())
}

fn told_begun(begun: &Begun) -> mcp::Begun {
    mcp::Begun {
        url: begun.url.clone(),
        id: begun.id.clone(),
        opened: begun.opened,
        back: begun.way_back(PASTE_TO_TOOL),
    }
}

fn told_linked(linked: &Linked) -> mcp::Linked {
    mcp::Linked {
        name: linked.name.clone(),
        missing: linked.missing.clone(),
    }
}

fn refused(fault: &Fault) -> Refused {
    tracing::info!(error = %fault, "a login did not lead to an account");
    let Told {
        code,
        happened,
        todo,
    } = fault.told(BY_TOOL);
    Refused {
        code,
        words: format!("{happened} {todo}"),
    }
}

fn unlinked(fault: &Fault) -> Unlinked {
    let Told { happened, todo, .. } = fault.told(BY_COMMAND);
    Unlinked { happened, todo }
}
