//! Whether a body means one thing only. Readers disagree on members that are there twice (RFC 8259 section 4), so
//! that what was checked may not be what is done; such a body is refused before anybody reads it.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// The beginning of the error about a doubled member, to tell it from errors of syntax.
const DOUBLED: &str = "doubled member";

/// Why a body is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ambiguity {
    /// It is not JSON.
    NotJson,
    /// It is JSON as far as that can be told, but nested more deeply than anybody reads (128 levels).
    TooDeep,
    /// An object has a member twice.
    Doubled,
}

/// Reads `body` to its end without keeping anything.
///
/// # Errors
/// [`Ambiguity`].
pub(super) fn check(body: &[u8]) -> Result<(), Ambiguity> {
    match serde_json::from_slice::<Checked>(body) {
        Ok(Checked) => Ok(()),
        Err(fault) if fault.is_data() && fault.to_string().starts_with(DOUBLED) => {
            Err(Ambiguity::Doubled)
        }
        // Skipping is not bounded in depth, reading is.
        Err(_) if serde_json::from_slice::<IgnoredAny>(body).is_ok() => Err(Ambiguity::TooDeep),
        Err(_) => Err(Ambiguity::NotJson),
    }
}

/// Any value in which no object has a member twice.
struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CheckedVisitor)
    }
}

struct CheckedVisitor;

impl<'de> Visitor<'de> for CheckedVisitor {
    type Value = Checked;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_str<E>(self, _: &str) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Checked, A::Error> {
        while items.next_element::<Checked>()?.is_some() {}
        Ok(Checked)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Checked, A::Error> {
        let mut names = HashSet::new();
        while let Some(Name(name)) = members.next_key()? {
            if !names.insert(name) {
                return Err(A::Error::custom(DOUBLED));
            }
            members.next_value::<Checked>()?;
        }
        Ok(Checked)
    }
}

/// A member's name, borrowed unless it is written with escapes.
#[derive(PartialEq, Eq, Hash)]
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}
