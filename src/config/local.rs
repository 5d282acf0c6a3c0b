//! `[local]` and what differs for one person on one machine: the platform's data folder in the place of the working
//! directory, and a redirect URI of its own.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf};

use super::{database::DatabaseUrl, reader::Reader};

/// Where Spotify sends the browser back to when nobody says otherwise: what people who ran the Python server have
/// registered.
pub(super) const REDIRECT_URI: &str = "http://127.0.0.1:8888/callback";

/// The database's file in the platform's data folder.
const DATABASE: &str = "auxcord.db";

/// What one person on one machine has beside the other sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Where the machine's secret and the key file lie.
    pub folder: PathBuf,
    /// Whether that is the platform's folder for auxcord, which nobody chose.
    pub is_default: bool,
    /// `OPEN_BROWSER`, where there is a screen to show one on.
    pub open_browser: bool,
}

impl Local {
    /// The section, and the database in the platform's folder unless one is named.
    pub(super) fn read(
        reader: &mut Reader,
        environment: &BTreeMap<String, OsString>,
        named: &mut DatabaseUrl,
    ) -> Option<Self> {
        let wanted = reader.truth("local.open_browser")?;
        let open_browser = wanted && has_screen(environment);
        let default = data_folder(environment);
        let chosen = match named {
            DatabaseUrl::Temporary => Some(PathBuf::new()),
            DatabaseUrl::Sqlite { path } if reader.is_given("database.url") => {
                Some(path.parent().map_or_else(PathBuf::new, PathBuf::from))
            }
            DatabaseUrl::Sqlite { .. } | DatabaseUrl::Postgres(_) => None,
        };
        let is_default = chosen.is_none();
        let Some(folder) = chosen.or(default) else {
            reader.note("there is no home directory: what is kept lies in the working directory");
            return Some(Self {
                folder: PathBuf::new(),
                is_default: false,
                open_browser,
            });
        };
        if is_default && matches!(named, DatabaseUrl::Sqlite { .. }) {
            *named = DatabaseUrl::Sqlite {
                path: folder.join(DATABASE),
            };
        }
        Some(Self {
            folder,
            is_default,
            open_browser,
        })
    }
}

/// The folder for a program's own data: that of the XDG Base Directory Specification, or the platform's peer of it.
fn data_folder(environment: &BTreeMap<String, OsString>) -> Option<PathBuf> {
    let named = |name: &str| {
        let path = PathBuf::from(environment.get(name)?);
        // The specification says that a relative path is to be ignored.
        path.is_absolute().then_some(path)
    };
    let base = if cfg!(target_os = "macos") {
        named("HOME").map(|home| home.join("Library/Application Support"))
    } else if cfg!(windows) {
        named("APPDATA")
    } else {
        named("XDG_DATA_HOME").or_else(|| named("HOME").map(|home| home.join(".local/share")))
    };
    base.map(|base| base.join(env!("CARGO_PKG_NAME")))
}

/// Whether a browser can show itself. A set `BROWSER` says that there is a way.
fn has_screen(environment: &BTreeMap<String, OsString>) -> bool {
    let signs = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER"];
    let is_set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
    cfg!(any(target_os = "macos", windows)) || signs.into_iter().any(is_set)
}
