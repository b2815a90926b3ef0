//! Random definitions that are in order: every name exists, every state can be reached and left.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// A definition before it has names: numbers are taken modulo what there is.
#[derive(Debug, Clone)]
pub struct Plan {
    dialogues: Vec<DialoguePlan>,
    /// Where two menu buttons and a keepsake lead.
    everywhere: [Way; 3],
}

#[derive(Debug, Clone)]
struct DialoguePlan {
    states: Vec<StatePlan>,
    results: usize,
}

#[derive(Debug, Clone)]
struct StatePlan {
    silent: bool,
    home: bool,
    /// Of three buttons, the text, the photo, the signal and a command that the state takes first.
    on: [Option<Way>; 7],
    after: Option<Way>,
}

#[derive(Debug, Clone)]
enum Way {
    State(usize),
    Home,
    Do(usize, Vec<Way>),
    Call(usize, Option<usize>, Vec<Way>),
    Return(usize),
}

const EVENTS: [&str; 7] = ["pick", "b1", "b2", "text", "photo", "sig", "\"/start\""];

pub fn plan() -> impl Strategy<Value = Plan> {
    let state = (any::<bool>(), any::<bool>(), prop::array::uniform7(option::of(way())), option::weighted(0.2, way()));
    let state = state.prop_map(|(silent, home, on, after)| StatePlan { silent, home, on, after });
    let dialogue = (vec(state, 1..4), 1..=2_usize).prop_map(|(states, results)| DialoguePlan { states, results });
    (vec(dialogue, 1..4), [way(), way(), way()]).prop_map(|(dialogues, everywhere)| Plan { dialogues, everywhere })
}

fn way() -> impl Strategy<Value = Way> {
    let leaf = prop_oneof![
        4 => (0..8_usize).prop_map(Way::State),
        1 => Just(Way::Home),
        2 => (0..2_usize).prop_map(Way::Return),
    ];
    leaf.prop_recursive(3, 8, 3, |way| {
        let ways = || vec(way.clone(), 1..3);
        prop_oneof![
            (0..3_usize, ways()).prop_map(|(action, ways)| Way::Do(action, ways)),
            (0..4_usize, option::of(0..4_usize), ways()).prop_map(|(called, at, ways)| Way::Call(called, at, ways)),
        ]
    })
}

fn dialogue_name(at: usize) -> String {
    if at == 0 { "menu".to_owned() } else { format!("d{at}") }
}

impl Plan {
    /// As the files that a person would have written.
    pub fn files(&self) -> Vec<(String, String)> {
        let names = (0..self.dialogues.len()).map(dialogue_name);
        names.enumerate().map(|(at, name)| (format!("dialogues/{name}.toml"), self.source(at))).collect()
    }

    fn source(&self, dialogue: usize) -> String {
        let mut lines = vec!["start = \"s0\"".to_owned()];
        if dialogue == 0 {
            self.root_lines(&mut lines);
        }
        for state in 0..self.dialogues[dialogue].states.len() {
            self.state_lines(dialogue, state, &mut lines);
        }
        lines.join("\n")
    }

    /// Each of the other dialogues has a command, so that each can be reached.
    fn root_lines(&self, lines: &mut Vec<String>) {
        let others = 1..self.dialogues.len();
        let commands: Vec<_> = others.clone().map(|at| format!("\"c{at}\"")).collect();
        lines.push(format!("commands = [\"start\", {}]", commands.join(", ")));
        lines.push("menu_buttons = [[\"m0\", \"m1\"]]".to_owned());
        lines.push("keepsakes = [\"k0\"]".to_owned());
        lines.push("[everywhere]".to_owned());
        lines.push("on.start = \"home\"".to_owned());
        for at in others {
            let results: String =
                (0..self.dialogues[at].results).map(|result| format!(", r{result} = \"s0\"")).collect();
            lines.push(format!("on.c{at} = {{ call = \"d{at}\"{results} }}"));
        }
        for (name, way) in ["m0", "m1", "k0"].iter().zip(&self.everywhere) {
            lines.push(format!("on.{name} = {}", self.target(0, way)));
        }
    }

    /// `next` leads around through all states, so that each can be reached; the first state has a button for each
    /// result, so that each can be left.
    fn state_lines(&self, dialogue: usize, at: usize, lines: &mut Vec<String>) {
        let DialoguePlan { states, results } = &self.dialogues[dialogue];
        let state = &states[at];
        let silent = state.silent && at > 0;
        let mut keyboard = vec!["\"next\"".to_owned()];
        let next = if silent { "text" } else { "next" };
        let mut on = vec![format!("on.{next} = \"s{}\"", (at + 1) % states.len())];
        if at == 0 && dialogue > 0 {
            keyboard.extend((0..*results).map(|result| format!("\"leave{result}\"")));
            on.extend((0..*results).map(|result| format!("on.leave{result} = {{ return = \"r{result}\" }}")));
        }
        for (event, way) in EVENTS.iter().zip(&state.on) {
            let Some(way) = way else { continue };
            match *event {
                "pick" | "b1" | "b2" | "text" if silent => continue,
                "pick" => keyboard.push("{ each = \"pick\", columns = 2 }".to_owned()),
                "b1" | "b2" => keyboard.push(format!("\"{event}\"")),
                _ => {}
            }
            on.push(format!("on.{event} = {}", self.target(dialogue, way)));
        }
        lines.push(format!("[s{at}]"));
        if !silent {
            keyboard.extend(state.home.then(|| "\"home\"".to_owned()));
            lines.push(format!("screen = \"x{at}\"\nkeyboard = [[{}]]", keyboard.join(", ")));
        }
        lines.append(&mut on);
        if let Some(way) = &state.after {
            lines.push(format!("after = {{ time = \"5m\", to = {} }}", self.target(dialogue, way)));
        }
    }

    fn target(&self, dialogue: usize, way: &Way) -> String {
        let states = self.dialogues[dialogue].states.len();
        match way {
            Way::State(state) => format!("\"s{}\"", state % states),
            Way::Home => "\"home\"".to_owned(),
            Way::Return(_) if dialogue == 0 => "\"home\"".to_owned(),
            Way::Return(result) => format!("{{ return = \"r{}\" }}", result % self.dialogues[dialogue].results),
            // The action `a2` has the outcomes `o0`, `o1` and `o2`.
            Way::Do(action, ways) => {
                format!("{{ do = \"a{action}\"{} }}", self.branches(dialogue, 'o', action + 1, ways))
            }
            Way::Call(..) if self.dialogues.len() == 1 => "\"s0\"".to_owned(),
            Way::Call(called, at, ways) => {
                let called = 1 + called % (self.dialogues.len() - 1);
                let DialoguePlan { states, results } = &self.dialogues[called];
                let at = at.map(|at| format!(", at = \"s{}\"", at % states.len())).unwrap_or_default();
                format!("{{ call = \"d{called}\"{at}{} }}", self.branches(dialogue, 'r', *results, ways))
            }
        }
    }

    fn branches(&self, dialogue: usize, letter: char, count: usize, ways: &[Way]) -> String {
        let targets = (0..count).map(|at| self.target(dialogue, &ways[at % ways.len()]));
        targets.enumerate().map(|(at, target)| format!(", {letter}{at} = {target}")).collect()
    }
}
