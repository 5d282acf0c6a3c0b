//! The tools: a folder a family, each with its table of what there is and a file for what each does.
//!
//! A tool takes checked arguments and a [`Context`], makes the fewest Spotify calls that the answer needs, and
//! answers or faults. It knows no protocol and no token.

mod catalogue;
mod connect;
mod context;
mod curation;
mod library;
mod player;
mod playlists;
mod spoken;
mod status;
mod steps;

pub(crate) use context::{Context, Request};

use crate::{
    auth::{Scope, Toolset},
    spotify::model::Page as Found,
};

use super::{
    answer,
    registry::{Kind, Spec},
    schema, view,
};

/// The function in `$tool` as the table wants it: reads its arguments, then runs.
macro_rules! run {
    ($tool:path) => {
        |context, checked| {
            Box::pin(async move { $tool(context, crate::mcp::arguments::read(checked)?).await })
        }
    };
}
use run;

/// Every tool, in the order in which clients see them.
pub(crate) fn table() -> impl Iterator<Item = &'static Spec> {
    let families: [&'static [Spec]; 8] = [
        &STATUS,
        &CONNECT,
        &catalogue::TOOLS,
        &player::TOOLS,
        &playlists::TOOLS,
        &library::TOOLS,
        &spoken::TOOLS,
        &curation::TOOLS,
    ];
    families.into_iter().flatten()
}

/// The tool about the connection itself.
static STATUS: [Spec; 1] = [Spec {
    name: "get_status",
    title: "Connection status",
    description: "Whose Spotify account this is, whether it works, the active device, granted and missing \
                      permissions, and when Spotify wants a new login. One Spotify call.",
    kind: Kind::Read,
    toolset: Toolset::Core,
    scope: Scope::MusicRead,
    spotify: &[],
    input: schema::of::<status::Args>,
    output: status::output,
    run: run!(status::get_status),
}];

/// The tool that connects an account, where there is no page for it.
static CONNECT: [Spec; 1] = [Spec {
    name: "connect",
    title: "Connect Spotify",
    description: "Connects the user's Spotify account, the first time or again. Without an argument: the address at \
                  which the user logs in and agrees, opened in the browser where possible. If the browser then shows \
                  an error instead of a success page, pass the whole address that it shows as callback_url.",
    kind: Kind::Set {
        shown_by: "get_status",
    },
    toolset: Toolset::Connect,
    scope: Scope::MusicRead,
    spotify: &[],
    input: schema::of::<connect::Args>,
    output: connect::output,
    run: run!(connect::connect),
}];

/// How many entries a list has; where Spotify does not say, as many as were seen.
fn total<T>(page: &Found<T>, offset: u32) -> u32 {
    page.total.map_or_else(
        || offset.saturating_add(answer::count(page.items.len())),
        view::small,
    )
}
