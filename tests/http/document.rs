//! The API's own description: every route is in it, and what is answered is what it says.

use std::collections::BTreeSet;

use jsonschema::{Draft, Validator};
use reqwest::Response;
use serde_json::Value;

const SOURCE: &str = include_str!("../../src/http/api.rs");

pub fn document() -> Value {
    serde_json::from_str(include_str!("../../src/http/api/openapi.json")).expect("it is JSON")
}

/// What a `$ref` stands for.
pub fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(pointer) => document.pointer(pointer.trim_start_matches('#')).unwrap_or_else(|| panic!("no {pointer}")),
        None => value,
    }
}

/// The documented path that an address is one of.
fn pattern(document: &Value, path: &str) -> String {
    let fits = |pattern: &str| {
        let (a, b): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || a.starts_with('{'))
    };
    let paths = document["paths"].as_object().expect("there are paths");
    let mut found = paths.keys().filter(|pattern| fits(pattern)).collect::<Vec<_>>();
    found.sort_by_key(|pattern| pattern.contains('{'));
    found.first().unwrap_or_else(|| panic!("{path} is not described")).to_string()
}

/// The answer, which has to be one of those that the document describes for this call.
pub async fn described(method: &str, path: &str, answer: Response) -> Value {
    let document = document();
    let pattern = pattern(&document, path);
    let operation = &document["paths"][&pattern][method];
    let status = answer.status().as_u16().to_string();
    let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
    let body: Value = answer.json().await.expect("it is JSON");
    let response = resolved(&document, &operation["responses"][&status]);
    assert!(!response.is_null(), "{method} {pattern} does not say that it answers {status}: {body}");
    let schema = &response["content"][&kind]["schema"];
    assert!(!schema.is_null(), "{method} {pattern} {status} is not said to be {kind}");
    if let Err(flaw) = validator(&document, schema).validate(&body) {
        panic!("{method} {pattern}: {flaw} at {} in {body}", flaw.instance_path());
    }
    body
}

/// Holds values against a schema of the document.
pub fn validator(document: &Value, schema: &Value) -> Validator {
    let mut whole = schema.clone();
    // What the schema refers to has to stand beside it.
    whole["components"] = document["components"].clone();
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    options.build(&whole).unwrap_or_else(|flaw| panic!("{schema} is no schema: {flaw}"))
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let routes: BTreeSet<(String, String)> = SOURCE
        .split(".route(\"")
        .skip(1)
        .map(|rest| {
            let (path, rest) = rest.split_once("\", ").expect("a path");
            let (method, _) = rest.split_once('(').expect("a method");
            (path.to_owned(), method.to_owned())
        })
        .collect();
    let document = document();
    let paths = document["paths"].as_object().expect("there are paths");
    let methods = |path: &String| {
        let path = path.clone();
        let operations = document["paths"][&path].as_object().expect("operations").keys().cloned();
        operations.map(move |method| (path.clone(), method)).collect::<Vec<_>>()
    };
    let described: BTreeSet<(String, String)> = paths.keys().flat_map(methods).collect();
    assert_eq!(routes, described);
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn every_schema_is_one() {
    let document = document();
    for schema in document["components"]["schemas"].as_object().expect("there are schemas").values() {
        validator(&document, schema);
    }
}
