//! How one event moves a session.

use std::time::Duration;

use super::dialogue::{AFTER_SITE, Dialogue, Dialogues, EVERYWHERE_SITE, Go, HOME, State, Target, command_of, find};
use super::event::{Event, Input};
use super::session::{Frame, MAX_DEPTH, Memory, Session};

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Moved(Moved),
    /// An action has to run first; then [`Act::resume`].
    Act(Act),
    /// A press of an older screen: nothing changes. Holds the session with its states under their present names.
    Stale(Session),
    /// News that nobody here waits for: nothing changes, nothing is said.
    Ignored,
}

/// A session one event further on.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// With the revision raised by one.
    pub session: Session,
    pub show: Show,
    pub note: Option<Note>,
    pub timer: Timer,
}

/// What is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// The screen of the state on top.
    Screen,
    /// The state is silent.
    Nothing,
}

/// A word to the person beside the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The event is not expected here.
    Unexpected,
    /// The session is of an older build, or cannot be read; back in the menu.
    Lost,
}

/// What becomes of the chat's timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// Goes on as it is.
    Keep,
    /// [`Event::Elapsed`] is due after this time.
    Set(Duration),
    Clear,
}

/// An action that has to run before it is clear where the event leads.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// The dialogue that the action belongs to; also the one on top of `session`.
    pub dialogue: String,
    pub action: String,
    /// As the action finds it. For an event that `[everywhere]` takes it is unwound to the root already; the revision
    /// is still that of the session before.
    pub session: Session,
    /// Where the action stands in the top frame's dialogue, see [`Frame::call`].
    site: String,
    /// How many actions the same event has run before this one.
    before: u32,
    note: Option<Note>,
}

/// What an action came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// One of the action's declared outcomes.
    pub name: String,
    /// Takes the place of the top frame's memory.
    pub memory: Option<Memory>,
    /// The first memory of the dialogue that this outcome calls, if it calls one.
    pub pass: Option<Memory>,
}

/// Goes one event on from `session`. Pure, and total: every event has an answer in every session, also in one that an
/// older build stored.
pub fn step(dialogues: &Dialogues, session: &Session, event: &Event) -> Step {
    let (session, note) = match adopt(dialogues, session) {
        Some(session) => (session, None),
        None => (Session { frames: vec![dialogues.first_frame()], ..session.clone() }, Some(Note::Lost)),
    };
    if let Some(name) = everywhere_name(dialogues, event) {
        let own = top_state(dialogues, &session).and_then(|(_, state)| own_command(state, event));
        return match own {
            Some((site, target)) => Walk::new(dialogues, session, note).from(site, target),
            None => Walk::new(dialogues, session, note).everywhere(name),
        };
    }
    if note.is_some() {
        return Step::Moved(Moved::onto(dialogues, session, note));
    }
    match event {
        Event::Press { nonce, .. } if *nonce != session.nonce() => Step::Stale(session),
        Event::Press { button, .. } if button == HOME => Walk::new(dialogues, session, None).home(),
        Event::Signal { about: Some((key, value)), .. } if !remembers(&session, key, value) => Step::Ignored,
        event => local(dialogues, session, event),
    }
}

/// An event that only the state on top can answer.
fn local(dialogues: &Dialogues, session: Session, event: &Event) -> Step {
    let transition = top_state(dialogues, &session).and_then(|(_, state)| transition(state, event));
    match (transition, event) {
        (Some((site, target)), _) => Walk::new(dialogues, session, None).from(site, target),
        (None, Event::Signal { .. } | Event::Elapsed) => Step::Ignored,
        (None, _) => {
            let moved = Moved::onto(dialogues, session, Some(Note::Unexpected));
            Step::Moved(Moved { timer: Timer::Keep, ..moved })
        }
    }
}

/// The transition of a state that an event takes, with its site.
fn transition<'a>(state: &'a State, event: &'a Event) -> Option<(&'a str, &'a Target)> {
    let site = match event {
        Event::Elapsed => return state.after.as_ref().map(|after| (AFTER_SITE, &after.target)),
        Event::Input(input) => input.name(),
        // What a press names comes from the client: it must not pass for a signal, nor a signal for a press.
        Event::Press { button, .. } => Some(button.as_str()).filter(|name| state.has_button(name))?,
        Event::Signal { name, .. } => {
            let is_input = Input::ALL.iter().any(|input| input.name() == name);
            let is_signal = !state.has_button(name) && !is_input && command_of(name).is_none();
            Some(name.as_str()).filter(|_| is_signal)?
        }
        Event::Keepsake { .. } | Event::Everywhere { .. } | Event::Unusual => return None,
    };
    Some((site, state.on(site)?))
}

/// The name under which `[everywhere]` takes the event, if it does.
fn everywhere_name<'a>(dialogues: &Dialogues, event: &'a Event) -> Option<&'a str> {
    let root = dialogues.root();
    let (name, offered) = match event {
        Event::Keepsake { button, .. } => (button, root.keepsakes().any(|keepsake| keepsake == button)),
        Event::Everywhere { name } => {
            let mut names = root.commands().chain(root.menu().flatten());
            (name, names.any(|known| known == name))
        }
        _ => return None,
    };
    (offered && find(&root.everywhere, name).is_some()).then_some(name)
}

/// Where the state itself leads a command.
fn own_command<'a>(state: &'a State, event: &Event) -> Option<(&'a str, &'a Target)> {
    match event {
        Event::Everywhere { name } => state.on_command(name),
        _ => None,
    }
}

/// The session with its states under their present names; `None` when a part of it no longer exists.
fn adopt(dialogues: &Dialogues, session: &Session) -> Option<Session> {
    if session.frames.is_empty() || session.frames.len() > MAX_DEPTH {
        return None;
    }
    let mut adopted = session.clone();
    for (depth, frame) in adopted.frames.iter_mut().enumerate() {
        let dialogue = dialogues.get(&frame.dialogue)?;
        let state = dialogue.adopt(&frame.state)?;
        if dialogue.is_root() != (depth == 0) {
            return None;
        }
        if state.name != frame.state {
            frame.state.clone_from(&state.name);
        }
    }
    Some(adopted)
}

fn remembers(session: &Session, key: &str, value: &str) -> bool {
    session.frames.last().and_then(|top| top.memory.get(key)).and_then(|held| held.as_str()) == Some(value)
}

fn top_state<'a>(dialogues: &'a Dialogues, session: &Session) -> Option<(&'a Dialogue, &'a State)> {
    let top = session.frames.last()?;
    let dialogue = dialogues.get(&top.dialogue)?;
    Some((dialogue, dialogue.state(&top.state)?))
}

impl Moved {
    /// The session as it stands, one revision on; what is shown and timed is what its state on top says.
    pub(super) fn onto(dialogues: &Dialogues, mut session: Session, note: Option<Note>) -> Self {
        let state = top_state(dialogues, &session).map(|(_, state)| state);
        let show = if state.is_some_and(|state| state.screen.is_some()) { Show::Screen } else { Show::Nothing };
        let after = state.and_then(|state| state.after.as_ref());
        session.revision = session.revision.wrapping_add(1);
        if show == Show::Screen {
            session.shown = session.revision;
        }
        Self { session, show, note, timer: after.map_or(Timer::Clear, |after| Timer::Set(after.time)) }
    }
}

impl Act {
    /// Names this run of this action: `<session id>:<revision>`, and with `.1`, `.2` for the further actions of one
    /// event. The same event on the same session gives the same key again.
    pub fn key(&self) -> String {
        let Session { id, revision, .. } = &self.session;
        match self.before {
            0 => format!("{id}:{revision}"),
            before => format!("{id}:{revision}.{before}"),
        }
    }

    /// Goes on from the action's outcome: to where the event leads, or to the next action.
    ///
    /// An outcome that the definition does not know goes home with [`Note::Lost`].
    pub fn resume(self, dialogues: &Dialogues, outcome: Outcome) -> Step {
        let Self { mut session, mut site, before, note, .. } = self;
        if let (Some(top), Some(memory)) = (session.frames.last_mut(), outcome.memory) {
            top.memory = memory;
        }
        let target = top_state(dialogues, &session)
            .and_then(|(dialogue, state)| dialogue.at_site(state, &site))
            .and_then(|act| find(act.branches(), &outcome.name));
        site.push('.');
        site.push_str(&outcome.name);
        let walk = Walk { dialogues, session, site, pass: outcome.pass, acts: before + 1, note };
        match target {
            Some(target) => walk.along(target),
            None => walk.lost(),
        }
    }
}

/// A session on its way along one transition.
struct Walk<'a> {
    dialogues: &'a Dialogues,
    session: Session,
    /// Where in the top frame's dialogue the walk is, see [`Frame::call`].
    site: String,
    pass: Option<Memory>,
    /// How many actions the event has run.
    acts: u32,
    note: Option<Note>,
}

impl<'a> Walk<'a> {
    fn new(dialogues: &'a Dialogues, session: Session, note: Option<Note>) -> Self {
        Self { dialogues, session, site: String::new(), pass: None, acts: 0, note }
    }

    fn everywhere(mut self, name: &str) -> Step {
        self.session.frames.truncate(1);
        let Some(target) = find(&self.dialogues.root().everywhere, name) else { return self.lost() };
        let site = format!("{EVERYWHERE_SITE}{name}");
        self.from(&site, target)
    }

    fn from(mut self, site: &str, target: &'a Target) -> Step {
        site.clone_into(&mut self.site);
        self.along(target)
    }

    fn along(mut self, mut target: &'a Target) -> Step {
        loop {
            let Some(top) = self.session.frames.last_mut() else { return self.lost() };
            top.call = None;
            match &target.go {
                Go::Home => return self.home(),
                Go::Stay => return Step::Ignored,
                Go::State(name) => return self.enter(name),
                Go::Do { action, .. } => return self.act(action),
                Go::Call { dialogue, at, .. } => return self.call(dialogue, at.as_deref()),
                Go::Return(result) => match self.give_back(result) {
                    Returned::To(next) => target = next,
                    Returned::Nowhere => return self.arrive(),
                    Returned::FromRoot => return self.lost(),
                },
            }
        }
    }

    fn enter(mut self, name: &str) -> Step {
        let Some(top) = self.session.frames.last_mut() else { return self.lost() };
        if self.dialogues.state(&top.dialogue, name).is_none() {
            return self.lost();
        }
        name.clone_into(&mut top.state);
        self.arrive()
    }

    fn act(self, action: &str) -> Step {
        let dialogue = self.session.frames.last().map(|top| top.dialogue.clone()).unwrap_or_default();
        let Self { session, site, acts: before, note, .. } = self;
        Step::Act(Act { dialogue, action: action.to_owned(), session, site, before, note })
    }

    fn call(mut self, name: &str, at: Option<&str>) -> Step {
        let called = self.dialogues.get(name).filter(|called| !called.is_root());
        let state = called.and_then(|called| called.state(at.unwrap_or(&called.start)));
        let depth = self.session.frames.len();
        let (Some(state), Some(top)) = (state, self.session.frames.last_mut()) else { return self.lost() };
        if depth >= MAX_DEPTH {
            return self.home();
        }
        top.call = Some(self.site.clone());
        let memory = self.pass.take().unwrap_or_default();
        let frame = Frame { dialogue: name.to_owned(), state: state.name.clone(), call: None, memory };
        self.session.frames.push(frame);
        self.arrive()
    }

    /// Leaves the dialogue on top and looks where its caller goes on. What an outcome passes is for a dialogue that
    /// it calls itself, so it does not travel back.
    fn give_back(&mut self, result: &str) -> Returned<'a> {
        if self.session.frames.len() < 2 {
            return Returned::FromRoot;
        }
        self.session.frames.pop();
        self.pass = None;
        let site = self.session.frames.last_mut().and_then(|caller| caller.call.take());
        let next = top_state(self.dialogues, &self.session).zip(site).and_then(|((dialogue, state), site)| {
            let call = dialogue.at_site(state, &site).filter(|call| matches!(call.go, Go::Call { .. }))?;
            self.site = format!("{site}.{result}");
            find(call.branches(), result)
        });
        next.map_or(Returned::Nowhere, Returned::To)
    }

    fn home(mut self) -> Step {
        self.session.frames.truncate(1);
        let start = self.dialogues.first_frame();
        match self.session.frames.first_mut() {
            Some(root) => *root = Frame { memory: std::mem::take(&mut root.memory), ..start },
            None => self.session.frames.push(start),
        }
        self.arrive()
    }

    /// Home, since the definition does not say where else.
    fn lost(mut self) -> Step {
        self.note = Some(Note::Lost);
        self.home()
    }

    fn arrive(self) -> Step {
        Step::Moved(Moved::onto(self.dialogues, self.session, self.note))
    }
}

/// Where a `return` leads.
enum Returned<'a> {
    To(&'a Target),
    /// The caller has no such call any more: its state is shown again.
    Nowhere,
    FromRoot,
}

#[cfg(test)]
mod tests;
