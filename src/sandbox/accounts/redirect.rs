//! Which redirect URIs Spotify takes (Spotify: Concepts, Redirect URIs). It knows no request.

use url::{Host, Url};

/// Whether `given` may be used by an app that registered `registered`; an empty list takes every well-formed one.
///
/// Https, or http with a loopback address as a literal; `localhost` is refused. The match is exact, but for a
/// loopback literal registered without a port, which is good for any port.
pub(super) fn allowed(given: &str, registered: &[String]) -> bool {
    if !well_formed(given) {
        return false;
    }
    registered.is_empty()
        || registered
            .iter()
            .any(|one| one == given || same_but_for_port(one, given))
}

fn well_formed(given: &str) -> bool {
    let Ok(url) = Url::parse(given) else {
        return false;
    };
    match url.scheme() {
        "https" => url.host_str() != Some("localhost"),
        "http" => is_loopback_literal(&url),
        _ => false,
    }
}

fn is_loopback_literal(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(_)) | None => false,
    }
}

fn same_but_for_port(registered: &str, given: &str) -> bool {
    let (Ok(one), Ok(mut other)) = (Url::parse(registered), Url::parse(given)) else {
        return false;
    };
    let open = is_loopback_literal(&one) && one.port().is_none() && one.scheme() == "http";
    open && other.set_port(None).is_ok() && one == other
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn only_https_and_loopback_literals_are_taken() {
        for (uri, taken) in [
            ("https://music.example/auth/callback", true),
            ("http://127.0.0.1:8001/auth/callback", true),
            ("http://[::1]:8001/auth/callback", true),
            ("http://localhost:8001/auth/callback", false),
            ("http://music.example/auth/callback", false),
            ("myapp://callback", false),
            ("/auth/callback", false),
        ] {
            assert_eq!(allowed(uri, &[]), taken, "{uri}");
        }
    }

    #[test]
    fn a_registered_uri_is_matched_to_the_letter() {
        let registered = ["https://music.example/cb".to_owned()];
        assert!(allowed("https://music.example/cb", &registered));
        assert!(!allowed("https://music.example/cb/", &registered));
        assert!(!allowed("https://music.example/CB", &registered));
    }

    #[test]
    fn a_loopback_literal_without_port_is_good_for_any_port() {
        let open = ["http://127.0.0.1/cb".to_owned()];
        assert!(allowed("http://127.0.0.1:4711/cb", &open));
        let fixed = ["http://127.0.0.1:8001/cb".to_owned()];
        assert!(!allowed("http://127.0.0.1:4711/cb", &fixed));
    }
}
