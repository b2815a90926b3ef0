//! As much of JSON Schema as Replicate's own document uses for what we send.

use serde_json::Value;

/// What about `value` is not as `schema` wants it.
pub(super) fn flaws(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, value, "body", &mut found);
    found
}

fn check(schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    assert!(schema.is_object(), "there is no schema for {place}");
    if let Some(kind) = schema["type"].as_str()
        && !is_of(kind, value)
    {
        found.push(format!("{place} is no {kind}"));
    }
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        found.push(format!("{place} is none of {choices:?}"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            found.push(format!("{place} has no {name}"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(schema) => check(schema, inner, &format!("{place}.{name}"), found),
            None if schema["additionalProperties"] == Value::Bool(false) => found.push(format!("{place} has a {name}")),
            None => {}
        }
    }
    if let (Some(schema), Some(items)) = (schema.get("items"), value.as_array()) {
        items.iter().for_each(|item| check(schema, item, &format!("{place}[]"), found));
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("a kind that is not read: {other}"),
    }
}

#[test]
fn a_body_that_is_not_as_the_document_says_is_noticed() {
    let schemas = super::example("replicate-schemas.json");
    let schema = &schemas["schemas_version_prediction_request"];
    let sent = &super::example("replicate/prediction_create.request.json")["body"];
    assert_eq!(flaws(schema, sent), Vec::<String>::new());
    let wrong = serde_json::json!({ "model": "a/b", "input": [], "webhook_events_filter": ["done"] });
    assert_eq!(flaws(schema, &wrong).len(), 4, "{:?}", flaws(schema, &wrong));
}
