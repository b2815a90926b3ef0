//! Values out of schemas: such as they allow, and such as they do not.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Map, Value, json};

use crate::document::{resolved, validator};

/// What trips programs up where a text is expected.
const ODD: [&str; 16] = [
    "",
    " ",
    "0",
    "-1",
    "null",
    "true",
    "\u{0}",
    "\u{202e}gnp.exe",
    "🙂",
    "ÄÖÜ",
    "'; DROP TABLE users; --",
    "../../etc/passwd",
    "{{7*7}}",
    "%s%n",
    "\\",
    "a\r\nX-Injected: 1",
];

/// Chance, the same for the same seed, and what is known to be there.
pub struct Dice<'a> {
    document: &'a Value,
    chance: StdRng,
    /// Values that mean something to the server, by the name of the parameter or property.
    pub known: BTreeMap<String, Vec<Value>>,
}

impl<'a> Dice<'a> {
    pub fn new(document: &'a Value, seed: u64) -> Self {
        Self { document, chance: StdRng::seed_from_u64(seed), known: BTreeMap::new() }
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.chance.random_range(0..bound)
    }

    /// True in so many of a hundred cases.
    pub fn falls(&mut self, percent: u32) -> bool {
        self.chance.random_range(0..100) < percent
    }

    pub fn pick<'b, T>(&mut self, from: &'b [T]) -> &'b T {
        &from[self.below(from.len())]
    }

    pub fn odd(&mut self) -> String {
        match self.below(4) {
            0 => "x".repeat(self.below(3000)),
            1 => (0..self.below(12))
                .map(|_| char::from_u32(self.chance.random_range(1..0x3000)).unwrap_or('?'))
                .collect(),
            _ => (*self.pick(&ODD)).to_owned(),
        }
    }

    /// A value that the schema allows; one that the server knows, as a rule.
    pub fn valid(&mut self, schema: &Value, name: &str) -> Value {
        let schema = resolved(self.document, schema).clone();
        let kinds: Vec<&str> = match &schema["type"] {
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        let kind = if kinds.is_empty() { "string" } else { *self.pick(&kinds) };
        if !matches!(kind, "object" | "array" | "null")
            && self.falls(80)
            && let Some(known) = self.known.get(name).filter(|known| !known.is_empty()).cloned()
        {
            return self.pick(&known).clone();
        }
        match kind {
            "null" => Value::Null,
            "boolean" => self.falls(50).into(),
            "integer" => self.integer(),
            "number" => json!(self.chance.random_range(-1e9..1e9)),
            "array" => {
                let length = if self.falls(60) { 1 } else { self.below(6) };
                (0..length).map(|_| self.valid(&schema["items"], name)).collect()
            }
            "object" => self.object(&schema),
            _ => self.text(&schema),
        }
    }

    fn integer(&mut self) -> Value {
        let far = [0, -1, 1, i64::MAX, i64::MIN, 1 << 53];
        if self.falls(50) { (*self.pick(&far)).into() } else { self.chance.random_range(-1000..1000_i64).into() }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&name.as_str()) || self.falls(40) {
                object.insert(name.clone(), self.valid(property, name));
            }
        }
        object.into()
    }

    fn text(&mut self, schema: &Value) -> Value {
        match schema["format"].as_str() {
            Some("uuid") => uuid::Uuid::from_u128(self.chance.random()).to_string().into(),
            Some("date-time") => "2026-11-24T23:00:00Z".into(),
            _ => {
                let (least, most) =
                    (schema["minLength"].as_u64().unwrap_or(0), schema["maxLength"].as_u64().unwrap_or(4000));
                let mut text: String = self.odd().chars().take(most as usize).collect();
                while (text.chars().count() as u64) < least {
                    text.push('k');
                }
                text.into()
            }
        }
    }

    /// A value that the schema does not allow; `None` when it allows everything that was thought of.
    pub fn invalid(&mut self, schema: &Value, name: &str) -> Option<Value> {
        let validator = validator(self.document, schema);
        (0..40)
            .map(|_| {
                let value = self.valid(schema, name);
                self.spoiled(value)
            })
            .find(|value| !validator.is_valid(value))
    }

    /// Something about it is changed, somewhere.
    fn spoiled(&mut self, value: Value) -> Value {
        match value {
            Value::Object(mut object) if !object.is_empty() && self.falls(75) => {
                let names: Vec<String> = object.keys().cloned().collect();
                let name = self.pick(&names).clone();
                match self.below(3) {
                    0 => drop(object.remove(&name)),
                    1 => drop(object.insert(self.odd(), json!(1))),
                    _ => {
                        let spoiled = self.spoiled(object[&name].clone());
                        object.insert(name, spoiled);
                    }
                }
                object.into()
            }
            Value::Array(mut items) if !items.is_empty() && self.falls(70) => {
                let at = self.below(items.len());
                items[at] = self.spoiled(items[at].clone());
                items.into()
            }
            _ => self.anything(),
        }
    }

    fn anything(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 => true.into(),
            2 => self.integer(),
            3 => json!(1.5e300),
            4 => json!([[], {}]),
            5 => json!({"a": {"b": null}}),
            // Deeper than any parser should follow.
            6 => (0..100).fold(Value::Null, |inner, _| json!([inner])),
            _ => self.odd().into(),
        }
    }
}
