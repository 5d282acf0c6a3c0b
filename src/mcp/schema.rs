//! Input schemas from Rust types, in the dialect that the strictest clients accept: no null types, no number
//! formats, no references, nothing undeclared. This file knows no tool.

use rmcp::model::JsonObject;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};

/// The input schema of `A`: JSON Schema 2020-12, one object, self-contained.
pub(crate) fn of<A: JsonSchema>() -> JsonObject {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<A>()
        .to_value();
    simplify(&mut schema);
    let mut object = match schema {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    };
    object.remove("description");
    object.entry("properties").or_insert_with(|| json!({}));
    object.insert("additionalProperties".to_owned(), json!(false));
    object
}

/// Above this a bound protects the server and tells a reader nothing.
const TELLING: f64 = 1_000.0;

/// What clients are shown of `schema`, with which arguments are checked: bounds that only protect the server are left
/// out, and so are patterns, because a list of tools is read often and long texts crowd out what matters. Whoever runs
/// into one is told.
pub(crate) fn shown(schema: &JsonObject) -> JsonObject {
    let mut shown = Value::Object(schema.clone());
    shorten(&mut shown);
    match shown {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    }
}

fn shorten(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            // A property may bear the name of a keyword; then it is an object and no number.
            let bound = |object: &JsonObject, keyword| object.get(keyword).and_then(Value::as_f64);
            let mut needless = vec!["minLength", "maxLength"];
            let endless = bound(object, "maximum").is_none_or(|most| most > TELLING);
            if endless {
                needless.push("maximum");
            }
            if endless && bound(object, "minimum").is_some_and(|least| least <= 1.0) {
                needless.push("minimum");
            }
            if bound(object, "minItems") == Some(1.0) {
                needless.push("minItems");
            }
            for keyword in needless {
                if bound(object, keyword).is_some() {
                    object.remove(keyword);
                }
            }
            // What a text looks like is said in words, where it is not known anyway.
            if object.get("pattern").is_some_and(Value::is_string) {
                object.remove("pattern");
            }
            if object.get("default") == Some(&json!([])) {
                object.remove("default");
            }
            object.values_mut().for_each(shorten);
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Rewrites `schema` and everything in it.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            drop_null_alternatives(object);
            for noise in ["title", "format", "$schema"] {
                // A property may bear one of these names; then it is an object and no keyword.
                if object.get(noise).is_some_and(Value::is_string) {
                    object.remove(noise);
                }
            }
            // Absent and false are the same to every reader, and a list of tools is read often.
            if matches!(
                object.get("default"),
                Some(Value::Null | Value::Bool(false))
            ) {
                object.remove("default");
            }
            object.values_mut().for_each(simplify);
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// An optional parameter is left out, never null: `["integer", "null"]` becomes `"integer"`, and a choice
/// between something and null becomes that thing.
fn drop_null_alternatives(object: &mut JsonObject) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(options)) = object.get_mut("enum") {
        options.retain(|option| !option.is_null());
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| *choice != json!({"type": "null"}));
        if let [Value::Object(only)] = choices.as_mut_slice() {
            let only = std::mem::take(only);
            object.remove("anyOf");
            for (keyword, value) in only {
                object.entry(keyword).or_insert(value);
            }
        }
    }
}
