//! A track as people name it: title and artist, and whatever else they know. The type of arguments that take such
//! names, alone or among references. Knows no Spotify call.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use crate::mcp::fault::Fault;

/// A track by title and artist; the rest tells recordings of one song apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    #[schemars(length(min = 1, max = 300))]
    pub(crate) title: String,
    #[schemars(length(min = 1, max = 300))]
    pub(crate) artist: String,
    #[schemars(length(min = 1, max = 300))]
    pub(crate) album: Option<String>,
    #[schemars(range(min = 1, max = 86_400_000))]
    pub(crate) duration_ms: Option<u32>,
    #[schemars(regex(pattern = r"^[A-Za-z0-9-]{12,15}$"))]
    pub(crate) isrc: Option<String>,
    pub(crate) version: Option<Version>,
}

// Which performance of a song; a docstring would go into every list of tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Version {
    Studio,
    Live,
    Remix,
}

impl Wanted {
    /// That nothing of it is blank; `place` is where it stands in the arguments, such as `tracks[3]`.
    ///
    /// # Errors
    /// `invalid_argument` with the place.
    pub(crate) fn check(&self, place: &str) -> Result<(), Fault> {
        let blank = |text: &str| text.trim().is_empty();
        for (name, value) in [("title", &self.title), ("artist", &self.artist)] {
            if blank(value) {
                return Err(Fault::invalid_argument(format!(
                    "`{place}.{name}` must not be blank"
                )));
            }
        }
        Ok(())
    }

    /// The ISRC as Spotify writes it: 12 letters and digits, upper case.
    pub(crate) fn isrc(&self) -> Option<String> {
        self.isrc.as_deref().and_then(plain_isrc)
    }

    /// The album, unless it is blank.
    pub(crate) fn album(&self) -> Option<&str> {
        self.album
            .as_deref()
            .map(str::trim)
            .filter(|album| !album.is_empty())
    }
}

/// An International Standard Recording Code without its hyphens; `None` for anything else.
pub(crate) fn plain_isrc(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .filter(|c| *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let good = plain.len() == 12 && plain.bytes().all(|byte| byte.is_ascii_alphanumeric());
    good.then_some(plain)
}

/// An entry of a list that takes references as well as names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WantedArg {
    /// A link, a URI, an id, or whatever else stood there as text.
    Reference(String),
    /// Title and artist.
    Titled(Wanted),
}

impl<'de> Deserialize<'de> for WantedArg {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Value::deserialize(from)? {
            // Some clients write objects inside lists as text.
            Value::String(text) => Ok(if text.trim_start().starts_with('{') {
                serde_json::from_str(&text).map_or(Self::Reference(text), Self::Titled)
            } else {
                Self::Reference(text)
            }),
            titled => serde_json::from_value(titled)
                .map(Self::Titled)
                .map_err(D::Error::custom),
        }
    }
}

/// Two branches of one type each: a list of types in one schema is what strict clients refuse.
impl JsonSchema for WantedArg {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "WantedArg".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [
            {"type": "string"},
            {"type": "object", "properties": {
                "title": {"type": "string", "minLength": 1, "maxLength": 300},
                "artist": {"type": "string", "minLength": 1, "maxLength": 300},
                "album": {"type": "string"}
            }, "required": ["title", "artist"]}
        ]})
    }
}

#[cfg(test)]
mod tests {
    use super::{Wanted, WantedArg, plain_isrc};

    fn read(text: &str) -> Result<WantedArg, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn text_is_a_reference_and_an_object_is_a_name() {
        let titled = WantedArg::Titled(Wanted {
            title: "So What".to_owned(),
            artist: "Miles Davis".to_owned(),
            ..Wanted::default()
        });
        assert_eq!(
            read(r#""spotify:track:x""#).expect("text"),
            WantedArg::Reference("spotify:track:x".to_owned())
        );
        let object = r#"{"title":"So What","artist":"Miles Davis"}"#;
        assert_eq!(read(object).expect("an object"), titled);
        let as_text = serde_json::to_string(object).expect("text of an object");
        assert_eq!(read(&as_text).expect("an object as text"), titled);
    }

    #[test]
    fn an_unknown_field_is_named() {
        let refused = read(r#"{"title":"x","artist":"y","albun":"z"}"#).expect_err("unknown");
        assert!(refused.to_string().contains("albun"), "{refused}");
    }

    #[test]
    fn hyphens_and_case_of_an_isrc_do_not_matter() {
        assert_eq!(
            plain_isrc("us-rc1-76-07839").as_deref(),
            Some("USRC17607839")
        );
        assert_eq!(plain_isrc("USRC1760783"), None);
    }
}
