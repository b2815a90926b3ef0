//! The Bot API's own list of methods and parameters, against which every request is held.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Map, Value};

/// Derived by `scripts/bot-api` from telegram-bot-api-spec (MIT, see `NOTICE` beside it).
const SOURCE: &str = include_str!("bot-api.json");

pub(super) struct Schema {
    methods: HashMap<String, Method>,
    types: HashMap<String, Shape>,
}

pub(super) struct Method {
    /// As the documentation writes it: `sendMessage`.
    pub name: String,
    params: HashMap<String, Field>,
}

struct Field {
    kinds: Vec<Kind>,
    required: bool,
}

enum Kind {
    Integer,
    Float,
    String,
    Boolean,
    File,
    Object(String),
    Array(Box<Kind>),
}

enum Shape {
    Fields(HashMap<String, Field>),
    Union(Vec<Kind>),
}

#[derive(Deserialize)]
struct Raw {
    methods: HashMap<String, HashMap<String, String>>,
    types: HashMap<String, RawShape>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawShape {
    Union(Vec<String>),
    Fields(HashMap<String, String>),
}

/// The compiled list, made on first use.
pub(super) fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| Schema::compile(SOURCE).expect("bot-api.json is part of the program"))
}

impl Schema {
    fn compile(source: &str) -> Result<Schema, serde_json::Error> {
        let raw: Raw = serde_json::from_str(source)?;
        let methods = raw.methods.into_iter().map(|(name, params)| {
            (name.to_ascii_lowercase(), Method { name, params: params.into_iter().map(field).collect() })
        });
        let types = raw.types.into_iter().map(|(name, shape)| match shape {
            RawShape::Union(names) => (name, Shape::Union(names.iter().map(|name| kind(name)).collect())),
            RawShape::Fields(fields) => (name, Shape::Fields(fields.into_iter().map(field).collect())),
        });
        Ok(Schema { methods: methods.collect(), types: types.collect() })
    }

    /// Telegram takes a method's name in any case.
    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods.get(&name.to_ascii_lowercase())
    }

    /// Turns what came over HTTP, where an integer may be text and an object a JSON string, into typed values.
    ///
    /// `Err` is the description of the first thing that is wrong.
    pub fn read(&self, method: &Method, given: Map<String, Value>) -> Result<Map<String, Value>, String> {
        let mut params = Map::new();
        for (name, value) in given {
            if value.is_null() {
                continue;
            }
            let Some(field) = method.params.get(&name) else {
                return Err(format!("{} has no parameter \"{name}\"", method.name));
            };
            let value = coerce(value, &field.kinds).map_err(|wanted| match wanted {
                Wanted::Kind => format!("parameter \"{name}\" must be of type {}", names(&field.kinds)),
                Wanted::Json => format!("can't parse {} JSON object", name.replace('_', " ")),
            })?;
            self.check_any(&value, &field.kinds, &name)?;
            params.insert(name, value);
        }
        let missing = method.params.iter().filter(|(name, field)| field.required && !params.contains_key(*name));
        match missing.map(|(name, _)| name).min() {
            None => Ok(params),
            Some(name) if name == "chat_id" => Err("chat_id is empty".into()),
            Some(name) if name == "text" => Err("message text is empty".into()),
            Some(name) => Err(format!("parameter \"{name}\" is required")),
        }
    }

    fn check_any(&self, value: &Value, kinds: &[Kind], path: &str) -> Result<(), String> {
        let mut first = None;
        for kind in kinds {
            match self.check(value, kind, path) {
                Ok(()) => return Ok(()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        match (kinds.len(), first) {
            (1, Some(error)) => Err(error),
            _ => Err(format!("\"{path}\" fits none of {}", names(kinds))),
        }
    }

    fn check(&self, value: &Value, kind: &Kind, path: &str) -> Result<(), String> {
        let fits = match kind {
            Kind::Integer => value.is_i64() || value.is_u64(),
            Kind::Float => value.is_number(),
            Kind::String | Kind::File => value.is_string(),
            Kind::Boolean => value.is_boolean(),
            Kind::Array(item) => match value.as_array() {
                None => false,
                Some(items) => {
                    for (index, value) in items.iter().enumerate() {
                        self.check(value, item, &format!("{path}[{index}]"))?;
                    }
                    true
                }
            },
            Kind::Object(name) => return self.check_object(value, name, path),
        };
        if fits { Ok(()) } else { Err(format!("\"{path}\" must be of type {}", names(std::slice::from_ref(kind)))) }
    }

    fn check_object(&self, value: &Value, name: &str, path: &str) -> Result<(), String> {
        // The documentation: for simple text buttons a String can be used in place of this object.
        if name == "KeyboardButton" && value.is_string() {
            return Ok(());
        }
        let fields = match self.types.get(name) {
            Some(Shape::Fields(fields)) => fields,
            Some(Shape::Union(kinds)) => return self.check_any(value, kinds, path),
            None => return Ok(()),
        };
        let Some(object) = value.as_object() else { return Err(format!("\"{path}\" must be of type {name}")) };
        for (key, value) in object.iter().filter(|(_, value)| !value.is_null()) {
            let Some(field) = fields.get(key) else {
                return Err(format!("{name} at \"{path}\" has no field \"{key}\""));
            };
            self.check_any(value, &field.kinds, &format!("{path}.{key}"))?;
        }
        match fields.iter().find(|(key, field)| field.required && object.get(*key).is_none_or(Value::is_null)) {
            Some((key, _)) => Err(format!("{name} at \"{path}\" lacks \"{key}\"")),
            None => Ok(()),
        }
    }
}

enum Wanted {
    Kind,
    Json,
}

/// What Telegram does with a top-level value: every one of them is text to it, whatever JSON type it had.
fn coerce(value: Value, kinds: &[Kind]) -> Result<Value, Wanted> {
    let has = |wanted: fn(&Kind) -> bool| kinds.iter().any(wanted);
    match value {
        Value::String(text) => {
            if has(|kind| matches!(kind, Kind::Integer))
                && let Ok(number) = text.trim().parse::<i64>()
            {
                return Ok(number.into());
            }
            if has(|kind| matches!(kind, Kind::String | Kind::File)) {
                return Ok(Value::String(text));
            }
            if has(|kind| matches!(kind, Kind::Boolean)) {
                return boolean(&text).map(Value::Bool).ok_or(Wanted::Kind);
            }
            if has(|kind| matches!(kind, Kind::Object(_) | Kind::Array(_))) {
                return serde_json::from_str(&text).map_err(|_| Wanted::Json);
            }
            match text.trim().parse::<f64>() {
                Ok(number) if has(|kind| matches!(kind, Kind::Float)) => Ok(number.into()),
                _ => Err(Wanted::Kind),
            }
        }
        Value::Number(number) if !has(|kind| matches!(kind, Kind::Integer | Kind::Float)) => {
            if has(|kind| matches!(kind, Kind::Boolean)) {
                boolean(&number.to_string()).map(Value::Bool).ok_or(Wanted::Kind)
            } else if has(|kind| matches!(kind, Kind::String)) {
                Ok(Value::String(number.to_string()))
            } else {
                Err(Wanted::Kind)
            }
        }
        other => Ok(other),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" | "" => Some(false),
        _ => None,
    }
}

fn field((name, text): (String, String)) -> (String, Field) {
    let required = text.ends_with('!');
    let kinds = text.trim_end_matches('!').split('|').map(kind).collect();
    (name, Field { kinds, required })
}

fn kind(name: &str) -> Kind {
    match name {
        "Integer" => Kind::Integer,
        "Float" => Kind::Float,
        "String" => Kind::String,
        "Boolean" => Kind::Boolean,
        "InputFile" => Kind::File,
        _ => match name.strip_prefix("[]") {
            Some(item) => Kind::Array(Box::new(kind(item))),
            None => Kind::Object(name.to_owned()),
        },
    }
}

fn names(kinds: &[Kind]) -> String {
    fn one(kind: &Kind) -> String {
        match kind {
            Kind::Integer => "Integer".into(),
            Kind::Float => "Float".into(),
            Kind::String => "String".into(),
            Kind::Boolean => "Boolean".into(),
            Kind::File => "InputFile".into(),
            Kind::Object(name) => name.clone(),
            Kind::Array(item) => format!("Array of {}", one(item)),
        }
    }
    kinds.iter().map(one).collect::<Vec<_>>().join(" or ")
}
