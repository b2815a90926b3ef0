//! One dialogue as a Mermaid state diagram.

use super::{Drawing, Node, draw};
use crate::engine::dialogue::Dialogue;

/// What Mermaid would not take as the name of a state.
const KEYWORDS: [&str; 22] = [
    "acctitle",
    "accdescr",
    "as",
    "choice",
    "class",
    "classdef",
    "click",
    "default",
    "direction",
    "end",
    "everywhere",
    "fork",
    "hide",
    "home",
    "href",
    "join",
    "note",
    "scale",
    "state",
    "statediagram",
    "style",
    "title",
];

/// Draws `dialogue` in Mermaid's `stateDiagram-v2`: the same text for the same definition.
pub fn mermaid(dialogue: &Dialogue) -> String {
    let drawing = draw(dialogue);
    let mut lines = vec!["stateDiagram-v2".to_owned()];
    lines.extend(declarations(dialogue, &drawing));
    lines.push(format!("    [*] --> {}", id(Node::State(&dialogue.start))));
    for edge in &drawing.edges {
        lines.push(format!("    {} --> {}: {}", id(edge.from), id(edge.to), edge.label));
    }
    lines.join("\n") + "\n"
}

/// The nodes whose label is not their name.
fn declarations(dialogue: &Dialogue, drawing: &Drawing) -> Vec<String> {
    let mut lines = Vec::new();
    let mut declare = |label: &str, node| lines.push(format!("    state \"{label}\" as {}", id(node)));
    let used = |node| drawing.edges.iter().any(|edge| edge.from == node || edge.to == node);
    if used(Node::Everywhere) {
        declare("everywhere", Node::Everywhere);
    }
    if used(Node::Home) {
        declare("home", Node::Home);
    }
    for state in &dialogue.states {
        let node = Node::State(&state.name);
        if state.screen.is_none() {
            declare(&format!("{} (silent)", state.name), node);
        } else if id(node) != state.name {
            declare(&state.name, node);
        }
    }
    for (at, call) in drawing.calls.iter().enumerate() {
        declare(&call.label(), Node::Call(at));
    }
    lines
}

fn id(node: Node) -> String {
    match node {
        Node::Everywhere => "everywhere_".to_owned(),
        Node::Home => "home_".to_owned(),
        Node::End => "[*]".to_owned(),
        Node::Call(at) => format!("call_{}_", at + 1),
        // A state's name can hold a hyphen, which Mermaid reads as the beginning of an arrow.
        Node::State(name) if name.contains('-') => name.replace('-', "_") + "_",
        Node::State(name) if KEYWORDS.contains(&name.to_ascii_lowercase().as_str()) => format!("{name}_"),
        Node::State(name) => name.to_owned(),
    }
}
