//! Which address a request counts for.

use std::net::IpAddr;

use auxcord::auth::Source;
use http::{HeaderMap, HeaderName, HeaderValue};

/// The source of a request from `peer` with these headers, behind proxies in `10.0.0.0/8` and `fd00::/8`.
fn source(peer: &str, headers: &[(&str, &str)]) -> String {
    let trusted = ["10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap());
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        map.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let peer: IpAddr = peer.parse().unwrap();
    Source::of(peer, &map, &trusted).to_string()
}

const XFF: &str = "x-forwarded-for";

#[test]
fn a_request_counts_for_the_address_that_connects() {
    assert_eq!(source("192.0.2.7", &[]), "192.0.2.7");
    assert_eq!(source("10.0.0.1", &[]), "10.0.0.1");
    assert_eq!(source("::ffff:192.0.2.7", &[]), "192.0.2.7");
}

/// M2
#[test]
fn forged_forwarded_headers_of_a_peer_that_is_no_proxy_are_ignored() {
    for header in [
        (XFF, "198.51.100.1"),
        ("forwarded", "for=198.51.100.1"),
        ("x-real-ip", "198.51.100.1"),
        ("x-forwarded-host", "198.51.100.1"),
    ] {
        assert_eq!(source("192.0.2.7", &[header]), "192.0.2.7", "{header:?}");
    }
    for header in [
        ("x-real-ip", "198.51.100.1"),
        ("cf-connecting-ip", "198.51.100.1"),
    ] {
        assert_eq!(source("10.0.0.1", &[header]), "10.0.0.1", "{header:?}");
    }
}

/// M3
#[test]
fn an_ipv6_64_is_one_source() {
    let one = source("2001:db8:1:2:aaaa::1", &[]);
    assert_eq!(one, "2001:db8:1:2::/64");
    assert_eq!(source("2001:db8:1:2:bbbb:cccc:dddd:eeee", &[]), one);
    assert_ne!(source("2001:db8:1:3::1", &[]), one);
    assert_eq!(source("10.0.0.1", &[(XFF, "2001:db8:1:2::9")]), one);
}

#[test]
fn behind_a_proxy_the_last_address_that_is_no_proxys_counts() {
    for (headers, wanted) in [
        (vec![(XFF, "198.51.100.1")], "198.51.100.1"),
        (vec![(XFF, "203.0.113.9, 198.51.100.1")], "198.51.100.1"),
        (
            vec![(XFF, "203.0.113.9,198.51.100.1, 10.2.2.2")],
            "198.51.100.1",
        ),
        (
            vec![(XFF, "203.0.113.9"), (XFF, "198.51.100.1")],
            "198.51.100.1",
        ),
        (vec![(XFF, "rubbish, 198.51.100.1")], "198.51.100.1"),
        (vec![(XFF, "198.51.100.1:4711")], "198.51.100.1"),
        (vec![(XFF, "[2001:db8::1]:4711")], "2001:db8::/64"),
        (vec![(XFF, "2001:db8::1")], "2001:db8::/64"),
        (vec![(XFF, "::ffff:198.51.100.1")], "198.51.100.1"),
        (vec![(XFF, "10.3.3.3, fd00::2")], "10.3.3.3"),
        (vec![("forwarded", "for=198.51.100.1")], "198.51.100.1"),
        (
            vec![(
                "forwarded",
                "For=\"[2001:db8::1]:4711\";proto=https;by=10.0.0.1",
            )],
            "2001:db8::/64",
        ),
        (
            vec![(
                "forwarded",
                "for=203.0.113.9, for=198.51.100.1;host=\"a,b;c\"",
            )],
            "198.51.100.1",
        ),
        (
            vec![
                ("forwarded", "for=203.0.113.9"),
                ("forwarded", "for=\"198.51.100.1:80\", for=10.9.9.9"),
            ],
            "198.51.100.1",
        ),
        (
            vec![("forwarded", "for=198.51.100.1"), (XFF, "198.51.100.1")],
            "198.51.100.1",
        ),
    ] {
        assert_eq!(source("10.0.0.1", &headers), wanted, "{headers:?}");
        assert_eq!(source("fd00::1", &headers), wanted, "{headers:?}");
    }
}

#[test]
fn what_a_proxy_tells_and_nobody_can_read_counts_as_the_proxys_own() {
    for headers in [
        vec![(XFF, "")],
        vec![(XFF, "unknown")],
        vec![(XFF, "198.51.100.1,")],
        vec![(XFF, "198.51.100.1, rubbish, 10.2.2.2")],
        vec![(XFF, "198.51.100.256")],
        vec![(XFF, "1.2.3.4.5")],
        vec![(XFF, "198.51.100.1\u{e9}")],
        vec![("forwarded", "for=unknown")],
        vec![("forwarded", "for=_hidden")],
        vec![("forwarded", "by=198.51.100.1")],
        vec![("forwarded", "for=203.0.113.9;for=198.51.100.1")],
        vec![("forwarded", "for=\"198.51.100.1")],
        vec![("forwarded", "for=\", for=198.51.100.1")],
        vec![("forwarded", "198.51.100.1")],
        // Two proxies that tell different things, or a client that forges the header that its proxy leaves alone.
        vec![("forwarded", "for=203.0.113.9"), (XFF, "198.51.100.1")],
        vec![("forwarded", "for=unknown"), (XFF, "198.51.100.1")],
    ] {
        assert_eq!(source("10.0.0.1", &headers), "10.0.0.1", "{headers:?}");
    }
}
