//! Whether everything that a definition names exists, and everything that exists is named.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checker, all_targets};
use crate::engine::dialogue::{Branch, Dialogue, Go, STAY, Target};
use crate::engine::flaw::suggest;

impl Checker<'_> {
    /// The states, dialogues, actions, outcomes and results that the transitions of a dialogue name.
    pub(super) fn names(&mut self, dialogue: &Dialogue) {
        for target in all_targets(dialogue) {
            match &target.go {
                Go::State(state) => self.known_state(dialogue, dialogue, state, target.line),
                Go::Do { action, outcomes } => self.known_action(dialogue, action, outcomes, target.line),
                Go::Call { dialogue: called, at, results } => {
                    self.known_call(dialogue, target, called, at.as_deref(), results);
                }
                Go::Return(result) if dialogue.is_root() => {
                    let what = format!("`return = \"{result}\"` stands in the root dialogue, which nobody calls");
                    self.flaw(&dialogue.file, target.line, what, "write a state's name or \"home\"");
                }
                Go::Home | Go::Stay | Go::Return(_) => {}
            }
        }
    }

    /// Only what works everywhere can be done beside the conversation; a state has to say where it leads.
    pub(super) fn stays(&mut self, dialogue: &Dialogue) {
        let of_states = dialogue.states.iter().flat_map(|state| state.on.iter());
        for target in of_states.flat_map(|branch| branch.target.walk()).filter(|target| target.go == Go::Stay) {
            let what = format!("`{STAY}` stands outside `[everywhere]`");
            self.flaw(&dialogue.file, target.line, what, "write the name of the state to stay in");
        }
    }

    fn known_state(&mut self, dialogue: &Dialogue, of: &Dialogue, state: &str, line: usize) {
        if of.state(state).is_none() {
            let what = format!("unknown state `{state}` of the dialogue `{}`", of.name);
            let mend = suggest(state, of.states.iter().map(|state| state.name.as_str()));
            self.flaw(&dialogue.file, line, what, mend);
        }
    }

    fn known_action(&mut self, dialogue: &Dialogue, action: &str, outcomes: &[Branch], line: usize) {
        let of_dialogue = || self.vocabulary.actions.iter().filter(|spec| spec.dialogue == dialogue.name);
        let Some(spec) = of_dialogue().find(|spec| spec.name == action) else {
            let mend = suggest(action, of_dialogue().map(|spec| spec.name.as_str()));
            let what = format!("unknown action `{action}` of the dialogue `{}`", dialogue.name);
            return self.flaw(&dialogue.file, line, what, mend);
        };
        for outcome in outcomes.iter().filter(|outcome| !spec.outcomes.contains(&outcome.name)) {
            let mend = suggest(&outcome.name, spec.outcomes.iter().map(String::as_str));
            self.flaw(&dialogue.file, outcome.line, format!("`{action}` has no outcome `{}`", outcome.name), mend);
        }
        for outcome in spec.outcomes.iter().filter(|name| outcomes.iter().all(|outcome| outcome.name != **name)) {
            let what = format!("the outcome `{outcome}` of `{action}` has no target");
            self.flaw(&dialogue.file, line, what, format!("add `{outcome} = \"<state>\"` beside `do = \"{action}\"`"));
        }
    }

    fn known_call(&mut self, from: &Dialogue, call: &Target, name: &str, at: Option<&str>, results: &[Branch]) {
        let Some(called) = self.dialogues.get(name) else {
            let mend = suggest(name, self.dialogues.all().filter(|known| !known.is_root()).map(|known| &*known.name));
            return self.flaw(&from.file, call.line, format!("unknown dialogue `{name}`"), mend);
        };
        if called.is_root() {
            let what = format!("the root dialogue `{name}` is called");
            return self.flaw(&from.file, call.line, what, "write \"home\" to go there");
        }
        if let Some(at) = at {
            self.known_state(from, called, at, call.line);
        }
        let returned = results_of(called);
        for result in results.iter().filter(|result| !returned.contains(result.name.as_str())) {
            let mend = suggest(&result.name, returned.iter().copied());
            self.flaw(&from.file, result.line, format!("`{name}` never returns `{}`", result.name), mend);
        }
        for result in returned.iter().filter(|name| results.iter().all(|result| result.name != **name)) {
            let what = format!("the result `{result}` of `{name}` has no target");
            self.flaw(&from.file, call.line, what, format!("add `{result} = \"<state>\"` beside `call = \"{name}\"`"));
        }
    }

    /// Old names that would not carry anything over.
    pub(super) fn renames(&mut self, dialogue: &Dialogue) {
        let mut carried: BTreeMap<&str, &str> = BTreeMap::new();
        for state in &dialogue.states {
            for (old, line) in &state.renamed {
                if dialogue.state(old).is_some() {
                    let what = format!("`{old}`, an old name of `{}`, is the name of a state today", state.name);
                    self.flaw(
                        &dialogue.file,
                        *line,
                        what,
                        format!("take `{old}` out of `renamed`, or rename the state"),
                    );
                } else if let Some(first) = carried.insert(old, &state.name) {
                    let what = format!("`{old}` stands as an old name of both `{first}` and `{}`", state.name);
                    self.flaw(&dialogue.file, *line, what, "keep it where the sessions should go");
                }
            }
        }
    }

    /// What the code offers and no definition takes.
    pub(super) fn unused_code(&mut self) {
        let vocabulary = self.vocabulary;
        for spec in &vocabulary.actions {
            let run = |go: &Go| matches!(go, Go::Do { action, .. } if *action == spec.name);
            let mend = format!("run it with `do = \"{}\"`, or take it out of the code", spec.name);
            self.unused("action", &spec.dialogue, &spec.name, &mend, |of| {
                all_targets(of).any(|target| run(&target.go))
            });
        }
        for spec in &vocabulary.each {
            let mend = format!("show them with `{{ each = \"{}\", … }}`, or take them out of the code", spec.name);
            self.unused("items", &spec.dialogue, &spec.name, &mend, |of| {
                of.states.iter().any(|state| state.has_button(&spec.name))
            });
        }
        for signal in &vocabulary.signals {
            let heard =
                self.dialogues.all().flat_map(|dialogue| &dialogue.states).any(|state| state.on(signal).is_some());
            if !heard {
                let root = self.dialogues.root().file.clone();
                let mend = format!("hear it with `on.{signal}` in a state, or take it out of the code");
                self.flaw(&root, 0, format!("no state of any dialogue hears the signal `{signal}`"), mend);
            }
        }
    }

    fn unused(&mut self, kind: &str, dialogue: &str, name: &str, mend: &str, is_used: impl Fn(&Dialogue) -> bool) {
        match self.dialogues.get(dialogue) {
            Some(of) if is_used(of) => {}
            Some(of) => {
                let what = format!("the code offers the {kind} `{name}`, which nothing in `{dialogue}` uses");
                self.flaw(&of.file.clone(), 0, what, mend);
            }
            None => {
                let what = format!("the code offers the {kind} `{name}` to the unknown dialogue `{dialogue}`");
                let mend = suggest(dialogue, self.dialogues.all().map(|known| known.name.as_str()));
                self.flaw(&self.dialogues.root().file.clone(), 0, what, mend);
            }
        }
    }
}

/// What a dialogue can return.
fn results_of(dialogue: &Dialogue) -> BTreeSet<&str> {
    let results = all_targets(dialogue).filter_map(|target| match &target.go {
        Go::Return(result) => Some(result.as_str()),
        _ => None,
    });
    results.collect()
}
