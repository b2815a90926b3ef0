//! The API's own description: every route is in it, and what is answered is what it says.

use std::collections::BTreeSet;

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::api::App;
use crate::bot::{Bot, BotOptions};

const SOURCE: &str = include_str!("../../src/http/api.rs");

fn document() -> Value {
    serde_json::from_str(include_str!("../../src/http/api/openapi.json")).expect("it is JSON")
}

/// What a `$ref` stands for.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
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
    if let Err(flaw) = fits(&document, schema, &body, "") {
        panic!("{method} {pattern}: {flaw} in {body}");
    }
    body
}

/// Whether a value is what a schema says, as far as our schemas go.
fn fits(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let schema = resolved(document, schema);
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    let is = |kind: &&str| match *kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the test does not know the type {other}"),
    };
    if !types.is_empty() && !types.iter().any(is) {
        return Err(format!("{at} is not {types:?}"));
    }
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        return Err(format!("{at} is none of {choices:?}"));
    }
    if let (Some(text), "uuid") = (value.as_str(), schema["format"].as_str().unwrap_or_default())
        && uuid::Uuid::parse_str(text).is_err()
    {
        return Err(format!("{at} is no UUID"));
    }
    if let (Some(text), "date-time") = (value.as_str(), schema["format"].as_str().unwrap_or_default())
        && chrono::DateTime::parse_from_rfc3339(text).is_err()
    {
        return Err(format!("{at} is no moment"));
    }
    for item in value.as_array().into_iter().flatten() {
        fits(document, &schema["items"], item, &format!("{at}[]"))?;
    }
    let Some(members) = value.as_object() else { return Ok(()) };
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(required) {
            return Err(format!("{at}.{required} is missing"));
        }
    }
    for (name, member) in members {
        match &schema["properties"][name] {
            Value::Null if schema["additionalProperties"] == false => {
                return Err(format!("{at}.{name} is not described"));
            }
            Value::Null => {}
            described => fits(document, described, member, &format!("{at}.{name}"))?,
        }
    }
    Ok(())
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

/// Every call that the document knows, with much that it does not allow: the answer is always one that it describes.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_called_is_answered_as_described() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    let document = document();
    let served: Value =
        reqwest::get(bot.url("/api/openapi.json")).await.expect("it answers").json().await.expect("it is JSON");
    assert_eq!(served, document);
    let odd = ["x", "%00", "..%2f..", "0", "00000000-0000-0000-0000-000000000000", "%F0%9F%99%82"];
    for (number, (path, operations)) in document["paths"].as_object().expect("there are paths").iter().enumerate() {
        // A person for each path, so that nobody calls too often.
        let app = App::of(&bot, 600 + number as i64, "Kim");
        for (method, operation) in operations.as_object().expect("there are operations") {
            let verb = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            for odd in odd {
                let path = path.replace("{job}", odd);
                let url = format!("{path}?expires={odd}&signature={odd}");
                let bare = app.ask(verb.clone(), &url);
                let json = app
                    .ask(verb.clone(), &url)
                    .header("Idempotency-Key", odd)
                    .json(&json!({"template": odd, "x": [1]}));
                let text = app.ask(verb.clone(), &url).header("Content-Type", "text/plain").body("{");
                let cut = app.ask(verb.clone(), &url).header("Idempotency-Key", odd);
                let cut = cut.header("Content-Type", "multipart/form-data; boundary=x").body("--x\r\nContent-Dis");
                for request in [bare, json, text, cut] {
                    let answer = request.send().await.expect("it answers");
                    let status = answer.status();
                    assert!(!status.is_server_error(), "{method} {path}: {status}");
                    described(method, &path, answer).await;
                }
            }
            if operation["security"] != json!([]) {
                let stranger = Client::new().request(verb.clone(), bot.url(&path.replace("{job}", "x")));
                let answer = stranger.send().await.expect("it answers");
                assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
            }
        }
        for verb in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            if operations.get(verb.as_str().to_lowercase()).is_none() {
                let answer = app.ask(verb.clone(), &path.replace("{job}", "x")).send().await.expect("it answers");
                // `create` could be a job's id to another method, which no id looks like.
                let expected = [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND];
                assert!(expected.contains(&answer.status()), "{verb} {path}: {}", answer.status());
            }
        }
    }
    bot.shutdown().await;
}
