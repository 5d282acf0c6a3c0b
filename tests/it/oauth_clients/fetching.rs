//! The guarded GET: what it refuses without asking anybody, what it refuses of what it gets, and that it ends in time.

use std::{net::SocketAddr, time::Duration};

use auxcord::fetch::{FetchBuildError, FetchConfig, FetchFault, Fetcher, Forbidden};
use tokio::time::Instant;

use super::site::{Answer, NAME, Site, leading, response};
use crate::harness::{
    app::url,
    tls::{Authority, Certificate},
};

/// A public address that nobody is asked at.
const PUBLIC: &str = "93.184.216.34:443";

async fn got(site: &Site, path: &str) -> Result<auxcord::fetch::Document, FetchFault> {
    let address = url(&format!("https://{NAME}{path}"));
    site.fetcher().get(&address).await
}

#[tokio::test]
async fn a_document_comes_with_its_type_and_its_age() {
    let site = Site::start().await;
    for (headers, age) in [
        (&[][..], None),
        (&["cache-control: max-age=60"], Some(60)),
        (
            &["cache-control: public, MAX-AGE=7200, immutable"],
            Some(7_200),
        ),
        (&["cache-control: max-age=60, no-store"], Some(0)),
        (&["cache-control: no-cache"], Some(0)),
        (&["cache-control: max-age=soon"], None),
    ] {
        site.put_json("/client.json", headers, "{}");
        let document = got(&site, "/client.json").await.unwrap();
        assert_eq!(&document.bytes[..], b"{}");
        assert_eq!(document.content_type.as_deref(), Some("application/json"));
        assert_eq!(
            document.max_age,
            age.map(Duration::from_secs),
            "{headers:?}"
        );
    }
    assert_eq!(site.asked()[0], "GET /client.json HTTP/1.1");
}

#[tokio::test]
async fn c6_c7_c8_c9_addresses_that_name_no_public_host_connect_nowhere() {
    let site = Site::start().await;
    let port = site.address.port();
    let everywhere: Vec<SocketAddr> = vec![site.address];
    let names = [
        "localhost",
        "localhost.",
        "sub.localhost",
        "metadata.google.internal",
        "intranet",
        "printer.local",
        "router.lan",
        "host.home.arpa",
        "service.onion",
        NAME,
    ];
    let fetcher = Fetcher::new(FetchConfig {
        trusted_hosts: Vec::new(),
        resolver: leading(&names.map(|name| (name, everywhere.clone()))),
        ..site.config()
    })
    .unwrap();
    let literals = [
        "127.0.0.1",
        "169.254.169.254",
        "10.1.2.3",
        "100.64.0.1",
        "0.0.0.0",
        "192.88.99.1",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fec0::1]",
        "[5f00::1]",
        "93.184.216.34",
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7f.1",
        "127.1",
    ];
    for host in literals {
        let fault = fetcher.get(&url(&format!("https://{host}/c"))).await;
        let Err(FetchFault::Forbidden(Forbidden::AddressLiteral)) = fault else {
            panic!("{host}: {fault:?}");
        };
    }
    for host in names.iter().filter(|name| **name != NAME) {
        let fault = fetcher.get(&url(&format!("https://{host}/c"))).await;
        let Err(FetchFault::Forbidden(Forbidden::Name)) = fault else {
            panic!("{host}: {fault:?}");
        };
    }
    for (address, forbidden) in [
        (format!("https://{NAME}:{port}/c"), Forbidden::Port),
        (format!("https://{NAME}:80/c"), Forbidden::Port),
        (format!("http://{NAME}/c"), Forbidden::Scheme),
        (format!("ftp://{NAME}/c"), Forbidden::Scheme),
        (format!("https://user@{NAME}/c"), Forbidden::UserInfo),
        (format!("https://:secret@{NAME}/c"), Forbidden::UserInfo),
    ] {
        let fault = fetcher.get(&url(&address)).await;
        assert!(
            matches!(&fault, Err(FetchFault::Forbidden(told)) if *told == forbidden),
            "{address}: {fault:?}"
        );
    }
    assert_eq!(site.connected(), 0);
}

#[tokio::test]
async fn one_private_address_among_public_ones_refuses_them_all() {
    let site = Site::start().await;
    let public: SocketAddr = PUBLIC.parse().unwrap();
    for addresses in [
        vec![site.address],
        vec![site.address, public],
        vec![public, site.address],
        vec![public, "[::1]:443".parse().unwrap(), public],
    ] {
        let fetcher = Fetcher::new(FetchConfig {
            trusted_hosts: Vec::new(),
            resolver: leading(&[(NAME, addresses.clone())]),
            ..site.config()
        })
        .unwrap();
        let fault = fetcher.get(&url(&format!("https://{NAME}/c"))).await;
        assert!(
            matches!(fault, Err(FetchFault::NotPublic)),
            "{addresses:?}: {fault:?}"
        );
    }
    assert_eq!(site.connected(), 0);
}

#[tokio::test]
async fn trust_goes_to_the_host_and_port_that_are_named_and_to_no_other_rule() {
    let site = Site::start().await;
    site.put_json("/c", &[], "{}");
    let port = site.address.port();
    let trusting = |host: &str| {
        Fetcher::new(FetchConfig {
            trusted_hosts: vec![host.to_owned()],
            resolver: leading(&[
                (NAME, vec![site.address]),
                ("other.example", vec![site.address]),
                ("localhost", vec![site.address]),
            ]),
            ..site.config()
        })
        .unwrap()
    };
    let reached = async |host: &str, address: &str| trusting(host).get(&url(address)).await.is_ok();
    let exact = format!("{NAME}:{port}");
    let of = |host: &str| format!("https://{host}/c");
    assert!(reached(NAME, &of(NAME)).await);
    assert!(reached(&exact, &of(&exact)).await);
    assert!(
        reached(
            &format!("localhost:{port}"),
            &of(&format!("localhost:{port}"))
        )
        .await
    );
    assert!(
        reached(
            &format!("127.0.0.1:{port}"),
            &of(&format!("127.0.0.1:{port}"))
        )
        .await
    );
    assert!(reached(NAME, &of(&exact)).await, "every port of it");
    let connected = site.connected();
    assert!(!reached(&exact, &of(NAME)).await, "the usual port");
    assert!(!reached(NAME, &of("other.example")).await, "another host");
    assert!(!reached("example", &of(NAME)).await, "a parent");
    let cleartext = format!("http://{exact}/c");
    assert!(!reached(&exact, &cleartext).await, "without https");
    assert_eq!(site.connected(), connected);
}

#[tokio::test]
async fn c12_c13_a_redirect_is_a_failure_and_is_not_followed() {
    let site = Site::start().await;
    site.put_json("/there", &[], "{}");
    for (status, target) in [
        ("302 Found", "http://169.254.169.254/latest/meta-data/"),
        ("301 Moved Permanently", "https://client.example/there"),
        ("307 Temporary Redirect", "/there"),
        ("308 Permanent Redirect", "https://other.example/there"),
    ] {
        let location = format!("location: {target}");
        site.put(
            "/c",
            Answer::Raw(response(
                status,
                &[&location, "content-type: application/json"],
                b"{}",
            )),
        );
        let fault = got(&site, "/c").await.unwrap_err();
        assert!(
            matches!(fault, FetchFault::Status(_)),
            "{status}: {fault:?}"
        );
        assert!(!fault.is_passing(), "{status}");
    }
    assert_eq!(site.connected(), 4);
    assert!(site.asked().iter().all(|line| line == "GET /c HTTP/1.1"));
}

#[tokio::test]
async fn c16_one_byte_after_the_other_ends_at_the_deadline() {
    let site = Site::start().await;
    site.put("/drip", Answer::Drip);
    site.put("/silence", Answer::Silence);
    assert_eq!(FetchConfig::default().deadline, Duration::from_secs(5));
    let deadline = Duration::from_millis(300);
    let fetcher = Fetcher::new(FetchConfig {
        deadline,
        ..site.config()
    })
    .unwrap();
    for path in ["/drip", "/silence"] {
        let begun = Instant::now();
        let fault = fetcher
            .get(&url(&format!("https://{NAME}{path}")))
            .await
            .unwrap_err();
        assert!(matches!(fault, FetchFault::Late), "{path}: {fault:?}");
        assert!(fault.is_passing());
        assert!(begun.elapsed() >= deadline, "{path}");
    }
    assert_eq!(site.connected(), 2);
}

#[tokio::test]
async fn c17_a_certificate_that_nobody_vouches_for_is_refused() {
    let stories = Authority::of_the_stories();
    let stranger = Authority::new("a stranger");
    for (what, certificate) in [
        ("by a stranger", stranger.certify(&[NAME])),
        ("for another name", stories.certify(&["other.example"])),
        ("expired", stories.certify_expired(&[NAME])),
        ("by itself", certified_by_itself()),
    ] {
        let site = Site::start_with(&certificate).await;
        site.put_json("/c", &[], "{}");
        let fault = got(&site, "/c").await.unwrap_err();
        assert!(matches!(fault, FetchFault::Lost(_)), "{what}: {fault:?}");
        assert!(site.asked().is_empty(), "{what}");
    }
    let site = Site::start().await;
    site.put_json("/c", &[], "{}");
    let without_extra_roots = Fetcher::new(FetchConfig {
        extra_roots_pem: Some(stranger.pem().into_bytes()),
        ..site.config()
    })
    .unwrap();
    let fault = without_extra_roots
        .get(&url(&format!("https://{NAME}/c")))
        .await;
    assert!(matches!(fault, Err(FetchFault::Lost(_))), "{fault:?}");
}

fn certified_by_itself() -> Certificate {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
    Certificate {
        cert: made.cert.pem(),
        key: made.signing_key.serialize_pem(),
    }
}

#[tokio::test]
async fn more_than_five_kibibytes_are_not_read_however_they_come() {
    let site = Site::start().await;
    let cap = FetchConfig::default().max_body_bytes;
    assert_eq!(cap, 5 * 1024);
    site.put_json("/just", &[], &" ".repeat(cap));
    assert_eq!(got(&site, "/just").await.unwrap().bytes.len(), cap);
    site.put_json("/more", &[], &" ".repeat(cap + 1));
    let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n\r\n";
    site.put(
        "/unannounced",
        Answer::Raw([head, " ".repeat(cap + 1).as_bytes()].concat()),
    );
    let chunk = format!("{:x}\r\n{}\r\n", cap / 2 + 1, " ".repeat(cap / 2 + 1));
    let chunked =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n");
    site.put("/chunked", Answer::Raw(chunked.into_bytes()));
    for path in ["/more", "/unannounced", "/chunked"] {
        let fault = got(&site, path).await.unwrap_err();
        assert!(matches!(fault, FetchFault::TooLong), "{path}: {fault:?}");
    }
}

#[tokio::test]
async fn other_statuses_and_encodings_are_failures() {
    let site = Site::start().await;
    for (status, passing) in [
        ("204 No Content", false),
        ("206 Partial Content", false),
        ("404 Not Found", false),
        ("410 Gone", false),
        ("403 Forbidden", true),
        ("429 Too Many Requests", true),
        ("500 Internal Server Error", true),
        ("503 Service Unavailable", true),
    ] {
        site.put(
            "/c",
            Answer::Raw(response(status, &["content-type: application/json"], b"{}")),
        );
        let fault = got(&site, "/c").await.unwrap_err();
        assert!(
            matches!(fault, FetchFault::Status(_)),
            "{status}: {fault:?}"
        );
        assert_eq!(fault.is_passing(), passing, "{status}");
    }
    for encoding in ["gzip", "br", "deflate, gzip"] {
        site.put_json("/c", &[&format!("content-encoding: {encoding}")], "{}");
        let fault = got(&site, "/c").await.unwrap_err();
        assert!(
            matches!(fault, FetchFault::Encoded),
            "{encoding}: {fault:?}"
        );
    }
}

#[test]
fn settings_that_are_none_are_refused_at_once() {
    for host in [
        "",
        " ",
        "https://client.example",
        "client.example/path",
        "a@b.example",
        "*.example",
        "a b",
        "client.example:port",
        "client.example:70000",
    ] {
        let made = Fetcher::new(FetchConfig {
            trusted_hosts: vec![host.to_owned()],
            ..FetchConfig::default()
        });
        assert!(
            matches!(made, Err(FetchBuildError::TrustedHost(_))),
            "{host:?}"
        );
    }
    let certificate = Authority::of_the_stories().certify(&[NAME]);
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "no certificate", &certificate.key, broken] {
        let made = Fetcher::new(FetchConfig {
            extra_roots_pem: Some(pem.as_bytes().to_vec()),
            ..FetchConfig::default()
        });
        assert!(matches!(made, Err(FetchBuildError::Roots)), "{pem}");
    }
}
