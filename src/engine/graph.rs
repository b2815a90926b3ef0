//! Draws dialogues from the very table that [`step`](super::step()) runs.

mod dot;
mod mermaid;

pub use dot::dot;
pub use mermaid::mermaid;

use std::time::Duration;

use super::dialogue::{Branch, Dialogue, Go, HOME, STAY, Target};

/// What a dialogue looks like: nodes by their place in it, and labelled edges.
struct Drawing<'a> {
    /// The different calls, in the order of their first use. Calls that go on alike are one node.
    calls: Vec<Call<'a>>,
    edges: Vec<Edge<'a>>,
}

struct Call<'a> {
    dialogue: &'a str,
    at: Option<&'a str>,
    /// The definition of the call, by which equal ones are known.
    spelled: String,
}

impl Call<'_> {
    fn label(&self) -> String {
        match self.at {
            Some(at) => format!("call {} at {at}", self.dialogue),
            None => format!("call {}", self.dialogue),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node<'a> {
    /// Any state of any dialogue.
    Everywhere,
    State(&'a str),
    /// A place in [`Drawing::calls`].
    Call(usize),
    /// The root's start, seen from another dialogue.
    Home,
    /// Back to the caller.
    End,
}

struct Edge<'a> {
    from: Node<'a>,
    to: Node<'a>,
    /// In the manner of UML: `event / action [outcome]`, and `⏎ result` on the way back to the caller.
    label: String,
}

/// Draws one dialogue.
fn draw(dialogue: &Dialogue) -> Drawing<'_> {
    let mut drawing = Drawing { calls: Vec::new(), edges: Vec::new() };
    for branch in &dialogue.everywhere {
        drawing.target(dialogue, Node::Everywhere, branch.name.clone(), &branch.target);
    }
    for state in &dialogue.states {
        let from = Node::State(&state.name);
        for branch in &state.on {
            drawing.target(dialogue, from, branch.name.clone(), &branch.target);
        }
        if state.has_button(HOME) {
            drawing.edge(from, home(dialogue), HOME.to_owned());
        }
        if let Some(after) = &state.after {
            drawing.target(dialogue, from, format!("after {}", spelled_time(after.time)), &after.target);
        }
    }
    drawing
}

impl<'a> Drawing<'a> {
    fn target(&mut self, dialogue: &'a Dialogue, from: Node<'a>, label: String, target: &'a Target) {
        match &target.go {
            Go::State(state) => self.edge(from, Node::State(state), label),
            Go::Home => self.edge(from, home(dialogue), label),
            Go::Stay => self.edge(from, from, label),
            Go::Return(result) => self.edge(from, Node::End, format!("{label} ⏎ {result}")),
            Go::Do { action, outcomes } => {
                for (names, target) in alike(outcomes) {
                    self.target(dialogue, from, format!("{label} / {action} [{}]", names.join(", ")), target);
                }
            }
            Go::Call { dialogue: called, at, results } => {
                let spelled = spelled(target);
                let known = self.calls.iter().position(|call| call.spelled == spelled);
                let call = Node::Call(known.unwrap_or(self.calls.len()));
                self.edge(from, call, label);
                if known.is_none() {
                    self.calls.push(Call { dialogue: called, at: at.as_deref(), spelled });
                    for (names, target) in alike(results) {
                        self.target(dialogue, call, names.join(", "), target);
                    }
                }
            }
        }
    }

    fn edge(&mut self, from: Node<'a>, to: Node<'a>, label: String) {
        self.edges.push(Edge { from, to, label });
    }
}

fn home(dialogue: &Dialogue) -> Node<'_> {
    if dialogue.is_root() { Node::State(&dialogue.start) } else { Node::Home }
}

/// Branches that lead to the same, together.
fn alike(branches: &[Branch]) -> Vec<(Vec<&str>, &Target)> {
    let mut groups: Vec<(Vec<&str>, &Target)> = Vec::new();
    for branch in branches {
        let same = groups.iter_mut().find(|(_, target)| spelled(target) == spelled(&branch.target));
        match same {
            Some((names, _)) => names.push(&branch.name),
            None => groups.push((vec![&branch.name], &branch.target)),
        }
    }
    groups
}

/// A target as a definition spells it, whatever line it stands in.
fn spelled(target: &Target) -> String {
    let branches = |branches: &[Branch]| -> String {
        branches.iter().map(|branch| format!(", {} = {}", branch.name, spelled(&branch.target))).collect()
    };
    match &target.go {
        Go::State(state) => format!("\"{state}\""),
        Go::Home => format!("\"{HOME}\""),
        Go::Stay => format!("\"{STAY}\""),
        Go::Return(result) => format!("{{ return = \"{result}\" }}"),
        Go::Do { action, outcomes } => format!("{{ do = \"{action}\"{} }}", branches(outcomes)),
        Go::Call { dialogue, at, results } => {
            let at = at.as_ref().map(|at| format!(", at = \"{at}\"")).unwrap_or_default();
            format!("{{ call = \"{dialogue}\"{at}{} }}", branches(results))
        }
    }
}

/// In the largest unit that divides it.
fn spelled_time(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(24 * 60 * 60, 'd'), (60 * 60, 'h'), (60, 'm')];
    match units.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit)) {
        Some((unit, letter)) => format!("{}{letter}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests;
