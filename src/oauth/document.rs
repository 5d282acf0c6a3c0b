//! Client documents: which address may be a client id, and what the document there must say
//! (draft-ietf-oauth-client-id-metadata-document, sections 3 and 4). Fetches nothing and keeps nothing.

use serde_json::{Map, Value};
use url::Url;

use super::{
    json,
    name::cleaned,
    redirects::{self, Redirect, RedirectFault},
};

/// The longest client id that is an address, in bytes.
const LONGEST: usize = 2_048;
/// Redirect URIs that a document may name.
const MOST_REDIRECTS: usize = 64;
/// Members of a JSON Web Key that only its owner may know (RFC 7518 section 6).
const PRIVATE_KEY_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A client id that is the address of its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientUrl(Url);

/// What a document says of its client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The name, cleaned.
    pub name: String,
    /// The redirect URIs, judged.
    pub redirects: Vec<Redirect>,
}

/// Why an address is no client id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientUrlFault {
    /// Another scheme than https.
    #[error("it is no https address")]
    Scheme,
    /// It reads otherwise than it is written, is too long, or is no address at all.
    #[error("it is not written in its normal form")]
    Form,
    /// No path.
    #[error("it has no path")]
    Path,
    /// A fragment.
    #[error("it has a fragment")]
    Fragment,
    /// A user or a password.
    #[error("it names a user")]
    UserInfo,
    /// Dot segments, encoded or not.
    #[error("its path leads elsewhere")]
    DotSegments,
    /// An address of this very server.
    #[error("it is an address of this server")]
    Own,
}

/// Why a document describes no client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentFault {
    /// Another content type than JSON.
    #[error("it is not served as JSON")]
    ContentType,
    /// It cannot be read.
    #[error(transparent)]
    Json(#[from] json::JsonFault),
    /// The `client_id` in it is not the address that it was asked for at.
    #[error("its client_id is not its address")]
    OtherClient,
    /// No name.
    #[error("it has no client_name")]
    Name,
    /// No redirect URIs, or refused ones.
    #[error("its redirect_uris are refused: {0}")]
    Redirects(#[from] RedirectFault),
    /// A secret that everybody can read.
    #[error("it publishes a secret")]
    Secret,
    /// An authentication that is not offered to such clients.
    #[error("it asks for another authentication than none")]
    Authentication,
    /// Neither the code grant nor its response type.
    #[error("it does not use the code grant")]
    Grant,
    /// A member of the wrong type.
    #[error("its {0} is of the wrong type")]
    Type(&'static str),
}

impl ClientUrl {
    /// The client id that `text` is, on the server whose issuer is `own`.
    ///
    /// # Errors
    /// [`ClientUrlFault`].
    pub fn parse(text: &str, own: &str) -> Result<Self, ClientUrlFault> {
        let rest = text
            .strip_prefix("https://")
            .ok_or(ClientUrlFault::Scheme)?;
        if text.len() > LONGEST || !text.bytes().all(redirects::is_uri_byte) {
            return Err(ClientUrlFault::Form);
        }
        if text.contains('#') {
            return Err(ClientUrlFault::Fragment);
        }
        let authority = redirects::authority(rest);
        if authority.contains('@') {
            return Err(ClientUrlFault::UserInfo);
        }
        let path = rest[authority.len()..].split('?').next().unwrap_or("");
        if path.is_empty() || path == "/" {
            return Err(ClientUrlFault::Path);
        }
        if redirects::leads_elsewhere(path) {
            return Err(ClientUrlFault::DotSegments);
        }
        // Two spellings of one address would be two clients, and only one of them in the document.
        let url = Url::parse(text)
            .ok()
            .filter(|url| url.as_str() == text)
            .ok_or(ClientUrlFault::Form)?;
        let is_own = Url::parse(own).is_ok_and(|own| {
            url.host_str() == own.host_str()
                && url.port_or_known_default() == own.port_or_known_default()
        });
        if is_own {
            return Err(ClientUrlFault::Own);
        }
        Ok(Self(url))
    }

    /// The address.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The host, with its port if that is not 443: what people know the client by.
    pub fn host(&self) -> String {
        redirects::host_and_port(&self.0)
    }

    /// The same of a client id that was accepted before.
    pub(super) fn host_of(client_id: &str) -> Option<String> {
        Url::parse(client_id)
            .ok()
            .map(|url| redirects::host_and_port(&url))
    }
}

/// Reads the document that was at `client_id`.
///
/// # Errors
/// [`DocumentFault`].
pub fn read(
    client_id: &str,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Description, DocumentFault> {
    if !content_type.is_some_and(is_json) {
        return Err(DocumentFault::ContentType);
    }
    let members = json::object(body)?;
    if members.get("client_id").and_then(Value::as_str) != Some(client_id) {
        return Err(DocumentFault::OtherClient);
    }
    refuse_secrets(&members)?;
    refuse_other_authentication(&members)?;
    for (member, needed) in [
        ("grant_types", "authorization_code"),
        ("response_types", "code"),
    ] {
        let listed = json::texts(&members, member).map_err(|()| DocumentFault::Type(member))?;
        if listed.is_some_and(|listed| !listed.iter().any(|one| one == needed)) {
            return Err(DocumentFault::Grant);
        }
    }
    let name = json::text(&members, "client_name")
        .map_err(|()| DocumentFault::Type("client_name"))?
        .and_then(cleaned)
        .ok_or(DocumentFault::Name)?;
    let uris = json::texts(&members, "redirect_uris")
        .map_err(|()| DocumentFault::Type("redirect_uris"))?
        .unwrap_or_default();
    Ok(Description {
        name,
        redirects: redirects::judge_all(&uris, MOST_REDIRECTS)?,
    })
}

/// `application/json` or a type whose syntax is JSON (RFC 6839 section 3.1), in UTF-8 if it says.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or("").to_ascii_lowercase();
    let json = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    json && parts.all(|parameter| {
        let parameter = parameter.to_ascii_lowercase();
        parameter
            .strip_prefix("charset=")
            .is_none_or(|charset| charset.trim_matches('"') == "utf-8")
    })
}

/// A client that can do without authentication is taken for a public one, whatever it does at other servers: those that
/// can sign as well say so beside `none`.
fn refuse_other_authentication(members: &Map<String, Value>) -> Result<(), DocumentFault> {
    const OFFERED: &str = "token_endpoint_auth_methods_supported";
    let method = json::text(members, "token_endpoint_auth_method")
        .map_err(|()| DocumentFault::Authentication)?;
    let offered = json::texts(members, OFFERED).map_err(|()| DocumentFault::Type(OFFERED))?;
    let is_public = match (method, offered) {
        (Some("none"), _) | (None, None) => true,
        (_, Some(offered)) => offered.iter().any(|one| one == "none"),
        (Some(_), None) => false,
    };
    if is_public {
        Ok(())
    } else {
        Err(DocumentFault::Authentication)
    }
}

fn refuse_secrets(members: &Map<String, Value>) -> Result<(), DocumentFault> {
    if members.contains_key("client_secret") || members.contains_key("client_secret_expires_at") {
        return Err(DocumentFault::Secret);
    }
    match members.get("jwks") {
        None | Some(Value::Null) => Ok(()),
        Some(jwks) => {
            let keys = jwks
                .get("keys")
                .and_then(Value::as_array)
                .ok_or(DocumentFault::Type("jwks"))?;
            if keys.iter().all(is_public_key) {
                Ok(())
            } else {
                Err(DocumentFault::Secret)
            }
        }
    }
}

fn is_public_key(key: &Value) -> bool {
    key.as_object().is_some_and(|key| {
        key.get("kty")
            .and_then(Value::as_str)
            .is_some_and(|kind| kind != "oct")
            && !PRIVATE_KEY_MEMBERS
                .iter()
                .any(|member| key.contains_key(*member))
    })
}
