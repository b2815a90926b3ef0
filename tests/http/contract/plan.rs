//! Calls of an operation, as its description allows them or twisted out of it, and what then has to come back.

use std::collections::BTreeMap;

use serde_json::Value;

use super::generate::Dice;
use super::wire::Call;
use crate::api::{TOKEN, init_data};
use crate::bot::photo;
use crate::document::validator;

const BOUNDARY: &str = "a-boundary";
const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE", "get"];

/// One operation of the document.
pub struct Operation<'a> {
    pub path: &'a str,
    pub method: &'a str,
    pub spec: &'a Value,
    /// Of the same path.
    pub methods: Vec<&'a str>,
}

/// What an answer has to be, besides what the document says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Described,
    /// Described, and no success.
    Refused,
    Unproven,
    /// Nothing that the document knows: a problem of the caller's.
    NotFound,
    MethodNotAllowed,
}

pub struct Plan {
    pub call: Call,
    pub expected: Expected,
    /// What was done to it.
    pub twist: &'static str,
}

/// What a call is made of before it is written down.
struct Draft {
    path: String,
    query: Vec<(String, String)>,
    headers: BTreeMap<String, Vec<u8>>,
    body: Vec<u8>,
}

impl<'a> Operation<'a> {
    pub fn all(document: &'a Value) -> Vec<Self> {
        let paths = document["paths"].as_object().expect("there are paths");
        let of_path = |(path, operations): (&'a String, &'a Value)| {
            let operations = operations.as_object().expect("there are operations");
            let methods: Vec<&str> = operations.keys().map(String::as_str).collect();
            let operation =
                move |(method, spec): (&'a String, &'a Value)| Self { path, method, spec, methods: methods.clone() };
            operations.iter().map(operation)
        };
        paths.iter().flat_map(of_path).collect()
    }

    pub fn id(&self) -> &str {
        self.spec["operationId"].as_str().expect("it has an id")
    }

    pub fn is_open(&self) -> bool {
        self.spec["security"].as_array().is_some_and(Vec::is_empty)
    }

    fn parameters(&self) -> &[Value] {
        self.spec["parameters"].as_array().map_or(&[], Vec::as_slice)
    }
}

/// A call by `shows`, one in two as the document allows it.
pub fn plan(dice: &mut Dice<'_>, document: &Value, operation: &Operation<'_>, shows: &str) -> Plan {
    let mut draft = draft(dice, operation, shows);
    let twist = if dice.falls(50) { 0 } else { 1 + dice.below(7) };
    let (expected, twist) = match twist {
        1 => (parameter(dice, document, operation, &mut draft), "parameter"),
        2 => (body(dice, document, operation, &mut draft), "body"),
        3 => (broken(dice, operation, &mut draft), "broken body"),
        4 => (content_type(dice, operation, &mut draft), "content type"),
        5 => (stranger(dice, operation, &mut draft), "stranger"),
        6 => (path(dice, &mut draft), "path"),
        7 => (Expected::MethodNotAllowed, "method"),
        _ => (Expected::Described, "none"),
    };
    let method = if expected == Expected::MethodNotAllowed {
        let others: Vec<&str> = METHODS
            .into_iter()
            .filter(|it| !operation.methods.contains(&it.to_lowercase().as_str()) || *it == "get")
            .collect();
        (*dice.pick(&others)).to_owned()
    } else {
        operation.method.to_uppercase()
    };
    Plan { call: draft.written(method), expected, twist }
}

fn draft(dice: &mut Dice<'_>, operation: &Operation<'_>, shows: &str) -> Draft {
    let mut draft = Draft { path: operation.path.to_owned(), query: vec![], headers: BTreeMap::new(), body: vec![] };
    for parameter in operation.parameters() {
        let name = parameter["name"].as_str().expect("a name");
        if parameter["required"] == true || dice.falls(50) {
            let value = text(&dice.valid(&parameter["schema"], name));
            draft.set(parameter, &value);
        }
    }
    if !operation.is_open() {
        draft.headers.insert("Authorization".into(), format!("tma {shows}").into_bytes());
    }
    if let Some(contents) = operation.spec["requestBody"]["content"].as_object() {
        let kinds: Vec<&String> = contents.keys().collect();
        let kind = dice.pick(&kinds).as_str();
        let value = dice.valid(&contents[kind]["schema"], "");
        draft.put_body(dice, kind, &contents[kind]["schema"], &value);
    }
    draft
}

/// One parameter is missing, or is what its schema does not allow.
fn parameter(dice: &mut Dice<'_>, document: &Value, operation: &Operation<'_>, draft: &mut Draft) -> Expected {
    let parameters = operation.parameters();
    if parameters.is_empty() {
        return Expected::Described;
    }
    let parameter = dice.pick(parameters);
    let (name, schema) = (parameter["name"].as_str().expect("a name"), &parameter["schema"]);
    let required = parameter["required"] == true;
    if parameter["in"] != "path" && required && dice.falls(40) {
        draft.query.retain(|(known, _)| known != name);
        draft.headers.remove(name);
        return Expected::Refused;
    }
    let value = dice.invalid(schema, name).map_or_else(|| dice.odd(), |value| text(&value));
    // What is sent is a text, whatever it was before.
    let allowed = match schema["type"].as_str() {
        Some("integer") => value.trim().parse::<i64>().is_ok(),
        _ => validator(document, schema).is_valid(&Value::String(value.trim().to_owned())),
    };
    let path = operation.path.to_owned();
    if parameter["in"] == "path" {
        draft.path = path;
    }
    draft.query.retain(|(known, _)| known != name);
    draft.set(parameter, &value);
    if allowed || !required { Expected::Described } else { Expected::Refused }
}

/// The body is JSON, but not as the schema wants it.
fn body(dice: &mut Dice<'_>, document: &Value, operation: &Operation<'_>, draft: &mut Draft) -> Expected {
    let schema = &operation.spec["requestBody"]["content"]["application/json"]["schema"];
    if schema.is_null() {
        // To one that takes no JSON it is some other body.
        draft.body = dice.odd().into_bytes();
        return Expected::Described;
    }
    let Some(value) = dice.invalid(schema, "") else { return Expected::Described };
    assert!(!validator(document, schema).is_valid(&value));
    draft.headers.insert("Content-Type".into(), b"application/json".to_vec());
    draft.body = value.to_string().into_bytes();
    Expected::Refused
}

/// The body ends too early, goes on too long, or is no text.
fn broken(dice: &mut Dice<'_>, operation: &Operation<'_>, draft: &mut Draft) -> Expected {
    if operation.spec["requestBody"].is_null() {
        return Expected::Described;
    }
    let is_json = draft.headers["Content-Type"] == b"application/json";
    match dice.below(4) {
        0 if is_json => draft.body.extend_from_slice(b"}"),
        1 if is_json => draft.body.insert(1, 0xff),
        2 => draft.body.clear(),
        _ => draft.body.truncate(draft.body.len() / 2),
    }
    Expected::Refused
}

fn content_type(dice: &mut Dice<'_>, operation: &Operation<'_>, draft: &mut Draft) -> Expected {
    let kinds = [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "json",
        "*/*",
        "",
    ];
    let kind = *dice.pick(&kinds);
    let contents = operation.spec["requestBody"]["content"].as_object();
    if dice.falls(15) {
        draft.headers.remove("Content-Type");
    } else {
        draft.headers.insert("Content-Type".into(), kind.as_bytes().to_vec());
    }
    if contents.is_none() { Expected::Described } else { Expected::Refused }
}

fn stranger(dice: &mut Dice<'_>, operation: &Operation<'_>, draft: &mut Draft) -> Expected {
    if operation.is_open() {
        draft.headers.insert("Authorization".into(), b"tma nobody".to_vec());
        return Expected::Described;
    }
    let now = init_data(9, "Eve", 5, TOKEN);
    let shown = match dice.below(6) {
        0 => {
            draft.headers.remove("Authorization");
            return Expected::Unproven;
        }
        1 => format!("tma {}", init_data(9, "Eve", 25 * 3600, TOKEN)),
        2 => format!("tma {}", init_data(9, "Eve", 5, "424242:other")),
        3 => format!("Bearer {now}"),
        4 => format!("tma {}", &now[..now.len() - 1]),
        _ => dice.odd(),
    };
    draft.headers.insert("Authorization".into(), header(&shown));
    Expected::Unproven
}

/// Where many a server finds something all the same.
fn path(dice: &mut Dice<'_>, draft: &mut Draft) -> Expected {
    let path = &draft.path;
    draft.path = match dice.below(10) {
        0 => format!("{path}/"),
        1 => format!("/{path}"),
        2 => format!("{path}/.."),
        3 => path.replacen("/api/", "/api//", 1),
        4 => path.replacen("/api/", "/API/", 1),
        5 => path.replacen("/api/", "/api%2f", 1),
        6 => path.replacen("/api/", "/%61pi/", 1),
        7 => path.replacen("/api/", "/page/../api/", 1),
        8 => path.replacen("/api/", "/api/./", 1),
        _ => format!("{path}/%2e%2e/%ff"),
    };
    Expected::NotFound
}

impl Draft {
    fn set(&mut self, parameter: &Value, value: &str) {
        let name = parameter["name"].as_str().expect("a name");
        match parameter["in"].as_str() {
            Some("path") => {
                // Nothing at all would be another path.
                let value = if value.is_empty() { "-" } else { value };
                self.path = self.path.replace(&format!("{{{name}}}"), &escaped(value));
            }
            Some("query") => self.query.push((name.to_owned(), value.to_owned())),
            Some("header") => drop(self.headers.insert(name.to_owned(), header(value))),
            other => panic!("the test does not know parameters in {other:?}"),
        }
    }

    fn put_body(&mut self, dice: &mut Dice<'_>, kind: &str, schema: &Value, value: &Value) {
        let kind = match kind {
            "application/json" => {
                self.body = value.to_string().into_bytes();
                kind.to_owned()
            }
            "multipart/form-data" => {
                self.body = form(dice, schema, value);
                format!("{kind}; boundary={BOUNDARY}")
            }
            other => panic!("the test does not know {other}"),
        };
        self.headers.insert("Content-Type".into(), kind.into_bytes());
    }

    fn written(self, method: String) -> Call {
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        Call { method, target: self.path + &query, headers: self.headers.into_iter().collect(), body: self.body }
    }
}

/// The parts of a form; what is a picture by its schema comes as one, as a rule.
fn form(dice: &mut Dice<'_>, schema: &Value, value: &Value) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in value.as_object().expect("a form is an object") {
        let is_picture = !schema["properties"][name]["contentMediaType"].is_null();
        let times = if is_picture && dice.falls(20) { dice.below(6) } else { 1 };
        for _ in 0..times {
            let content =
                if is_picture && dice.falls(80) { photo(dice.below(3) as u8) } else { text(value).into_bytes() };
            let file = if is_picture { "; filename=\"a.jpg\"" } else { "" };
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend_from_slice(&[head.as_bytes(), &content, b"\r\n"].concat());
        }
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A header's value ends with its line, so that no line's end can be in it.
fn header(value: &str) -> Vec<u8> {
    value.bytes().map(|byte| if byte < b' ' || byte == 0x7f { b'?' } else { byte }).collect()
}

fn escaped(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
