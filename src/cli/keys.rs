//! `auxcord keys create|list|revoke`: API keys and link keys.

use clap::{Args, Subcommand, ValueEnum};

use super::output;
use crate::{
    app::{Admin, KeyKind, KeyLimits, KeyOptions, KeyView, MadeKey, Toolset, tool_name},
    clock::{Clock, DAY, HOUR, MINUTE, Millis},
    config::Config,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a key for a person and print it, once
    Create {
        /// Their id or Spotify id
        person: String,
        #[command(flatten)]
        wishes: Wishes,
    },
    /// Every key, or those of one person; never the keys themselves
    List {
        /// Their id or Spotify id
        person: Option<String>,
    },
    /// End a key; running servers refuse it within a second
    Revoke {
        /// The key's id, from `auxcord keys list`
        id: String,
    },
}

/// What a new key is to be.
#[derive(Args, Clone, Debug)]
pub(super) struct Wishes {
    /// A name for the key
    #[arg(long, default_value = "made by the operator")]
    label: String,
    /// `api` for the Authorization header, `link` for the connector URL
    #[arg(long, value_enum, default_value_t = Kind::Api)]
    kind: Kind,
    /// When the key ends, from now: 30d, 12h, 90m; without it, never
    #[arg(long, value_name = "TIME", value_parser = duration)]
    expires_in: Option<Millis>,
    /// No tool that changes anything
    #[arg(long)]
    read_only: bool,
    /// Only these toolsets, comma-separated: core, spoken, curation
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = toolset)]
    toolsets: Option<Vec<Toolset>>,
    /// Only these tools, comma-separated, whatever their toolset
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = tool)]
    tools: Option<Vec<String>>,
    /// Never these tools, comma-separated
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = tool)]
    exclude_tools: Vec<String>,
}

impl Wishes {
    /// The same for the application, at `now`.
    pub(super) fn options(self, now: Millis) -> KeyOptions {
        KeyOptions {
            kind: match self.kind {
                Kind::Api => KeyKind::Api,
                Kind::Link => KeyKind::Link,
            },
            label: self.label,
            limits: KeyLimits {
                read_only: self.read_only,
                toolsets: self.toolsets,
                tools: self.tools,
                exclude_tools: self.exclude_tools,
            },
            expires_at: self.expires_in.map(|life| now + life),
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Kind {
    Api,
    Link,
}

pub(super) async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    let clock = Clock::System;
    let admin = Admin::open(&config, clock.clone()).await?;
    match command {
        Command::Create { person, wishes } => {
            let made = admin.make_key(&person, wishes.options(clock.now())).await?;
            shown_once(&made)
        }
        Command::List { person } => print(admin.keys(person.as_deref()).await?),
        Command::Revoke { id } => {
            admin.revoke_key(&id).await?;
            output::text("revoked\n")
        }
    }
}

/// Prints a new key, alone, to stdout.
pub(super) fn shown_once(made: &MadeKey) -> anyhow::Result<()> {
    eprintln!(
        "key {} was made; this is the only time it is shown",
        made.id
    );
    output::text(&format!("{}\n", made.key.expose()))
}

pub(super) fn print(keys: Vec<KeyView>) -> anyhow::Result<()> {
    let never = || "-".to_owned();
    let rows = keys
        .into_iter()
        .map(|key| {
            let limits = limits(&key);
            [
                key.id,
                key.person,
                key.kind,
                output::plain(&key.label),
                limits,
                key.created_at,
                key.last_used_at.unwrap_or_else(never),
                key.expires_at.unwrap_or_else(never),
            ]
        })
        .collect();
    output::table(
        [
            "ID",
            "PERSON",
            "KIND",
            "LABEL",
            "LIMITS",
            "MADE",
            "LAST USED",
            "ENDS",
        ],
        rows,
    )
}

/// What is taken away from a key, in few words.
fn limits(key: &KeyView) -> String {
    let mut limits = Vec::new();
    if key.read_only {
        limits.push("read-only".to_owned());
    }
    // Single tools stand in the place of toolsets.
    if let Some(only) = key.tools.as_ref().or(key.toolsets.as_ref()) {
        limits.push(only.join("+"));
    }
    if !key.exclude_tools.is_empty() {
        limits.push(format!("without {}", key.exclude_tools.join("+")));
    }
    if limits.is_empty() {
        return "-".to_owned();
    }
    limits.join(", ")
}

fn tool(name: &str) -> Result<String, String> {
    tool_name(name)
        .map(str::to_owned)
        .map_err(|wrong| format!("{}; {}", wrong.what, wrong.remedy))
}

fn toolset(name: &str) -> Result<Toolset, String> {
    Toolset::parse(name).ok_or_else(|| "the toolsets are core, spoken and curation".to_owned())
}

/// `30d`, `12h` or `90m`, in milliseconds.
fn duration(text: &str) -> Result<Millis, String> {
    let advice = || "write a whole number and d, h or m: 30d, 12h, 90m".to_owned();
    let unit = match text.chars().last() {
        Some('d') => DAY,
        Some('h') => HOUR,
        Some('m') => MINUTE,
        _ => return Err(advice()),
    };
    let count: u32 = text[..text.len() - 1].parse().map_err(|_| advice())?;
    if (1..=5_256_000).contains(&count) {
        Ok(Millis::from(count) * unit)
    } else {
        Err(advice())
    }
}
