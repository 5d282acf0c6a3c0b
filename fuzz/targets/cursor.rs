//! Where a list goes on: the address that Spotify names for the next page, and the offset that we name. The first byte is the budget of an
//! answer, the second the size of a page, the rest an address and, line by line, titles.
#![no_main]

use auxcord::{mcp::probe, spotify};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|data: (u8, u8, &str)| {
    let (budget, page, text) = data;
    let base = Url::parse("https://api.spotify.com/v1").expect("it is an address");
    if let Some(address) = spotify::page_address(&base, text) {
        // A token goes there.
        assert_eq!(address.origin(), base.origin());
        assert!(address.path().starts_with("/v1/"));
        assert!(address.username().is_empty() && address.password().is_none());
    }
    let titles: Vec<String> = text.lines().map(str::to_owned).collect();
    let shown = probe::walk(&titles, usize::from(page), usize::from(budget));
    assert_eq!(shown.concat(), titles, "each once, in order");
});
