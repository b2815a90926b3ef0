//! One turn of one chat: load, step, act, save, show.

use std::sync::atomic::AtomicU64;

use anyhow::{Context, bail};

use crate::crash;
use crate::domain::{ActionKey, TelegramId};
use crate::engine::{Act, Event, Moved, Note, Session, SessionId, Show, Step, Timer, step};
use crate::flows::view::{OldScreen, Place, Shown, View};
use crate::flows::{self, Ask, FlowError, Given, Told};
use crate::meter;
use crate::sessions::Saved;
use crate::store::users::User;
use crate::text::Args;

use super::outbound::{Answer, SendError};
use super::place::{Cause, place};
use super::record::{Known, write_shown};
use super::{Conversation, count};

/// How often a turn is taken again because somebody else saved in between.
const SAVE_ATTEMPTS: u32 = 8;

/// One event, and what came with it.
pub(super) struct Turn<'a> {
    pub user: User,
    pub event: Event,
    pub given: Given,
    /// The updates that brought it; none for what comes from ourselves.
    pub updates: &'a [i64],
    pub cause: Cause,
    /// What is said when nobody expects the event here.
    pub unexpected: &'static str,
    /// An action has put letters into the outbox. They go out once the screen is there.
    pub posted: bool,
    /// An action wants the screen changed where it stands.
    pub in_place: bool,
    pub answer: &'a dyn Answer,
}

/// What a turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Done,
    /// The updates had been handled before; what they led to is shown again.
    Repeated,
    /// The event was for nobody here.
    Ignored,
}

/// Where the walk from one event ended.
enum Walked {
    Moved(Box<Moved>, Vec<Told>),
    Stale(Box<Session>),
    Ignored,
}

impl Conversation {
    pub(super) async fn turn(&self, mut turn: Turn<'_>) -> anyhow::Result<Taken> {
        let chat = turn.user.telegram_id;
        for _ in 0..SAVE_ATTEMPTS {
            let now = chrono::Utc::now();
            let known = Known::of(self.sessions.load(chat, now).await?);
            if known.has_seen(turn.updates) {
                count(&self.counters.repeated);
                self.show_again(&turn, &known).await?;
                return Ok(Taken::Repeated);
            }
            let session = self.session(&known);
            let event = first_words(&known, &turn.event);
            crash::point("before-step");
            match self.walk(&mut turn, &session, &event).await? {
                Walked::Ignored => {
                    self.ring_after(&turn);
                    return self.ignore(&turn, &known).await;
                }
                // Nobody knows any more what was pressed, so the person is told why nothing comes of it.
                Walked::Stale(_) if known.unreadable => {
                    self.start_over(&turn).await?;
                    return Ok(Taken::Done);
                }
                Walked::Stale(session) => return self.stale(&turn, &known, &session).await,
                Walked::Moved(moved, told) => {
                    crash::point("acted");
                    if self.save(chat, &known, &moved, turn.updates).await? == Saved::Lost {
                        count(&self.counters.raced);
                        continue;
                    }
                    crash::point("saved");
                    count_way(&session, &moved.session);
                    let shown = self.show(&mut turn, &known, &moved, told).await;
                    self.ring_after(&turn);
                    shown?;
                    crash::point("shown");
                    return Ok(Taken::Done);
                }
            }
        }
        bail!("the chat changed during each of {SAVE_ATTEMPTS} attempts to save it")
    }

    /// Wakes whoever carries out what an action has written down. After the screen, so that what comes of it comes later.
    fn ring_after(&self, turn: &Turn<'_>) {
        if turn.posted {
            self.ring();
        }
    }

    /// The stored session, or a new one.
    fn session(&self, known: &Known) -> Session {
        match &known.record {
            Some(record) => record.session.clone(),
            None => self.dialogues.begin(SessionId(rand::random())),
        }
    }

    /// Steps, and runs the actions that this asks for.
    async fn walk(&self, turn: &mut Turn<'_>, session: &Session, event: &Event) -> anyhow::Result<Walked> {
        let mut told = Vec::new();
        // Said where somebody sets out for something, not at every tap.
        if self.world.switches.maintenance() && matches!(event, Event::Everywhere { .. }) {
            told.push(Told { id: "note-maintenance", args: Args::default() });
        }
        let mut next = step(&self.dialogues, session, event);
        loop {
            match next {
                Step::Ignored => return Ok(Walked::Ignored),
                Step::Stale(session) => return Ok(Walked::Stale(Box::new(session))),
                Step::Moved(moved) => {
                    turn.answer.answer(None).await;
                    told.extend(self.word_for(moved.note, turn.unexpected));
                    return Ok(Walked::Moved(Box::new(moved), told));
                }
                Step::Act(act) => {
                    turn.answer.answer(None).await;
                    next = self.act(turn, act, &mut told).await?;
                }
            }
        }
    }

    async fn act(&self, turn: &mut Turn<'_>, act: Act, told: &mut Vec<Told>) -> anyhow::Result<Step> {
        let action = flows::action_of(&act.dialogue, &act.action)
            .with_context(|| format!("no action {} in {}", act.action, act.dialogue))?;
        let ask = Ask {
            world: &self.world,
            user: &turn.user,
            language: turn.user.language(),
            key: ActionKey(act.key()),
            memory: &act.session.top().memory,
            given: &turn.given,
            updates: turn.updates,
            now: chrono::Utc::now(),
        };
        let answer = match (action.run)(&ask).await {
            Ok(answer) => answer,
            Err(FlowError::Memory(cause)) => {
                tracing::warn!(error = %cause, dialogue = act.dialogue, "a session's memory is of another build");
                return Ok(Step::Moved(self.dialogues.reset(&act.session, Note::Lost)));
            }
            Err(cause) => return Err(cause.into()),
        };
        told.extend(answer.told.clone());
        if let Some(language) = answer.language {
            turn.user.language = Some(language);
        }
        turn.posted |= answer.posts;
        turn.in_place |= answer.in_place;
        if answer.moves_balance
            && let Some(user) = self.world.store.user(turn.user.id).await?
        {
            turn.user.balance = user.balance;
        }
        Ok(act.resume(&self.dialogues, answer.into_outcome()))
    }

    fn word_for(&self, note: Option<Note>, unexpected: &'static str) -> Option<Told> {
        let id = match note? {
            Note::Unexpected => unexpected,
            Note::Lost => {
                count(&self.counters.lost);
                "note-lost"
            }
        };
        Some(Told { id, args: Args::default() })
    }

    async fn save(&self, chat: TelegramId, known: &Known, moved: &Moved, updates: &[i64]) -> anyhow::Result<Saved> {
        let now = chrono::Utc::now();
        let due_at = match moved.timer {
            Timer::Keep => known.due_at,
            Timer::Set(after) => Some(now + after),
            Timer::Clear => None,
        };
        let value = serde_json::to_string(&known.next(moved.session.clone(), updates))?;
        let saved = self.sessions.save(chat, &value, known.version, due_at, now).await?;
        if due_at.is_some() && due_at != known.due_at {
            self.bell.timers.notify_one();
        }
        Ok(saved)
    }

    async fn show(&self, turn: &mut Turn<'_>, known: &Known, moved: &Moved, mut told: Vec<Told>) -> anyhow::Result<()> {
        if known.unreadable {
            told.extend(self.word_for(Some(Note::Lost), ""));
        }
        if moved.show == Show::Nothing {
            self.retire_screen(turn, known);
            return Ok(());
        }
        let view = match self.view(&turn.user, &moved.session, &told).await {
            Err(FlowError::Memory(cause)) => {
                tracing::warn!(error = %cause, "a session's memory is of another build");
                return self.start_over(turn).await;
            }
            view => view?,
        };
        let Some(mut view) = view else { return Ok(()) };
        view.silent = turn.cause == Cause::Ourselves;
        let place = match known.screen {
            Some(screen) if turn.in_place && view.menu.is_none() && view.invoice.is_none() => Place::Edit(screen),
            screen => place(&view, screen, turn.cause, self.fate(known)),
        };
        self.deliver(&turn.user, &view, place, known.screen).await
    }

    /// What becomes of the screen that stood there before, once something follows it.
    fn fate(&self, known: &Known) -> OldScreen {
        let top = known.record.as_ref().map(|record| record.session.top());
        let state = top.and_then(|top| self.dialogues.state(&top.dialogue, &top.state));
        if state.is_some_and(|state| state.fleeting) { OldScreen::Delete } else { OldScreen::StripButtons }
    }

    /// The state is silent: what stood there before is over.
    fn retire_screen(&self, turn: &Turn<'_>, known: &Known) {
        let then = if turn.cause == Cause::Ourselves { OldScreen::Delete } else { self.fate(known) };
        if let Some(screen) = known.screen {
            self.out.retire(turn.user.telegram_id, screen, then);
        }
    }

    /// The screen cannot be made from what is remembered: back to the menu.
    async fn start_over(&self, turn: &Turn<'_>) -> anyhow::Result<()> {
        let chat = turn.user.telegram_id;
        let known = Known::of(self.sessions.load(chat, chrono::Utc::now()).await?);
        let moved = self.dialogues.reset(&self.session(&known), Note::Lost);
        self.save(chat, &known, &moved, &[]).await?;
        let told: Vec<Told> = self.word_for(Some(Note::Lost), "").into_iter().collect();
        let Some(view) = self.view(&turn.user, &moved.session, &told).await? else { return Ok(()) };
        let place = place(&view, known.screen, Cause::Message, OldScreen::StripButtons);
        self.deliver(&turn.user, &view, place, known.screen).await
    }

    /// Sends a view and remembers which message shows it now.
    pub(super) async fn deliver(
        &self,
        user: &User,
        view: &View,
        place: Place,
        screen: Option<Shown>,
    ) -> anyhow::Result<()> {
        let chat = user.telegram_id;
        let sent = match self.out.deliver(chat, view, &place).await {
            Ok(sent) => sent,
            Err(SendError::Blocked) => {
                self.world.store.set_blocked(chat, Some(chrono::Utc::now())).await?;
                return Ok(());
            }
            Err(cause) => return Err(cause).context("a screen could not be sent"),
        };
        if let Some((key, file_id)) = &sent.file_id {
            self.world.uploads.remember(key, file_id).await?;
        }
        if screen != Some(sent.shown) {
            self.sessions.note_screen(chat, &write_shown(sent.shown)).await?;
        }
        Ok(())
    }

    /// A press of an older screen. On the message that shows the current one it is a double tap and needs no word.
    async fn stale(&self, turn: &Turn<'_>, known: &Known, session: &Session) -> anyhow::Result<Taken> {
        count(&self.counters.stale);
        let pressed = match turn.cause {
            Cause::Press(pressed) => pressed,
            _ => None,
        };
        let same = pressed.is_some() && pressed.map(|it| it.message_id) == known.screen.map(|it| it.message_id);
        if same {
            turn.answer.answer(None).await;
        } else {
            turn.answer.answer(Some(self.plain(turn.user.language(), "toast-stale"))).await;
        }
        let Some(view) = self.view(&turn.user, session, &[]).await? else {
            if let Some(pressed) = pressed {
                self.out.retire(turn.user.telegram_id, pressed, OldScreen::StripButtons);
            }
            return Ok(Taken::Done);
        };
        let edits_in_place = same && view.menu.is_none() && view.invoice.is_none();
        let place = match pressed {
            Some(pressed) if edits_in_place => Place::Edit(pressed),
            // An invoice or a menu that is there already need not come again.
            Some(_) if same => return Ok(Taken::Done),
            _ => Place::New { after: known.screen, then: OldScreen::Delete },
        };
        self.deliver(&turn.user, &view, place, known.screen).await?;
        if let Some(pressed) = pressed.filter(|_| !same) {
            self.out.retire(turn.user.telegram_id, pressed, OldScreen::StripButtons);
        }
        Ok(Taken::Done)
    }

    /// An update that was handled is here again: perhaps its screen never went out.
    async fn show_again(&self, turn: &Turn<'_>, known: &Known) -> anyhow::Result<()> {
        turn.answer.answer(None).await;
        let Some(record) = &known.record else { return Ok(()) };
        let Some(view) = self.view(&turn.user, &record.session, &[]).await? else { return Ok(()) };
        // Where the screen is known to be in the chat, changing it into itself is invisible.
        let edits_in_place = view.menu.is_none() && view.invoice.is_none();
        let place = match (known.screen, turn.cause) {
            (Some(screen), Cause::Press(_)) if edits_in_place => Place::Edit(screen),
            (screen, cause) => place(&view, screen, cause, OldScreen::StripButtons),
        };
        self.deliver(&turn.user, &view, place, known.screen).await
    }

    /// A timer that nobody waits for any more must not come again.
    async fn ignore(&self, turn: &Turn<'_>, known: &Known) -> anyhow::Result<Taken> {
        turn.answer.answer(None).await;
        if let (Event::Elapsed, Some(record)) = (&turn.event, &known.record) {
            let value = serde_json::to_string(record)?;
            self.sessions.save(turn.user.telegram_id, &value, known.version, None, chrono::Utc::now()).await?;
        }
        Ok(Taken::Ignored)
    }

    /// What came of the counters' events, for the status.
    pub fn counted(counter: &AtomicU64) -> u64 {
        counter.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// Whoever writes before anything was shown to them is welcomed, not told that this was unexpected.
fn first_words(known: &Known, event: &Event) -> Event {
    match (&known.record, event) {
        (None, Event::Input(crate::engine::Input::Text) | Event::Unusual) => {
            Event::Everywhere { name: "start".to_owned() }
        }
        (_, event) => event.clone(),
    }
}

/// Counts who has left a state and come into another one. A state that shows itself again was not left.
fn count_way(before: &Session, after: &Session) {
    let (from, to) = (before.top(), after.top());
    if (&from.dialogue, &from.state) == (&to.dialogue, &to.state) {
        return;
    }
    meter::STATES.of([&from.dialogue, &from.state, "left"]).add_one();
    meter::STATES.of([&to.dialogue, &to.state, "entered"]).add_one();
}
