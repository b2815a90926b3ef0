//! Which messages a language has, and which variables each of them wants.

use std::collections::BTreeSet;

use fluent::FluentResource;
use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Message, Pattern, PatternElement};

use super::load::{Source, lines_of};
use crate::engine::{LocaleIndex, MessageIndex};

/// Adds the messages of a file.
pub(super) fn add(index: &mut LocaleIndex, resource: &FluentResource, file: &Source) {
    for message in messages(resource) {
        let id = message.id.name.to_owned();
        let line = lines_of(&file.text, &id).first().copied().unwrap_or(1);
        let variables = message.value.as_ref().map(|value| Uses::of(value).variables).unwrap_or_default();
        let attributes = message.attributes.iter();
        let attributes = attributes.map(|a| (a.id.name.to_owned(), Uses::of(&a.value).variables)).collect();
        index.messages.insert(id, MessageIndex { file: file.name.clone(), line, variables, attributes });
    }
}

/// Adds to each message the variables of the messages that it refers to, until nothing is new.
pub(super) fn follow_references<'r>(index: &mut LocaleIndex, resources: impl Iterator<Item = &'r FluentResource>) {
    let mut references: Vec<(String, Option<String>, BTreeSet<Reference>)> = Vec::new();
    for message in resources.flat_map(messages) {
        let id = message.id.name.to_owned();
        if let Some(value) = &message.value {
            references.push((id.clone(), None, Uses::of(value).messages));
        }
        for attribute in &message.attributes {
            references.push((id.clone(), Some(attribute.id.name.to_owned()), Uses::of(&attribute.value).messages));
        }
    }
    references.retain(|(_, _, used)| !used.is_empty());
    while references.iter().any(|(id, attribute, used)| inherit(index, id, attribute.as_deref(), used)) {}
}

/// Copies the variables of the used messages; whether there were new ones.
fn inherit(index: &mut LocaleIndex, id: &str, attribute: Option<&str>, used: &BTreeSet<Reference>) -> bool {
    let inherited: BTreeSet<String> = used.iter().flat_map(|(id, part)| variables(index, id, part)).collect();
    let Some(message) = index.messages.get_mut(id) else { return false };
    let own = match attribute {
        Some(name) => message.attributes.entry(name.to_owned()).or_default(),
        None => &mut message.variables,
    };
    let before = own.len();
    own.extend(inherited);
    own.len() > before
}

fn variables(index: &LocaleIndex, id: &str, attribute: &Option<String>) -> BTreeSet<String> {
    let message = index.messages.get(id);
    let found = match attribute {
        Some(name) => message.and_then(|message| message.attributes.get(name)),
        None => message.map(|message| &message.variables),
    };
    found.cloned().unwrap_or_default()
}

/// A message, or one attribute of it.
type Reference = (String, Option<String>);

/// What a pattern uses.
#[derive(Default)]
struct Uses {
    variables: BTreeSet<String>,
    messages: BTreeSet<Reference>,
}

impl Uses {
    fn of(pattern: &Pattern<&str>) -> Self {
        let mut uses = Self::default();
        uses.pattern(pattern);
        uses
    }

    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                variants.iter().for_each(|variant| self.pattern(&variant.value));
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, attribute } => {
                let attribute = attribute.as_ref().map(|attribute| attribute.name.to_owned());
                self.messages.insert((id.name.to_owned(), attribute));
            }
            InlineExpression::FunctionReference { arguments, .. } => self.arguments(arguments),
            InlineExpression::Placeable { expression } => self.expression(expression),
            // A term sees only what it is handed, never the message's variables.
            InlineExpression::TermReference { arguments, .. } => arguments.iter().for_each(|a| self.arguments(a)),
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        }
    }

    fn arguments(&mut self, arguments: &CallArguments<&str>) {
        arguments.positional.iter().for_each(|argument| self.inline(argument));
        arguments.named.iter().for_each(|argument| self.inline(&argument.value));
    }
}

fn messages(resource: &FluentResource) -> impl Iterator<Item = &Message<&str>> {
    resource.entries().filter_map(|entry| match entry {
        Entry::Message(message) => Some(message),
        _ => None,
    })
}
