//! Plays random events on a session, and looks whether each step keeps what the engine promises.

use std::collections::{BTreeMap, BTreeSet};

use pixelai::engine::{
    Act, ActionSpec, Dialogue, Dialogues, EachSpec, Event, Go, Input, Key, MAX_DEPTH, Memory, Moved, Nonce, Note,
    Outcome, Session, Show, Step, Target, Timer, Vocabulary, step,
};
use proptest::prelude::*;

/// An event before it is known what there is to do: numbers are taken modulo what there is.
#[derive(Debug, Clone)]
pub enum Deed {
    /// What the state on top waits for.
    Local(usize, usize),
    /// A button that is not there.
    Foreign,
    /// A button of an older screen.
    Old(usize),
    Everywhere(usize, usize),
    Keepsake(usize, usize),
    Input(Input),
    Unusual,
    Signal(bool),
    Elapsed(usize),
}

pub fn deed() -> impl Strategy<Value = Deed> {
    let number = || 0..12_usize;
    prop_oneof![
        8 => (number(), number()).prop_map(|(event, outcome)| Deed::Local(event, outcome)),
        1 => Just(Deed::Foreign),
        1 => number().prop_map(Deed::Old),
        2 => (number(), number()).prop_map(|(name, outcome)| Deed::Everywhere(name, outcome)),
        1 => (number(), number()).prop_map(|(name, outcome)| Deed::Keepsake(name, outcome)),
        1 => prop_oneof![Just(Input::Text), Just(Input::Photo)].prop_map(Deed::Input),
        1 => Just(Deed::Unusual),
        1 => any::<bool>().prop_map(Deed::Signal),
        1 => number().prop_map(Deed::Elapsed),
    ]
}

/// What the code would have to offer for the definitions to be in order.
pub fn vocabulary(dialogues: &Dialogues) -> Vocabulary {
    let mut actions: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let (mut signals, mut each) = (BTreeSet::new(), BTreeSet::new());
    for dialogue in dialogues.all() {
        for target in targets(dialogue) {
            if let Go::Do { action, outcomes } = &target.go {
                let known = actions.entry((dialogue.name.clone(), action.clone())).or_default();
                known.extend(outcomes.iter().map(|outcome| outcome.name.clone()));
            }
        }
        for state in dialogue.states() {
            let names = state.on.iter().map(|branch| &branch.name);
            let is_signal =
                |name: &str| !state.has_button(name) && name != "text" && name != "photo" && !name.starts_with('/');
            signals.extend(names.filter(|name| is_signal(name)).cloned());
            let items = state.keyboard.iter().flatten().filter(|key| matches!(key, Key::Each { .. }));
            each.extend(items.map(|key| (dialogue.name.clone(), key.name().to_owned())));
        }
    }
    let actions = actions.into_iter().map(|((dialogue, name), outcomes)| {
        let outcomes = outcomes.into_iter().collect();
        ActionSpec { dialogue, name, outcomes }
    });
    let each = each.into_iter().map(|(dialogue, name)| EachSpec { dialogue, name, max_argument: 32 });
    let (actions, each) = (actions.collect(), each.collect());
    Vocabulary { actions, signals: signals.into_iter().collect(), each, keepsake_argument: 32, texts: Vec::new() }
}

fn targets(dialogue: &Dialogue) -> Vec<&Target> {
    let states = dialogue.states().iter();
    let mut all: Vec<&Target> = dialogue.everywhere().iter().map(|branch| &branch.target).collect();
    all.extend(states.clone().flat_map(|state| &state.on).map(|branch| &branch.target));
    all.extend(states.filter_map(|state| state.after.as_ref()).map(|after| &after.target));
    let mut next = 0;
    while let Some(target) = all.get(next).copied() {
        all.extend(target.branches().iter().map(|branch| &branch.target));
        next += 1;
    }
    all
}

/// Everything that the state on top waits for, but for commands.
pub fn events(dialogues: &Dialogues, vocabulary: &Vocabulary, session: &Session) -> Vec<Event> {
    let Some(state) = session.frames.last().and_then(|top| dialogues.state(&top.dialogue, &top.state)) else {
        return vec![Event::Unusual];
    };
    let press = |key: &Key| Event::Press { nonce: session.nonce(), button: key.name().to_owned(), argument: None };
    let mut events: Vec<Event> = state.keyboard.iter().flatten().map(press).collect();
    events.extend(Input::ALL.map(Event::Input));
    events.extend(vocabulary.signals.iter().map(|name| Event::Signal { name: name.clone(), about: None }));
    events.push(Event::Elapsed);
    events
}

/// Where a step ends with every possible outcome of its actions.
pub fn all_ends(dialogues: &Dialogues, vocabulary: &Vocabulary, step: Step) -> Vec<Session> {
    match step {
        Step::Moved(moved) => vec![moved.session],
        Step::Act(act) => {
            let resumed = outcomes(vocabulary, &act).iter().map(|name| act.clone().resume(dialogues, outcome(name, 1)));
            resumed.flat_map(|step| all_ends(dialogues, vocabulary, step)).collect()
        }
        Step::Stale(_) | Step::Ignored => Vec::new(),
    }
}

fn outcomes<'a>(vocabulary: &'a Vocabulary, act: &Act) -> &'a [String] {
    let spec = vocabulary.actions.iter().find(|spec| spec.dialogue == act.dialogue && spec.name == act.action);
    &spec.unwrap_or_else(|| panic!("an unknown action: {act:?}")).outcomes
}

/// With a memory that changes from time to time.
fn outcome(name: &str, number: usize) -> Outcome {
    let memory = || Memory::from_iter([("order".to_owned(), number.to_string().into())]);
    let (kept, passed) = (number.is_multiple_of(3), number.is_multiple_of(2));
    Outcome { name: name.to_owned(), memory: kept.then(memory), pass: passed.then(memory) }
}

/// A session under way.
pub struct Play {
    pub session: Session,
    /// Of the last move.
    pub note: Option<Note>,
}

impl Play {
    /// Takes up `session`, which may be anything.
    pub fn new(dialogues: &Dialogues, vocabulary: &Vocabulary, session: Session) -> Self {
        let mut play = Self { session, note: None };
        play.go(dialogues, vocabulary, &Event::Unusual, 0);
        play
    }

    pub fn deed(&mut self, dialogues: &Dialogues, vocabulary: &Vocabulary, deed: &Deed) {
        let (event, number) = self.event(dialogues, vocabulary, deed);
        let depth_before = self.session.frames.len();
        let is_own = self.takes(dialogues, &event);
        self.go(dialogues, vocabulary, &event, number);
        if matches!(deed, Deed::Everywhere(..) | Deed::Keepsake(..)) && !is_own {
            assert!(self.session.frames.len() <= 2, "{event:?} did not unwind {depth_before} frames");
        }
    }

    /// Whether the event is a command that the state on top takes before `[everywhere]` does.
    fn takes(&self, dialogues: &Dialogues, event: &Event) -> bool {
        let Event::Everywhere { name } = event else { return false };
        let state = self.session.frames.last().and_then(|top| dialogues.state(&top.dialogue, &top.state));
        state.is_some_and(|state| state.on(&format!("/{name}")).is_some())
    }

    fn event(&self, dialogues: &Dialogues, vocabulary: &Vocabulary, deed: &Deed) -> (Event, usize) {
        let root = dialogues.root();
        let pick = |names: Vec<&str>, at: usize| names[at % names.len()].to_owned();
        let press = |nonce: Nonce, button: &str| Event::Press { nonce, button: button.to_owned(), argument: None };
        let nonce = self.session.nonce();
        match *deed {
            Deed::Local(event, outcome) => {
                let events = events(dialogues, vocabulary, &self.session);
                (events[event % events.len()].clone(), outcome)
            }
            Deed::Foreign => (press(nonce, "nowhere"), 0),
            Deed::Old(by) => (press(Nonce { shown: nonce.shown.wrapping_sub(1 + by as u32), ..nonce }, "home"), 0),
            Deed::Everywhere(name, outcome) => {
                let names = root.commands().chain(root.menu().flatten()).collect();
                (Event::Everywhere { name: pick(names, name) }, outcome)
            }
            Deed::Keepsake(name, outcome) => {
                let button = pick(root.keepsakes().collect(), name);
                (Event::Keepsake { button, argument: None }, outcome)
            }
            Deed::Input(input) => (Event::Input(input), 1),
            Deed::Unusual => (Event::Unusual, 0),
            Deed::Signal(mine) => {
                let value = if mine { "6" } else { "none" };
                let name = vocabulary.signals.first().cloned().unwrap_or_default();
                (Event::Signal { name, about: Some(("order".to_owned(), value.to_owned())) }, 1)
            }
            Deed::Elapsed(outcome) => (Event::Elapsed, outcome),
        }
    }

    /// One event with all its actions; `number` chooses the outcomes.
    fn go(&mut self, dialogues: &Dialogues, vocabulary: &Vocabulary, event: &Event, number: usize) {
        let before = self.session.clone();
        let mut now = step(dialogues, &before, event);
        assert_eq!(now, step(dialogues, &before, event), "the same event led elsewhere");
        let mut acts = 0;
        while let Step::Act(act) = now {
            let suffix = if acts == 0 { String::new() } else { format!(".{acts}") };
            assert_eq!(act.key(), format!("{}:{}{suffix}", before.id, before.revision));
            assert_eq!(act.dialogue, act.session.top().dialogue);
            let names = outcomes(vocabulary, &act);
            let chosen = outcome(&names[(number + acts) % names.len()], number);
            now = act.resume(dialogues, chosen);
            acts += 1;
        }
        match now {
            Step::Moved(moved) => self.arrive(dialogues, &before, moved, event),
            Step::Stale(adopted) => {
                assert!(matches!(event, Event::Press { nonce, .. } if *nonce != before.nonce()), "{event:?}");
                assert_eq!(adopted, before);
            }
            // News that nobody waits for; or an action of `[everywhere]` beside the conversation, which ended in `stay`.
            Step::Ignored => match event {
                Event::Signal { .. } | Event::Elapsed => {}
                Event::Keepsake { .. } | Event::Everywhere { .. } => assert!(acts > 0, "{event:?}"),
                event => panic!("{event:?} was ignored"),
            },
            Step::Act(_) => unreachable!("all actions have run"),
        }
    }

    fn arrive(&mut self, dialogues: &Dialogues, before: &Session, moved: Moved, event: &Event) {
        let Moved { session, show, note, timer } = moved;
        assert_eq!((session.id, session.revision), (before.id, before.revision.wrapping_add(1)));
        assert!((1..=MAX_DEPTH).contains(&session.frames.len()), "{session:?}");
        for (depth, frame) in session.frames.iter().enumerate() {
            assert!(dialogues.state(&frame.dialogue, &frame.state).is_some(), "{event:?} led to {frame:?}");
            assert_eq!(frame.dialogue == dialogues.root().name, depth == 0);
        }
        assert!(session.top().call.is_none() || note.is_some(), "nothing is called from the top");
        let state = dialogues.state(&session.top().dialogue, &session.top().state).unwrap();
        assert_eq!(show == Show::Screen, state.screen.is_some());
        assert_eq!(session.shown, if show == Show::Screen { session.revision } else { before.shown });
        match (note, &state.after) {
            (Some(Note::Unexpected), _) => assert_eq!((timer, &session.frames), (Timer::Keep, &before.frames)),
            (_, Some(after)) => assert_eq!(timer, Timer::Set(after.time)),
            (_, None) => assert_eq!(timer, Timer::Clear),
        }
        (self.session, self.note) = (session, note);
    }
}
