//! `[limits]`: how much one source may ask for in a minute. What each limit counts is written in
//! `config.default.toml`; this file knows only how one is written.

use super::reader::{Reader, shown};

/// The highest limit. Above it a counter would be the slowest part of what it guards.
const HIGHEST: u32 = 10_000_000;

/// How much may be asked for, each in times per minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `LIMIT_REGISTER`: registrations of clients, per address.
    pub register: u32,
    /// `LIMIT_AUTHORIZE`: authorizations that clients ask for, per address.
    pub authorize: u32,
    /// `LIMIT_LOGIN`: logins that are begun on the pages, per address.
    pub login: u32,
    /// `LIMIT_CLIENT_DOCUMENTS`: fetches of client documents, per address.
    pub client_documents: u32,
    /// `LIMIT_TOKEN`: failed requests for tokens, per client and address.
    pub token: u32,
    /// `LIMIT_REVOKE`: revocations that end nothing, per address.
    pub revoke: u32,
    /// `LIMIT_MCP`: requests at the MCP endpoint, per person and per grant.
    pub mcp: u32,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let register = per_minute(reader, "limits.register");
        let authorize = per_minute(reader, "limits.authorize");
        let login = per_minute(reader, "limits.login");
        let client_documents = per_minute(reader, "limits.client_documents");
        let token = per_minute(reader, "limits.token");
        let revoke = per_minute(reader, "limits.revoke");
        let mcp = per_minute(reader, "limits.mcp");
        Some(Self {
            register: register?,
            authorize: authorize?,
            login: login?,
            client_documents: client_documents?,
            token: token?,
            revoke: revoke?,
            mcp: mcp?,
        })
    }
}

fn per_minute(reader: &mut Reader, key: &str) -> Option<u32> {
    let text = reader.text(key)?;
    let count = text.split_once('/').and_then(|(count, unit)| {
        let minutes = unit.trim().eq_ignore_ascii_case("min");
        minutes.then(|| count.trim().parse::<u32>().ok())?
    });
    let what = match count {
        Some(0) => "0 would let nobody in".to_owned(),
        Some(count) if count <= HIGHEST => return Some(count),
        Some(_) | None => format!("{} is not a limit", shown(text)),
    };
    let remedy = format!("write a whole number from 1 to {HIGHEST} per minute, such as 30/min");
    reader.fault(key, what, remedy);
    None
}
