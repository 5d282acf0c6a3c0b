//! What `serve --sandbox` adds: a simulated Spotify, one demo person connected through the front door, and what to
//! type next.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use http::header;
use reqwest::{Response, redirect::Policy};
use tokio::net::TcpListener;
use url::Url;

use super::output;
use crate::{
    app::Local,
    config::Config,
    sandbox::{Options, Sandbox},
};

/// The client id of the simulated app.
const CLIENT_ID: &str = "auxcord-sandbox";

/// Starts the simulated Spotify on a loopback port of its own and points `config` at it.
pub(super) async fn simulate(config: &mut Config, people: usize) -> anyhow::Result<Sandbox> {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .context("cannot listen on loopback")?;
    let sandbox = Sandbox::start(
        listener,
        Options {
            people,
            ..Options::default()
        },
    )
    .await?;
    config.spotify.client_id = Some(CLIENT_ID.to_owned());
    config.spotify.client_secret = None;
    config.spotify.accounts_url = Url::parse(&sandbox.accounts_url())?;
    config.spotify.api_url = Url::parse(&sandbox.api_url())?;
    Ok(sandbox)
}

/// Connects a demo person as a browser would, and prints where to go and what to type.
pub(super) async fn greet(
    config: &Config,
    address: SocketAddr,
    sandbox: &Sandbox,
) -> anyhow::Result<()> {
    let people = sandbox.control().people();
    let person = people.first().context("the sandbox is empty")?;
    let key = connect(config, address, &person.id)
        .await
        .context("the demo person could not be connected")?;
    let origin = config.server.base_url.as_str();
    let mcp = format!("{origin}{}", config.mcp.path);
    let call = |body: &str| {
        format!(
            "  curl -s {mcp} -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\\n    \
             -H 'Accept: application/json, text/event-stream' \\\n    -d '{body}'\n"
        )
    };
    let list = call(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
    let search = call(
        r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"search","arguments":{"query":"night"}}}"#,
    );
    output::text(&format!(
        "auxcord is running on a simulated Spotify: nothing here is real, and nothing is kept.\n\n\
         Connect in the browser, as anybody you like:\n  {origin}/\n\n\
         MCP endpoint:\n  {mcp}\n\nAPI key of the demo person {}:\n  {key}\n\n\
         List the tools:\n{list}\nSearch:\n{search}",
        person.display_name
    ))
}

/// Connects a demo person to a process that has no pages: agrees at the simulated Spotify, and hands over the address
/// that a browser would be sent to.
pub(super) async fn link(local: &Local, sandbox: &Sandbox) -> anyhow::Result<()> {
    let people = sandbox.control().people();
    let person = people.first().context("the sandbox is empty")?;
    let begun = local.begin_login(false).await;
    let login = begun.map_err(|fault| anyhow::anyhow!("{}", fault.happened))?;
    let browser = reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .build()?;
    let back = agree(&browser, Url::parse(login.url())?, &person.id).await?;
    match local.finish_login(back.as_str()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(_)) => anyhow::bail!("the simulated Spotify asked once more"),
        Err(fault) => anyhow::bail!("{}", fault.happened),
    }
}

/// Agrees on the consent page at `authorize`; where it leads.
async fn agree(browser: &reqwest::Client, mut authorize: Url, person: &str) -> anyhow::Result<Url> {
    let mut answers: Vec<(String, String)> = authorize.query_pairs().into_owned().collect();
    answers.push(("person".to_owned(), person.to_owned()));
    answers.push(("decision".to_owned(), "approve".to_owned()));
    authorize.set_query(None);
    let approved = browser.post(authorize).form(&answers).send().await?;
    location(&approved)
}

async fn connect(config: &Config, address: SocketAddr, person: &str) -> anyhow::Result<String> {
    let browser = reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        // It speaks to its own process, whatever name the certificate is for.
        .tls_danger_accept_invalid_certs(true)
        .build()?;
    let scheme = if config.server.tls.is_some() {
        "https"
    } else {
        "http"
    };
    let here = format!("{scheme}://{}", reachable(address));
    let login = browser.post(format!("{here}/auth/login")).send().await?;
    let cookie = login
        .headers()
        .get(header::SET_COOKIE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .context("the login set no cookie")?
        .to_owned();
    let back = agree(&browser, location(&login)?, person).await?;
    let callback = format!(
        "{here}{}?{}",
        config.spotify.callback_path,
        back.query().unwrap_or_default()
    );
    let page = browser
        .get(callback)
        .header(header::COOKIE, cookie)
        .send()
        .await?;
    ensure!(
        page.status().is_success(),
        "the callback answered {}",
        page.status()
    );
    shown_key(&page.text().await?).context("the page shows no key")
}

/// A server that listens everywhere is reached on loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            std::net::Ipv4Addr::LOCALHOST.into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    address
}

fn location(response: &Response) -> anyhow::Result<Url> {
    let location = response
        .headers()
        .get(header::LOCATION)
        .context("no redirect came")?;
    Ok(Url::parse(location.to_str()?)?)
}

/// The text of the element with `id="api-key"`.
fn shown_key(page: &str) -> Option<String> {
    let (_, rest) = page.split_once(r#"id="api-key""#)?;
    let (_, rest) = rest.split_once('>')?;
    let (key, _) = rest.split_once('<')?;
    Some(key.trim().to_owned())
}
