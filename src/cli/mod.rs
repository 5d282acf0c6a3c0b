//! The command line: one file a command, no logic of its own. Data goes to stdout, logs and errors to stderr.

mod clients;
pub mod config;
mod demo;
mod doctor;
mod health;
mod import;
mod keyring;
mod keys;
mod login;
mod logout;
mod migrate;
mod output;
mod sandbox;
mod serve;
mod stdio;
mod users;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    app::{AdminFailure, HandFailure, ImportFailure, MakeEndpoint, OpenFailure, endpoint},
    config::{Config, Faults, Flags, Sources, Transport},
};

/// A self-hosted, multi-user Spotify server for AI assistants.
#[derive(Debug, Parser)]
#[command(name = "auxcord", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve MCP and the pages over HTTP
    Serve(serve::Options),
    /// Run the simulated Spotify alone, for tests and clients under development
    Sandbox(sandbox::Options),
    /// Serve MCP over standard input and output, for one person on this machine
    Stdio(stdio::Options),
    /// Connect this machine's Spotify account from a terminal
    Login(login::Options),
    /// Delete this machine's person and the link to Spotify
    Logout(logout::Options),
    /// Look at the whole set-up and say what is wrong with it, and what to do
    Doctor(doctor::Options),
    /// Ask the server that runs here with these settings whether it lives, for health checks
    Health,
    /// Bring the database up to date and stop
    Migrate,
    /// The people on this server
    #[command(subcommand)]
    Users(users::Command),
    /// API keys and link keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// OAuth clients: those made by hand, and those that came by themselves
    #[command(subcommand)]
    Clients(clients::Command),
    /// Take over the people, links and keys of the Python server
    Import(import::Options),
    /// The keyring that seals what is stored
    #[command(subcommand)]
    Keyring(keyring::Command),
    /// The configuration: its defaults, and what is in force
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print the defaults with an explanation of each: a file to start from
    Default,
    /// Print what is in force, or everything that is wrong
    Check,
}

/// Settings that every command takes; each has a variable and a file key too.
#[derive(Args, Clone, Debug)]
struct Settings {
    /// A configuration file (TOML); `auxcord config default` prints one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Database (`DATABASE_URL`)
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// What is logged, such as `info` or `auxcord=debug` (`LOG`)
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
}

/// Parses the arguments, runs the command and gives the process's exit code.
pub fn main() -> ExitCode {
    main_with(endpoint)
}

/// The same with another MCP endpoint in the place of the product's.
pub fn main_with(make: MakeEndpoint) -> ExitCode {
    match run(Cli::parse(), make) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", told(&failure));
            if let Some(hint) = hint(&failure) {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli, make: MakeEndpoint) -> anyhow::Result<()> {
    let Settings {
        config,
        database,
        log,
    } = cli.settings;
    let flags = match &cli.command {
        Some(Command::Serve(options)) => options.flags.clone(),
        Some(Command::Stdio(options)) => options.flags(),
        Some(Command::Login(options)) => options.flags(),
        Some(Command::Doctor(options)) => options.flags.clone(),
        _ => Flags::default(),
    };
    let sources = Sources::from_process(
        config,
        Flags {
            database,
            log,
            ..flags
        },
    );
    let command = match cli.command {
        Some(command) => command,
        None => transport_command(&sources),
    };
    match command {
        Command::Serve(options) => block_on(serve::run(options, sources, make)),
        Command::Sandbox(options) => block_on(sandbox::run(options, sources)),
        Command::Stdio(options) => block_on(stdio::run(options, sources, make)),
        Command::Login(_) => block_on(login::run(sources)),
        Command::Logout(options) => block_on(logout::run(options, sources)),
        Command::Doctor(options) => block_on(doctor::run(options, sources)),
        Command::Health => block_on(health::run(Config::load(&sources)?)),
        Command::Migrate => block_on(migrate::run(Config::load(&sources)?)),
        Command::Users(command) => block_on(users::run(command, Config::load(&sources)?)),
        Command::Keys(command) => block_on(keys::run(command, Config::load(&sources)?)),
        Command::Clients(command) => block_on(clients::run(command, Config::load(&sources)?)),
        Command::Import(options) => block_on(import::run(options, Config::load(&sources)?)),
        Command::Keyring(command) => keyring::run(command, &sources),
        Command::Config(ConfigCommand::Default) => output::text(config::default()),
        Command::Config(ConfigCommand::Check) => output::text(&config::check(&sources)?),
    }
}

/// Without a command, `TRANSPORT` decides.
fn transport_command(sources: &Sources) -> Command {
    match Config::transport(sources) {
        Transport::Http => Command::Serve(serve::Options::default()),
        Transport::Stdio => Command::Stdio(stdio::Options::default()),
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// What failed and why, without repeating a cause that an error already quotes.
fn told(failure: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in failure.chain() {
        let cause = cause.to_string();
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

fn hint(failure: &anyhow::Error) -> Option<String> {
    failure.chain().find_map(|cause| {
        if let Some(failure) = cause.downcast_ref::<OpenFailure>() {
            Some(failure.hint())
        } else if let Some(faults) = cause.downcast_ref::<Faults>() {
            Some(faults.hint())
        } else if let Some(failure) = cause.downcast_ref::<AdminFailure>() {
            Some(failure.hint().to_owned())
        } else if let Some(failure) = cause.downcast_ref::<ImportFailure>() {
            Some(failure.hint())
        } else if let Some(failure) = cause.downcast_ref::<HandFailure>() {
            Some(failure.hint())
        } else {
            cause
                .downcast_ref::<output::Hinted>()
                .map(|hinted| hinted.hint.clone())
        }
    })
}
