//! The server as a client sees it from `BASE_URL`: whether it answers there, whether it is this server, and whether the
//! documents by which OAuth clients find their way (RFC 9728, RFC 8414) and the challenge that leads to them say what
//! this configuration says, letter by letter. Asks without a credential and changes nothing.

use http::{StatusCode, header};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{
    Case,
    report::{Finding, State},
    wire::{Dated, Lost, Reply},
};

const REACHABLE: &str = "discovery.reachable";
const SERVER: &str = "discovery.server";
const RESOURCE: &str = "discovery.resource";
const ISSUER: &str = "discovery.issuer";
const CHALLENGE: &str = "discovery.challenge";
const PROXY: &str = "discovery.proxy";

/// Where the authorization server describes itself (RFC 8414).
const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";

/// What a client sends first, without a credential.
const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

/// What proxies that stand in between write into answers; ours writes none of it.
const SIGNS: [&str; 4] = ["via", "server", "cf-ray", "x-served-by"];

/// The findings, and what the server's clock shows.
pub(super) async fn examine(case: &Case<'_>) -> (Vec<Finding>, Option<Dated>) {
    let mut findings = Vec::new();
    let base = &case.config.server.base_url;
    if case.is_stdio() {
        leave(&mut findings, "with TRANSPORT=stdio no address is served");
        return (findings, None);
    }
    if let Some(spoilt) = case.address_spoilt(REACHABLE) {
        leave(&mut findings, &spoilt.what);
        return (findings, None);
    }
    if base.port() == 0 {
        leave(
            &mut findings,
            "with PORT=0 nobody knows the address before the start",
        );
        return (findings, None);
    }
    let health = match case.wire.get(&base.join("/health")).await {
        Ok(reply) => reply,
        Err(lost) => {
            findings.push(unreachable(case, &lost));
            leave(&mut findings, "the server does not answer at BASE_URL");
            return (findings, None);
        }
    };
    findings.push(answers(case, &health));
    let dated = health.dated.clone();
    match is_ours(case, &health) {
        Ok(found) => findings.push(found),
        Err(wrong) => {
            findings.push(wrong);
            leave(&mut findings, "something else answers at BASE_URL");
            return (findings, dated);
        }
    }
    let path = case.config.mcp.path.as_str();
    let issuer = base.join(AUTHORIZATION_SERVER);
    let endpoint = base.join(path);
    let (resource, streams, issuer, challenge) = tokio::join!(
        judge_resource(case, path),
        judge_resource(case, "/sse"),
        case.wire.get(&issuer),
        case.wire.post(&endpoint, PING, None),
    );
    findings.push(resource);
    if case.config.mcp.sse {
        findings.push(streams);
    }
    findings.push(judge_issuer(case, issuer));
    if let Ok(challenge) = &challenge {
        findings.extend(judge_proxy(case, challenge));
    }
    if let Some(key) = case.key {
        findings.extend(with_key(case, key).await);
    }
    findings.push(judge_challenge(case, challenge));
    (findings, dated)
}

fn unreachable(case: &Case<'_>, lost: &Lost) -> Finding {
    let base = &case.config.server.base_url;
    let what = format!("{base}: {}", lost.told());
    match lost {
        Lost::NoName => Finding::fault(
            REACHABLE,
            what,
            "make a DNS record for the name, or correct BASE_URL",
        ),
        Lost::Tls(_) => Finding::fault(
            REACHABLE,
            what,
            "give the server or its proxy a valid certificate for this name with all between it and the root; an authority of your own is named in SSL_CERT_FILE for this check",
        ),
        Lost::Refused | Lost::Late | Lost::Broken(_) if base.is_loopback() => {
            Finding::unchecked(REACHABLE, what)
                .once("start `auxcord serve` and ask again, to see what clients see")
        }
        Lost::Refused | Lost::Late | Lost::Broken(_) => Finding::warning(
            REACHABLE,
            what,
            "start the server and its proxy and let this port through; where a machine cannot reach its own public address, ask from another one",
        ),
    }
}

fn answers(case: &Case<'_>, health: &Reply) -> Finding {
    let base = &case.config.server.base_url;
    let status = health.status;
    if status.is_redirection() {
        let to = health.header(header::LOCATION).map_or_else(
            || "elsewhere".to_owned(),
            |to| format!("to {}", without_query(to)),
        );
        return Finding::fault(
            REACHABLE,
            format!("{base} leads {to} (status {})", status.as_u16()),
            "write into BASE_URL the address at which the server answers itself: clients do not follow, and compare it letter by letter",
        );
    }
    if matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    ) {
        let listen = case.config.server.listen();
        return Finding::fault(
            REACHABLE,
            format!(
                "a proxy answers at {base}, and does not reach the server (status {})",
                status.as_u16()
            ),
            format!("start `auxcord serve`, and let the proxy pass requests on to {listen}"),
        );
    }
    Finding::ok(REACHABLE, format!("{base} answers"))
}

/// The finding that it is ours, or the one that it is not.
fn is_ours(case: &Case<'_>, health: &Reply) -> Result<Finding, Finding> {
    let base = &case.config.server.base_url;
    let told = health.json().filter(|_| health.status == StatusCode::OK);
    let version = told
        .as_ref()
        .filter(|told| text(told, "status") == Some("ok"))
        .and_then(|told| text(told, "version"));
    let Some(version) = version else {
        return Err(Finding::fault(
            SERVER,
            format!(
                "what answers at {base}/health is not auxcord (status {})",
                health.status.as_u16()
            ),
            "stop the program that has this address, choose another PORT, or let the proxy pass this name on to auxcord",
        ));
    };
    let mine = env!("CARGO_PKG_VERSION");
    if version == mine {
        return Ok(Finding::ok(SERVER, format!("auxcord {mine} answers")));
    }
    Ok(Finding::warning(
        SERVER,
        format!("the server that runs is auxcord {version}, and this is {mine}"),
        "restart the server after an update, or use the program that belongs to it",
    ))
}

/// The document of the resource at `path`.
async fn judge_resource(case: &Case<'_>, path: &str) -> Finding {
    let base = &case.config.server.base_url;
    let wanted = base.join(path);
    let path = metadata_path(path);
    let reply = case.wire.get(&base.join(&path)).await;
    let document = match document(RESOURCE, &path, reply) {
        Ok(document) => document,
        Err(finding) => return finding,
    };
    let resource = text(&document, "resource").unwrap_or_default();
    if resource != wanted {
        return other(RESOURCE, "resource", resource, &wanted);
    }
    let servers = document.get("authorization_servers");
    let named = servers
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|one| one.as_str() == Some(base.as_str())));
    if !named {
        return other(RESOURCE, "authorization_servers", "others", base.as_str());
    }
    Finding::ok(RESOURCE, format!("clients find the resource {wanted}"))
}

fn judge_issuer(case: &Case<'_>, reply: Result<Reply, Lost>) -> Finding {
    let base = case.config.server.base_url.as_str();
    let document = match document(ISSUER, AUTHORIZATION_SERVER, reply) {
        Ok(document) => document,
        Err(finding) => return finding,
    };
    let issuer = text(&document, "issuer").unwrap_or_default();
    if issuer != base {
        return other(ISSUER, "issuer", issuer, base);
    }
    for endpoint in ["authorization_endpoint", "token_endpoint"] {
        let address = text(&document, endpoint).unwrap_or_default();
        if !address.starts_with(&format!("{base}/")) {
            return other(ISSUER, endpoint, address, base);
        }
    }
    Finding::ok(
        ISSUER,
        format!("clients find the authorization server {issuer}"),
    )
}

fn judge_challenge(case: &Case<'_>, reply: Result<Reply, Lost>) -> Finding {
    let endpoint = case.config.server.base_url.join(&case.config.mcp.path);
    let reply = match reply {
        Ok(reply) => reply,
        Err(lost) => return lost_on_the_way(CHALLENGE, &case.config.mcp.path, &lost),
    };
    if reply.status != StatusCode::UNAUTHORIZED {
        return Finding::fault(
            CHALLENGE,
            format!(
                "{endpoint} answers {} to a client without a credential, not 401",
                reply.status.as_u16()
            ),
            "let the proxy or firewall pass POST requests to this path on, unchanged and without a login of its own",
        );
    }
    let challenge = reply.header(header::WWW_AUTHENTICATE).unwrap_or_default();
    let path = metadata_path(&case.config.mcp.path);
    let metadata = case.config.server.base_url.join(&path);
    if challenge.contains(&format!(r#"resource_metadata="{metadata}""#)) {
        return Finding::ok(
            CHALLENGE,
            "a client without a credential is told where to begin",
        );
    }
    let what = if challenge.is_empty() {
        "the answer 401 comes without WWW-Authenticate, so clients do not learn where to begin"
    } else {
        "WWW-Authenticate names another address for the resource metadata than BASE_URL makes it"
    };
    Finding::fault(
        CHALLENGE,
        what,
        "let the proxy leave WWW-Authenticate as it is, and start the server with this BASE_URL and MCP_PATH",
    )
}

/// What stands in between.
fn judge_proxy(case: &Case<'_>, reply: &Reply) -> Vec<Finding> {
    let kept = reply.header("age").is_some_and(|age| age != "0")
        || ["x-cache", "cf-cache-status"].iter().any(|name| {
            reply
                .header(*name)
                .is_some_and(|told| told.to_ascii_lowercase().starts_with("hit"))
        });
    if kept {
        return vec![Finding::fault(
            PROXY,
            "a cache in between keeps answers that are for one client alone",
            "let the proxy keep nothing of this server, or only what says so itself",
        )];
    }
    let signs: Vec<String> = SIGNS
        .iter()
        .filter_map(|name| Some(format!("{name}: {}", reply.header(*name)?)))
        .collect();
    if signs.is_empty() {
        return vec![Finding::ok(PROXY, "no proxy shows itself")];
    }
    let mut findings = Vec::new();
    if case.key.is_none() {
        findings.push(unseen(&signs));
    }
    if case.config.server.trusted_proxies.is_empty() {
        findings.push(Finding::warning(
            PROXY,
            "TRUSTED_PROXIES names no proxy: all people share its address, and with it the limits by address",
            "write the proxy's address or network into TRUSTED_PROXIES",
        ));
    }
    findings
}

fn unseen(signs: &[String]) -> Finding {
    Finding::unchecked(
        PROXY,
        format!(
            "there is a proxy ({}); whether it changes Host or holds streams back, only a client with a key can tell",
            signs.join(", ")
        ),
    )
    .once("ask with an API key in a file: `auxcord doctor --key-file FILE`")
}

/// What only shows behind the door: whether the proxy passes Host on, and streams at once.
async fn with_key(case: &Case<'_>, key: &SecretString) -> Vec<Finding> {
    let base = &case.config.server.base_url;
    let endpoint = base.join(&case.config.mcp.path);
    let mut findings = vec![match case.wire.post(&endpoint, PING, Some(key)).await {
        Ok(reply) => judge_call(reply.status),
        Err(lost) => lost_on_the_way(PROXY, &case.config.mcp.path, &lost),
    }];
    let let_in = findings.iter().all(|finding| finding.state == State::Ok);
    if let_in && case.config.mcp.sse {
        let begun = case.wire.begin(&base.join("/sse"), key).await;
        findings.push(judge_stream(begun));
    }
    findings
}

fn judge_call(status: StatusCode) -> Finding {
    match status {
        StatusCode::OK => Finding::ok(PROXY, "a call with the key is served"),
        StatusCode::UNAUTHORIZED => Finding::fault(
            PROXY,
            "the key is not taken: it is wrong, expired or revoked, or a proxy takes it away",
            "make a key with `auxcord keys create`, and let the proxy pass the Authorization header on",
        ),
        StatusCode::FORBIDDEN => Finding::fault(
            PROXY,
            "the server does not know the name by which it is called: a proxy changes the Host header",
            "let the proxy pass Host on as it comes, such as `proxy_set_header Host $host` in nginx",
        ),
        other => Finding::fault(
            PROXY,
            format!(
                "a call with the key is answered with status {}",
                other.as_u16()
            ),
            "look into the server's log",
        ),
    }
}

fn judge_stream(begun: Result<StatusCode, Lost>) -> Finding {
    match begun {
        Ok(StatusCode::OK) => Finding::ok(PROXY, "streams come at once"),
        Ok(other) => Finding::fault(
            PROXY,
            format!("/sse answers the key with status {}", other.as_u16()),
            "let the proxy pass /sse and /messages on, or switch them off with SSE=false",
        ),
        Err(Lost::Late) => Finding::fault(
            PROXY,
            "a proxy holds streams back: nothing of one came in time",
            "switch its response buffering off for this server, such as `proxy_buffering off` in nginx; Caddy has none",
        ),
        Err(lost) => lost_on_the_way(PROXY, "/sse", &lost),
    }
}

/// The JSON object of a discovery document, or why it cannot be had.
fn document(
    check: &'static str,
    path: &str,
    reply: Result<Reply, Lost>,
) -> Result<Map<String, Value>, Finding> {
    let reply = reply.map_err(|lost| lost_on_the_way(check, path, &lost))?;
    if reply.status != StatusCode::OK {
        return Err(Finding::fault(
            check,
            format!("{path} answers {}", reply.status.as_u16()),
            "let the proxy pass every path on to the server, those below /.well-known/ too",
        ));
    }
    reply.json().ok_or_else(|| {
        Finding::fault(
            check,
            format!("what comes for {path} is no JSON document"),
            "let the proxy pass this path on to the server and leave answers as they are",
        )
    })
}

fn lost_on_the_way(check: &'static str, path: &str, lost: &Lost) -> Finding {
    Finding::fault(
        check,
        format!("{path}: {}", lost.told()),
        "look into the proxy's log: other paths of the server answer",
    )
}

fn other(check: &'static str, field: &str, found: &str, wanted: &str) -> Finding {
    Finding::fault(
        check,
        format!(
            "`{field}` is {found:?}, and this configuration says {wanted:?}; clients compare letter by letter"
        ),
        "start the server with the BASE_URL and MCP_PATH of this configuration, or let the proxy pass this name on to this server",
    )
}

/// Where the resource at `path` describes itself (RFC 9728).
fn metadata_path(path: &str) -> String {
    format!("/.well-known/oauth-protected-resource{path}")
}

fn text<'a>(document: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    document.get(field)?.as_str()
}

/// What comes after `?` may be somebody's secret.
fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// Everything that nobody could look at, with the reason.
fn leave(findings: &mut Vec<Finding>, why: &str) {
    for check in [REACHABLE, SERVER, RESOURCE, ISSUER, CHALLENGE, PROXY] {
        if !findings.iter().any(|finding| finding.check == check) {
            findings.push(Finding::unchecked(check, why));
        }
    }
}
