//! All dialogues as one Graphviz drawing.

use super::{Drawing, Node, draw};
use crate::engine::dialogue::{Dialogue, Dialogues, ROOT};

/// Draws all dialogues in DOT, a cluster each; dotted edges lead from a call to where it enters. The same text for the
/// same definitions.
pub fn dot(dialogues: &Dialogues) -> String {
    let mut lines = vec![
        "digraph dialogues {".to_owned(),
        "    rankdir=LR;".to_owned(),
        "    node [shape=box, style=rounded, fontname=\"sans-serif\"];".to_owned(),
        "    edge [fontname=\"sans-serif\", fontsize=10];".to_owned(),
    ];
    let mut entries = Vec::new();
    for dialogue in dialogues.all() {
        let drawing = draw(dialogue);
        lines.extend(cluster(dialogue, &drawing));
        for (at, call) in drawing.calls.iter().enumerate() {
            if let Some(called) = dialogues.get(call.dialogue) {
                let state = Node::State(call.at.unwrap_or(&called.start));
                let (from, to) = (id(dialogue, Node::Call(at)), id(called, state));
                entries.push(format!("    {from} -> {to} [style=dotted];"));
            }
        }
        if drawing.edges.iter().any(|edge| edge.to == Node::Home) {
            let start = id(dialogues.root(), Node::State(&dialogues.root().start));
            entries.push(format!("    {} -> {start} [style=dotted];", id(dialogue, Node::Home)));
        }
    }
    lines.extend(entries);
    lines.join("\n") + "\n}\n"
}

fn cluster(dialogue: &Dialogue, drawing: &Drawing) -> Vec<String> {
    let name = &dialogue.name;
    let mut lines = vec![format!("    subgraph \"cluster_{name}\" {{"), format!("        label=\"{name}\";")];
    let mut declare = |node, attributes: String| lines.push(format!("        {} [{attributes}];", id(dialogue, node)));
    let used = |node| drawing.edges.iter().any(|edge| edge.from == node || edge.to == node);
    if used(Node::Everywhere) {
        declare(Node::Everywhere, "label=\"everywhere\", shape=plaintext".to_owned());
    }
    if used(Node::Home) {
        declare(Node::Home, "label=\"home\", shape=plaintext".to_owned());
    }
    for state in &dialogue.states {
        let mut attributes = format!("label=\"{}\"", state.name);
        if state.name == dialogue.start {
            attributes += ", penwidth=2";
        }
        if state.screen.is_none() {
            attributes += ", style=\"rounded,dashed\"";
        }
        declare(Node::State(&state.name), attributes);
    }
    for (at, call) in drawing.calls.iter().enumerate() {
        declare(Node::Call(at), format!("label=\"{}\", shape=cds, style=solid", call.label()));
    }
    if used(Node::End) {
        declare(Node::End, "label=\"\", shape=doublecircle, width=0.15, style=filled, fillcolor=black".to_owned());
    }
    for edge in &drawing.edges {
        let (from, to) = (id(dialogue, edge.from), id(dialogue, edge.to));
        lines.push(format!("        {from} -> {to} [label=\"{}\"];", edge.label));
    }
    lines.push("    }".to_owned());
    lines
}

/// No state's name has the signs that set the other nodes apart.
fn id(dialogue: &Dialogue, node: Node) -> String {
    let name = &dialogue.name;
    match node {
        Node::Everywhere => format!("\"{ROOT}/*\""),
        Node::Home => format!("\"{name}/~\""),
        Node::End => format!("\"{name}/.\""),
        Node::Call(at) => format!("\"{name}/call {}\"", at + 1),
        Node::State(state) => format!("\"{name}/{state}\""),
    }
}
