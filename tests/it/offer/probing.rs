//! Properties of what comes from outside, with the same claims as the fuzz targets: arguments of every tool, Spotify's
//! answers, and where a list goes on.

use auxcord::{
    mcp::probe,
    spotify::{
        self,
        model::{
            Account, Artist, CursorPage, Devices, Episode, Page, Part, PlayHistory, Playback,
            PlaylistItem, Queue, SavedTrack, Show, Snapshot, Track,
        },
    },
};
use proptest::{collection, option, prelude::*, sample::select};
use serde_json::{Value, json};
use url::Url;

/// Names that tools and Spotify use, so that chance finds more than strangers.
const NAMES: [&str; 24] = [
    "query",
    "types",
    "limit",
    "offset",
    "refs",
    "items",
    "playlist",
    "position",
    "positions",
    "tracks",
    "title",
    "artist",
    "name",
    "id",
    "uri",
    "album",
    "artists",
    "next",
    "total",
    "cursors",
    "device",
    "devices",
    "added_at",
    "dry_run",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,30}".prop_map(Value::from),
        select(vec![
            "track",
            "4iV5W9uYEdYUVa79Axb7Rh",
            "[\"a\"]",
            "2026-01-31",
            "concise"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            object(inner),
        ]
    })
}

/// As Spotify builds its answers: lists hold objects, and null for what is gone.
fn answer() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,30}".prop_map(Value::from),
    ];
    let inner = leaf.prop_recursive(4, 40, 6, |inner| {
        let entry = prop_oneof![1 => Just(Value::Null).boxed(), 4 => object(inner.clone()).boxed()];
        prop_oneof![
            collection::vec(entry, 0..6).prop_map(Value::from),
            object(inner),
        ]
    });
    object(inner)
}

fn object(of: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let name = prop_oneof![4 => select(NAMES.to_vec()).prop_map(str::to_owned), 1 => ".{0,8}"];
    collection::hash_map(name, of, 0..6)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_tool_accepts_once_it_accepts_again_unchanged(tool in 0_usize..64, given in object(any_json())) {
        let tool = tool % probe::tools();
        if let Some(accepted) = probe::accept(tool, given.to_string().as_bytes()) {
            let again = accepted.to_string();
            prop_assert_eq!(probe::accept(tool, again.as_bytes()), Some(accepted));
        }
    }

    #[test]
    fn bytes_that_are_no_arguments_are_refused_by_every_tool(bytes in collection::vec(any::<u8>(), 0..64)) {
        let object = serde_json::from_slice::<serde_json::Map<String, Value>>(&bytes).is_ok();
        for tool in 0..probe::tools() {
            prop_assert!(object || probe::accept(tool, &bytes).is_none());
        }
    }

    /// Every field of an item may be missing, null or of another type; no page is lost for one of them.
    #[test]
    fn no_page_of_spotify_is_lost_for_an_odd_field(answer in answer()) {
        macro_rules! decode {
            ($($model:ty),* $(,)?) => { $(
                let decoded = serde_json::from_value::<$model>(answer.clone());
                prop_assert!(decoded.is_ok(), "{}: {:?}", stringify!($model), decoded.err());
            )* };
        }
        decode!(Account, Artist, CursorPage<Artist>, CursorPage<PlayHistory>, Devices, Episode, Page<Part>,
            Page<PlaylistItem>, Page<SavedTrack>, Page<Track>, Playback, Queue, Show, Snapshot, Track);
    }

    #[test]
    fn a_list_is_walked_through_once_in_order(
        titles in collection::vec(".{0,60}", 0..40), page in 0_usize..60, budget in 0_usize..400,
    ) {
        let shown = probe::walk(&titles, page, budget);
        prop_assert_eq!(shown.concat(), titles);
    }

    #[test]
    fn a_following_page_is_below_the_base_or_is_not_asked_for(
        origin in select(vec![
            "https://api.spotify.com", "http://api.spotify.com", "https://api.spotify.com:444", "//api.spotify.com",
            "https://api.spotify.com@evil.example", "https://evil.example", "https://api.spotify.com.evil.example", "",
        ]),
        path in option::of("[a-z0-9./\\\\%?#@:_-]{0,30}"),
    ) {
        let base = Url::parse("https://api.spotify.com/v1").unwrap();
        let next = format!("{origin}/v1/{}", path.unwrap_or_default());
        if let Some(address) = spotify::page_address(&base, &next) {
            prop_assert_eq!(address.origin(), base.origin());
            prop_assert!(address.path().starts_with("/v1/"), "{}", address);
            prop_assert!(address.username().is_empty() && address.password().is_none());
        }
    }
}

#[test]
fn the_probe_reaches_every_tool() {
    assert!(probe::tools() >= 29);
    let accepted = (0..probe::tools())
        .filter(|tool| {
            probe::accept(*tool, json!({ "query": "night" }).to_string().as_bytes()).is_some()
        })
        .count();
    assert!(accepted >= 2, "search and play take a query");
}
