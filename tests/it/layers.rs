//! Who may name whom: the table of the house, held against every path in `src/`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use syn::{UseTree, visit::Visit};

/// A room and what it may name. `"room::inner"` allows only that part of a room; `clock` is everybody's.
const TABLE: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    ("cli", &["app", "config", "telemetry", "sandbox"]),
    (
        "app",
        &[
            "auth",
            "config",
            "crypto",
            "fetch",
            "http",
            "import",
            "link",
            "local",
            "mcp",
            "oauth",
            "quota",
            "router",
            "spotify",
            "sse",
            "store",
            "telemetry",
            "web",
        ],
    ),
    (
        "router",
        &[
            "auth", "config", "crypto", "http", "link", "mcp", "oauth", "spotify", "sse", "store",
            "web",
        ],
    ),
    ("local", &["auth", "link", "store", "crypto", "page"]),
    ("telemetry", &["config"]),
    ("http", &["auth", "store"]),
    (
        "web",
        &[
            "auth",
            "link",
            "store",
            "crypto",
            "spotify::accounts",
            "page",
        ],
    ),
    (
        "oauth",
        &[
            "auth",
            "link",
            "store",
            "crypto",
            "spotify::accounts",
            "page",
            "fetch",
        ],
    ),
    ("sse", &["auth", "mcp"]),
    ("mcp", &["auth", "fetch", "link", "quota", "spotify"]),
    ("quota", &["store", "spotify"]),
    ("auth", &["store", "crypto"]),
    (
        "link",
        &[
            "store",
            "crypto",
            "spotify::accounts",
            "spotify::AccessToken",
            "spotify::RefreshToken",
            "spotify::SpotifyError",
        ],
    ),
    (
        "import",
        &[
            "crypto",
            "link",
            "spotify::AccessToken",
            "spotify::RefreshToken",
            "store",
        ],
    ),
    ("store", &["crypto"]),
    ("spotify", &[]),
    ("crypto", &[]),
    ("page", &[]),
    ("fetch", &[]),
    ("clock", &[]),
    ("config", &[]),
    ("sandbox", &[]),
];

/// Rooms whose only exit is the library's front: they join nothing.
const FRONT: &str = "lib";

#[test]
fn a_lower_room_never_names_an_upper_one() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut breaches = Vec::new();
    for file in rust_files(&source) {
        let module = module_of(&source, &file);
        if module == [FRONT] {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        breaches.extend(
            breaches_in(&module, &text)
                .into_iter()
                .map(|breach| format!("{}: {breach}", file.display())),
        );
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn every_room_is_in_the_table() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms: BTreeSet<String> = rust_files(&source)
        .iter()
        .map(|file| module_of(&source, file)[0].clone())
        .collect();
    let known: BTreeSet<String> = TABLE
        .iter()
        .map(|(room, _)| (*room).to_owned())
        .chain([FRONT.to_owned()])
        .collect();
    assert_eq!(rooms, known);
}

#[test]
fn a_planted_breach_is_found_however_it_is_written() {
    let store = |text| breaches_in(&["store".to_owned(), "people".to_owned()], text);
    assert_eq!(store("use crate::web::Web;").len(), 1, "plain");
    assert_eq!(
        store("use crate::{clock::Millis, web::{self, Web}};").len(),
        2,
        "grouped"
    );
    assert_eq!(store("use super::super::web::Web;").len(), 1, "by super");
    assert_eq!(
        store("use super::super::{clock, web as pages};").len(),
        1,
        "renamed in a group"
    );
    assert_eq!(
        store("fn f() { crate::web::routes(); }").len(),
        1,
        "in an expression"
    );
    assert_eq!(store("fn f(_: crate::web::Web) {}").len(), 1, "in a type");
    assert_eq!(
        store("fn f() { log!(crate::web::X); }").len(),
        1,
        "in a macro"
    );
    assert_eq!(
        store("use crate::clock::Millis; use super::Db; use crate::crypto::SecretHash;").len(),
        0
    );
    let web = |text| breaches_in(&["web".to_owned()], text);
    assert_eq!(
        web("use crate::spotify::accounts::Accounts;").len(),
        0,
        "an allowed part"
    );
    assert_eq!(
        web("use crate::spotify::{accounts::Accounts, Client};").len(),
        1,
        "another part"
    );
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}

/// `src/store/people.rs` is `["store", "people"]`, `src/store/mod.rs` is `["store"]`.
fn module_of(source: &Path, file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(source).unwrap().with_extension("");
    let mut module: Vec<String> = relative
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module.len() > 1 && module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

fn breaches_in(module: &[String], text: &str) -> Vec<String> {
    let mut seen = Names {
        module,
        found: Vec::new(),
    };
    seen.visit_file(&syn::parse_file(text).unwrap());
    let room = module[0].as_str();
    let (_, allowed) = TABLE.iter().find(|(name, _)| *name == room).unwrap();
    seen.found
        .into_iter()
        .filter(|path| {
            let named = path[0].as_str();
            let full = path.join("::");
            named != room
                && named != "clock"
                && !allowed.iter().any(|may| {
                    full == *may
                        || full
                            .strip_prefix(may)
                            .is_some_and(|rest| rest.starts_with("::"))
                })
        })
        .map(|path| format!("{room} must not name {}", path.join("::")))
        .collect()
}

/// Collects every path that begins at the crate, as segments below it.
struct Names<'a> {
    module: &'a [String],
    found: Vec<Vec<String>>,
}

impl Names<'_> {
    fn note(&mut self, segments: &[String]) {
        let mut place = self.module.to_vec();
        let mut rest = segments;
        match rest.first().map(String::as_str) {
            Some("crate" | "auxcord") => {
                place.clear();
                rest = &rest[1..];
            }
            Some("super") => {
                while rest.first().is_some_and(|segment| segment == "super") {
                    place.pop();
                    rest = &rest[1..];
                }
            }
            _ => return,
        }
        place.extend(rest.iter().cloned());
        if !place.is_empty() {
            self.found.push(place);
        }
    }

    fn tree(&mut self, prefix: &[String], tree: &UseTree) {
        let mut path = prefix.to_vec();
        match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                self.tree(&path, &inner.tree);
            }
            UseTree::Name(name) => {
                if name.ident != "self" {
                    path.push(name.ident.to_string());
                }
                self.note(&path);
            }
            UseTree::Rename(name) => {
                path.push(name.ident.to_string());
                self.note(&path);
            }
            UseTree::Glob(_) => self.note(&path),
            UseTree::Group(group) => {
                for inner in &group.items {
                    self.tree(prefix, inner);
                }
            }
        }
    }

    /// Macros are opaque to the parser, so their words are read as they stand.
    fn words(&mut self, tokens: &str) {
        let dense: String = tokens.split_whitespace().collect();
        for start in ["crate::", "super::"] {
            for (at, _) in dense.match_indices(start) {
                let path: String = dense[at..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':')
                    .collect();
                let segments: Vec<String> = path
                    .split("::")
                    .filter(|part| !part.is_empty())
                    .map(str::to_owned)
                    .collect();
                self.note(&segments);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        self.note(&segments);
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.words(&item.tokens.to_string());
        syn::visit::visit_macro(self, item);
    }
}
