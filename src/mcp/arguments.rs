//! A tool's arguments: brought into shape, checked against the declared schema, and explained when they are wrong.
//! Knows schemas, not tools.

use jsonschema::{Validator, error::ValidationErrorKind};
use rmcp::model::JsonObject;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

use super::{fault::Fault, text};

/// The most problems that one answer names.
const PROBLEMS: usize = 5;

/// Two names at least this alike (Jaro-Winkler, 0 to 1) are taken for a slip of the pen.
const ALIKE: f64 = 0.75;

/// Arguments in the form that `schema` declares, or every problem in words.
///
/// # Errors
/// `invalid_argument` with parameter, allowed range and the value that was given.
pub(crate) fn check(
    mut given: JsonObject,
    schema: &JsonObject,
    validator: &Validator,
) -> Result<Value, Fault> {
    bring_into_shape(&mut given, schema)?;
    let given = Value::Object(given);
    if validator.is_valid(&given) {
        return Ok(given);
    }
    Err(Fault::invalid_argument(explain(&given, schema, validator)))
}

/// The checked arguments as the type whose schema they were checked against.
///
/// # Errors
/// `invalid_argument` where a type is stricter than its schema.
pub(crate) fn read<A: DeserializeOwned>(checked: Value) -> Result<A, Fault> {
    serde_json::from_value(checked).map_err(|problem| {
        let problem = problem.to_string();
        Fault::invalid_argument(text::clean(&problem, 2 * text::IN_ERROR).into_owned())
    })
}

/// The name among `known` that `name` was probably meant to be.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    known
        .map(|candidate| (candidate, strsim::jaro_winkler(&name, candidate)))
        .filter(|(_, alike)| *alike >= ALIKE)
        .max_by(|(_, one), (_, other)| one.total_cmp(other))
        .map(|(candidate, _)| candidate)
}

/// Undoes what some clients do to arguments: lists and objects sent as a JSON string, whole numbers as `5.0`, explicit
/// nulls, a number where it is to be written as text; and refuses text that no Spotify name or query can hold.
fn bring_into_shape(given: &mut JsonObject, schema: &JsonObject) -> Result<(), Fault> {
    given.retain(|_, value| !value.is_null());
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, value) in given.iter_mut() {
        let declared = properties.and_then(|properties| properties.get(name));
        match declared
            .and_then(|declared| declared.get("type"))
            .and_then(Value::as_str)
        {
            Some("array") => unpack_list(value),
            Some("object") => unpack_object(value),
            Some("integer") => round(value),
            Some("string") if declared.is_some_and(is_formal) => write_out(value),
            _ => {}
        }
        flatten(name, value)?;
    }
    Ok(())
}

/// A list that arrived as text: JSON if it looks like JSON, else its only item.
fn unpack_list(value: &mut Value) {
    if let Value::String(text) = value {
        let parsed = text
            .trim_start()
            .starts_with('[')
            .then(|| serde_json::from_str::<Vec<Value>>(text).ok())
            .flatten();
        *value = Value::Array(parsed.unwrap_or_else(|| vec![Value::String(std::mem::take(text))]));
    }
}

/// An object that arrived as text.
fn unpack_object(value: &mut Value) {
    let parsed = value.as_str().map(serde_json::from_str::<JsonObject>);
    if let Some(Ok(object)) = parsed {
        *value = Value::Object(object);
    }
}

/// `5.0` is an integer for JSON Schema; it becomes `5`, as the types want it.
fn round(value: &mut Value) {
    let whole = value
        .as_f64()
        .filter(|_| !value.is_i64() && !value.is_u64())
        .filter(|number| number.fract() == 0.0 && number.abs() < 9e15);
    if let Some(whole) = whole {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole and below 2^53, as just checked"
        )]
        let whole = whole as i64;
        *value = Value::Number(Number::from(whole));
    }
}

/// Text of a form or out of a choice, such as a year, rather than anybody's words.
fn is_formal(declared: &Value) -> bool {
    declared.get("pattern").is_some() || declared.get("enum").is_some()
}

/// `1994` becomes `"1994"`, and `true` becomes `"true"`.
fn write_out(value: &mut Value) {
    round(value);
    if value.is_number() || value.is_boolean() {
        *value = Value::String(value.to_string());
    }
}

/// Line breaks and tabs become spaces, and fields that are null are absent, as at the top; any other control
/// character is refused, wherever it hides.
fn flatten(name: &str, value: &mut Value) -> Result<(), Fault> {
    match value {
        Value::String(text) => {
            if text
                .chars()
                .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            {
                let name = text::clean(name, text::IN_ERROR);
                return Err(Fault::invalid_argument(format!(
                    "`{name}` must not contain control characters"
                )));
            }
            if text.contains(['\n', '\r', '\t']) {
                *text = text.replace(['\n', '\r', '\t'], " ");
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| flatten(name, item)),
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields
                .values_mut()
                .try_for_each(|field| flatten(name, field))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// Every problem, in one sentence each.
fn explain(given: &Value, schema: &JsonObject, validator: &Validator) -> String {
    let mut problems: Vec<String> = Vec::new();
    for error in validator.iter_errors(given) {
        let path = error.instance_path().as_str();
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let known = names(declared_at(schema, path));
                problems.extend(unexpected.iter().map(|name| unknown(name, &known)));
            }
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let declared = declared_at(schema, &format!("{path}/{name}"));
                problems.push(format!("`{name}` is required: {}", allowed(declared)));
            }
            _ => problems.push(format!(
                "`{}` must be {}; got {}",
                parameter(path),
                allowed(declared_at(schema, path)),
                shown(error.instance()),
            )),
        }
        if problems.len() >= PROBLEMS {
            break;
        }
    }
    problems.dedup();
    problems.join(". ")
}

/// The schema of the value at `path` (a JSON pointer into the arguments).
fn declared_at<'s>(schema: &'s JsonObject, path: &str) -> Option<&'s JsonObject> {
    path.split('/').skip(1).try_fold(schema, |schema, step| {
        let by_name = schema.get("properties").and_then(|known| known.get(step));
        by_name.or_else(|| schema.get("items"))?.as_object()
    })
}

/// The declared names at this place.
fn names(schema: Option<&JsonObject>) -> Vec<&str> {
    let properties = schema.and_then(|schema| schema.get("properties"));
    let properties = properties.and_then(Value::as_object);
    properties
        .into_iter()
        .flat_map(JsonObject::keys)
        .map(String::as_str)
        .collect()
}

fn unknown(name: &str, known: &[&str]) -> String {
    let shown = text::clean(name, text::IN_ERROR);
    let hint = match nearest(name, known.iter().copied()) {
        Some(nearest) => format!("; did you mean `{nearest}`?"),
        None if known.is_empty() => "; it takes no arguments".to_owned(),
        None => format!("; known are {}", known.join(", ")),
    };
    format!("unknown argument `{shown}`{hint}")
}

/// `/types/0` as people write it: `types[0]`.
fn parameter(path: &str) -> String {
    let mut shown = String::new();
    for step in path.split('/').skip(1) {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            shown.push('[');
            shown.push_str(step);
            shown.push(']');
        } else {
            if !shown.is_empty() {
                shown.push('.');
            }
            shown.push_str(step);
        }
    }
    if shown.is_empty() {
        "arguments".to_owned()
    } else {
        shown
    }
}

/// What a schema allows, in words.
fn allowed(schema: Option<&JsonObject>) -> String {
    let Some(schema) = schema else {
        return "as declared".to_owned();
    };
    if let Some(options) = schema.get("enum").and_then(Value::as_array) {
        let options: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
        return format!("one of {}", options.join(", "));
    }
    if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
        let choices: Vec<_> = choices.iter().map(|one| allowed(one.as_object())).collect();
        return choices.join(" or ");
    }
    let limit = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => format!(
            "a whole number{}",
            range(limit("minimum"), limit("maximum"), "")
        ),
        Some("number") => format!("a number{}", range(limit("minimum"), limit("maximum"), "")),
        Some("string") => {
            format!(
                "text{}",
                range(limit("minLength"), limit("maxLength"), " characters")
            )
        }
        Some("array") => {
            let items = schema.get("items").and_then(Value::as_object);
            let range = range(limit("minItems"), limit("maxItems"), " items");
            format!("a list{range}, each {}", allowed(items))
        }
        Some("boolean") => "true or false".to_owned(),
        Some("object") => format!("an object of {}", names(Some(schema)).join(", ")),
        Some(other) => format!("of type {other}"),
        None => "as declared".to_owned(),
    }
}

fn range(from: Option<i64>, to: Option<i64>, unit: &str) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!(" of {from} to {to}{unit}"),
        (Some(from), None) => format!(" of at least {from}{unit}"),
        (None, Some(to)) => format!(" of at most {to}{unit}"),
        (None, None) => String::new(),
    }
}

/// The given value, short enough to read and safe to print.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().count() > text::IN_ERROR => {
            format!("text of {} characters", text.chars().count())
        }
        Value::String(text) => format!("\"{}\"", text::clean(text, text::IN_ERROR)),
        Value::Array(items) => format!("a list of {} items", items.len()),
        Value::Object(_) => "an object".to_owned(),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let number = value.to_string();
            text::clean(&number, text::IN_ERROR).into_owned()
        }
    }
}
