//! Whether every state can be reached, and left again.

use std::collections::BTreeSet;

use super::{Checker, all_targets, targets, visible_targets};
use crate::engine::dialogue::{Dialogue, Dialogues, Go, HOME, State, Target};
use crate::engine::flaw::quoted;

impl Checker<'_> {
    pub(super) fn ways(&mut self, dialogue: &Dialogue) {
        let entries = entries(self.dialogues, dialogue);
        if entries.is_empty() {
            let what = format!("nobody calls the dialogue `{}`", dialogue.name);
            return self.flaw(
                &dialogue.file,
                1,
                what,
                format!("call it with `call = \"{}\"`, or take it out", dialogue.name),
            );
        }
        let reached = spread(
            dialogue,
            entries,
            |state, reached| reached.contains(state.name.as_str()),
            |state| states_of(targets(state)),
        );
        for state in dialogue.states.iter().filter(|state| !reached.contains(state.name.as_str())) {
            let what = format!("nothing leads to the state `{}`", state.name);
            self.flaw(&dialogue.file, state.line, what, "lead a transition to it, or take it out");
        }
        self.ways_out(dialogue);
    }

    fn ways_out(&mut self, dialogue: &Dialogue) {
        let homing = homing(self.dialogues);
        let ends = |state: &&State| is_end(dialogue, state) || leaves(state, &homing);
        let first: BTreeSet<&str> = dialogue.states.iter().filter(ends).map(|state| state.name.as_str()).collect();
        // Backwards: a state is well when one that it leads to is.
        let well = spread(
            dialogue,
            first,
            |state, well| leads_to(state).iter().any(|next| well.contains(next)),
            |state| vec![state.name.as_str()],
        );
        for state in dialogue.states.iter().filter(|state| !well.contains(state.name.as_str())) {
            let mut others: Vec<&str> = leads_to(state).into_iter().filter(|next| *next != state.name).collect();
            others.sort_unstable();
            others.dedup();
            let (what, mend) = if others.is_empty() {
                let what = format!("nothing leads out of the state `{}`", state.name);
                (what, "add a \"home\" button, or a transition to another state")
            } else {
                let way = if dialogue.is_root() { "home" } else { "`return` or home" };
                let what = format!("`{}` leads to {}, and never to {way}", state.name, quoted(others));
                (what, "add a \"home\" button, or a way back")
            };
            self.flaw(&dialogue.file, state.line, what, mend);
        }
    }
}

/// The states through which a dialogue is entered; none when nobody does.
fn entries<'a>(dialogues: &'a Dialogues, dialogue: &'a Dialogue) -> BTreeSet<&'a str> {
    let mut entries = BTreeSet::new();
    if dialogue.is_root() {
        entries.insert(dialogue.start.as_str());
        let everywhere = dialogue.everywhere.iter().flat_map(|branch| branch.target.walk());
        entries.extend(everywhere.filter_map(|target| match &target.go {
            Go::State(state) => Some(state.as_str()),
            _ => None,
        }));
    }
    for target in dialogues.all().flat_map(all_targets) {
        match &target.go {
            Go::Call { dialogue: called, at, .. } if *called == dialogue.name => {
                entries.insert(at.as_ref().unwrap_or(&dialogue.start));
            }
            _ => {}
        }
    }
    entries
}

/// Grows a set of states until nothing changes: whatever `belongs` to it adds what it `adds`.
fn spread<'a>(
    dialogue: &'a Dialogue,
    mut set: BTreeSet<&'a str>,
    belongs: impl Fn(&'a State, &BTreeSet<&'a str>) -> bool,
    adds: impl Fn(&'a State) -> Vec<&'a str>,
) -> BTreeSet<&'a str> {
    loop {
        let before = set.len();
        for state in &dialogue.states {
            if belongs(state, &set) {
                set.extend(adds(state));
            }
        }
        if set.len() == before {
            return set;
        }
    }
}

/// The states of the same dialogue that a person is led to, by itself or after a call.
fn leads_to(state: &State) -> Vec<&str> {
    states_of(visible_targets(state))
}

fn states_of<'a>(targets: impl Iterator<Item = &'a Target>) -> Vec<&'a str> {
    let states = targets.filter_map(|target| match &target.go {
        Go::State(next) => Some(next.as_str()),
        _ => None,
    });
    states.collect()
}

/// Whether the state is where other ways end: the root's start, and what waits in the root for the menu under the
/// input field.
fn is_end(dialogue: &Dialogue, state: &State) -> bool {
    dialogue.is_root() && (state.name == dialogue.start || state.menu || state.screen.is_none())
}

/// Whether the state itself leads out of its dialogue for good.
fn leaves(state: &State, homing: &BTreeSet<&str>) -> bool {
    let home_button = state.has_button(HOME);
    home_button
        || visible_targets(state).any(|target| match &target.go {
            Go::Home | Go::Return(_) => true,
            Go::Call { dialogue, .. } => homing.contains(dialogue.as_str()),
            Go::State(_) | Go::Stay | Go::Do { .. } => false,
        })
}

/// The dialogues that can go home by themselves, so that a call of them is a way out.
fn homing(dialogues: &Dialogues) -> BTreeSet<&str> {
    let mut homing = BTreeSet::new();
    loop {
        let before = homing.len();
        for dialogue in dialogues.all() {
            let calls_homing = |go: &Go| matches!(go, Go::Call { dialogue, .. } if homing.contains(dialogue.as_str()));
            let mut targets = all_targets(dialogue);
            if dialogue.states.iter().any(|state| state.has_button(HOME))
                || targets.any(|target| matches!(target.go, Go::Home) || calls_homing(&target.go))
            {
                homing.insert(dialogue.name.as_str());
            }
        }
        if homing.len() == before {
            return homing;
        }
    }
}
